package document_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/awsx/document/documenttest"
)

// TestWhatAnEditorDoesNotTouchStaysAsItWas: the text for an editor, unedited,
// means the definition that it was made of, whatever that holds.
func TestWhatAnEditorDoesNotTouchStaysAsItWas(t *testing.T) {
	placeholderForm := regexp.MustCompile(`\(masked [0-9]+ of [^()]*\)`)
	rapid.Check(t, func(t *rapid.T) {
		doc := documenttest.Definition().Draw(t, "definition")
		td, err := awsx.ParseTaskDefinition(awsx.Document(doc), nil)
		if err != nil {
			t.Fatal(err)
		}
		td.ARN = "arn:aws:ecs:eu-west-1:1:task-definition/f:3"
		text, err := document.Redacted(td)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := document.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		document.EachSecret(tree, func(s document.Secret) {
			if !placeholderForm.MatchString(s.Value.Reveal()) {
				t.Fatalf("the text shows %s of %s", s.Value.Reveal(), s.Path)
			}
		})
		if err := document.PutBack(tree, td); err != nil {
			t.Fatal(err)
		}
		want, err := document.Registrable(td)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(documenttest.Decoded(t, want.Bytes()), documenttest.Decoded(t, tree.Bytes())); diff != "" {
			t.Fatal(diff)
		}
	})
}
