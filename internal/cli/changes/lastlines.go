package changes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/internal/app"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/reading"
	"gantry/internal/inquiry"
)

const (
	// lastLinesShown is how many log lines of a failing container are shown.
	lastLinesShown = 10
	// lineDelay is how long after nothing was found it is looked for again, since
	// lines come to the store later than ECS tells of the stop; lineTries is how
	// often it is looked for.
	lineDelay = 2 * time.Second
	lineTries = 3
)

// lastWords are the last log lines of a container, as -o json prints them.
type lastWords struct {
	Task      string   `json:"task"`
	Container string   `json:"container,omitempty"`
	Lines     []string `json:"lines"`
}

// title says whose lines they are.
func (w lastWords) title() string {
	return "last lines of " + strings.TrimPrefix(w.Container+" in task ", " in ") + w.Task
}

// lastLines prints what the failing container wrote last, when a change went
// wrong and tasks of it stopped. Where no logs are configured it says nothing.
func (p program) lastLines(ctx context.Context, a *app.App, plan deploy.Plan, r *ran) {
	task, ok := r.failing(plan)
	if !ok {
		return
	}
	last, err := a.Lines().Last(ctx, task, nil, lastLinesShown)
	for try := 1; try < lineTries && err == nil && len(last.Lines) == 0 && !last.Unstarted; try++ {
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(lineDelay):
			last, err = a.Lines().Last(ctx, task, []awsx.Task{last.Task}, lastLinesShown)
		}
	}
	said := lastWords{Task: task.Name(), Container: last.Container}
	if len(last.Lines) > 0 {
		fmt.Fprintln(p.Err, printing.Shown(said.title()+":"))
		r.outcome.LastLines = &said
	}
	stamp := ""
	for _, line := range last.Lines {
		if stamp = strings.Repeat(" ", len(stamp)); !line.At.IsZero() {
			stamp = line.At.UTC().Format("15:04:05.000Z ")
		}
		shown := printing.Shown(stamp + line.Text)
		fmt.Fprintln(p.Err, "  "+shown)
		said.Lines = append(said.Lines, shown)
	}
	if err == nil && last.Partial != nil {
		err = reading.Partial(last.Partial)
	}
	if err != nil && !errors.Is(err, app.ErrNoLogs) {
		fmt.Fprintln(p.Err, "warning: the last log lines were not read: "+printing.Shown(err.Error()))
	}
}

// findings finds out what is wrong with the service of a change that did not end well, before
// anything is done about it.
func (p program) findings(ctx context.Context, a *app.App, plan deploy.Plan, r *ran) {
	if r.verdict == nil || r.verdict.Good() || r.verdict.Outcome == follow.Superseded || r.outcome.Service == "" {
		return
	}
	answer, err := a.Why().Service(ctx, plan.Target)
	if err != nil {
		fmt.Fprintln(p.Err, "warning: what is wrong was not found out: "+printing.Shown(err.Error()))
		return
	}
	if r.outcome.LastLines != nil { // they stand right there
		answer.Troubles = without(cause.DoReadLines, answer.Troubles)
	}
	r.outcome.troubles = answer.Troubles
	r.outcome.Findings, r.outcome.told = printing.Troubles(answer.Troubles), printing.TroubleLines(answer.Troubles, a.Now())
}

// without are troubles of which none advises what was done.
func without(done cause.Do, all []diagnose.Trouble) []diagnose.Trouble {
	all = slices.Clone(all)
	for i, t := range all {
		all[i].Next = slices.DeleteFunc(slices.Clone(t.Next), func(s cause.Step) bool { return s.Do == done })
		all[i].Follows = without(done, t.Follows)
	}
	return all
}

// failing is a task that shows why a change went wrong: one of those that were
// run, or the one that stopped last for the most frequent reason.
func (r ran) failing(plan deploy.Plan) (awsx.Ref, bool) {
	switch {
	case r.verdict == nil || r.verdict.Good() || r.verdict.Outcome == follow.Superseded || len(r.last.Stops) == 0:
		return awsx.Ref{}, false
	default:
		return plan.Target.In(inquiry.TaskARN(plan.Target, r.last.Stops[0].Task)), true
	}
}
