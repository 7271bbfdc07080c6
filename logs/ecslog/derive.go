package ecslog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/logs"
)

// Registry holds the drivers whose lines can be found.
type Registry struct{ drivers map[string]Driver }

// NewRegistry makes a registry of drivers; of two with one name the last counts.
func NewRegistry(drivers ...Driver) Registry {
	r := Registry{drivers: map[string]Driver{}}
	for _, d := range drivers {
		r.drivers[d.Name()] = d
	}
	return r
}

// Standard returns the registry of the drivers in this package.
func Standard() Registry { return NewRegistry(Gelf{}) }

// Derivation is the query for a subject, and what it rests on.
type Derivation struct {
	Query logs.Query
	// Description says in a sentence how the lines are found.
	Description string
	// Notes hold what limits the answer: containers whose driver is not read, what
	// the driver may lose, tasks that have not started.
	Notes []string
	// Origins tells which task and container wrote a line.
	Origins Origins
}

// Derive makes the query for a subject. The error is of class invalid when no
// container of the subject has a log driver that is read; it names those found.
func (r Registry) Derive(s Subject) (Derivation, error) {
	d := Derivation{Origins: originsOf(s)}
	byDriver, unread := r.sort(s)
	if len(byDriver) == 0 {
		return d, r.refuse(s, unread)
	}
	d.Notes = append(d.Notes, unread...)
	var filters logs.Any
	var how []string
	for _, name := range slices.Sorted(maps.Keys(byDriver)) {
		driver, containers := r.drivers[name], byDriver[name]
		w := Wanted{Families: s.Families, Container: s.Container}
		var tasks int
		w.RuntimeIDs, tasks = s.runtimeIDs(func(c string) bool { return containers.has(c) })
		if len(w.RuntimeIDs) == maxRuntimeIDs {
			d.Notes = append(d.Notes, fmt.Sprintf("only the %d youngest containers are searched by their ids", maxRuntimeIDs))
		}
		if f := driver.ByRuntimeID(w); f != nil && len(w.RuntimeIDs) > 0 {
			filters = append(filters, f)
			how = append(how, fmt.Sprintf("the ids of %s in %s (%s)", count(len(w.RuntimeIDs), "container"), count(tasks, "task"), name))
		}
		if f := driver.ByFamily(w); f != nil && len(w.Families) > 0 {
			filters = append(filters, f)
			how = append(how, fmt.Sprintf("container names of family %s (%s; marked, as another cluster may run it too)", strings.Join(w.Families, ", "), name))
		}
		if blind := driver.Blind(containers.options); blind != "" {
			d.Notes = append(d.Notes, blind)
		}
	}
	d.Query = logs.Query{Where: filters}
	if len(filters) == 1 {
		d.Query.Where = filters[0]
	}
	if len(how) == 0 {
		d.Description = fmt.Sprintf("%s %s has no container that has started yet", s.Kind, s.Name)
		return d, nil
	}
	d.Description = fmt.Sprintf("%s %s: lines with %s", s.Kind, s.Name, strings.Join(how, ", or "))
	return d, nil
}

// containers are those of one log driver; without names they are all.
type containers struct {
	names   []string
	options map[string]string
}

func (c *containers) has(name string) bool { return c.names == nil || slices.Contains(c.names, name) }

// assumed is the driver that is taken when the task definition is not known.
const assumed = "gelf"

// sort groups the subject's containers by driver, and names those of drivers that
// are not read.
func (r Registry) sort(s Subject) (byDriver map[string]*containers, unread []string) {
	byDriver = map[string]*containers{}
	if s.Definition == nil {
		if _, ok := r.drivers[assumed]; ok {
			byDriver[assumed] = &containers{}
			unread = append(unread, "the task definition was not read: the log driver is taken to be "+assumed)
		}
		return byDriver, unread
	}
	for _, c := range s.Definition.Containers {
		if !s.wants(c.Name) {
			continue
		}
		if _, ok := r.drivers[c.LogDriver]; !ok {
			unread = append(unread, unreadDriver(c))
			continue
		}
		g := byDriver[c.LogDriver]
		if g == nil {
			g = &containers{options: c.LogOptions}
			byDriver[c.LogDriver] = g
		}
		g.names = append(g.names, c.Name)
	}
	return byDriver, unread
}

func unreadDriver(c awsx.ContainerDefinition) string {
	if c.LogDriver == "" {
		return fmt.Sprintf("container %s sets no log driver: its lines stay on the instance", c.Name)
	}
	return fmt.Sprintf("log driver %s of container %s is not read yet", c.LogDriver, c.Name)
}

func (r Registry) refuse(s Subject, unread []string) error {
	reason := strings.Join(unread, "; ")
	if reason == "" {
		reason = fmt.Sprintf("the task definition has no container %q", s.Container)
	}
	names := slices.Sorted(maps.Keys(r.drivers))
	return &logs.Error{
		Class: logs.Invalid,
		Op:    fmt.Sprintf("logs of %s %s", s.Kind, s.Name),
		Err:   fmt.Errorf("%s", reason),
		Fix:   "lines are read of containers that log through " + strings.Join(names, ", "),
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
