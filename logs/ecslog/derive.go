package ecslog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/logs"
)

// Registry holds the drivers whose lines can be found.
type Registry struct {
	drivers map[string]Driver
	rule    func(Subject) Rule // nil without any
}

// NewRegistry makes a registry of drivers; of two with one name the last counts.
func NewRegistry(drivers ...Driver) Registry {
	r := Registry{drivers: map[string]Driver{}}
	for _, d := range drivers {
		r.drivers[d.Name()] = d
	}
	return r
}

// Names returns the names of the drivers, in order.
func (r Registry) Names() []string { return slices.Sorted(maps.Keys(r.drivers)) }

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
// container of the subject has a log driver that is read, and no rule a filter; it
// names those found.
func (r Registry) Derive(s Subject) (Derivation, error) {
	rule := r.ruleOf(s)
	d, err := r.derive(s, rule)
	d.Query.Store = rule.Store
	if err == nil {
		d.Description += rule.in()
	}
	return d, err
}

func (r Registry) derive(s Subject, rule Rule) (Derivation, error) {
	if rule.Filter != nil {
		return r.ruled(s, rule), nil
	}
	byDriver, unread := r.sort(s)
	if len(byDriver) == 0 {
		return Derivation{Origins: originsOf(s, nil)}, r.refuse(s, unread)
	}
	d := Derivation{Notes: unread}
	var drivers []Driver
	var filters logs.Any
	var how []string
	for _, name := range slices.Sorted(maps.Keys(byDriver)) {
		driver, of := r.drivers[name], *byDriver[name]
		if choosy, ok := driver.(Choosy); ok {
			driver = choosy.Under(rule)
		}
		drivers = append(drivers, driver)
		w := Wanted{Families: s.Families, Container: s.Container, Definitions: of.definitions, Cluster: s.Cluster.Cluster}
		var tasks int
		w.Containers, tasks = s.containers(of)
		if len(w.Containers) == maxContainers {
			d.note(fmt.Sprintf("only the %d youngest containers are searched by their ids", maxContainers))
		}
		saying := driver.Words()
		if f := driver.ByContainer(w); f != nil {
			filters = append(filters, f)
			how = append(how, fmt.Sprintf("the %s of %s in %s (%s)", saying.Container, words.Count(len(w.Containers), "container"), words.Count(tasks, "task"), name))
		}
		if f := driver.ByFamily(w); f != nil {
			filters = append(filters, f)
			how = append(how, fmt.Sprintf("%s of family %s (%s; marked, as %s)", saying.Family, strings.Join(w.Families, ", "), name, saying.Doubt))
		}
		for _, note := range driver.Notes(w) {
			d.note(note)
		}
	}
	d.Origins = originsOf(s, drivers)
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

// note adds a note, once.
func (d *Derivation) note(note string) {
	if !slices.Contains(d.Notes, note) {
		d.Notes = append(d.Notes, note)
	}
}

// driven are the containers of one log driver; without definitions they are all.
type driven struct{ definitions []awsx.ContainerDefinition }

func (d driven) has(name string) bool {
	return d.definitions == nil || slices.ContainsFunc(d.definitions, func(c awsx.ContainerDefinition) bool { return c.Name == name })
}

func (d driven) options(name string) map[string]string {
	for _, c := range d.definitions {
		if c.Name == name {
			return c.LogOptions
		}
	}
	return nil
}

// assumed is the driver that is taken when the task definition is not known.
const assumed = "gelf"

// defaultDriver is what Docker uses for a container that sets none.
const defaultDriver = "json-file"

// sort groups the subject's containers by driver, and names those of drivers that
// are not read.
func (r Registry) sort(s Subject) (byDriver map[string]*driven, unread []string) {
	byDriver = map[string]*driven{}
	if s.Definition == nil {
		if _, ok := r.drivers[assumed]; ok {
			byDriver[assumed] = &driven{}
			unread = append(unread, "the task definition was not read: the log driver is taken to be "+assumed)
		}
		return byDriver, unread
	}
	for _, c := range s.Definition.Containers {
		if !s.wants(c.Name) {
			continue
		}
		name := cmp.Or(c.LogDriver, defaultDriver)
		if _, ok := r.drivers[name]; !ok {
			unread = append(unread, fmt.Sprintf("log driver %s of container %s is not read", name, c.Name))
			continue
		}
		g := byDriver[name]
		if g == nil {
			g = &driven{}
			byDriver[name] = g
		}
		g.definitions = append(g.definitions, c)
	}
	return byDriver, unread
}

func (r Registry) refuse(s Subject, unread []string) error {
	reason := strings.Join(unread, "; ")
	if reason == "" {
		reason = fmt.Sprintf("the task definition has no container %q", s.Container)
	}
	return &fault.Error{
		Class: fault.Invalid,
		Op:    fmt.Sprintf("logs of %s %s", s.Kind, s.Name),
		Err:   fmt.Errorf("%s", reason),
		Fix:   "lines are read of containers that log through " + strings.Join(r.Names(), ", "),
	}
}
