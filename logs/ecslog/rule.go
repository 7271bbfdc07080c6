package ecslog

import (
	"fmt"
	"slices"
	"strings"

	"gantry/logs"
)

// Rule is what a person configured of the lines of some services.
type Rule struct {
	// Name says where it is configured, such as "config.yaml:12".
	Name string
	// Store is the store that has the lines; see logs.Query. Place says which that is,
	// in words; empty where the rule says nothing of it.
	Store, Place string
	// Documents is true where the lines of containers that log through awslogs are
	// read from the store of documents in place of CloudWatch Logs.
	Documents bool
	// Filter takes the place of the derived query; nil leaves it.
	Filter *Template
}

// Ruled returns a registry that keeps to what is configured of a subject. Rule is
// called for each derivation; the zero Rule changes nothing.
func (r Registry) Ruled(rule func(Subject) Rule) Registry {
	r.rule = rule
	return r
}

// ruleOf returns what is configured of a subject.
func (r Registry) ruleOf(s Subject) Rule {
	if r.rule == nil {
		return Rule{}
	}
	return r.rule(s)
}

// maxRows bounds the values that a filter names of one kind: each is a clause of
// its own, of which stores take about a thousand.
const maxRows = 200

// ruled derives the query from a person's own filter.
func (r Registry) ruled(s Subject, rule Rule) Derivation {
	rows, cut := s.rows()
	d := Derivation{Query: logs.Query{Where: rule.Filter.Expand(rows)}}
	d.Description = fmt.Sprintf("%s %s: lines that the filter of %s finds", s.Kind, s.Name, rule.Name)
	if cut {
		d.note(fmt.Sprintf("the filter names only the %d youngest containers", maxRows))
	}
	switch {
	case s.Kind == "service":
	case !rule.Filter.names("task", "task_arn", "runtime_id"):
		d.note("the filter names no task: lines of other tasks are found too")
	case s.Container != "" && !rule.Filter.names("container", "runtime_id"):
		d.note("the filter names no container: lines of the task's other containers are found too")
	}
	var drivers []Driver
	for _, name := range r.Names() {
		drivers = append(drivers, r.drivers[name])
	}
	d.Origins = originsOf(s, drivers)
	d.Origins.chosen = true
	return d
}

// rows are the values of a filter's variables, those of one container together,
// the youngest tasks first. After them come those that a task to be would have.
func (s Subject) rows() (rows []map[string]string, cut bool) {
	options := func(row map[string]string, container string) map[string]string {
		if s.Definition == nil {
			return row
		}
		if c, ok := s.Definition.Container(container); ok {
			for name, value := range c.LogOptions {
				row[optionPrefixName+name] = value
			}
		}
		return row
	}
	row := func(family, revision, container string) map[string]string {
		return options(map[string]string{
			"cluster": s.Cluster.ClusterName(), "service": s.Service,
			"family": family, "revision": revision, "container": container,
		}, container)
	}
	found, _ := s.containers(driven{})
	cut = len(found) > maxRows
	for _, c := range found[:min(len(found), maxRows)] {
		r := row(c.Family, c.Revision, c.Name)
		r["task"], r["task_arn"], r["runtime_id"] = c.TaskID, c.TaskARN, c.RuntimeID
		rows = append(rows, r)
	}
	if s.Kind != "service" {
		if len(rows) == 0 {
			rows = append(rows, row("", "", s.Container))
		}
		return rows, cut
	}
	var names []string
	if s.Definition != nil {
		for _, c := range s.Definition.Containers {
			names = append(names, c.Name)
		}
	}
	for _, family := range s.Families {
		for _, name := range slices.Concat(names, []string{""}) {
			if s.wants(name) || name == "" {
				rows = append(rows, row(family, "", name))
			}
		}
	}
	return rows, cut
}

// in says where a rule has lines read from, for the end of a description.
func (rule Rule) in() string {
	var parts []string
	if rule.Place != "" {
		parts = append(parts, "in "+rule.Place)
	}
	if rule.Name != "" && rule.Filter == nil {
		parts = append(parts, "as "+rule.Name+" says")
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}
