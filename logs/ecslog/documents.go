package ecslog

import (
	"cmp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/logs"
)

// documents is a log driver whose lines, as they are commonly shipped, name the
// container in fields of a document. Of each list of fields any may be there:
// shippers differ in the names that they give to one thing.
type documents struct {
	name  string
	words Words
	// ids are the fields with the container's runtime id, in full or abbreviated.
	ids []string
	// names are the fields with Docker's name of the container.
	names []string
	// metadata are sets of fields with what ECS knows of the container.
	metadata []metadata
	notes    func(awsx.ContainerDefinition) string
}

// metadata names the fields of one set; a name is empty where the set has none.
type metadata struct {
	task       string // ARN
	definition string // family:revision
	family     string
	revision   string
	container  string // name in the task definition
	cluster    string // name or ARN
	// asked is true where the task definition has to ask for the fields.
	asked bool
}

// labels are the labels that the ECS agent puts on a container, as a shipper names
// them: with something before, and perhaps something else in place of the dots
// within com.amazonaws.ecs.
func labels(before, dot string, asked bool) metadata {
	l := before + strings.Join([]string{"com", "amazonaws", "ecs"}, dot) + dot
	return metadata{
		task: l + "task-arn", family: l + "task-definition-family", revision: l + "task-definition-version",
		container: l + "container-name", cluster: l + "cluster", asked: asked,
	}
}

// optionLabels is the option by which several drivers are asked for labels.
const optionLabels = "labels"

// sets returns the metadata that the lines are to have.
func (d documents) sets(w Wanted) []metadata {
	asked := w.has(func(c awsx.ContainerDefinition) bool {
		return strings.Contains(c.LogOptions[optionLabels], "com.amazonaws.ecs.task-arn")
	})
	return slices.DeleteFunc(slices.Clone(d.metadata), func(m metadata) bool { return m.asked && !asked })
}

// fields returns one field of each set that has it.
func fields(sets []metadata, of func(metadata) string) []string {
	var names []string
	for _, m := range sets {
		if name := of(m); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Name returns the driver's name in task definitions.
func (d documents) Name() string { return d.name }

// Words returns the words for the driver's fields.
func (d documents) Words() Words { return d.words }

// ByContainer matches the containers' ids and the ARNs of their tasks.
func (d documents) ByContainer(w Wanted) logs.Filter {
	if len(w.Containers) == 0 {
		return nil
	}
	any := logs.Any{logs.Match{Fields: d.ids, Values: w.runtimeIDs()}}
	sets := d.sets(w)
	if tasks := fields(sets, func(m metadata) string { return m.task }); len(tasks) > 0 {
		byTask := logs.Filter(logs.Match{Fields: tasks, Values: w.tasks()})
		if w.Container != "" {
			byTask = logs.All{byTask, d.inContainer(w, sets)}
		}
		any = append(any, byTask)
	}
	return simplest(any)
}

// inContainer matches the lines of one container of a task that is known: by its
// name, or by Docker's, which on Fargate is the same.
func (d documents) inContainer(w Wanted, sets []metadata) logs.Filter {
	patterns := []string{literal(w.Container)}
	for _, c := range w.Containers {
		pattern := "/?ecs-" + literal(c.Family) + "-" + literal(c.Revision) + "-" + containerPattern(w.Container)
		if !slices.Contains(patterns, pattern) {
			patterns = append(patterns, pattern)
		}
	}
	any := logs.Any{logs.Match{Fields: d.names, Op: logs.Regexp, Values: patterns}}
	if names := fields(sets, func(m metadata) string { return m.container }); len(names) > 0 {
		any = append(any, logs.Match{Fields: names, Values: []string{w.Container}})
	}
	return simplest(any)
}

// ByFamily matches Docker's names of the families' containers and what ECS says of
// their task definition, in the subject's cluster where a line tells the cluster.
func (d documents) ByFamily(w Wanted) logs.Filter {
	if len(w.Families) == 0 {
		return nil
	}
	sets := d.sets(w)
	patterns, prefixes := make([]string, len(w.Families)), make([]string, len(w.Families))
	for i, family := range w.Families {
		patterns[i], prefixes[i] = familyPattern(family, w.Container), family+":"
	}
	of := logs.Any{logs.Match{Fields: d.names, Op: logs.Regexp, Values: patterns}}
	inContainer := func(f logs.Filter) logs.Filter {
		if w.Container == "" {
			return f
		}
		return logs.All{f, d.inContainer(w, sets)}
	}
	if definitions := fields(sets, func(m metadata) string { return m.definition }); len(definitions) > 0 {
		of = append(of, inContainer(logs.Match{Fields: definitions, Op: logs.Prefix, Values: prefixes}))
	}
	if families := fields(sets, func(m metadata) string { return m.family }); len(families) > 0 {
		of = append(of, inContainer(logs.Match{Fields: families, Values: w.Families}))
	}
	all := append(logs.All{simplest(of)}, inCluster(w, sets)...)
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// inCluster keeps lines out that say they are of another cluster, region or
// account.
func inCluster(w Wanted, sets []metadata) []logs.Filter {
	prefix, ok := w.taskPrefix()
	if !ok {
		return nil
	}
	var in []logs.Filter
	if clusters := fields(sets, func(m metadata) string { return m.cluster }); len(clusters) > 0 {
		in = append(in, logs.Match{Fields: clusters, Values: []string{awsx.ARNName(w.Cluster), w.Cluster}, OrAbsent: true})
	}
	if tasks := fields(sets, func(m metadata) string { return m.task }); len(tasks) > 0 {
		in = append(in, logs.Match{Fields: tasks, Op: logs.Prefix, Values: []string{prefix}, OrAbsent: true})
	}
	return in
}

// Notes say what the driver may lose.
func (d documents) Notes(w Wanted) []string {
	var notes []string
	for _, c := range w.Definitions {
		if note := d.notes(c); note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// Trace reads what ECS says of the container, and Docker's name of it.
func (d documents) Trace(e *logs.Entry, families []string) (Trace, bool) {
	var t Trace
	named := families
	for _, m := range d.metadata {
		if arn, ok := field(e, m.task); ok {
			t.TaskID = awsx.ARNName(arn)
		}
		if family, ok := field(e, m.family); ok {
			named = []string{family}
			t.Revision, _ = field(e, m.revision)
		}
		if definition, ok := field(e, m.definition); ok {
			var family string
			family, t.Revision = awsx.SplitRevision(definition)
			named = []string{family}
		}
		if container, ok := field(e, m.container); ok {
			t.Container = container
		}
	}
	docker, _ := field(e, d.names...)
	for _, family := range named {
		if revision, container, ok := splitDockerName(docker, family); ok {
			t.Revision = revision
			t.Container = cmp.Or(t.Container, container)
		}
	}
	if t.Container == "" && t.TaskID != "" && !strings.HasPrefix(strings.TrimPrefix(docker, "/"), "ecs-") {
		t.Container = strings.TrimPrefix(docker, "/")
	}
	return t, t != Trace{}
}

// field returns the first of some fields that a line has.
func field(e *logs.Entry, names ...string) (string, bool) {
	for _, name := range names {
		if name == "" {
			continue
		}
		if v, ok := e.Field(name); ok && v != "" {
			return v, true
		}
	}
	return "", false
}
