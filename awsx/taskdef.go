package awsx

import (
	"encoding/json"
	"fmt"
	"time"

	"gantry/internal/clean"
	"gantry/internal/fault"
)

// Document is the JSON of a task definition exactly as the API gave it or will
// get it. It may hold secrets, so printing one tells its size only.
type Document []byte

// Format prints the document's size, whatever the verb: its text may hold
// secrets.
func (d Document) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "task definition document of %d bytes", len(d))
}

// TaskDefinition is one revision: the API's own JSON beside a parsed view of
// the fields gantry reads. Changes are made to the document, so that a field
// no version of gantry knows is carried to the next revision.
type TaskDefinition struct {
	Raw  Document
	Tags []Tag

	ARN           string
	Family        string
	Revision      int
	Status        string // ACTIVE, INACTIVE, DELETE_IN_PROGRESS
	NetworkMode   string // bridge, host, awsvpc, none; empty is bridge
	CPU, Memory   string
	ExecutionRole string
	TaskRole      string
	RegisteredBy  string
	RegisteredAt  time.Time
	Containers    []ContainerDefinition
	// RequiresAttributes names the attributes, as name or name=value, that the
	// service found an instance to need for this revision.
	RequiresAttributes []string
	// PlacementConstraints are those of the revision, as type or
	// type(expression); a service may have more.
	PlacementConstraints []string
	// LaunchTypes are those that the revision was validated for
	// (requiresCompatibilities): EC2, FARGATE, EXTERNAL, …
	LaunchTypes []string
	// Architecture and OS are of the runtime platform, such as ARM64 and LINUX;
	// empty when the revision does not say.
	Architecture, OS string
}

// ContainerDefinition is the parsed view of one container definition.
type ContainerDefinition struct {
	Name        string
	Image       string
	Essential   bool
	CPU         int
	Memory      int // hard limit, MiB; 0 when unset
	Reservation int // soft limit, MiB; 0 when unset
	Ports       []PortMapping
	Env         []EnvVar
	Secrets     []SecretRef
	// EnvFiles are ARNs of objects in S3 whose variables the agent sets as well.
	EnvFiles    []string
	LogDriver   string
	LogOptions  map[string]string
	HasHealth   bool
	StopTimeout time.Duration // 0 when unset: the agent's default, 30 s
}

// PortMapping maps a container port to a host port; HostPort 0 is dynamic.
type PortMapping struct {
	ContainerPort int    `json:"containerPort"`
	Range         string `json:"containerPortRange"` // such as 9000-9010; ContainerPort is 0 then
	HostPort      int    `json:"hostPort"`
	Protocol      string `json:"protocol"`
}

// EnvVar is an environment variable. Its value prints as a mask.
type EnvVar struct {
	Name  string
	Value clean.Secret
}

// SecretRef is a secret the agent resolves: ValueFrom is an ARN or a
// parameter's name, not the secret.
type SecretRef struct {
	Name      string `json:"name"`
	ValueFrom string `json:"valueFrom"`
}

type rawTaskDefinition struct {
	TaskDefinitionArn  string  `json:"taskDefinitionArn"`
	Family             string  `json:"family"`
	Revision           int     `json:"revision"`
	Status             string  `json:"status"`
	NetworkMode        string  `json:"networkMode"`
	CPU                string  `json:"cpu"`
	Memory             string  `json:"memory"`
	ExecutionRoleArn   string  `json:"executionRoleArn"`
	TaskRoleArn        string  `json:"taskRoleArn"`
	RegisteredBy       string  `json:"registeredBy"`
	RegisteredAt       float64 `json:"registeredAt"`
	RequiresAttributes []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"requiresAttributes"`
	PlacementConstraints []struct {
		Type       string `json:"type"`
		Expression string `json:"expression"`
	} `json:"placementConstraints"`
	RequiresCompatibilities []string `json:"requiresCompatibilities"`
	RuntimePlatform         struct {
		CPUArchitecture       string `json:"cpuArchitecture"`
		OperatingSystemFamily string `json:"operatingSystemFamily"`
	} `json:"runtimePlatform"`
	ContainerDefinitions []struct {
		Name              string        `json:"name"`
		Image             string        `json:"image"`
		Essential         *bool         `json:"essential"`
		CPU               int           `json:"cpu"`
		Memory            int           `json:"memory"`
		MemoryReservation int           `json:"memoryReservation"`
		PortMappings      []PortMapping `json:"portMappings"`
		Environment       []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"environment"`
		Secrets          []SecretRef `json:"secrets"`
		EnvironmentFiles []struct {
			Value string `json:"value"`
		} `json:"environmentFiles"`
		LogConfiguration struct {
			LogDriver string            `json:"logDriver"`
			Options   map[string]string `json:"options"`
		} `json:"logConfiguration"`
		HealthCheck json.RawMessage `json:"healthCheck"`
		StopTimeout int             `json:"stopTimeout"`
	} `json:"containerDefinitions"`
}

