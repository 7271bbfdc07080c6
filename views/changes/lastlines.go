package changes

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

const (
	// lastLinesShown is how much of a failed container's log is shown.
	lastLinesShown = 5
	// lineDelay is how long after nothing was found it is looked for again, since
	// lines come to the store later than ECS tells of the stop; lineTries is how
	// often.
	lineDelay = 5 * time.Second
	lineTries = 6
)

// lastLines are what a failed task's container wrote last.
type lastLines struct {
	task, container string
	lines           []lastLine
	// note says why there are no lines.
	note string
	// again is set when lines may still come.
	again bool
}

type lastLine struct {
	at   time.Time // zero for what follows in the same message
	text string
	role theme.Role
}

// lineReader reads the last lines of a task that failed. Commands use it; it
// never changes.
type lineReader struct {
	store   *store.Store
	open    func(ctx context.Context, id awsx.ContextID) (logs.Source, error)
	drivers ecslog.Registry
	target  awsx.Ref // of the change
}

// read finds the task, its failing container and what that wrote. It waits.
func (r lineReader) read(ctx context.Context, id string) lastLines {
	out := lastLines{task: id}
	if r.open == nil {
		out.note = "no log store is configured"
		return out
	}
	task, err := r.find(ctx, id)
	if err != nil {
		out.note, out.again = "the task was not read: "+err.Error(), true
		return out
	}
	out.container = ecslog.Failed(task)
	// Without its definition the driver is assumed.
	td, _ := r.store.TaskDefinition(ctx, r.target.Context, task.TaskDefinition)
	subject := ecslog.OfTask(task, td)
	if out.container != "" {
		subject = ecslog.OfContainer(task, out.container, td)
	}
	d, err := r.drivers.Derive(subject)
	if err != nil {
		out.note = reasonOfLogs(err)
		return out
	}
	if d.Query.MatchesNothing() {
		out.note = "no container of it started, so none wrote a line"
		return out
	}
	source, err := r.open(ctx, r.target.Context)
	if err != nil {
		out.note = reasonOfLogs(err)
		return out
	}
	page, err := source.Latest(ctx, d.Query, logs.Range{From: task.CreatedAt}, lastLinesShown)
	if err != nil {
		out.note, out.again = reasonOfLogs(err), fault.ClassOf(err).Passing()
		return out
	}
	out.lines = tailOf(page.Entries)
	if len(out.lines) == 0 {
		out.note, out.again = "no line was found of it ("+d.Description+")", true
	}
	return out
}

// reasonOfLogs is an error of the log store without the class, which tells a
// reader nothing, and with what to do.
func reasonOfLogs(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Err != nil && e.Class == fault.Invalid {
		return wording.JoinNonEmpty(": ", e.Err.Error(), e.Fix)
	}
	return err.Error()
}

// find returns a task as the service's watch has it, else as ECS describes it.
func (r lineReader) find(ctx context.Context, id string) (awsx.Task, error) {
	if views.NotAService(r.target) == "" {
		w := r.store.Service(r.target)
		defer w.Close()
		if items := w.Snapshot().Items; len(items) > 0 {
			i := slices.IndexFunc(items[0].Stopped, func(t awsx.Task) bool { return t.ID == id })
			if i >= 0 {
				return items[0].Stopped[i], nil
			}
		}
	}
	account, err := r.store.Account(ctx, r.target.Context)
	if err != nil {
		return awsx.Task{}, err
	}
	cluster := r.target.ClusterRef()
	return deploy.ReadTask(ctx, account, cluster.In(strings.Replace(cluster.ARN, ":cluster/", ":task/", 1)+"/"+id))
}

// tailOf is the end of a log, oldest line first, of entries newest first. A
// message may be several lines, of which the last say what happened.
func tailOf(entries []logs.Entry) []lastLine {
	var out []lastLine
	for _, e := range slices.Backward(entries) {
		role := theme.Text
		switch logs.SeverityOf(e.Level) {
		case logs.SeverityError, logs.SeverityFatal:
			role = theme.LogError
		case logs.SeverityWarn:
			role = theme.LogWarn
		}
		at := e.Time
		for line := range strings.SplitSeq(strings.TrimRight(e.Message, "\r\n"), "\n") {
			out = append(out, lastLine{at, line, role})
			at = time.Time{}
		}
	}
	return out[max(0, len(out)-lastLinesShown):]
}

// paras show the lines under what failed.
func (l lastLines) paras(d *prose.Document, here *time.Location) {
	if l.task == "" {
		return
	}
	d.Heading("Last lines of " + wording.JoinNonEmpty(" in ", l.container, "task "+wording.ShortID(l.task)))
	if len(l.lines) == 0 {
		d.Line(theme.Dim, cmp.Or(l.note, "looking for them"))
		return
	}
	for _, line := range l.lines {
		p := prose.Para{Label: " ", Text: line.text, Role: line.role, Depth: 1}
		if !line.at.IsZero() {
			p.Label = line.at.In(here).Format("15:04:05")
		}
		d.Paras = append(d.Paras, p)
	}
}
