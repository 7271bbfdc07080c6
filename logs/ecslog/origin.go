package ecslog

import (
	"strings"

	"gantry/awsx"
	"gantry/logs"
)

// Origin is where a line comes from.
type Origin struct {
	// Task points at the task; zero when the task is not one of the subject's.
	Task awsx.Ref
	// TaskID is the task's id, as far as it is known.
	TaskID string
	// Container is the container's name, as far as it is known: where it comes from
	// Docker's name of the container some characters are dropped.
	Container string
	// Revision is the task definition's revision; may be empty.
	Revision string
	// ByFamily is true when nothing but the family ties the line to the subject:
	// it may come from another cluster, or from another account.
	ByFamily bool
}

// Origins attributes lines to the tasks of a subject.
type Origins struct {
	byContainer map[string]known  // by the beginning of the runtime id
	byTask      map[string]Origin // by the task's id, without a container
	families    []string
	drivers     []Driver
}

type known struct {
	id     string
	origin Origin
}

func originsOf(s Subject, drivers []Driver) Origins {
	o := Origins{byContainer: map[string]known{}, byTask: map[string]Origin{}, families: s.Families, drivers: drivers}
	for _, t := range s.Tasks {
		_, revision := awsx.SplitRevision(t.TaskDefinition)
		of := Origin{Task: t.Ref, TaskID: t.ID, Revision: revision}
		o.byTask[t.ID] = of
		for _, c := range t.Containers {
			if len(c.RuntimeID) < shortID {
				continue
			}
			of.Container = c.Name
			o.byContainer[c.RuntimeID[:shortID]] = known{c.RuntimeID, of}
		}
	}
	return o
}

// Of returns where a line comes from.
func (o Origins) Of(e *logs.Entry) Origin {
	if id := e.Container; len(id) >= shortID {
		if k, ok := o.byContainer[id[:shortID]]; ok && strings.HasPrefix(k.id, id) {
			return k.origin
		}
	}
	for _, d := range o.drivers {
		t, ok := d.Trace(e, o.families)
		if !ok {
			continue
		}
		if of, ok := o.byTask[t.TaskID]; ok {
			of.Container = t.Container
			return of
		}
		return Origin{TaskID: t.TaskID, Container: t.Container, Revision: t.Revision, ByFamily: true}
	}
	return Origin{ByFamily: true}
}
