package change

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/audit"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Undoable is a change of a service of which there is a record, with what undoes it.
type Undoable struct {
	// ID is the change's in the journal; empty when ECS alone has a record of it.
	ID   string
	What string // such as "scale: 4 tasks -> 0 tasks"
	Who  string // as far as the record tells
	When time.Time
	// Back is what the service returns to, and Intent what does that.
	Back   string
	Intent deploy.Intent
	// Past says why it is not what stands now, empty while it is.
	Past string
}

// String says what was done, and by whom.
func (u Undoable) String() string {
	if u.Who == "" {
		return u.What
	}
	return u.What + " by " + u.Who
}

// Last is the change that was made last, where the records are evidence of which that is:
// the newest of them stands as it was made.
func Last(changes []Undoable) (Undoable, bool) {
	if len(changes) == 0 || changes[0].Past != "" {
		return Undoable{}, false
	}
	return changes[0], true
}

// Undoables are the changes of a service that can be undone, newest first: those of the
// journal that turned a number, and the deployment by which the service came to run what
// it runs, as ECS records it. It is NotFound when no record tells of any.
func (d *Desk) Undoables(ctx context.Context, service awsx.Ref) ([]Undoable, error) {
	account, err := d.Store.Account(ctx, service.Context)
	if err != nil {
		return nil, err
	}
	past, err := read.Past(ctx, account, service)
	if err != nil {
		return nil, err
	}
	made, err := d.made(service)
	if err != nil {
		return nil, err
	}
	var scaling *awsx.ScalableTarget
	if slices.ContainsFunc(made, func(m madeChange) bool { return m.begin.Action == deploy.SetScaling{}.Action() }) {
		target, err := account.ScalableTarget(ctx, service)
		if err != nil && fault.ClassOf(err) != fault.NotFound {
			return nil, err
		}
		if err == nil {
			scaling = &target
		}
	}
	changes := turned(made, past.Service, scaling)
	u, unknown := d.rollout(ctx, past, made)
	switch {
	case unknown == nil:
		changes = append(changes, u)
	case len(changes) == 0:
		return nil, unknown
	case u.When.After(changes[0].When): // the newest change is one that cannot be undone by what is known
		u.Back, u.Past = "?", "what stood before it is not on record"
		changes = append(changes, u)
	}
	slices.SortStableFunc(changes, func(a, b Undoable) int { return b.When.Compare(a.When) })
	return changes, nil
}

// madeChange is what the journal has about one change of which a call left.
type madeChange struct{ begin, end audit.Record }

// by is who made it.
func (m madeChange) by() string {
	who := m.begin.Who + "@" + m.begin.Host
	if m.begin.Identity != "" {
		who += " as " + awsx.ARNName(m.begin.Identity)
	}
	return who
}

// made are the changes of a service that were made from here, oldest first, without
// those that were undone and what undid them.
func (d *Desk) made(service awsx.Ref) ([]madeChange, error) {
	all, err := d.sent(service)
	gone := map[string]bool{}
	for _, m := range all {
		if m.begin.Undoes != "" {
			gone[m.begin.Undoes], gone[m.begin.Change] = true, true
		}
	}
	return slices.DeleteFunc(all, func(m madeChange) bool { return gone[m.begin.Change] }), err
}

// sent are all changes of a service of which a call left, oldest first.
func (d *Desk) sent(service awsx.Ref) ([]madeChange, error) {
	if d.Records == nil {
		return nil, nil
	}
	records, err := d.Records()
	if err != nil {
		return nil, err
	}
	var began []audit.Record
	ends, called := map[string]audit.Record{}, map[string]bool{}
	for _, r := range records {
		if r.Context != service.Context.String() || r.Cluster != service.ClusterName() || r.Service != service.Name() {
			continue
		}
		switch r.Kind {
		case audit.Begin:
			began = append(began, r)
		case audit.Sent:
			called[r.Change] = true
		case audit.End:
			ends[r.Change] = r
		}
	}
	var out []madeChange
	for _, r := range began {
		if called[r.Change] {
			out = append(out, madeChange{r, ends[r.Change]})
		}
	}
	return out, nil
}

