package ecslog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/logs"
)

// Awslogs is Docker's awslogs driver, which ships to CloudWatch Logs itself. With
// a stream prefix, which Fargate demands, a container writes to the log stream
// <prefix>/<container>/<task id>; without one the stream is named after Docker's
// id of the container.
type Awslogs struct {
	// InDocuments is true where the lines are read from a store of documents that
	// they are forwarded to, in place of CloudWatch Logs.
	InDocuments bool
}

// What forwards log groups into a store of documents keeps the names of stream and
// group in one of these fields: AWS's own function, Filebeat's and logstash's inputs,
// and what stores a subscription's records as they are.
var (
	streamFields = []string{"@log_stream", "aws.cloudwatch.log_stream", "awscloudwatch.log_stream", "cloudwatch_logs.log_stream", "logStream"}
	groupFields  = []string{"@log_group", "aws.cloudwatch.log_group", "awscloudwatch.log_group", "cloudwatch_logs.log_group", "logGroup"}
)

// Under returns the driver for lines in CloudWatch Logs, or in the documents that they
// are forwarded to.
func (a Awslogs) Under(rule Rule) Driver {
	a.InDocuments = rule.Documents
	return a
}

// Name returns "awslogs".
func (Awslogs) Name() string { return "awslogs" }

// The driver's options, as the ECS API reference lists them.
const (
	optionGroup  = "awslogs-group"
	optionRegion = "awslogs-region"
	optionPrefix = "awslogs-stream-prefix"
	optionMode   = "mode"
)

// place is where a container's options send its lines. The region may be another
// than the service's; it is empty when no option says.
type place struct{ region, group string }

func placeOf(options map[string]string) place {
	return place{options[optionRegion], options[optionGroup]}
}

// in is the filter for log streams of a place. Forwarded lines do not tell the
// region.
func (a Awslogs) in(p place, op logs.Op, names []string) logs.Filter {
	if a.InDocuments {
		return logs.All{
			logs.Match{Fields: streamFields, Op: op, Values: names},
			logs.Match{Fields: groupFields, Values: []string{p.group}, OrAbsent: true},
		}
	}
	streams := logs.Match{Fields: []string{logs.FieldStream}, Op: op, Values: names}
	all := logs.All{logs.Match{Fields: []string{logs.FieldGroup}, Values: []string{p.group}}, streams}
	if p.region != "" {
		all = append(logs.All{logs.Match{Fields: []string{logs.FieldRegion}, Values: []string{p.region}}}, all...)
	}
	return all
}

// streams collects stream names by place, in the order of the places.
type streams map[place][]string

func (a Awslogs) filter(s streams, op logs.Op) logs.Filter {
	var any logs.Any
	for _, p := range slices.SortedFunc(maps.Keys(s), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.region, b.region))
	}) {
		any = append(any, a.in(p, op, s[p]))
	}
	return simplest(any)
}

// ByContainer matches the log streams of the containers.
func (a Awslogs) ByContainer(w Wanted) logs.Filter {
	found := streams{}
	for _, c := range w.Containers {
		if p := placeOf(c.Options); p.group != "" {
			found[p] = append(found[p], streamOf(c))
		}
	}
	return a.filter(found, logs.Exact)
}

// streamOf returns the name of a container's log stream.
func streamOf(c Container) string {
	if prefix := c.Options[optionPrefix]; prefix != "" {
		return prefix + "/" + c.Name + "/" + c.TaskID
	}
	return c.RuntimeID
}

// ByFamily matches all log streams of the containers' prefix, where group or
// prefix is named after a family. A stream names no family, so in a group that
// several services share nothing tells whose task a stream was of.
func (a Awslogs) ByFamily(w Wanted) logs.Filter {
	found := streams{}
	for _, d := range w.Definitions {
		prefix := d.LogOptions[optionPrefix]
		if p := placeOf(d.LogOptions); p.group != "" && prefix != "" && ownedBy(w.Families, p.group, prefix) {
			found[p] = append(found[p], prefix+"/"+d.Name+"/")
		}
	}
	return a.filter(found, logs.Prefix)
}

// ownedBy reports whether a part of one of the names is a family: the ECS console
// makes groups such as /ecs/<family>.
func ownedBy(families []string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return slices.Contains(families, part) })
	})
}

// Words returns what log streams and their prefixes are.
func (Awslogs) Words() Words { return Words{"log streams", "log stream prefix", otherCluster} }

// Notes name containers without a group, groups whose forgotten tasks cannot be
// told apart, and what a full buffer loses.
func (Awslogs) Notes(w Wanted) []string {
	var notes []string
	for _, d := range w.Definitions {
		group := d.LogOptions[optionGroup]
		if group == "" {
			notes = append(notes, fmt.Sprintf("container %s names no log group", d.Name))
			continue
		}
		if len(w.Families) > 0 && (d.LogOptions[optionPrefix] == "" || !ownedBy(w.Families, group, d.LogOptions[optionPrefix])) {
			notes = append(notes, fmt.Sprintf("log group %s does not say whose a log stream is: only tasks that are known are searched", group))
		}
		if note := lossy(d); note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// lossy says what the driver may drop. ECS lets an account choose the mode of
// those that name none.
func lossy(d awsx.ContainerDefinition) string {
	switch d.LogOptions[optionMode] {
	case "blocking":
		return ""
	case "non-blocking":
		return "awslogs in non-blocking mode: what a full buffer drops never reaches the store"
	}
	return "awslogs names no mode: where the account's default is non-blocking, what a full buffer drops never reaches the store"
}

// Trace reads the log stream.
func (Awslogs) Trace(e *logs.Entry, _ []string) (Trace, bool) {
	stream, ok := field(e, logs.FieldStream)
	if !ok {
		stream, ok = field(e, streamFields...)
	}
	if !ok {
		return Trace{}, false
	}
	parts := strings.Split(stream, "/")
	if len(parts) < 3 {
		return Trace{}, false
	}
	return Trace{TaskID: parts[len(parts)-1], Container: parts[len(parts)-2]}, true
}
