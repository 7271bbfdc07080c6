package document

import (
	"fmt"
	"regexp"
	"strings"

	"gantry/awsx"
	"gantry/internal/clean"
)

// Redacted returns the definition as an editor is given it: indented JSON of what
// can be registered, with a placeholder for every string that may hold a secret,
// so that neither the file nor what an editor leaves behind holds one.
// PutBack of the same revision puts each value back where its placeholder
// stands, also when a variable was moved or renamed.
func Redacted(td *awsx.TaskDefinition) (string, error) {
	tree, err := Registrable(td)
	if err != nil {
		return "", err
	}
	hide(tree, awsx.ARNName(td.ARN))
	return tree.Indented() + "\n", nil
}

// placeholderForm is how placeholders look: numbered in the order of the
// document, and with the revision, as the numbers mean nothing in another one.
var placeholderForm = regexp.MustCompile(`\(masked [0-9]+ of [^()]*\)`)

func placeholder(i int, revision string) string {
	return fmt.Sprintf("(masked %d of %s)", i, strings.NewReplacer("(", "_", ")", "_").Replace(revision))
}

// hide replaces secrets by placeholders and returns the values by placeholder. A
// value that looks like a placeholder or holds the mask is replaced as well, so
// that putting back gives what was there, whatever that was.
func hide(tree *Node, revision string) map[string]clean.Secret {
	values := map[string]clean.Secret{}
	secret := map[*Node]bool{}
	EachSecret(tree, func(s Secret) { secret[s.Node] = true })
	tree.eachString(func(n *Node, value string) error {
		if secret[n] || placeholderForm.MatchString(value) || clean.FindMask(value) > 0 {
			p := placeholder(len(values)+1, revision)
			values[p] = clean.Secret(value)
			n.Raw = Quote(p)
		}
		return nil
	})
	return values
}

// PutBack replaces the placeholders in a document that was edited by the values
// that they stand for. One that the revision does not have is an error, and so is
// the mask, which stands for nothing.
func PutBack(tree *Node, td *awsx.TaskDefinition) error {
	original, err := Registrable(td)
	if err != nil {
		return err
	}
	values := hide(original, awsx.ARNName(td.ARN))
	return tree.eachString(func(n *Node, value string) error {
		if clean.FindMask(value) > 0 {
			return invalid("%w", clean.ErrMasked)
		}
		var missing string
		restored := placeholderForm.ReplaceAllStringFunc(value, func(p string) string {
			v, ok := values[p]
			if !ok && missing == "" {
				missing = p
			}
			return v.Reveal()
		})
		if missing != "" {
			return invalid("the placeholder %s stands for no value of %s, which runs: put the value in its place, or start from what runs now", missing, awsx.ARNName(td.ARN))
		}
		if restored != value {
			n.Raw = Quote(restored)
		}
		return nil
	})
}