// turned are the changes that turned numbers. Whether what they set stands is seen of the
// service; of an older one of the same numbers it does not.
func turned(made []madeChange, svc awsx.Service, scaling *awsx.ScalableTarget) []Undoable {
	var out []Undoable
	since := map[step.Number]bool{} // turned again by a later change
	for _, m := range slices.Backward(made) {
		var turns []deploy.Turn
		var back []string
		past := ""
		for _, n := range m.begin.Numbers {
			t := deploy.Turn{Number: step.Number(n.Name), Before: n.Before, After: n.After}
			turns, back = append(turns, t), append(back, numberWords(t.Number, t.Before))
			now, known := t.Number.Of(svc, scaling)
			switch {
			case since[t.Number]:
				past = cmp.Or(past, "a later change set the "+n.Name+" again")
			case !known || now != t.After:
				past = cmp.Or(past, fmt.Sprintf("the %s is not the %d that it set: something else changed it since", n.Name, n.After))
			}
			since[t.Number] = true
		}
		if intent := deploy.TurnBack(turns); intent != nil {
			out = append(out, Undoable{
				ID: m.begin.Change, What: m.what(), Who: m.by(), When: m.begin.Time,
				Back: strings.Join(back, ", "), Intent: intent, Past: past,
			})
		}
	}
	return out
}

// numberWords says a number of a service.
func numberWords(n step.Number, value int) string {
	switch n {
	case step.NumberMinimum:
		return fmt.Sprintf("at least %d", value)
	case step.NumberMaximum:
		return "at most " + words.Count(value, "task")
	case step.NumberSuspended:
		return [...]string{"scaling active", "scaling suspended"}[value]
	}
	return words.Count(value, "task")
}

// startedWithin is how long after its change began a deployment is recorded that the
// change started: registering and being turned away take their time.
const startedWithin = 5 * time.Minute

// startedBy finds the change that started a deployment of a revision; nothing but the time
// ties the two together.
func startedBy(made []madeChange, revision string, at time.Time) (madeChange, bool) {
	for _, m := range slices.Backward(made) {
		if d := at.Sub(m.begin.Time); m.end.Revision == revision && d > -time.Minute && d < startedWithin {
			return m, true
		}
	}
	return madeChange{}, false
}

// rollout is the deployment by which the service came to run what it runs. Where ECS has
// no record of what stood before, the journal may; else the error says why that is not known.
func (d *Desk) rollout(ctx context.Context, cur read.Current, made []madeChange) (Undoable, error) {
	svc := cur.Service
	u := Undoable{Intent: deploy.RollBack{}}
	came, undone, recorded := cur.Arrival()
	revision := svc.TaskDefinition
	if recorded {
		u.When = came.Began()
		revision = cmp.Or(cur.Revisions[came.Target.ARN].TaskDefinition, revision)
	} else if p, ok := svc.Primary(); ok {
		u.When, revision = p.CreatedAt, p.TaskDefinition
	}
	run, unknown := cur.WayBack()
	if unknown == nil {
		u.Back = awsx.ARNName(run.Definition)
	}
	u.What = "deployment of " + awsx.ARNName(revision)
	if m, ok := startedBy(made, awsx.ARNName(revision), u.When); ok {
		u.ID, u.Who, u.What = m.begin.Change, m.by(), m.begin.Action+": "+m.begin.Before+" -> "+m.begin.After
		if u.Back == "" && m.begin.Runs != "" && m.begin.Runs != awsx.ARNName(revision) {
			u.Back, u.Intent, unknown = m.begin.Runs, deploy.RollBack{To: m.begin.Runs}, nil
		}
	} else if td, err := d.Store.TaskDefinition(ctx, svc.Ref.Context, revision); err == nil && td.RegisteredBy != "" {
		u.What += ", registered by " + awsx.ARNName(td.RegisteredBy)
	}
	if undone {
		u.Past = "it was rolled back or stopped already"
	}
	return u, unknown
}
