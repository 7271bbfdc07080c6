package ecslog

import (
	"slices"
	"strings"

	"gantry/awsx"
)

// Subject says whose lines are wanted.
type Subject struct {
	// Kind and Name say it in words: "service" and "api".
	Kind, Name string
	// Cluster is where the subject lives, Service the service that it is or belongs
	// to, empty for a task of none.
	Cluster awsx.Ref
	Service string
	// Tasks are the tasks whose lines are wanted, running and remembered ones.
	Tasks []awsx.Task
	// Container restricts to the containers of one name; empty takes all.
	Container string
	// Families are the task definition families whose lines are wanted beyond
	// those of Tasks; empty for none.
	Families []string
	// Definition tells the log driver of each container; nil when it could not be
	// read.
	Definition *awsx.TaskDefinition
}

// OfService is everything a service wrote: its tasks' lines, and those of tasks
// that are forgotten, as far as their family tells. Definition is the revision
// that the service runs.
func OfService(s awsx.Service, tasks []awsx.Task, definition *awsx.TaskDefinition) Subject {
	var families []string
	add := func(definitionARN string) {
		if family, _ := awsx.SplitRevision(definitionARN); family != "" && !slices.Contains(families, family) {
			families = append(families, family)
		}
	}
	add(s.TaskDefinition)
	for _, t := range tasks {
		add(t.TaskDefinition)
	}
	return Subject{Kind: "service", Name: s.Name, Cluster: s.Ref.ClusterRef(), Service: s.Name, Tasks: tasks, Families: families, Definition: definition}
}

// OfTask is everything one task wrote.
func OfTask(t awsx.Task, definition *awsx.TaskDefinition) Subject {
	service, ok := strings.CutPrefix(t.Group, "service:")
	if !ok {
		service = "" // a group of another kind
	}
	return Subject{Kind: "task", Name: t.ID, Cluster: t.Ref.ClusterRef(), Service: service, Tasks: []awsx.Task{t}, Definition: definition}
}

// OfContainer is everything one container of a task wrote; where container is empty,
// everything the task wrote.
func OfContainer(t awsx.Task, container string, definition *awsx.TaskDefinition) Subject {
	s := OfTask(t, definition)
	if container != "" {
		s.Kind, s.Name, s.Container = "container", container, container
	}
	return s
}

// wants reports whether a container's lines are of the subject.
func (s Subject) wants(container string) bool { return s.Container == "" || s.Container == container }

// maxContainers bounds a query: a store refuses one that names too many.
const maxContainers = 2000

// containers returns the containers that write through some driver, those of the
// youngest tasks first, and how many tasks they belong to. One that was never
// created has no lines.
func (s Subject) containers(d driven) (found []Container, tasks int) {
	youngest := slices.Clone(s.Tasks)
	slices.SortStableFunc(youngest, func(a, b awsx.Task) int { return b.CreatedAt.Compare(a.CreatedAt) })
	seen := map[string]bool{}
	for _, t := range youngest {
		before := len(found)
		for _, c := range t.Containers {
			if c.RuntimeID == "" || seen[c.RuntimeID] || !s.wants(c.Name) || !d.has(c.Name) {
				continue
			}
			if len(found) == maxContainers {
				return found, tasks
			}
			seen[c.RuntimeID] = true
			family, revision := awsx.SplitRevision(t.TaskDefinition)
			found = append(found, Container{
				TaskARN: t.Ref.ARN, TaskID: t.ID, Family: family, Revision: revision,
				Name: c.Name, RuntimeID: c.RuntimeID, Options: d.options(c.Name),
			})
		}
		if len(found) > before {
			tasks++
		}
	}
	return found, tasks
}
