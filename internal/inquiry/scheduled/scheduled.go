package scheduled

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/schedule"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/internal/words"
)

// Start is a task that something starts by itself.
type Start struct {
	awsx.Schedule
	Task awsx.ScheduledTask
	// When says in words when it is started, and Next when that is the next time: zero where
	// it cannot be told, or is never.
	When string
	Next time.Time
	// Pin is the revision that it starts; its zero value is one that was not read.
	Pin Pin
	// Warning says what is wrong with that, empty for nothing.
	Warning string
	// Last is the newest task that it started, of those of which ECS still tells; nil when
	// there is none.
	Last *awsx.Task
	// Ended says how the last one ended, where it did.
	Ended reason.Stopped
}

// Family is the family of what is started.
func (s Start) Family() string { f, _ := awsx.SplitRevision(s.Task.Definition); return f }

// Pin is what was read of the revision that a schedule starts.
type Pin struct {
	Read bool
	// Newest is the ARN of the family's newest ACTIVE revision, empty when it has none.
	Newest string
	// Inactive is set when the revision can no longer be started, Gone when there is none.
	Inactive, Gone bool
}

// Pins keeps what was read of the revisions that schedules start.
type Pins struct {
	mu   sync.Mutex
	kept map[string]Pin
}

// Get returns what was read of a revision, by its ARN.
func (p *Pins) Get(definition string) Pin {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept[definition]
}

// Read reads what is not known yet of the revisions that schedules start: two calls each. It
// reports whether that brought anything; the error is of the last one that could not be read.
func (p *Pins) Read(ctx context.Context, account awsx.TaskDefinitionReader, definitions []string) (news bool, err error) {
	for _, definition := range definitions {
		if p.Get(definition).Read {
			continue
		}
		pin := Pin{Read: true}
		family, revision := awsx.SplitRevision(definition)
		active, unread := account.Revisions(ctx, family, 1)
		if unread == nil && len(active) > 0 {
			pin.Newest = active[0]
		}
		if unread == nil && revision != "" && pin.Newest != definition {
			td, absent := account.TaskDefinition(ctx, definition)
			switch {
			case absent == nil:
				pin.Inactive = td.Inactive()
			case fault.ClassOf(absent) == fault.NotFound:
				pin.Gone = true
			default:
				unread = absent
			}
		}
		if unread != nil {
			err = unread
			continue
		}
		p.mu.Lock()
		if p.kept == nil {
			p.kept = map[string]Pin{}
		}
		p.kept[definition] = pin
		p.mu.Unlock()
		news = true
	}
	return news, err
}

// In are the tasks that schedules start in a cluster, those with a warning first, then
// by name. Tasks are the cluster's.
func In(cluster awsx.Ref, all []awsx.Schedule, tasks []awsx.Task, pins *Pins, now time.Time) []Start {
	var out []Start
	for _, s := range all {
		for _, t := range s.Starts {
			if t.Cluster != cluster.ARN {
				continue
			}
			one := Start{Schedule: s, Task: t, Pin: pins.Get(t.Definition)}
			one.due(now)
			one.warn()
			one.last(tasks)
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b Start) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Name, b.Name), strings.Compare(a.Ref.ARN, b.Ref.ARN))
	})
	return out
}

func rank(s Start) int {
	if s.Warning != "" && s.Enabled {
		return 0
	}
	return 1
}

// due puts into words when it is started, and computes when next.
func (s *Start) due(now time.Time) {
	if s.Expression == "" {
		s.When = "on events"
		return
	}
	e, err := schedule.Parse(s.Expression, s.Zone)
	if err != nil {
		s.When = s.Expression // of a form that this version does not know
		return
	}
	s.When = e.Words()
	if s.Pattern {
		s.When += ", and on events"
	}
	after := now
	if s.Begins.After(after) {
		after = s.Begins.Add(-time.Second)
	}
	base := s.Begins
	if base.IsZero() {
		base = s.Made
	}
	if at, ok := e.Next(after, base); ok && s.Enabled && (s.Ends.IsZero() || !at.After(s.Ends)) {
		s.Next = at
	}
}

// warn says what is wrong with the revision that it starts.
func (s *Start) warn() {
	name := awsx.ARNName(s.Task.Definition)
	switch p := s.Pin; {
	case !p.Read:
	case p.Gone:
		s.Warning = name + " is not there: nothing is started"
	case p.Inactive:
		s.Warning = name + " is INACTIVE: nothing is started"
	case p.Newest == "":
		s.Warning = "the family has no ACTIVE revision: nothing is started"
	case s.Task.Pins() && p.Newest != s.Task.Definition:
		s.Warning = "starts " + name + ", and the newest is " + awsx.ARNName(p.Newest)
	}
}

// last finds the newest task that it started.
func (s *Start) last(tasks []awsx.Task) {
	for i := range tasks {
		t := &tasks[i]
		if family, _ := awsx.SplitRevision(t.TaskDefinition); family == s.Family() && s.Started(*t) && (s.Last == nil || t.CreatedAt.After(s.Last.CreatedAt)) {
			s.Last = t
		}
	}
	if s.Last != nil && s.Last.DesiredStatus == "STOPPED" {
		s.Ended = reason.StoppedTask(*s.Last, nil)
	}
}

// Read reads the tasks that schedules start in a cluster. The errors are of what could not
// be read beside them.
func Read(ctx context.Context, r inquiry.Reader, cluster awsx.Ref) (found []Start, unread []error, err error) {
	w, tasks := r.Store.Schedules(r.Context), r.Store.Tasks(cluster)
	defer w.Close()
	defer tasks.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Schedule]).Ended)
	if err == nil {
		err = s.Err
	}
	if err == nil && len(s.Items) == 0 {
		err = errors.Join(s.Partial...) // of both services, or of one beside which there is nothing
	}
	if err != nil {
		return nil, nil, err
	}
	unread = slices.Clone(s.Partial)
	seen, err := tasks.Await(ctx, (*store.Snapshot[awsx.Task]).Ended)
	if err != nil {
		return nil, nil, err
	}
	unread = append(unread, seen.Partial...)
	if seen.Err != nil {
		unread = append(unread, seen.Err)
	}
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return nil, nil, err
	}
	pins := &Pins{}
	if _, err := pins.Read(ctx, account, DefinitionsIn(cluster, s.Values())); err != nil {
		unread = append(unread, err)
	}
	return In(cluster, s.Values(), seen.Values(), pins, r.Now()), unread, ctx.Err()
}

// DefinitionsIn are what schedules start in a cluster, each once.
func DefinitionsIn(cluster awsx.Ref, all []awsx.Schedule) (definitions []string) {
	for _, s := range all {
		for _, t := range s.Starts {
			if t.Cluster == cluster.ARN {
				definitions = words.AddNew(definitions, t.Definition)
			}
		}
	}
	return definitions
}
