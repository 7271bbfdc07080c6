package deploy

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/shell"
	"gantry/awsx/document"
	"gantry/awsx/document/documenttest"
	"gantry/internal/clean"
)

// strangeName generates names of fields that no SDK knows, some of which look
// like those that one does.
func strangeName() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"Image", "image ", "ENVIRONMENT", "environments", "secrets_", "Revision", "tag", "Tags", "nаme", "registeredat", "ünïcode", "a/b", `q"q`, "(masked)"}),
		rapid.StringMatching(`x[A-Za-z<>&é]{1,6}`),
	)
}

// strangeMembers generates members of such names.
func strangeMembers(t *rapid.T, label string) []string {
	var members []string
	for _, name := range rapid.SliceOfNDistinct(strangeName(), 0, 4, rapid.ID[string]).Draw(t, label) {
		value := rapid.OneOf(rapid.SampledFrom([]string{"1e3", "1E+03", "12345678901234567890", "-0", "0.10", "1e400", `"\u00e9\/"`}), documenttest.JSON(3)).Draw(t, name)
		members = append(members, string(document.Quote(name))+":"+value)
	}
	return members
}

// strangeDocument generates a task definition as a future API might give it, in
// any order of its members. Values of variables are any text.
func strangeDocument() *rapid.Generator[string] {
	object := func(t *rapid.T, label string, members []string) string {
		all := append(members, strangeMembers(t, label)...)
		return "{" + strings.Join(rapid.Permutation(all).Draw(t, label+" order"), ",") + "}"
	}
	return rapid.Custom(func(t *rapid.T) string {
		var containers []string
		for i := range rapid.IntRange(1, 3).Draw(t, "containers") {
			label := fmt.Sprintf("c%d", i)
			members := []string{`"name":"` + label + `"`, `"image":"repo/app:1"`, `"essential":true`}
			var env, secrets []string
			for j := range rapid.IntRange(0, 3).Draw(t, label+" variables") {
				name := rapid.SampledFrom([]string{"V", "v", "MODE", "V_TOKEN", "DB_PASSWORD"}).Draw(t, "name") + fmt.Sprint(j)
				env = append(env, object(t, label+" variable", []string{`"name":"` + name + `"`, `"value":` + string(document.Quote(rapid.String().Draw(t, "value")))}))
			}
			for j := range rapid.IntRange(0, 2).Draw(t, label+" secrets") {
				secrets = append(secrets, object(t, label+" secret", []string{fmt.Sprintf(`"name":"S%d"`, j), `"valueFrom":"/a/b"`}))
			}
			if len(env) > 0 || rapid.Bool().Draw(t, label+" empty environment") {
				members = append(members, `"environment":[`+strings.Join(env, ",")+`]`)
			}
			if len(secrets) > 0 {
				members = append(members, `"secrets":[`+strings.Join(secrets, ",")+`]`)
			}
			containers = append(containers, object(t, label, members))
		}
		members := []string{`"family":"f"`, `"containerDefinitions":[` + strings.Join(containers, ",") + `]`}
		for _, name := range document.ReadOnlyFields() {
			if rapid.Bool().Draw(t, name) {
				members = append(members, `"`+name+`":`+documenttest.JSON(1).Draw(t, name+" value"))
			}
		}
		return object(t, "top", members)
	})
}

// strangeEdit draws an edit of the first container and says which of its fields
// it may touch.
func strangeEdit(t *rapid.T, tree *document.Node) (edit func(*document.Node) error, touches []string) {
	c := tree.Container("c0")
	value := rapid.String().Filter(func(s string) bool { return !strings.ContainsRune(s, 0) && clean.FindMask(s) == 0 }).Draw(t, "new value")
	set := edits.Env{Set: []awsx.EnvVar{{Name: "NEW", Value: clean.Secret(value)}}}
	for _, v := range c.List("environment") {
		switch rapid.IntRange(0, 3).Draw(t, "what becomes of "+v.Word("name")) {
		case 1:
			set.Set = append(set.Set, awsx.EnvVar{Name: v.Word("name"), Value: clean.Secret(value)})
		case 2:
			set.Unset = append(set.Unset, v.Word("name"))
		case 3:
			if set.Rename == nil {
				set.Rename = map[string]string{}
			}
			set.Rename[v.Word("name")] = "RENAMED_" + v.Word("name")
		}
	}
	secrets := edits.Secrets{Set: []awsx.SecretRef{{Name: "NEW_S", ValueFrom: "/new"}}}
	for _, s := range c.List("secrets") {
		if rapid.Bool().Draw(t, "unset "+s.Word("name")) {
			secrets.Unset = append(secrets.Unset, s.Word("name"))
		}
	}
	switch rapid.IntRange(0, 2).Draw(t, "verb") {
	case 0:
		return func(n *document.Node) error {
			_, err := edits.SetImages(n, map[string]string{"c0": ":2"})
			return err
		}, []string{"image"}
	case 1:
		return func(n *document.Node) error {
			_, err := edits.SetEnv(n, map[string]edits.Env{"c0": set})
			return err
		}, []string{"environment"}
	}
	return func(n *document.Node) error {
		_, _, err := edits.SetSecrets(n, map[string]edits.Secrets{"c0": secrets})
		return err
	}, []string{"secrets"}
}

