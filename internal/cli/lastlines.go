package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/internal/app"
	"gantry/internal/inquiry"
	"gantry/logs"
)

// lastLinesShown is how many log lines of a failing container are shown.
const lastLinesShown = 10

// lastLines prints what the failing container wrote last, when a change went
// wrong and tasks of it stopped. Where no logs are configured it says nothing.
func (p *program) lastLines(ctx context.Context, a *app.App, plan deploy.Plan, r ran) {
	task, ok := r.failing(plan)
	if !ok {
		return
	}
	var lines []string
	container, err := a.LastLines(ctx, task, lastLinesShown, func(e logs.Entry) error {
		stamp := e.Time.UTC().Format("15:04:05.000Z ")
		for line := range strings.Lines(e.Message) {
			lines = append(lines, stamp+strings.TrimRight(line, "\r\n"))
			stamp = strings.Repeat(" ", len(stamp))
		}
		return nil
	})
	lines = lines[max(0, len(lines)-lastLinesShown):]
	if len(lines) > 0 {
		fmt.Fprintln(p.Err, shown("last lines of "+strings.TrimPrefix(container+" in task ", " in ")+task.Name()+":"))
	}
	for _, line := range lines {
		fmt.Fprintln(p.Err, "  "+shown(line))
	}
	if err != nil && !errors.Is(err, app.ErrNoLogs) {
		fmt.Fprintln(p.Err, "warning: the last log lines were not read: "+shown(err.Error()))
	}
}

// failing is a task that tells why a change went wrong: one of those that were
// run, or the one that stopped last for the most frequent reason.
func (r ran) failing(plan deploy.Plan) (awsx.Ref, bool) {
	switch {
	case r.verdict == nil || r.verdict.Good() || r.verdict.Outcome == follow.Superseded || len(r.last.Stops) == 0:
		return awsx.Ref{}, false
	default:
		return plan.Target.In(inquiry.TaskARN(plan.Target, r.last.Stops[0].Task)), true
	}
}
