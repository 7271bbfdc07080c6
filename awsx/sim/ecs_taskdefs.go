package sim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// findDefinition takes an ARN, family:revision or a family, which stands for
// its latest ACTIVE revision.
func (a *Account) findDefinition(name string) *taskDefinition {
	if isARN(name) && !strings.HasPrefix(name, a.arn("ecs", "task-definition/")) {
		return nil
	}
	familyName, revision, numbered := strings.Cut(tail(name), ":")
	f := a.families[familyName]
	if f == nil {
		return nil
	}
	if !numbered {
		for _, d := range slices.Backward(f.revisions) {
			if d.status == active {
				return d
			}
		}
		return nil
	}
	n, err := strconv.Atoi(revision)
	if err != nil || n < 1 || n > len(f.revisions) {
		return nil
	}
	return f.revisions[n-1]
}

// addDefinition numbers a definition and completes its document with what the
// service adds to what was sent.
func (a *Account) addDefinition(d *taskDefinition, registeredBy string) *taskDefinition {
	f := a.families[d.family]
	if f == nil {
		f = &family{name: d.family}
		a.families[d.family] = f
		a.familyNames = insertName(a.familyNames, d.family)
	}
	d.revision = len(f.revisions) + 1
	d.arn = a.arn("ecs", "task-definition/"+d.name())
	if d.registeredAt.IsZero() {
		d.registeredAt = a.now
	}
	f.revisions = append(f.revisions, d)
	compatibilities := []string{"EXTERNAL", "EC2"}
	if d.networkMode == "awsvpc" {
		compatibilities = []string{"EC2", "FARGATE"}
	}
	maps.Copy(d.document, map[string]any{
		"taskDefinitionArn":  d.arn,
		"revision":           d.revision,
		"status":             d.status,
		"requiresAttributes": d.requiredAttributes(),
		"compatibilities":    compatibilities,
		"registeredAt":       epoch{d.registeredAt},
		"registeredBy":       registeredBy,
	})
	return d
}

func (d *taskDefinition) requiredAttributes() []attributeDoc {
	need := map[string]bool{"com.amazonaws.ecs.capability.docker-remote-api.1.19": true}
	for _, c := range d.containers {
		if c.logDriver != "" {
			need["com.amazonaws.ecs.capability.logging-driver."+c.logDriver] = true
		}
		if strings.Contains(c.image, ".dkr.ecr.") {
			need["com.amazonaws.ecs.capability.ecr-auth"] = true
		}
		if c.healthCheck != nil {
			need["ecs.capability.container-health-check"] = true
		}
	}
	if d.networkMode == "awsvpc" {
		need["ecs.capability.task-eni"] = true
	}
	if text(d.document["taskRoleArn"]) != "" {
		need["com.amazonaws.ecs.capability.task-iam-role"] = true
	}
	attributes := []attributeDoc{}
	for _, name := range slices.Sorted(maps.Keys(need)) {
		attributes = append(attributes, attributeDoc{Name: name})
	}
	return attributes
}

func (d *taskDefinition) encoded() []byte {
	if d.doc == nil {
		d.doc = encode(d.document)
	}
	return d.doc
}

func (d *taskDefinition) answer(withTags bool) []byte {
	b := slices.Concat([]byte(`{"taskDefinition":`), d.encoded())
	if withTags {
		b = slices.Concat(b, []byte(`,"tags":`), encode(append([]tag{}, d.tags...)))
	}
	return append(b, '}')
}

type describeTaskDefinitionInput struct {
	TaskDefinition string   `json:"taskDefinition"`
	Include        []string `json:"include"`
}

func (a *Account) describeTaskDefinition(in *describeTaskDefinitionInput) ([]byte, error) {
	d := a.findDefinition(in.TaskDefinition)
	if d == nil {
		return nil, clientError("Unable to describe task definition.")
	}
	return d.answer(includes(in.Include, "TAGS")), nil
}

type deregisterInput struct {
	TaskDefinition string `json:"taskDefinition"`
}

func (a *Account) deregisterTaskDefinition(in *deregisterInput) ([]byte, error) {
	if !strings.Contains(tail(in.TaskDefinition), ":") {
		return nil, invalid("Invalid revision number. Number: " + in.TaskDefinition)
	}
	d := a.findDefinition(in.TaskDefinition)
	if d == nil {
		return nil, clientError("The specified task definition does not exist.")
	}
	if d.status == active {
		d.status = inactive
		d.document["status"] = inactive
		d.document["deregisteredAt"] = epoch{a.now}
		d.doc = nil
	}
	return d.answer(false), nil
}

type listTaskDefinitionsInput struct {
	FamilyPrefix string `json:"familyPrefix"`
	MaxResults   *int   `json:"maxResults"`
	NextToken    string `json:"nextToken"`
	Sort         string `json:"sort"`
	Status       string `json:"status"`
}

func (a *Account) listTaskDefinitions(in *listTaskDefinitionsInput) ([]byte, error) {
	status := in.Status
	if status == "" {
		status = active
	}
	names := a.familyNames
	if in.FamilyPrefix != "" { // despite its name, the full family
		names = []string{in.FamilyPrefix}
	}
	var all []*taskDefinition
	for _, name := range names {
		if f := a.families[name]; f != nil {
			for _, d := range f.revisions {
				if d.status == status {
					all = append(all, d)
				}
			}
		}
	}
	p := paging[*taskDefinition]{key: definitionKey, fallback: 100, max: 100}
	switch in.Sort {
	case "", "ASC":
	case "DESC":
		p.descending = true
		slices.Reverse(all)
	default:
		return nil, invalid("Invalid sort order: " + in.Sort)
	}
	return p.list("taskDefinitionArns", all, in.NextToken, in.MaxResults, func(d *taskDefinition) string { return d.arn })
}

// definitionKey sorts by family, then by revision as a number. The separator is
// below every character of a family's name.
func definitionKey(d *taskDefinition) string {
	return fmt.Sprintf("%s\x00%09d", d.family, d.revision)
}

type listFamiliesInput struct {
	FamilyPrefix string `json:"familyPrefix"`
	MaxResults   *int   `json:"maxResults"`
	NextToken    string `json:"nextToken"`
	Status       string `json:"status"`
}

func (a *Account) listFamilies(in *listFamiliesInput) ([]byte, error) {
	var names []string
	for _, name := range a.familyNames {
		hasActive := slices.ContainsFunc(a.families[name].revisions, func(d *taskDefinition) bool { return d.status == active })
		wanted := in.Status == "" || in.Status == "ALL" || in.Status == active && hasActive || in.Status == inactive && !hasActive
		if wanted && strings.HasPrefix(name, in.FamilyPrefix) {
			names = append(names, name)
		}
	}
	p := paging[string]{key: func(s string) string { return s }, fallback: 100, max: 100}
	return p.list("families", names, in.NextToken, in.MaxResults, func(s string) string { return s })
}
