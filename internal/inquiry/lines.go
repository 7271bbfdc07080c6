package inquiry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/ecslog"
)

// Lines finds what containers wrote.
type Lines struct {
	Store *store.Store
	// Open returns the log stores of a context, read as one. Its error is of class
	// invalid when none is configured.
	Open func(context.Context, awsx.ContextID) (logs.Source, error)
	// Drivers are the log drivers whose lines can be found.
	Drivers ecslog.Registry
}

// LineScope is whose lines are read: the query, and who wrote a line of it.
type LineScope struct {
	Query logs.Query
	// Note says how the lines are found and what limits that.
	Note string
	// Began is when the task was made whose lines they are; zero for a service's.
	Began   time.Time
	origins ecslog.Origins
	part    ecslog.Part
	names   []string // of several that are read together
}

// together are the lines of several scopes, read as one's: a line's Writer says which.
func together(scopes []LineScope) LineScope {
	var parts []ecslog.Part
	var names []string
	began := scopes[0].Began
	for _, s := range scopes {
		if s.Began.Before(began) {
			began = s.Began
		}
		parts, names = append(parts, s.part), append(names, s.part.Name)
	}
	d := ecslog.Together(parts)
	return LineScope{Query: d.Query, Note: noteOf(d), Began: began, origins: d.Origins, names: names}
}

func noteOf(d ecslog.Derivation) string {
	return strings.Join(append([]string{d.Description}, d.Notes...), "; ")
}

// Scopes derives one query for several services, or tasks or containers of them, each as
// CLUSTER/SERVICE[/TASK[/CONTAINER]]. Lacking says of which there will be no lines, and why;
// the error is that of the only one, or of the first when there are none of any.
func (l Lines) Scopes(ctx context.Context, find Reader, targets []string, previous bool) (all LineScope, lacking []string, err error) {
	var scopes []LineScope
	cluster, _, _ := strings.Cut(targets[0], "/")
	alike := !slices.ContainsFunc(targets, func(t string) bool { return !strings.HasPrefix(t, cluster+"/") })
	for _, target := range targets {
		parts := strings.Split(target, "/")
		svc, failed := find.FindService(ctx, parts[0], parts[1])
		var scope LineScope
		if failed == nil {
			scope, failed = l.Scope(ctx, svc, parts[2:], previous)
		}
		if failed != nil {
			lacking = append(lacking, target+": "+failed.Error())
			if err == nil {
				err = failed
			}
			continue
		}
		scope.part.Name = target
		if alike {
			_, scope.part.Name, _ = strings.Cut(target, "/")
		}
		scopes = append(scopes, scope)
	}
	if len(scopes) == 0 || ctx.Err() != nil {
		return LineScope{}, nil, err
	}
	if len(targets) == 1 {
		return scopes[0], nil, nil
	}
	return together(scopes), lacking, nil
}

// Scope derives the query for a service and, when names are given, for a task of it
// and a container of that. Previous asks for the task that stopped before the one
// that is named, or last of all when none is.
func (l Lines) Scope(ctx context.Context, svc awsx.Service, names []string, previous bool) (LineScope, error) {
	account, err := l.Store.Account(ctx, svc.Ref.Context)
	if err != nil {
		return LineScope{}, err
	}
	tasks, err := serviceTasks(ctx, account, svc)
	if err != nil {
		return LineScope{}, err
	}
	// What ECS has forgotten left its lines all the same; what cannot be read of it is as
	// unknown as it was before anything was kept.
	gone, _ := past.Gone(ctx, l.Store.Past(), svc.Ref, tasks, time.Time{})
	tasks = append(tasks, past.TasksOf(gone)...)
	task, err := chosenTask(tasks, names, previous)
	if err != nil {
		return LineScope{}, err
	}
	definition := svc.TaskDefinition
	if task != nil {
		definition = task.TaskDefinition
	}
	td, err := l.Store.TaskDefinition(ctx, svc.Ref.Context, definition)
	if err != nil {
		return LineScope{}, err
	}
	var began time.Time
	subject := ecslog.OfService(svc, tasks, td)
	if task != nil {
		container := ""
		if len(names) > 1 {
			container = names[1]
			if _, ok := td.Container(container); !ok {
				return LineScope{}, fault.Errorf(fault.NotFound, "find container", container, "task %s has no container of that name", task.ID)
			}
		}
		subject, began = ecslog.OfContainer(*task, container, td), task.CreatedAt
	}
	d, err := l.Drivers.Derive(subject)
	if err != nil {
		return LineScope{}, err
	}
	return LineScope{Query: d.Query, Note: noteOf(d), Began: began, origins: d.Origins, part: ecslog.Part{Derivation: d}}, nil
}

// chosenTask is the task that a target names, or the one before it; nil stands for
// all of the service's.
func chosenTask(tasks []awsx.Task, target []string, previous bool) (*awsx.Task, error) {
	var task *awsx.Task
	if len(target) > 0 {
		named, err := OneTask(tasks, target[0], fmt.Sprintf("the service's %d running, stopped and remembered tasks", len(tasks)))
		if err != nil {
			return nil, err
		}
		task = &named
	}
	if !previous {
		return task, nil
	}
	before, ok := past.Predecessor(tasks, task)
	if !ok {
		return nil, fault.Errorf(fault.NotFound, "find the task before", "", "none stopped of which ECS still tells, which it does for about an hour, or gantry remembers")
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

// Writer is who wrote a line; Label names it in one word. The Service is named of several
// that are read together.
type Writer struct{ Service, Task, Container, Label string }

// shortID is how much of a task's id tells it from its siblings.
const shortID = 8

// Writer returns who wrote a line.
func (s LineScope) Writer(e logs.Entry) Writer {
	o := s.origins.Of(&e)
	w := Writer{Task: o.TaskID, Container: o.Container}
	parts := []string{o.TaskID[:min(len(o.TaskID), shortID)], o.Container}
	if s.names != nil && o.Part >= 0 {
		w.Service = s.names[o.Part]
		parts = append([]string{w.Service}, parts...)
	}
	w.Label = strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "/")
	if o.ByFamily {
		w.Label += "(by family)"
	}
	w.Label = cmp.Or(w.Label, "-")
	return w
}

// Lately reads the newest lines of the tasks of a service that run, the oldest first.
func (l Lines) Lately(ctx context.Context, s diagnose.Standing, since time.Time, limit int) ([]logs.Entry, error) {
	svc := s.Service()
	d, err := l.Drivers.Derive(ecslog.OfService(svc, s.Evidence.Running, s.Evidence.TaskDefinition(svc.TaskDefinition)))
	if err != nil || d.Query.MatchesNothing() {
		return nil, nil // its driver ships nothing that can be read
	}
	source, err := l.Open(ctx, svc.Ref.Context)
	if err != nil {
		return nil, err
	}
	page, err := logs.Newest(ctx, source, d.Query, logs.Range{From: since}, limit)
	return slices.DeleteFunc(page.Entries, func(e logs.Entry) bool { return e.Gap != nil }), err
}
