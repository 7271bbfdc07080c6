// Package documenttest generates JSON documents for properties of the packages that
// read, edit and compare them.
package documenttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"gantry/awsx/document"
)

// JSON generates compact JSON with the spellings that a careless round trip
// loses: long numbers, exponents, trailing zeros, escapes.
func JSON(depth int) *rapid.Generator[string] {
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
			return string(document.Quote(rapid.String().Draw(t, "string")))
		case 4:
			items := rapid.SliceOfN(JSON(depth-1), 0, 3).Draw(t, "items")
			return "[" + strings.Join(items, ",") + "]"
		}
		return object(depth-1, nil).Draw(t, "object")
	})
}

// object generates an object with random members after the given ones.
func object(depth int, first []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		members := append([]string{}, first...)
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`x[A-Za-z<>&é]{1,8}`), 0, 3, rapid.ID[string]).Draw(t, "names")
		for _, n := range names {
			members = append(members, string(document.Quote(n))+":"+JSON(depth).Draw(t, n))
		}
		return "{" + strings.Join(members, ",") + "}"
	})
}

// Definition generates a task definition with unknown fields at the top and
// in each container.
func Definition() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var containers []string
		for i := range rapid.IntRange(1, 3).Draw(t, "containers") {
			var env []string
			for j := range rapid.IntRange(0, 3).Draw(t, "variables") {
				env = append(env, fmt.Sprintf(`{"name":"V%d","value":%s}`, j, document.Quote(rapid.String().Draw(t, "value"))))
			}
			containers = append(containers, object(2, []string{
				fmt.Sprintf(`"name":"c%d"`, i), `"image":"repo/app:1"`, `"environment":[` + strings.Join(env, ",") + `]`,
			}).Draw(t, "container"))
		}
		first := []string{`"family":"f"`, `"containerDefinitions":[` + strings.Join(containers, ",") + `]`}
		for _, name := range document.ReadOnlyFields() {
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
		return object(2, first).Draw(t, "definition")
	})
}

// Decoded parses a JSON object the plain way, for comparison with what a tree says.
func Decoded(t rapid.TB, doc []byte) map[string]any {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return v
}
