package ecs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

func definitionAnswer(d *taskdef.Definition, withTags bool) []byte {
	b := slices.Concat([]byte(`{"taskDefinition":`), d.Encoded())
	if withTags {
		b = slices.Concat(b, []byte(`,"tags":`), wire.Encode(append([]world.Tag{}, d.Tags...)))
	}
	return append(b, '}')
}

type describeTaskDefinitionInput struct {
	TaskDefinition string   `json:"taskDefinition"`
	Include        []string `json:"include"`
}

func (a *API) describeTaskDefinition(in *describeTaskDefinitionInput) ([]byte, error) {
	d := a.Definitions.Find(in.TaskDefinition)
	if d == nil {
		return nil, taskdef.ClientError("Unable to describe task definition.")
	}
	return definitionAnswer(d, slices.Contains(in.Include, "TAGS")), nil
}

type deregisterInput struct {
	TaskDefinition string `json:"taskDefinition"`
}

func (a *API) deregisterTaskDefinition(in *deregisterInput) ([]byte, error) {
	if !strings.Contains(world.Tail(in.TaskDefinition), ":") {
		return nil, wire.Invalid("Invalid revision number. Number: " + in.TaskDefinition)
	}
	d := a.Definitions.Find(in.TaskDefinition)
	if d == nil {
		return nil, taskdef.ClientError("The specified task definition does not exist.")
	}
	d.Deregister(a.Now)
	return definitionAnswer(d, false), nil
}

type listTaskDefinitionsInput struct {
	listInput
	FamilyPrefix string `json:"familyPrefix"`
	Sort         string `json:"sort"`
	Status       string `json:"status"`
}

func (a *API) listTaskDefinitions(in *listTaskDefinitionsInput) ([]byte, error) {
	status := cmp.Or(in.Status, taskdef.Active)
	names := a.Definitions.Names
	if in.FamilyPrefix != "" { // despite its name, the full family
		names = []string{in.FamilyPrefix}
	}
	var all []*taskdef.Definition
	for _, name := range names {
		if f := a.Definitions.Families[name]; f != nil {
			for _, d := range f.Revisions {
				if d.Status == status {
					all = append(all, d)
				}
			}
		}
	}
	p := wire.Paging[*taskdef.Definition]{Key: definitionKey, Fallback: 100, Max: 100}
	switch in.Sort {
	case "", "ASC":
	case "DESC":
		p.Descending = true
		slices.Reverse(all)
	default:
		return nil, wire.Invalid("Invalid sort order: " + in.Sort)
	}
	return listBy(p, &in.listInput, "taskDefinitionArns", all, func(d *taskdef.Definition) string { return d.ARN })
}

// definitionKey sorts by family, then by revision as a number. The separator is
// below every character of a family's name.
func definitionKey(d *taskdef.Definition) string {
	return fmt.Sprintf("%s\x00%09d", d.Family, d.Revision)
}

type listFamiliesInput struct {
	listInput
	FamilyPrefix string `json:"familyPrefix"`
	Status       string `json:"status"`
}

func (a *API) listFamilies(in *listFamiliesInput) ([]byte, error) {
	var names []string
	for _, name := range a.Definitions.Names {
		hasActive := slices.ContainsFunc(a.Definitions.Families[name].Revisions, func(d *taskdef.Definition) bool { return d.Status == taskdef.Active })
		wanted := in.Status == "" || in.Status == "ALL" || in.Status == taskdef.Active && hasActive || in.Status == taskdef.Inactive && !hasActive
		if wanted && strings.HasPrefix(name, in.FamilyPrefix) {
			names = append(names, name)
		}
	}
	return list(&in.listInput, "families", 100, names, func(name string) string { return name })
}
