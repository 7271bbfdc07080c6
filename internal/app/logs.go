package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/logs"
	"gantry/logs/ecslog"
)

// pageSize is how many lines one request of a bounded read asks for.
const pageSize = 1000

// ReadLogs prints the newest lines of a range, oldest first, at most limit of
// them; a limit of zero prints all. It returns how many it printed. A limit that
// is more than the store hands out at once is Invalid.
func (a *App) ReadLogs(ctx context.Context, q logs.Query, r logs.Range, limit int, print func(logs.Entry) error) (int, error) {
	src := a.OpenLogs(a.Context)
	if most := src.Limits().MaxPage; limit > most {
		return 0, &fault.Error{Class: fault.Invalid, Op: "read logs", Err: fmt.Errorf("%d lines were asked for", limit),
			Fix: fmt.Sprintf("give --limit as at most %d, or as 0 for all lines of the range", most)}
	}
	if limit > 0 {
		page, err := src.Latest(ctx, q, r, limit)
		if err != nil {
			return 0, err
		}
		for i, e := range slices.Backward(page.Entries) {
			if err := print(e); err != nil {
				return len(page.Entries) - i - 1, err
			}
		}
		return len(page.Entries), partialError(page)
	}
	return readAll(ctx, src, q, r, print)
}

// readAll reads a range page by page. Lines that share the timestamp at a page's
// edge come twice and are printed once.
func readAll(ctx context.Context, src logs.Source, q logs.Query, r logs.Range, print func(logs.Entry) error) (int, error) {
	if r.To.IsZero() {
		r.To = time.Now()
	}
	type key struct{ index, id string }
	edge := map[key]bool{}
	size, n := pageSize, 0
	for {
		page, err := src.Since(ctx, q, r, size)
		if err != nil {
			return n, err
		}
		fresh := 0
		seen := map[key]bool{}
		for _, e := range page.Entries {
			k := key{e.Index, e.ID}
			seen[k] = true
			if edge[k] {
				continue
			}
			fresh++
			n++
			if err := print(e); err != nil {
				return n, err
			}
		}
		if err := partialError(page); err != nil {
			return n, err
		}
		switch {
		case !page.Full:
			return n, nil
		case fresh == 0 && size >= src.Limits().MaxPage:
			return n, &fault.Error{Class: fault.Failed, Op: "read logs", Fix: "narrow the query with --query",
				Err: fmt.Errorf("more than %d lines share the time %s", size, page.Last.UTC().Format(time.RFC3339Nano))}
		case fresh == 0:
			size = min(size*4, src.Limits().MaxPage)
		}
		r.From, edge = page.Last, seen
	}
}

// partialError is the error of an answer that not all of the store gave.
func partialError(p logs.Page) error {
	if p.Partial == nil {
		return nil
	}
	return &fault.Error{Class: fault.Failed, Op: "read logs", Err: errors.New("the answer is partial: " + p.Partial.String())}
}

// LogOutput is where followed lines go.
type LogOutput struct {
	Line func(logs.Entry) error
	// Flush is called when what has arrived so far is printed.
	Flush func() error
	// State is told in words what happens to the tail, when that changes.
	State func(string)
}

// FollowLogs prints the newest lines, at most limit of them and none before
// from, and then what arrives until ctx ends, which is no error. A limit of zero
// begins with all lines since from.
func (a *App) FollowLogs(ctx context.Context, q logs.Query, from time.Time, limit int, out LogOutput) error {
	src := a.OpenLogs(a.Context)
	o := logs.TailOptions{From: from}
	if limit > 0 {
		o = logs.TailOptions{Last: limit}
	}
	tail := logs.Follow(ctx, src, q, o)
	defer tail.Close()
	words := ""
	for {
		b, err := tail.Next(ctx)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			return err
		}
		for _, e := range b.Entries {
			if e.Time.Before(from) && e.Gap == nil && !e.Late {
				continue
			}
			if err := out.Line(e); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
		if b.Status.State == logs.Stopped && b.Status.Err != nil {
			return b.Status.Err
		}
		if now := b.Status.Words(time.Now()); now != words && b.Status.State != logs.Following && b.Status.State != logs.Opening {
			out.State(now)
			words = now
		}
	}
}

