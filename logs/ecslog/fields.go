package ecslog

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/logs"
)

// Fields returns the fields of documents by which lines of the drivers are found,
// each once, in order. A store has those of the drivers that ship to it. Drivers that
// find lines by the options of a container, as awslogs does, add none.
func (r Registry) Fields() []string {
	const cluster = "arn:aws:ecs:eu-west-1:000000000000:cluster/c"
	any := Wanted{
		Containers: []Container{{
			TaskARN: "arn:aws:ecs:eu-west-1:000000000000:task/c/t", TaskID: "t", Family: "f", Revision: "1", Name: "c",
			RuntimeID: strings.Repeat("0", fullID),
		}},
		Definitions: []awsx.ContainerDefinition{{Name: "c", LogOptions: map[string]string{optionLabels: "com.amazonaws.ecs.task-arn"}}},
		Families:    []string{"f"}, Cluster: cluster,
	}
	var all []string
	for _, d := range r.drivers {
		for _, f := range []logs.Filter{d.ByContainer(any), d.ByFamily(any)} {
			if f != nil {
				all = append(all, logs.Fields(f)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
