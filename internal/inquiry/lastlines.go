package inquiry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/logs"
	"gantry/logs/ecslog"
)

// LastLines are what a task that failed wrote last.
type LastLines struct {
	// Task is the task; its ID is empty when it could not be read.
	Task awsx.Task
	// Container is the one that failed, whose lines they are; empty when none stands
	// out, for the lines of all.
	Container string
	// How says in a sentence how the lines were looked for.
	How string
	// Unstarted is true when no container of the task started, so that none wrote
	// anything.
	Unstarted bool
	// Lines are in the order of their times.
	Lines []Line
	// Partial says what part of the store did not answer; nil when all of it did.
	Partial *logs.Partial
}

// Line is one line of a message: the last ones of a message of several lines say
// what happened.
type Line struct {
	At    time.Time // zero for what follows in the same message
	Text  string
	Level string // of the message
}

// Last reads the last lines that a task's failing container wrote, at most limit of
// them. Known are tasks that were read before and need not be read again. A task
// definition that cannot be read leaves its log driver assumed. Lines come to the
// store later than ECS tells of a stop: where none is found, look again.
func (l Lines) Last(ctx context.Context, task awsx.Ref, known []awsx.Task, limit int) (LastLines, error) {
	var out LastLines
	var err error
	if out.Task, err = l.task(ctx, task, known); err != nil {
		return out, fmt.Errorf("the task was not read: %w", err)
	}
	out.Container = ecslog.Failed(out.Task)
	td, _ := l.Store.TaskDefinition(ctx, task.Context, out.Task.TaskDefinition)
	d, err := l.Drivers.Derive(ecslog.OfContainer(out.Task, out.Container, td))
	if out.How = d.Description; err == nil && d.Query.MatchesNothing() || err != nil && !ecslog.Started(out.Task) {
		out.Unstarted = true
		return out, nil
	}
	if err != nil {
		return out, err
	}
	source, err := l.Open(ctx, task.Context)
	if err != nil {
		return out, err
	}
	page, err := logs.Newest(ctx, source, d.Query, logs.Range{From: out.Task.CreatedAt}, limit)
	out.Partial, out.Lines = page.Partial, lastOf(page.Entries, limit)
	return out, err
}

// task returns a task that is known already, or as ECS describes it.
func (l Lines) task(ctx context.Context, task awsx.Ref, known []awsx.Task) (awsx.Task, error) {
	if i := slices.IndexFunc(known, func(t awsx.Task) bool { return t.ID == task.Name() }); i >= 0 {
		return known[i], nil
	}
	account, err := l.Store.Account(ctx, task.Context)
	if err != nil {
		return awsx.Task{}, err
	}
	return read.TaskNow(ctx, account, task)
}

// lastOf returns the last lines of some messages.
func lastOf(entries []logs.Entry, limit int) []Line {
	var out []Line
	for _, e := range entries {
		if e.Gap != nil {
			continue
		}
		at := e.Time
		for text := range strings.SplitSeq(strings.TrimRight(e.Message, "\r\n"), "\n") {
			out = append(out, Line{at, strings.TrimRight(text, "\r"), e.Level})
			at = time.Time{}
		}
	}
	return out[max(0, len(out)-limit):]
}
