package printing

import (
	"io"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/clean"
)

// Environment is what the containers of a service find in their environment, as env -o json
// has it.
type Environment struct {
	Context        string   `json:"context"`
	Cluster        string   `json:"cluster"`
	Service        string   `json:"service"`
	TaskDefinition string   `json:"taskDefinition"`
	Variables      []envRow `json:"variables"`
	// Files come before the variables, which win.
	Files []envFile `json:"environmentFiles,omitempty"`
}

type envRow struct {
	Container string `json:"container"`
	Name      string `json:"name"`
	// Value has the mask in place of what is secret in it. It is absent when all of it
	// is, and for references.
	Value  *string `json:"value,omitempty"`
	Masked bool    `json:"masked,omitempty"`
	From   string  `json:"valueFrom,omitempty"`
}

// envFile is an object in S3 whose variables the agent sets as well.
type envFile struct {
	Container string `json:"container"`
	ARN       string `json:"arn"`
}

// shown is the value as a table or a .env file has it.
func (r envRow) shown() string {
	if r.Value == nil {
		return clean.Mask
	}
	return *r.Value
}

// EnvironmentOf lists the variables of some containers of a service's definition, masked
// unless they are revealed.
func EnvironmentOf(svc awsx.Service, td *awsx.TaskDefinition, containers []awsx.ContainerDefinition, reveal bool) Environment {
	env := Environment{
		Context: svc.Ref.Context.String(), Cluster: svc.Ref.ClusterName(), Service: svc.Name,
		TaskDefinition: awsx.ARNName(svc.TaskDefinition), Variables: []envRow{},
	}
	masking := document.MaskingOf(td)
	for _, c := range containers {
		for _, v := range c.Env {
			row := envRow{Container: c.Name, Name: v.Name}
			value, raw := v.Value.Reveal(), v.Value.Reveal()
			if !reveal {
				value = masking.Value(v.Name, raw)
			}
			if row.Masked = value != raw || clean.FindMask(value) > 0; value != clean.Mask {
				row.Value = &value
			}
			env.Variables = append(env.Variables, row)
		}
		for _, s := range c.Secrets {
			env.Variables = append(env.Variables, envRow{Container: c.Name, Name: s.Name, From: s.ValueFrom})
		}
		for _, arn := range c.EnvFiles {
			env.Files = append(env.Files, envFile{c.Name, arn})
		}
	}
	return env
}

// Print prints it as json, dotenv or a table. Watched tells that a terminal shows it.
func (e Environment) Print(w io.Writer, output string, watched bool) error {
	switch output {
	case "json":
		return JSON(w, e)
	case "dotenv":
		dotenv := e.dotenv()
		if watched {
			dotenv = clean.Text(dotenv)
		}
		_, err := io.WriteString(w, dotenv)
		return err
	}
	table := make([][]string, 0, len(e.Variables)+len(e.Files))
	for _, r := range e.Variables {
		value := "from " + r.From
		if r.From == "" {
			value = r.shown()
		}
		table = append(table, []string{r.Container, r.Name, value})
	}
	for _, f := range e.Files {
		table = append(table, []string{f.Container, "(file)", "from " + f.ARN})
	}
	return Table(w, []string{"CONTAINER", "NAME", "VALUE"}, table)
}

func (e Environment) dotenv() string {
	var vars []awsx.EnvVar
	for _, r := range e.Variables {
		if r.From == "" {
			vars = append(vars, awsx.EnvVar{Name: r.Name, Value: clean.Secret(r.shown())})
		}
	}
	var text strings.Builder
	for _, f := range e.Files {
		text.WriteString("# and the variables of " + clean.Line(f.ARN) + "\n")
	}
	return text.String() + document.FormatDotenv(vars)
}
