package deploy

import (
	"slices"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
)

// rename is a step that no code knows but this.
type rename struct {
	*step.Deregister // for its call
	count            int
}

func (rename) Weigh(read.Current, step.Effect) step.Effect { return step.Empties() }
func (rename) ComesTo(read.Current) []string               { return []string{"restart"} }
func (r rename) Turns() []step.Turned {
	return []step.Turned{{Number: step.NumberCount, After: &r.count}}
}
func (rename) Touches(read.Current) step.Touched {
	return step.Touched{Names: []string{"old-name"}, Services: []string{"billing", "prod/mail"}}
}

// TestAStepAnswersForItself: what a plan says of its steps is asked of them, so that a new
// kind of step is a type in one file.
func TestAStepAnswersForItself(t *testing.T) {
	var cur read.Current
	cur.Target = awsx.Ref{ARN: serviceARN}
	cur.Service.Desired = 4
	d := draft{steps: []step.Step{rename{count: 7}}}
	if e := d.effect(cur); e != step.Empties() {
		t.Errorf("it weighs %+v", e)
	}
	if n, ok := d.newCount(); !ok || n != 7 {
		t.Errorf("the count is set to %d, %v", n, ok)
	}
	if turns := d.turns(cur); !slices.Equal(turns, []Turn{{step.NumberCount, 4, 7}}) {
		t.Errorf("it turns %+v", turns)
	}
	if verbs := d.does(cur); !slices.Equal(verbs, []string{"restart"}) {
		t.Errorf("it comes to %q", verbs)
	}
	touched := d.touches(cur)
	if len(touched) != 2 || !slices.Equal(touched[0].Names, []string{"api", "old-name", "billing"}) ||
		touched[1].Cluster != "prod" || !slices.Equal(touched[1].Names, []string{"api", "old-name", "mail"}) {
		t.Errorf("it touches %+v", touched)
	}
}
