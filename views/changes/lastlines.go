package changes

import (
	"cmp"
	"context"
	"errors"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/logs"
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
	task  string // its id
	read  inquiry.LastLines
	note  string // why there are no lines
	again bool   // lines may still come
}

// lineReader reads the last lines of a task that failed. Commands use it; it
// never changes.
type lineReader struct {
	inquiry.Lines
	target awsx.Ref // of the change
}

// read finds the task, its failing container and what that wrote. It waits.
func (r lineReader) read(ctx context.Context, id string) lastLines {
	out := lastLines{task: id}
	var err error
	out.read, err = r.Last(ctx, r.target.ClusterRef().In(inquiry.TaskARN(r.target, id)), r.stopped(), lastLinesShown)
	switch {
	case err != nil:
		out.note, out.again = reasonOfLogs(err), out.read.Task.ID == "" || fault.ClassOf(err).Passing()
	case out.read.Unstarted:
		out.note = "no container of it started, so none wrote a line"
	case len(out.read.Lines) == 0:
		out.note, out.again = "no line was found of it ("+out.read.How+")", true
	}
	return out
}

// stopped returns the tasks of a service that are known to have stopped.
func (r lineReader) stopped() []awsx.Task {
	if views.NotAService(r.target) != "" {
		return nil
	}
	w := r.Store.Service(r.target)
	defer w.Close()
	if items := w.Snapshot().Items; len(items) > 0 {
		return items[0].Stopped
	}
	return nil
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

// roleOf is the colour of a line of some level.
func roleOf(level string) theme.Role {
	switch logs.SeverityOf(level) {
	case logs.SeverityError, logs.SeverityFatal:
		return theme.LogError
	case logs.SeverityWarn:
		return theme.LogWarn
	}
	return theme.Text
}

// paras show the lines under what failed.
func (l lastLines) paras(d *prose.Document, here *time.Location) {
	if l.task == "" {
		return
	}
	d.Heading("Last lines of " + wording.JoinNonEmpty(" in ", l.read.Container, "task "+wording.ShortID(l.task)))
	if len(l.read.Lines) == 0 {
		d.Line(theme.Dim, cmp.Or(l.note, "looking for them"))
		return
	}
	for _, line := range l.read.Lines {
		p := prose.Para{Label: " ", Text: line.Text, Role: roleOf(line.Level), Depth: 1}
		if !line.At.IsZero() {
			p.Label = line.At.In(here).Format("15:04:05")
		}
		d.Paras = append(d.Paras, p)
	}
}
