package ecslog

import (
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
	// Part is which of the subjects wrote the line that were put together, 0 for one
	// alone; -1 when nothing tells. See Together.
	Part int
}

// Origins attributes lines to the tasks of a subject.
type Origins struct {
	byContainer map[string]Origin   // by the runtime id, in full and abbreviated
	byTask      map[string]Origin   // by the task's id, without a container
	containers  map[string][]string // names by the task's id
	families    []string
	drivers     []Driver
	// chosen is true when a person's own filter found the lines, so that those of
	// no known task are not the family's either.
	chosen bool
	// parts are the origins that were put together; none for those of one subject.
	parts []partOrigins
}

// partOrigins are the origins of one of several subjects.
type partOrigins struct {
	Origins
	// finds reports whether the subject's own query finds a line.
	finds func(logs.Fielded) bool
}

func originsOf(s Subject, drivers []Driver) Origins {
	o := Origins{byContainer: map[string]Origin{}, byTask: map[string]Origin{}, containers: map[string][]string{},
		families: s.Families, drivers: drivers,
	}
	for _, t := range s.Tasks {
		_, revision := awsx.SplitRevision(t.TaskDefinition)
		of := Origin{Task: t.Ref, TaskID: t.ID, Revision: revision}
		o.byTask[t.ID] = of
		for _, c := range t.Containers {
			o.containers[t.ID] = append(o.containers[t.ID], c.Name)
			if c.RuntimeID == "" {
				continue
			}
			of.Container = c.Name
			o.byContainer[c.RuntimeID] = of
			if short, ok := abbreviated(c.RuntimeID); ok {
				o.byContainer[short] = of
			}
		}
	}
	return o
}

// Of returns where a line comes from.
func (o Origins) Of(e *logs.Entry) Origin {
	if len(o.parts) > 0 {
		return o.ofParts(e)
	}
	of, _ := o.of(e)
	return of
}

// of also tells whether the line names a task of the subject's.
func (o Origins) of(e *logs.Entry) (of Origin, known bool) {
	if of, ok := o.byContainer[e.Container]; ok && e.Container != "" {
		return of, true
	}
	for _, d := range o.drivers {
		t, ok := d.Trace(e, o.families)
		if !ok {
			continue
		}
		if of, ok := o.byContainer[t.RuntimeID]; ok && t.RuntimeID != "" {
			return of, true
		}
		if of, ok := o.byTask[t.TaskID]; ok && t.TaskID != "" {
			of.Container = o.container(t)
			return of, true
		}
		return Origin{TaskID: t.TaskID, Container: t.Container, Revision: t.Revision, ByFamily: !o.chosen}, false
	}
	return Origin{ByFamily: !o.chosen}, false
}

// ofParts is the subject that knows the line's task, or else the first whose own query
// finds the line.
func (o Origins) ofParts(e *logs.Entry) Origin {
	for i, p := range o.parts {
		if of, known := p.of(e); known {
			of.Part = i
			return of
		}
	}
	for i, p := range o.parts {
		if p.finds(e) {
			of, _ := p.of(e)
			of.Part = i
			return of
		}
	}
	return Origin{ByFamily: true, Part: -1}
}

// container returns the name of a known task's container as the task definition has
// it: of Docker's names some characters are dropped.
func (o Origins) container(t Trace) string {
	for _, name := range o.containers[t.TaskID] {
		if name == t.Container || dockerPart(name) == t.Container {
			return name
		}
	}
	return t.Container
}
