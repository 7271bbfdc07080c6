package ecslog

import (
	"slices"
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
	// Cluster is the ARN of the subject's cluster; may be empty.
	Cluster string
}

// Container is a container of a task, with all that lines may name it by.
type Container struct {
	TaskARN, TaskID  string
	Family, Revision string
	Name             string
	// RuntimeID is Docker's id of 64 hex digits on EC2; Fargate makes ids of
	// another form.
	RuntimeID string
	// Options are those of its log driver, as the subject's task definition has
	// them; nil when that could not be read.
	Options map[string]string
}

// Trace is what a line itself tells of who wrote it. What it does not tell is
// empty.
type Trace struct{ TaskID, RuntimeID, Container, Revision string }

// Words say how a driver's lines are found.
type Words struct {
	// Container is what a container's lines are found by, such as "ids", and Family
	// what those of a family are, such as "container names".
	Container, Family string
	// Doubt is why the lines of a family may not be the subject's, as a clause.
	Doubt string
}

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
	// Words say how the filters find lines.
	Words() Words
	// Notes say what limits the answer, such as what the driver may lose before the
	// store.
	Notes(w Wanted) []string
	// Trace reads who wrote a line; ok is false when the line does not say, or
	// names none of the families.
	Trace(e *logs.Entry, families []string) (t Trace, ok bool)
}

// Choosy is a Driver whose lines a person may have read from another store than the
// one that the driver ships to.
type Choosy interface {
	// Under returns the driver that finds the lines where the rule says they are.
	Under(rule Rule) Driver
}

// otherCluster is the doubt about lines that name a family and no cluster.
const otherCluster = "another cluster may run it too"

// shortID is the length of the abbreviated id that Docker puts into tags.
const shortID = 12

// fullID is the length of Docker's id of a container.
const fullID = 64

// abbreviated returns Docker's short form of an id. Ids that Fargate makes have
// none: they begin with the task's, which all its containers share.
func abbreviated(id string) (string, bool) {
	if len(id) != fullID || strings.Trim(id, "0123456789abcdef") != "" {
		return "", false
	}
	return id[:shortID], true
}

// runtimeIDs returns the ids of the containers, in full and abbreviated.
func (w Wanted) runtimeIDs() []string {
	ids := make([]string, 0, 2*len(w.Containers))
	for _, c := range w.Containers {
		ids = append(ids, c.RuntimeID)
		if short, ok := abbreviated(c.RuntimeID); ok {
			ids = append(ids, short)
		}
	}
	return ids
}

// tasks returns the ARNs of the containers' tasks, each once.
func (w Wanted) tasks() []string {
	var arns []string
	seen := map[string]bool{}
	for _, c := range w.Containers {
		if !seen[c.TaskARN] {
			seen[c.TaskARN] = true
			arns = append(arns, c.TaskARN)
		}
	}
	return arns
}

// taskPrefix is how the ARNs of the cluster's tasks begin: with the region, the
// account and, but for tasks with ARNs of the form before 2018, the cluster.
func (w Wanted) taskPrefix() (string, bool) {
	before, name, ok := strings.Cut(w.Cluster, ":cluster/")
	if !ok {
		return "", false
	}
	long := before + ":task/" + name + "/"
	short := func(arn string) bool { return !strings.HasPrefix(arn, long) }
	if slices.ContainsFunc(w.tasks(), short) {
		return before + ":task/", true
	}
	return long, true
}

// has reports whether something holds of a definition.
func (w Wanted) has(of func(awsx.ContainerDefinition) bool) bool {
	return slices.ContainsFunc(w.Definitions, of)
}

// simplest returns what some alternatives come to: nil without any.
func simplest(any logs.Any) logs.Filter {
	switch len(any) {
	case 0:
		return nil
	case 1:
		return any[0]
	}
	return any
}
