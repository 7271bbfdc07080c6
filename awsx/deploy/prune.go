package deploy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Prune ends the older revisions of a family that a service once ran, but for the newest
// Keep, those in use, those that a task was seen of, and those to spare. What no service is
// on record as having run may be a schedule's, and where a task is seen that no service
// started, a schedule may name any revision: such a family keeps all. The plan's target is
// any revision of the family.
type Prune struct {
	Keep int
	// Ran holds ARNs of the revisions that the service is on record as having run.
	Ran []string
	// Spare holds ARNs of revisions that stay whatever their age, such as the one
	// that ran before.
	Spare []string
}

// Pruned is what became of the older revisions of a family after a change.
type Pruned struct {
	ID string // the change's, under which the audit file has it
	// Ended holds the names (family:revision) that were deregistered.
	Ended []string
	Err   error // why it was not done, or not to its end
}

// mostPruned bounds how many revisions one change ends; the rest goes with the
// next.
const mostPruned = 50

var _ = verbs.Add(Prune{})

// Action names the intent.
func (Prune) Action() string { return "prune" }

func (Prune) reads() []read.Read {
	return []read.Read{read.Target(), read.InUse(), read.ActiveRevisions()}
}

func (in Prune) draft(cur read.Current) (draft, error) {
	family := cur.Wanted.Family
	switch {
	case in.Keep < policy.LeastKept:
		return draft{}, invalid("%s to keep: expected at least %d, so that the way back stays open", words.Count(in.Keep, "revision"), policy.LeastKept)
	case len(cur.Users.Unread) > 0:
		return draft{}, fault.Errorf(fault.Failed, "plan", cur.Wanted.ARN, "the revisions stay, as they may be in use where nothing could be read: %s", cur.Users.Missing())
	case cur.Users.Alone != "":
		return draft{}, fault.Errorf(fault.Failed, "plan", cur.Wanted.ARN, "the revisions stay, as tasks of %s are started by others than services, who may name any of them: %s", family, cur.Users.Alone)
	}
	active := slices.Clone(cur.Active)
	slices.SortFunc(active, func(a, b string) int { return revisionNumber(b) - revisionNumber(a) })
	var d draft
	var names []string
	for i, arn := range active {
		if i < in.Keep || cur.Users.Of(arn) != "" || !slices.Contains(in.Ran, arn) || slices.Contains(in.Spare, arn) || arn == cur.Wanted.ARN {
			continue
		}
		names = append(names, awsx.ARNName(arn))
		d.steps = append(d.steps, &step.Deregister{Target: cur.Target.In(arn)})
	}
	// The oldest go first, so that what a limit leaves is the newer part.
	slices.Reverse(d.steps)
	slices.Reverse(names)
	if len(names) > mostPruned {
		d.steps, names = d.steps[:mostPruned], names[:mostPruned]
	}
	if len(names) == 0 {
		return d, nothingChanged("no revision of "+family+" is older than the newest "+strconv.Itoa(in.Keep)+" and out of use", "")
	}
	d.before = words.Count(len(active), "active revision") + " of " + family
	d.after = strings.Join(names, ", ") + " INACTIVE"
	d.leaves = fmt.Sprintf("leaves %d active", len(active)-len(names))
	d.preconditions = []read.Precondition{read.InUse().Condition("use of the revisions", cur, func(f read.Current) string {
		var used []string
		for _, s := range d.steps {
			target := s.(*step.Deregister).Target
			if use := f.Users.Of(target.ARN); use != "" {
				used = append(used, target.Name()+" by "+use)
			}
		}
		if f.Users.Alone != "" {
			used = append(used, f.Users.Alone)
		}
		return strings.Join(used, "; ")
	})}
	return d, nil
}

func revisionNumber(arn string) int {
	_, revision := awsx.SplitRevision(arn)
	n, _ := strconv.Atoi(revision)
	return n
}

// prune ends older revisions after a change that succeeded, as a change of its
// own. Its failure is no failure of the change before it.
func prune(ctx context.Context, o RunOptions) *Pruned {
	if o.Plan.prune == nil {
		return nil
	}
	ran, err := read.RanIn(ctx, o.Account, o.Plan.Target)
	if err != nil {
		return &Pruned{Err: err}
	}
	intent := *o.Plan.prune
	intent.Ran = ran
	cur, err := Read(ctx, o.Account, o.Plan.Target.In(o.Plan.Steps[0].(*step.Register).Family), intent, read.Held{})
	if err != nil {
		if nothing(err) {
			return nil
		}
		return &Pruned{Err: err}
	}
	// Confirming the change confirmed the setting that goes with it: what may
	// refuse now are rules and the gate.
	plan, err := Build(cur, intent, o.Plan.policy)
	if err != nil {
		return &Pruned{Err: err}
	}
	done := &Pruned{ID: NewID()}
	var res Result
	if o.Prune != nil {
		res, err = o.Prune(plan)
		done.ID = res.ID
	} else {
		res, err = Run(ctx, RunOptions{ID: done.ID, Account: o.Account, Plan: plan, Gate: o.Gate, Audit: o.Audit, Ending: o.Ending})
	}
	done.Err = err
	for _, s := range plan.Steps[:res.State.Steps] {
		done.Ended = append(done.Ended, s.(*step.Deregister).Target.Name())
	}
	return done
}