// ParseTaskDefinition parses the API's JSON of one task definition. The
// document is kept as given; it must not be changed afterwards.
func ParseTaskDefinition(doc Document, tags []Tag) (*TaskDefinition, error) {
	var r rawTaskDefinition
	if err := json.Unmarshal(doc, &r); err != nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "parse task definition", Err: err}
	}
	td := &TaskDefinition{
		Raw: doc, Tags: tags,
		ARN: r.TaskDefinitionArn, Family: r.Family, Revision: r.Revision, Status: r.Status,
		NetworkMode: r.NetworkMode, CPU: r.CPU, Memory: r.Memory,
		ExecutionRole: r.ExecutionRoleArn, TaskRole: r.TaskRoleArn, RegisteredBy: r.RegisteredBy,
		LaunchTypes: r.RequiresCompatibilities, Architecture: r.RuntimePlatform.CPUArchitecture, OS: r.RuntimePlatform.OperatingSystemFamily,
	}
	for _, a := range r.RequiresAttributes {
		if a.Value != "" {
			a.Name += "=" + a.Value
		}
		td.RequiresAttributes = append(td.RequiresAttributes, a.Name)
	}
	for _, c := range r.PlacementConstraints {
		td.PlacementConstraints = append(td.PlacementConstraints, ConstraintText(c.Type, c.Expression))
	}
	if r.RegisteredAt > 0 {
		td.RegisteredAt = time.UnixMilli(int64(r.RegisteredAt * 1000))
	}
	for _, c := range r.ContainerDefinitions {
		d := ContainerDefinition{
			Name: c.Name, Image: c.Image, Essential: c.Essential == nil || *c.Essential,
			CPU: c.CPU, Memory: c.Memory, Reservation: c.MemoryReservation,
			Ports: c.PortMappings, Secrets: c.Secrets,
			LogDriver: c.LogConfiguration.LogDriver, LogOptions: c.LogConfiguration.Options,
			HasHealth:   len(c.HealthCheck) > 0 && string(c.HealthCheck) != "null",
			StopTimeout: time.Duration(c.StopTimeout) * time.Second,
		}
		for _, e := range c.Environment {
			d.Env = append(d.Env, EnvVar{Name: e.Name, Value: clean.Secret(e.Value)})
		}
		for _, f := range c.EnvironmentFiles {
			d.EnvFiles = append(d.EnvFiles, f.Value)
		}
		td.Containers = append(td.Containers, d)
	}
	return td, nil
}

// ConstraintText returns a placement constraint as type or type(expression).
func ConstraintText(kind, expression string) string {
	if expression == "" {
		return kind
	}
	return kind + "(" + expression + ")"
}

// Container returns the definition of a container by name.
func (t *TaskDefinition) Container(name string) (ContainerDefinition, bool) {
	for _, c := range t.Containers {
		if c.Name == name {
			return c, true
		}
	}
	return ContainerDefinition{}, false
}

// MainContainer is the one of a revision whose image an operator means: that behind the load
// balancer, else the first essential one.
func (s Service) MainContainer(td *TaskDefinition) ContainerDefinition {
	for _, lb := range s.LoadBalancers {
		if c, ok := td.Container(lb.Container); ok {
			return c
		}
	}
	for _, c := range td.Containers {
		if c.Essential {
			return c
		}
	}
	return ContainerDefinition{}
}
