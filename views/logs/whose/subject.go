package whose

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/views"
	"gantry/views/livetable"
)

// Subject is what is known of scopes at one moment, as of one.
type Subject struct {
	// Known is false while there is nothing to derive a query from. Of several it is true
	// once each is known, or could not be read.
	Known      bool
	Derivation ecslog.Derivation
	Err        error            // why the lines cannot be found; of several, why none's can
	Status     livetable.Status // of the services' watches: of the first that is in trouble
	Fields     string           // of the store, that the query compares
	Brief      string           // the query in a few words, apart from the fields
	// Lacking says which of several have no lines here and why.
	Lacking Lacking
	// Readable is of how many scopes the lines are looked for.
	Readable int
	// Containers tells that there is more than one container in a task.
	Containers bool
	Reason     string    // why the task stopped, for a task's scope
	Ended      time.Time // when the tasks of the scopes did, zero while one has not
	Rollouts   []Rollout // of the services, oldest first

	build  uint64
	unread []string // ARNs of the task definitions that were not read
	before *views.LogScope
}

// Lack is one of several whose lines are not among those that are shown.
type Lack struct{ Name, Why string }

// Lacking are all of them.
type Lacking []Lack

// String names each, and says why.
func (l Lacking) String() string {
	out := make([]string, len(l))
	for i, lack := range l {
		out[i] = lack.Name + ": " + lack.Why
	}
	return strings.Join(out, "; ")
}

// Has tells that one of a name is among them.
func (l Lacking) Has(name string) bool {
	return slices.ContainsFunc(l, func(lack Lack) bool { return lack.Name == name })
}

// Searchable tells that there is a query that may find lines. Containers that
// never started have no lines.
func (s Subject) Searchable() bool {
	return s.Known && s.Err == nil && !s.Derivation.Query.MatchesNothing()
}

// Before is the task that stopped before those of the scopes; of services it is the one
// that stopped last.
func (s Subject) Before() (views.LogScope, bool) {
	if s.before == nil {
		return views.LogScope{}, false
	}
	return *s.before, true
}

// joined is what is known of all scopes.
func joined(scopes Scopes, all []one) Subject {
	s := Subject{Known: true}
	var parts []ecslog.Part
	var failed []error
	var stopped time.Time
	over := true // all tasks have ended
	for _, o := range all {
		if s.Status.Err == nil {
			s.Status = o.status
		}
		if why := o.lacking(); why != "" && scopes.Several() {
			s.Lacking = append(s.Lacking, Lack{o.name, why})
		} else if !o.known {
			s.Known = false
		}
		if o.err != nil {
			failed = append(failed, o.err)
		}
		if o.unread != "" {
			s.unread = words.AddNew(s.unread, o.unread)
		}
		if before, at, ok := o.before(); ok && (s.before == nil || at.After(stopped)) {
			s.before, stopped = &before, at
		}
		if over = over && !o.ended.IsZero(); o.ended.After(s.Ended) {
			s.Ended = o.ended
		}
		s.Rollouts = append(s.Rollouts, o.rollouts...)
		s.Containers = s.Containers || severalContainers(o.subject)
		// Each has its place, so that what an Origin's Part says stays true.
		part := ecslog.Part{Name: o.name, Derivation: o.derivation}
		if o.known && o.err == nil {
			s.Readable++
		} else {
			part.Query = nothing
		}
		parts = append(parts, part)
	}
	if !over {
		s.Ended = time.Time{}
	}
	slices.SortStableFunc(s.Rollouts, func(a, b Rollout) int { return a.At.Compare(b.At) })
	s.Reason = reasonsOf(all)
	switch {
	case s.Readable > 0 || len(failed) == 0 && !scopes.Several():
	case !scopes.Several():
		s.Err = failed[0]
	case s.Known:
		s.Err = &fault.Error{Class: fault.Invalid, Op: fmt.Sprintf("logs of %s", words.Count(len(all), scopes.Noun())), Err: errors.New(s.Lacking.String())}
	}
	s.Derivation = ecslog.Together(parts)
	s.Fields = fieldsOf(s.Derivation.Query)
	s.Brief = briefOfAll(scopes, all)
	return s
}

// nothing is the query of what cannot be searched for.
var nothing = logs.Query{Where: logs.Any{}}

// reasonsOf says why tasks stopped.
func reasonsOf(all []one) string {
	if len(all) == 1 {
		return all[0].reason
	}
	var out []string
	for _, o := range all {
		if o.reason != "" {
			out = append(out, o.name+": "+o.reason)
		}
	}
	return strings.Join(out, "; ")
}

// fieldsOf are the fields that a query compares.
func fieldsOf(q logs.Query) string {
	names := logs.Fields(q.Where)
	for _, name := range logs.Named(q.Where) {
		names = words.AddNew(names, name.Raw())
	}
	return strings.Join(names, ", ")
}

// briefOfAll says whose lines are searched for, and which drivers wrote them.
func briefOfAll(scopes Scopes, all []one) string {
	if !scopes.Several() {
		if !all[0].known || all[0].err != nil {
			return ""
		}
		return briefOf(all[0])
	}
	var drivers []string
	tasks := 0
	for _, o := range all {
		if !o.known {
			continue
		}
		tasks += len(o.subject.Tasks)
		for _, name := range driversOf(o.subject) {
			drivers = words.AddNew(drivers, name)
		}
	}
	brief := strings.Join(drivers, ", ")
	if scopes.Noun() == "service" {
		brief = words.Count(tasks, "task") + ", " + brief
	}
	return brief
}