// TestAnEditTouchesNothingElse: what is sent is what was read, spelling and order
// included, but for the fields that only the service sets and the one that is
// edited; and in a list that is edited, what stays is what it was.
func TestAnEditTouchesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := strangeDocument().Draw(t, "document")
		td := &awsx.TaskDefinition{Raw: awsx.Document(doc), Tags: []awsx.Tag{{Key: "aws:x", Value: "y"}}}
		tree, err := document.Registrable(td)
		if err != nil {
			t.Fatal(err)
		}
		want, err := document.Parse([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range document.ReadOnlyFields() {
			want.Drop(name)
		}
		if !bytes.Equal(tree.Bytes(), want.Bytes()) {
			t.Fatalf("cloned as\n%s\nwant\n%s", tree.Bytes(), want.Bytes())
		}
		edit, touches := strangeEdit(t, tree)
		if err := edit(tree); err != nil {
			t.Fatal(err)
		}
		// An item that is edited keeps its other members.
		for _, v := range want.Container("c0").List(touches[0]) {
			if now := named(tree.Container("c0").List(touches[0]), v.Word("name")); now != nil {
				for _, m := range v.Members {
					if m.Name != "value" && m.Name != "valueFrom" && !bytes.Equal(m.Value.Bytes(), now.Get(m.Name).Bytes()) {
						t.Fatalf("%s of %s became %s", m.Value.Bytes(), v.Word("name"), now.Bytes())
					}
				}
			}
		}
		for _, name := range touches {
			tree.Container("c0").Drop(name)
			want.Container("c0").Drop(name)
		}
		if !bytes.Equal(tree.Bytes(), want.Bytes()) {
			t.Fatalf("beside %v it became\n%s\nand was\n%s", touches, tree.Bytes(), want.Bytes())
		}
	})
}

func named(list []*document.Node, name string) *document.Node {
	for _, n := range list {
		if n.Word("name") == name {
			return n
		}
	}
	return nil
}

// placeholderForm is how the text for an editor stands for a secret.
var placeholderForm = regexp.MustCompile(`\(masked [0-9]+ of [^()]*\)`)

const planted = "canary-7f3a9b"

// TestNoPlantedSecretIsShownAndNoMaskIsSent plants a value in variables that tell
// that they are secret, edits, and searches the difference, the commands, the text
// for an editor and the document.
func TestNoPlantedSecretIsShownAndNoMaskIsSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := strangeDocument().Filter(func(s string) bool {
			return !strings.Contains(s, clean.Mask) && !placeholderForm.MatchString(s)
		}).Draw(t, "document")
		before, err := document.Parse([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range before.List("containerDefinitions") {
			for _, v := range c.List("environment") {
				if clean.LooksSecret(v.Word("name"), "") {
					v.Set("value", document.Text(planted))
				}
			}
		}
		td := &awsx.TaskDefinition{Raw: before.Bytes(), ARN: revisionARN("f", 3)}
		after, err := document.Registrable(td)
		if err != nil {
			t.Fatal(err)
		}
		edit, _ := strangeEdit(t, after)
		if err := edit(after); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "a secret moves") {
			// into a variable whose name does not tell
			if _, err := edits.SetEnv(after, map[string]edits.Env{"c0": {Set: vars("PLAIN", planted)}}); err != nil {
				t.Fatal(err)
			}
			if _, err := edits.SetEnv(after, map[string]edits.Env{"c0": {Set: vars("KEY_OF_IT", planted)}}); err != nil {
				t.Fatal(err)
			}
		}
		old, fresh := document.Compare(before, after)
		command, err := shell.Register(awsx.ContextID{}, td, after)
		if err != nil {
			t.Fatal(err)
		}
		text, err := document.Redacted(td)
		if err != nil {
			t.Fatal(err)
		}
		for what, s := range map[string]string{"the old text": old, "the new text": fresh, "the commands": command, "the text for an editor": text} {
			if strings.Contains(s, planted) {
				t.Fatalf("%s shows the secret:\n%s", what, s)
			}
		}
		sent, err := document.Seal(after)
		if err != nil {
			t.Fatal(err)
		}
		if s := string([]byte(sent)); strings.Contains(s, clean.Mask) || placeholderForm.MatchString(s) {
			t.Fatalf("a mask would be sent:\n%s", s)
		}
	})
}
