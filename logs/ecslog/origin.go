package ecslog

import (
	"strings"

	"gantry/awsx"
	"gantry/logs"
)

// Origin is where a line comes from.
type Origin struct {
	// Task points at the task; zero when only the family is known.
	Task awsx.Ref
	// TaskID is the task's id; empty when only the family is known.
	TaskID string
	// Container is the container's name, as far as it is known: from Docker's name
	// of the container, in which some characters are dropped, when ByFamily.
	Container string
	// Revision is the task definition's revision; may be empty.
	Revision string
	// ByFamily is true when nothing but the family ties the line to the subject:
	// it may come from another cluster, or from another account.
	ByFamily bool
}

// Origins attributes lines to the tasks of a subject.
type Origins struct {
	byID     map[string]known
	families []string
}

type known struct {
	id     string
	origin Origin
}

func originsOf(s Subject) Origins {
	o := Origins{byID: map[string]known{}, families: s.Families}
	for _, t := range s.Tasks {
		_, revision := awsx.SplitRevision(t.TaskDefinition)
		for _, c := range t.Containers {
			if len(c.RuntimeID) < shortID {
				continue
			}
			o.byID[c.RuntimeID[:shortID]] = known{c.RuntimeID, Origin{
				Task: t.Ref, TaskID: t.ID, Container: c.Name, Revision: revision,
			}}
		}
	}
	return o
}

// Of returns where a line comes from.
func (o Origins) Of(e *logs.Entry) Origin {
	if id := e.Container; len(id) >= shortID {
		if k, ok := o.byID[id[:shortID]]; ok && strings.HasPrefix(k.id, id) {
			return k.origin
		}
	}
	name, ok := e.Field("container_name")
	if !ok {
		name, _ = e.Field("container.name")
	}
	for _, family := range o.families {
		if revision, container, ok := splitDockerName(name, family); ok {
			return Origin{Container: container, Revision: revision, ByFamily: true}
		}
	}
	return Origin{ByFamily: true}
}

// splitDockerName takes ecs-<family>-<revision>-<container>-<hex> apart.
func splitDockerName(name, family string) (revision, container string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(name, "/"), "ecs-"+family+"-")
	if !ok {
		return "", "", false
	}
	revision, rest, ok = strings.Cut(rest, "-")
	if !ok || revision == "" || strings.Trim(revision, "0123456789") != "" {
		return "", "", false
	}
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		rest = rest[:i]
	}
	return revision, rest, true
}
