package inquiry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
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
	return LineScope{
		Query: d.Query, Note: strings.Join(append([]string{d.Description}, d.Notes...), "; "), Began: began, origins: d.Origins,
	}, nil
}

// chosenTask is the task that a target names, or the one before it; nil stands for
// all of the service's.
func chosenTask(tasks []awsx.Task, target []string, previous bool) (*awsx.Task, error) {
	var task *awsx.Task
	if len(target) > 0 {
		named, err := OneTask(tasks, target[0], fmt.Sprintf("the service's %d running and stopped tasks", len(tasks)))
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

// Writer is who wrote a line; Label names it in one word.
type Writer struct{ Task, Container, Label string }

// shortID is how much of a task's id tells it from its siblings.
const shortID = 8

// Writer returns who wrote a line.
func (s LineScope) Writer(e logs.Entry) Writer {
	o := s.origins.Of(&e)
	label := strings.Trim(o.TaskID[:min(len(o.TaskID), shortID)]+"/"+o.Container, "/")
	if o.ByFamily {
		label += "(by family)"
	}
	if label == "" {
		label = "-"
	}
	return Writer{Task: o.TaskID, Container: o.Container, Label: label}
}