// ExplainLogs says why there are no lines.
func (a *App) ExplainLogs(ctx context.Context, q logs.Query, r logs.Range) string {
	e, err := a.OpenLogs(a.Context).Explain(ctx, q, r)
	if err != nil {
		return err.Error()
	}
	return "no lines: " + e.String()
}

// LogScope is whose lines are read: the query, and who wrote a line of it.
type LogScope struct {
	Query logs.Query
	// Note says how the lines are found and what limits that.
	Note string
	// Began is when the task was made whose lines they are; zero for a service's.
	Began   time.Time
	origins ecslog.Origins
}

// LogScope derives the query for CLUSTER, SERVICE and, when given, TASK and
// CONTAINER. Previous asks for the task that stopped before the one that is named,
// or last of all when none is.
func (a *App) LogScope(ctx context.Context, parts []string, previous bool) (LogScope, error) {
	svc, err := a.FindService(ctx, parts[0], parts[1])
	if err != nil {
		return LogScope{}, err
	}
	account, err := a.Store.Account(ctx, svc.Ref.Context)
	if err != nil {
		return LogScope{}, err
	}
	tasks, err := serviceTasks(ctx, account, svc)
	if err != nil {
		return LogScope{}, err
	}
	task, err := chosenTask(tasks, parts[2:], previous)
	if err != nil {
		return LogScope{}, err
	}
	definition := svc.TaskDefinition
	if task != nil {
		definition = task.TaskDefinition
	}
	td, err := a.Store.TaskDefinition(ctx, svc.Ref.Context, definition)
	if err != nil {
		return LogScope{}, err
	}
	subject := ecslog.OfService(svc, tasks, td)
	if task != nil {
		subject = ecslog.OfTask(*task, td)
	}
	if len(parts) > 3 {
		if _, ok := td.Container(parts[3]); !ok {
			return LogScope{}, fault.Errorf(fault.NotFound, "find container", parts[3], "task %s has no container of that name", task.ID)
		}
		subject = ecslog.OfContainer(*task, parts[3], td)
	}
	d, err := a.LogDrivers().Derive(subject)
	if err != nil {
		return LogScope{}, err
	}
	scope := LogScope{Query: d.Query, Note: strings.Join(append([]string{d.Description}, d.Notes...), "; "), origins: d.Origins}
	if task != nil {
		scope.Began = task.CreatedAt
	}
	return scope, nil
}

// chosenTask is the task that a target names, or the one before it; nil stands for
// all of the service's.
func chosenTask(tasks []awsx.Task, target []string, previous bool) (*awsx.Task, error) {
	var task *awsx.Task
	if len(target) > 0 {
		named, err := inquiry.OneTask(tasks, target[0], fmt.Sprintf("the service's %d running and stopped tasks", len(tasks)))
		if err != nil {
			return nil, err
		}
		task = &named
	}
	if !previous {
		return task, nil
	}
	before, ok := store.Predecessor(tasks, task)
	if !ok {
		return nil, fault.Errorf(fault.NotFound, "find the task before", "", "none stopped of which ECS still tells, which it does for about an hour")
	}
	return &before, nil
}

// serviceTasks reads a service's running tasks, then those that stopped lately.
func serviceTasks(ctx context.Context, r awsx.TaskReader, svc awsx.Service) ([]awsx.Task, error) {
	q := awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}
	running, err := awsx.Collect(r.Tasks(ctx, q))
	q.Stopped = true
	stopped, more := awsx.Collect(r.Tasks(ctx, q))
	return append(running, stopped...), errors.Join(err, more)
}

// Origin is who wrote a line; Label names it in one word.
type Origin struct{ Task, Container, Label string }

// shortID is how much of a task's id tells it from its siblings.
const shortID = 8

// Who returns who wrote a line.
func (s LogScope) Who(e logs.Entry) Origin {
	o := s.origins.Of(&e)
	label := strings.Trim(o.TaskID[:min(len(o.TaskID), shortID)]+"/"+o.Container, "/")
	if o.ByFamily {
		label += "(by family)"
	}
	if label == "" {
		label = "-"
	}
	return Origin{Task: o.TaskID, Container: o.Container, Label: label}
}
