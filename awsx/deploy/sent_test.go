package deploy

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/step"
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

// doubled is an account to which the network sends each registration twice.
type doubled struct {
	*awsxtest.Account
	first bool // the first answer is the one that comes
}

func (a doubled) RegisterTaskDefinition(ctx context.Context, doc awsx.Document) (*awsx.TaskDefinition, error) {
	one, err := a.Account.RegisterTaskDefinition(ctx, doc)
	if err != nil {
		return nil, err
	}
	two, err := a.Account.RegisterTaskDefinition(ctx, doc)
	if a.first {
		return one, err
	}
	return two, err
}

// TestATwinThatADoubledCallLeftIsNamed: the service takes a registration that comes twice for
// two, and one of them is left.
func TestATwinThatADoubledCallLeftIsNamed(t *testing.T) {
	for _, c := range []struct {
		first     bool
		own, twin string
	}{{false, "api:3", "api:2"}, {true, "api:2", "api:3"}} {
		d := newDesk()
		o := d.options(d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}}))
		o.Account = doubled{d.Account, c.first}
		res, err := Run(t.Context(), o)
		if err != nil || awsx.ARNName(res.State.Registered.ARN) != c.own || len(res.Beside) != 1 || !strings.HasPrefix(res.Beside[0], c.twin+" says the same as "+c.own) {
			t.Errorf("%q (%v)", res.Beside, err)
		}
		if got := d.lines[len(d.lines)-1]; got != "end done, twin "+c.twin {
			t.Errorf("the journal ends with %q", got)
		}
	}
	d := newDesk()
	if res := d.run(t, d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}})); len(res.Beside) > 0 {
		t.Errorf("of one call: %q", res.Beside)
	}
}

// fullDisk takes no record.
type fullDisk struct{}

func (fullDisk) Begin(string, Plan, []string) error         { return errors.New("no space left") }
func (fullDisk) Call(string, Plan, awsx.Call) error         { return errors.New("no space left") }
func (fullDisk) End(string, Plan, string, step.State) error { return errors.New("no space left") }

// TestWhyThereIsNoRecordIsSaidOnce, however many records there are not.
func TestWhyThereIsNoRecordIsSaidOnce(t *testing.T) {
	d := newDesk()
	o := d.options(d.mustPlan(t, d.api, Scale{9}))
	o.Audit, o.Override = fullDisk{}, []string{check.Audit}
	res, err := Run(t.Context(), o)
	if err != nil || res.AuditErr == nil || res.AuditErr.Error() != "no space left" {
		t.Errorf("%v (%v)", res.AuditErr, err)
	}
}
