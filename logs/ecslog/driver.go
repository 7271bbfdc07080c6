package ecslog

import (
	"strings"

	"gantry/awsx"
	"gantry/logs"
)

// Wanted is what a Driver turns into a filter: the part of a subject that writes
// through it.
type Wanted struct {
	// Containers are those that were seen, at most 2,000, those of the youngest
	// tasks first.
	Containers []Container
	// Definitions are the definitions of the subject's containers; none when the
	// task definition could not be read.
	Definitions []awsx.ContainerDefinition
	// Families are task definition families; lines found by them alone may be of
	// another service, cluster or account.
	Families []string
	// Container is the name of the container; empty means any.
	Container string
}

// Container is a container of a task, with all that lines may name it by.
type Container struct {
	TaskARN, TaskID string
	Name            string
	// RuntimeID has 64 hex digits on EC2.
	RuntimeID string
	// Options are those of its log driver, as the subject's task definition has
	// them; nil when that could not be read.
	Options map[string]string
}

// Trace is what a line itself tells of who wrote it. What it does not tell is
// empty.
type Trace struct{ TaskID, Container, Revision string }

// Driver knows how the lines of one log driver look in the store that they are
// shipped to. The fields that its filters name say which store that is: those of
// CloudWatch Logs are logs.FieldGroup and its like, all others are fields of
// documents.
type Driver interface {
	// Name is the driver's name in a task definition's logConfiguration.
	Name() string
	// ByContainer matches the lines of the containers; nil when nothing can.
	ByContainer(w Wanted) logs.Filter
	// ByFamily matches the lines of any container of the families; nil when nothing
	// can.
	ByFamily(w Wanted) logs.Filter
	// Words say what a container's lines are found by, and those of a family, such
	// as "ids" and "container names".
	Words() (container, family string)
	// Notes say what limits the answer, such as what the driver may lose before the
	// store.
	Notes(w Wanted) []string
	// Trace reads who wrote a line; ok is false when the line does not say, or
	// names none of the families.
	Trace(e *logs.Entry, families []string) (t Trace, ok bool)
}

// runtimeIDs returns the ids of the containers.
func (w Wanted) runtimeIDs() []string {
	ids := make([]string, len(w.Containers))
	for i, c := range w.Containers {
		ids[i] = c.RuntimeID
	}
	return ids
}

// literal escapes what is not plain in a regular expression.
func literal(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`.?+*|{}[]()"\#@&<>~^$`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
