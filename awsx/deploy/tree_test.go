package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
)

// jsonText generates compact JSON with the spellings that a careless round trip
// loses: long numbers, exponents, trailing zeros, escapes.
func jsonText(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kinds := 4
		if depth > 0 {
			kinds = 6
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return rapid.SampledFrom([]string{"0", "-1.50", "12345678901234567890123", "1e400", "0.1000", "1E-7"}).Draw(t, "number")
		case 1:
			return rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "word")
		case 2:
			return rapid.SampledFrom([]string{`"\ud800"`, `"A<&>"`, `"\/"`, `"\u2028"`, `""`}).Draw(t, "escape")
		case 3:
			return string(quote(rapid.String().Draw(t, "string")))
		case 4:
			items := rapid.SliceOfN(jsonText(depth-1), 0, 3).Draw(t, "items")
			return "[" + strings.Join(items, ",") + "]"
		}
		return jsonObject(depth-1, nil).Draw(t, "object")
	})
}

// jsonObject generates an object with random members after the given ones.
func jsonObject(depth int, first []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		members := append([]string{}, first...)
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`x[A-Za-z<>&é]{1,8}`), 0, 3, rapid.ID[string]).Draw(t, "names")
		for _, n := range names {
			members = append(members, string(quote(n))+":"+jsonText(depth).Draw(t, n))
		}
		return "{" + strings.Join(members, ",") + "}"
	})
}

// definitionText generates a task definition with unknown fields at the top and
// in each container.
func definitionText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var containers []string
		for i := range rapid.IntRange(1, 3).Draw(t, "containers") {
			var env []string
			for j := range rapid.IntRange(0, 3).Draw(t, "variables") {
				env = append(env, fmt.Sprintf(`{"name":"V%d","value":%s}`, j, quote(rapid.String().Draw(t, "value"))))
			}
			containers = append(containers, jsonObject(2, []string{
				fmt.Sprintf(`"name":"c%d"`, i), `"image":"repo/app:1"`, `"environment":[` + strings.Join(env, ",") + `]`,
			}).Draw(t, "container"))
		}
		first := []string{`"family":"f"`, `"containerDefinitions":[` + strings.Join(containers, ",") + `]`}
		for _, name := range ReadOnlyFields() {
			if rapid.Bool().Draw(t, name) {
				first = append(first, `"`+name+`":`+map[bool]string{true: "1", false: `"x"`}[name == "revision" || name == "registeredAt"])
			}
		}
		for i, m := range first {
			// The parsed view wants these as the lists that the API gives.
			switch {
			case strings.HasPrefix(m, `"requiresAttributes"`):
				first[i] = strings.Replace(m, `"x"`, `[{"name":"x"}]`, 1)
			case strings.HasPrefix(m, `"compatibilities"`):
				first[i] = strings.Replace(m, `"x"`, `["x"]`, 1)
			}
		}
		return jsonObject(2, first).Draw(t, "definition")
	})
}

func TestParsingAndWritingKeepsEveryByteOfCompactJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := jsonText(4).Draw(t, "document")
		tree, err := parseTree([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(tree.bytes()); got != doc {
			t.Fatalf("wrote %s\nread  %s", got, doc)
		}
	})
}

func TestWhatIsNoJSONIsRefused(t *testing.T) {
	for _, doc := range []string{"", "{", `{"a":}`, "nope", `{"a":1}x`, strings.Repeat("[", 20000)} {
		if _, err := parseTree([]byte(doc)); err == nil {
			t.Errorf("%.20q was taken for JSON", doc)
		}
	}
}

// decoded parses JSON the plain way, for comparison with the tree's.
func decoded(t *rapid.T, doc []byte) map[string]any {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return v
}

func TestWhatIsSentIsWhatWasReadButForTheEditAndTheReadOnlyFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := definitionText().Draw(t, "definition")
		td, err := awsx.ParseTaskDefinition(awsx.Document(doc), []awsx.Tag{{Key: "team", Value: "pay"}, {Key: "aws:x", Value: "y"}})
		if err != nil {
			t.Fatal(err)
		}
		value := rapid.StringN(0, 20, -1).Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }).Draw(t, "new value")
		tree, err := cloneDocument(td)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := setImages(tree, SetImages{Images: map[string]string{"c0": ":2"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := setEnv(tree, SetEnv{map[string]EnvEdit{"c0": {Set: []awsx.EnvVar{{Name: "NEW", Value: "n"}, {Name: "V0", Value: secret(value)}}}}}); err != nil {
			t.Fatal(err)
		}

		want := decoded(t, []byte(doc))
		for _, name := range ReadOnlyFields() {
			delete(want, name)
		}
		want["tags"] = []any{map[string]any{"key": "team", "value": "pay"}}
		c0 := want["containerDefinitions"].([]any)[0].(map[string]any)
		c0["image"] = "repo/app:2"
		env := c0["environment"].([]any)
		if len(env) > 0 {
			env[0].(map[string]any)["value"] = value
			env = append(env, map[string]any{"name": "NEW", "value": "n"})
		} else {
			env = append(env, map[string]any{"name": "NEW", "value": "n"}, map[string]any{"name": "V0", "value": value})
		}
		c0["environment"] = env
		if diff := cmp.Diff(want, decoded(t, tree.bytes())); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestNormalFormIgnoresOrderUnitsAndEmptyLists(t *testing.T) {
	a := `{"cpu":"1 vCPU","memory":"0.5GB","family":"f","containerDefinitions":[{"name":"c","environment":[{"name":"B","value":"2"},{"value":"1","name":"A"}],
"portMappings":[{"containerPort":80,"hostPort":0},{"containerPort":9,"hostPort":0}]}],"tags":[{"key":"b","value":""},{"key":"a","value":""}]}`
	b := `{"tags":[{"key":"a","value":""},{"key":"b","value":""}],"containerDefinitions":[{"mountPoints":[],"name":"c","environment":[{"name":"A","value":"1"},{"name":"B","value":"2"}],
"portMappings":[{"containerPort":9,"hostPort":0},{"containerPort":80,"hostPort":0}]}],"family":"f","memory":"512","cpu":"1024","volumes":[],"revision":9}`
	ta, _ := parseTree([]byte(a))
	tb, _ := parseTree([]byte(b))
	if !sameDocument(ta, tb) {
		t.Errorf("not the same:\n%s\n%s", readable(normalise(ta)), readable(normalise(tb)))
	}
	if string(ta.bytes()) == string(normalise(ta).bytes()) {
		t.Error("normalising changed the document itself")
	}
	tb.container("c").set("image", text("x"))
	if sameDocument(ta, tb) {
		t.Error("a changed image goes unnoticed")
	}
}
