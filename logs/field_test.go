package logs_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/logs"
)

// nested draws JSON objects whose names collide with the parts of dotted paths.
func nested(t *rapid.T, depth int) map[string]any {
	object := map[string]any{}
	for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "a.b", "ab", `q"\`, "a.b.c", "ü"}), 0, 6).Draw(t, "names") {
		if depth > 0 && rapid.Bool().Draw(t, "deeper") {
			object[name] = nested(t, depth-1)
			continue
		}
		object[name] = rapid.SampledFrom([]any{nil, 1.5, true, `x\"\\`, "{[,", []any{"a", "]"}}).Draw(t, "value")
	}
	return object
}

func TestOnePassFindsWhatLookupFinds(t *testing.T) {
	paths := []string{"a", "b", "a.b", "ab", "a.b.c", "a.a", "c", "a.ü"}
	rapid.Check(t, func(t *rapid.T) {
		doc, err := json.MarshalIndent(nested(t, 2), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		doc = doc[:rapid.IntRange(0, len(doc)).Draw(t, "cut")]
		for i, found := range logs.LookupAll(doc, paths, nil) {
			if want, _ := logs.Lookup(doc, paths[i]); string(found) != string(want) {
				t.Fatalf("%s of %s: %q, want %q", paths[i], doc, found, want)
			}
		}
	})
}

func TestElementsAreCutApart(t *testing.T) {
	for _, c := range []struct {
		array string
		want  []string
		whole bool
	}{
		{"[]", nil, true},
		{` [ 1 , "a,]\"" ,{"b":[2]}]`, []string{"1", `"a,]\""`, `{"b":[2]}`}, true},
		{`[1,`, []string{"1"}, false},
		{`[1 2]`, []string{"1"}, false},
		{`{"a":1}`, nil, false},
		{"", nil, false},
	} {
		var got []string
		whole := logs.Elements(json.RawMessage(c.array), func(v json.RawMessage) bool {
			got = append(got, strings.TrimSpace(string(v)))
			return true
		})
		if whole != c.whole || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, whole %v", c.array, got, whole)
		}
	}
}

// TestAListOfOneValueReadsAsThatValue: shippers write lists of one, and Kibana shows what
// is in them.
func TestAListOfOneValueReadsAsThatValue(t *testing.T) {
	for value, want := range map[string]string{
		`["x"]`: "x", `[ "a \"b\"" ]`: `a "b"`, `[7]`: "7", `[null]`: "", `[["x"]]`: "x", `["a","b"]`: `["a","b"]`, `[]`: "[]",
		`[{"a":1}]`: `[{"a":1}]`, `["cut`: `["cut`, `"[x]"`: "[x]", `[`: "[",
	} {
		if got := logs.Text(json.RawMessage(value)); got != want {
			t.Errorf("%s reads %q, want %q", value, got, want)
		}
	}
}
