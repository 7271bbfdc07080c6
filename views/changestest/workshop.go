package changestest

import (
	"context"
	"errors"
	"sync"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/views/viewstest"
)

// most is how many targets the workshop's rule admits at a time.
const most = 5

// Workshop makes the changes of a console under test: planned on its account and
// carried out there by the desk that the program uses.
type Workshop struct {
	*change.Desk
	Armed *viewstest.Locked
	Shelf *viewstest.Shelf // the log store; nil for none

	mu       sync.Mutex
	Records  []string // what the audit was told
	Disk     error    // why it takes no record
	Revealed int
}

// Reveal counts that secrets were shown; a full disk forbids it.
func (w *Workshop) Reveal(awsx.Ref) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Revealed++
	return w.Disk
}

func (w *Workshop) lines(context.Context, awsx.ContextID) (logs.Source, error) {
	if w.Shelf == nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "open the log store", Err: errors.New("no log store is configured"), Fix: "set logs.endpoints"}
	}
	return w.Shelf, nil
}

// Allow is the gate of the runner, which follows the one of the console.
func (w *Workshop) Allow(p deploy.Plan) error {
	if m := w.Armed.Mode(p.Target.ClusterName()); !m.Writable {
		return errors.New("production is locked")
	}
	return nil
}

func (w *Workshop) record(line string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Disk != nil {
		return w.Disk
	}
	w.Records = append(w.Records, line)
	return nil
}

// Begin records the begin of a change.
func (w *Workshop) Begin(_ string, p deploy.Plan, _ []string) error {
	return w.record("begin " + p.Summary())
}

// Call records a call of a change.
func (w *Workshop) Call(_ string, _ deploy.Plan, c awsx.Call) error {
	return w.record("call " + c.Operation)
}

// End records the end of a change.
func (w *Workshop) End(_ string, _ deploy.Plan, outcome string, _ step.State) error {
	return w.record("end " + outcome)
}
