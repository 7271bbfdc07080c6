package deploy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/document"
	"gantry/awsx/document/documenttest"
)

func TestWhatIsSentIsWhatWasReadButForTheEditAndTheReadOnlyFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documenttest.Definition().Draw(t, "definition")
		td, err := awsx.ParseTaskDefinition(awsx.Document(doc), []awsx.Tag{{Key: "team", Value: "pay"}, {Key: "aws:x", Value: "y"}})
		if err != nil {
			t.Fatal(err)
		}
		value := rapid.StringN(0, 20, -1).Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }).Draw(t, "new value")
		tree, err := document.Registrable(td)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := edits.SetImages(tree, map[string]string{"c0": ":2"}); err != nil {
			t.Fatal(err)
		}
		if _, err := edits.SetEnv(tree, map[string]edits.Env{"c0": {Set: []awsx.EnvVar{{Name: "NEW", Value: "n"}, {Name: "V0", Value: secret(value)}}}}); err != nil {
			t.Fatal(err)
		}

		want := documenttest.Decoded(t, []byte(doc))
		for _, name := range document.ReadOnlyFields() {
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
		if diff := cmp.Diff(want, documenttest.Decoded(t, tree.Bytes())); diff != "" {
			t.Fatal(diff)
		}
	})
}
