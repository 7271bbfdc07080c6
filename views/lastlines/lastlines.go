// Package lastlines is what a task that failed wrote last, for whatever screen shows it
// beside other things. How lines are found is decided in internal/inquiry.
package lastlines

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/logs"
	"gantry/ui/theme"
	"gantry/views/prose"
	"gantry/views/wording"
)

// Delay is how long after nothing was found it is looked for again, since lines come to
// the store later than ECS tells of the stop; Tries is how often.
const (
	Delay = 5 * time.Second
	Tries = 6
)

// Lines are what a failed task's container wrote last.
type Lines struct {
	Task  string // its id, empty while none is asked for
	Read  inquiry.LastLines
	Note  string // why there are no lines
	Again bool   // lines may still come
}

// Read finds a task, which may be among those that are known, its failing container and
// the last lines of that, at most limit. It waits.
func Read(ctx context.Context, in inquiry.Lines, task awsx.Ref, known []awsx.Task, limit int) Lines {
	out := Lines{Task: task.Name()}
	var err error
	out.Read, err = in.Last(ctx, task, known, limit)
	switch {
	case err != nil:
		out.Note, out.Again = reasonOfLogs(err), out.Read.Task.ID == "" || fault.ClassOf(err).Passing()
	case out.Read.Unstarted:
		out.Note = "no container of it started, so none wrote a line"
	case len(out.Read.Lines) == 0:
		out.Note, out.Again = "no line was found of it ("+out.Read.How+")", true
	}
	return out
}

// OfEntries are messages, a line of each, with their times at a place.
func OfEntries(entries []logs.Entry, here *time.Location) []prose.Para {
	out := make([]prose.Para, len(entries))
	for i, e := range entries {
		line, _, _ := strings.Cut(cmp.Or(e.Body, e.Message), "\n")
		out[i] = prose.Para{Label: e.Time.In(here).Format("15:04:05"), Text: line, Role: roleOf(e.Level), Depth: 1}
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

// Heading says whose lines these are.
func (l Lines) Heading() string {
	return "Last lines of " + wording.JoinNonEmpty(" in ", l.Read.Container, "task "+wording.ShortID(l.Task))
}

// Paras are the lines with their times at a place, or why there are none.
func (l Lines) Paras(here *time.Location) []prose.Para {
	if len(l.Read.Lines) == 0 {
		return []prose.Para{{Text: cmp.Or(l.Note, "looking for them"), Role: theme.Dim, Depth: 1}}
	}
	out := make([]prose.Para, len(l.Read.Lines))
	for i, line := range l.Read.Lines {
		out[i] = prose.Para{Label: " ", Text: line.Text, Role: roleOf(line.Level), Depth: 1}
		if !line.At.IsZero() {
			out[i].Label = line.At.In(here).Format("15:04:05")
		}
	}
	return out
}
