package taskdef

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// Catalog holds the task definitions of an account.
type Catalog struct {
	*world.World
	Families map[string]*family
	Names    []string // of the families, sorted
}

// NewCatalog returns a catalog without task definitions.
func NewCatalog(w *world.World) *Catalog {
	return &Catalog{World: w, Families: map[string]*family{}}
}

type family struct {
	name      string
	Revisions []*Definition // in order of revision; one is never removed
}

// Find takes an ARN, family:revision or a family, which stands for
// its latest ACTIVE revision.
func (a *Catalog) Find(name string) *Definition {
	if world.IsARN(name) && !strings.HasPrefix(name, a.ARN("ecs", "task-definition/")) {
		return nil
	}
	familyName, revision, numbered := strings.Cut(world.Tail(name), ":")
	f := a.Families[familyName]
	if f == nil {
		return nil
	}
	if !numbered {
		for _, d := range slices.Backward(f.Revisions) {
			if d.Status == Active {
				return d
			}
		}
		return nil
	}
	n, err := strconv.Atoi(revision)
	if err != nil || n < 1 || n > len(f.Revisions) {
		return nil
	}
	return f.Revisions[n-1]
}

// add numbers a definition and completes its document with what the
// service adds to what was sent.
func (a *Catalog) add(d *Definition, registeredBy string) *Definition {
	f := a.Families[d.Family]
	if f == nil {
		f = &family{name: d.Family}
		a.Families[d.Family] = f
		a.Names = world.InsertName(a.Names, d.Family)
	}
	d.Revision = len(f.Revisions) + 1
	d.ARN = a.ARN("ecs", "task-definition/"+d.name())
	if d.registeredAt.IsZero() {
		d.registeredAt = a.Now
	}
	f.Revisions = append(f.Revisions, d)
	compatibilities := []string{"EXTERNAL", "EC2"}
	if d.NetworkMode == "awsvpc" {
		compatibilities = []string{"EC2", "FARGATE"}
	}
	maps.Copy(d.Document, map[string]any{
		"taskDefinitionArn":  d.ARN,
		"revision":           d.Revision,
		"status":             d.Status,
		"requiresAttributes": d.requiredAttributes(),
		"compatibilities":    compatibilities,
		"registeredAt":       wire.At(d.registeredAt),
		"registeredBy":       registeredBy,
	})
	return d
}

func (d *Definition) requiredAttributes() []Attribute {
	need := map[string]bool{"com.amazonaws.ecs.capability.docker-remote-api.1.19": true}
	for _, c := range d.Containers {
		if c.LogDriver != "" {
			need["com.amazonaws.ecs.capability.logging-driver."+c.LogDriver] = true
		}
		if strings.Contains(c.Image, ".dkr.ecr.") {
			need["com.amazonaws.ecs.capability.ecr-auth"] = true
		}
		if c.HealthCheck != nil {
			need["ecs.capability.container-health-check"] = true
		}
	}
	if d.NetworkMode == "awsvpc" {
		need["ecs.capability.task-eni"] = true
	}
	if wire.Text(d.Document["taskRoleArn"]) != "" {
		need["com.amazonaws.ecs.capability.task-iam-role"] = true
	}
	attributes := []Attribute{}
	for _, name := range slices.Sorted(maps.Keys(need)) {
		attributes = append(attributes, Attribute{Name: name})
	}
	return attributes
}

// Encoded is the document, kept until it changes.
func (d *Definition) Encoded() []byte {
	if d.doc == nil {
		d.doc = wire.Encode(d.Document)
	}
	return d.doc
}

// Register makes a document the next revision of its family, if it is valid.
func (a *Catalog) Register(document map[string]any, tags []world.Tag, by string) (*Definition, error) {
	if err := validateDefinition(document); err != nil {
		return nil, err
	}
	completeDefinition(document)
	d := parseTaskDefinition(document)
	d.Tags = tags
	return a.add(d, by), nil
}

// Deregister makes the revision inactive.
func (d *Definition) Deregister(at time.Time) {
	if d.Status != Active {
		return
	}
	d.Status = Inactive
	d.Document["status"] = Inactive
	d.Document["deregisteredAt"] = wire.At(at)
	d.doc = nil
}

// Attribute is what an instance has or a task needs; one that is only present has
// no value.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}
