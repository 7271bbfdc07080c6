package ecs

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

type runTaskInput struct {
	Cluster        string          `json:"cluster"`
	TaskDefinition string          `json:"taskDefinition"`
	Count          *int            `json:"count"`
	LaunchType     string          `json:"launchType"`
	Strategy       []fleet.Share   `json:"capacityProviderStrategy"`
	StartedBy      string          `json:"startedBy"`
	Group          string          `json:"group"`
	Network        json.RawMessage `json:"networkConfiguration"`
	Overrides      json.RawMessage `json:"overrides"`
	Propagate      string          `json:"propagateTags"`
	Token          string          `json:"clientToken"`
	Exec           bool            `json:"enableExecuteCommand"`
}

// standalone is a RunTask request that was found valid.
type standalone struct {
	cluster          *fleet.Cluster
	def              *taskdef.Definition // with the overrides
	count            int
	provider         string // capacity provider, or the launch type FARGATE; empty for the cluster's instances
	startedBy, group string
	overrides        map[string]any
	tags             []world.Tag
	exec             bool
}

// runRecord is what a client token stands for.
type runRecord struct {
	request string
	arns    []string
	answer  []byte
}

// runTask starts tasks outside of any service. A request that comes again with
// its client token starts nothing and gets the first answer; the token with
// another request is a conflict.
func (a *API) runTask(body []byte) ([]byte, error) {
	var in runTaskInput
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, wire.Malformed(err)
	}
	request := string(compact(body))
	if known, ok := a.runTokens[in.Token]; ok && in.Token != "" {
		if known.request != request {
			return nil, wire.Fail("ConflictException", "The provided clientToken is already in use with a different RunTask request. resourceIds: "+
				strings.Join(known.arns, ", "))
		}
		return known.answer, nil
	}
	run, err := a.readRun(&in, body)
	if err != nil {
		return nil, err
	}
	tasks, failures := a.startStandalone(run)
	docs := make([][]byte, len(tasks))
	arns := make([]string, len(tasks))
	for i, t := range tasks {
		docs[i], arns[i] = encodedTask(t, true), t.ARN
	}
	answer := wire.Envelope("tasks", docs, described{failures})
	if in.Token != "" {
		a.runTokens[in.Token] = runRecord{request, arns, answer}
	}
	return answer, nil
}

func (a *API) readRun(in *runTaskInput, body []byte) (*standalone, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	run := &standalone{cluster: c, count: 1, startedBy: in.StartedBy, group: in.Group, exec: in.Exec}
	if run.def, err = a.usableDefinition(in.TaskDefinition); err != nil {
		return nil, err
	}
	if in.Count != nil {
		run.count = *in.Count
	}
	if in.LaunchType == fleet.LaunchFargate {
		run.provider = in.LaunchType
	}
	if len(in.Strategy) > 0 {
		run.provider = in.Strategy[0].Provider
	}
	run.group = cmp.Or(run.group, "family:"+run.def.Family)
	if err := run.validate(in); err != nil {
		return nil, err
	}
	if err := run.override(in.Overrides); err != nil {
		return nil, err
	}
	document, err := wire.DecodeTree(body)
	if err != nil {
		return nil, wire.Malformed(err)
	}
	if run.tags, err = taskdef.TakeTags(document); err != nil {
		return nil, err
	}
	if in.Propagate == "TASK_DEFINITION" {
		run.tags = append(run.tags, run.def.Tags...)
	}
	return run, nil
}

// usableDefinition finds the revision that something new is to run.
func (a *API) usableDefinition(name string) (*taskdef.Definition, error) {
	d := a.Definitions.Find(name)
	switch {
	case d == nil:
		return nil, taskdef.ClientError("TaskDefinition not found.")
	case d.Status != taskdef.Active:
		return nil, taskdef.ClientError("TaskDefinition is inactive")
	}
	return d, nil
}

func (r *standalone) validate(in *runTaskInput) error {
	networked := len(in.Network) > 0 && string(in.Network) != "null"
	switch {
	case r.count < 1 || r.count > 10:
		return wire.Invalid("Count must be between 1 and 10.")
	case in.LaunchType != "" && len(in.Strategy) > 0:
		return wire.Invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	case in.LaunchType != "" && in.LaunchType != fleet.LaunchEC2 && in.LaunchType != fleet.LaunchFargate,
		fleet.OnFargate(r.provider) && r.def.NetworkMode != "awsvpc":
		return wire.Invalid("Task definition does not support launch_type " + cmp.Or(in.LaunchType, fleet.LaunchFargate) + ".")
	case len(r.startedBy) > 128:
		// The documentation names letters, digits and a few signs; AWS takes others too.
		return wire.Invalid("startedBy can have at most 128 characters.")
	case strings.HasPrefix(r.group, "service:"):
		return wire.Invalid("Invalid namespace for group.")
	case r.def.NetworkMode == "awsvpc" && !networked:
		return wire.Invalid(networkMissing)
	case r.def.NetworkMode != "awsvpc" && networked:
		return wire.Invalid("Network Configuration is not valid for the given networkMode of this task definition.")
	}
	if !fleet.OnFargate(r.provider) && !slices.ContainsFunc(r.cluster.Instances, func(i *fleet.Instance) bool { return i.Status == fleet.Active }) {
		return wire.Invalid("No Container Instances were found in your cluster.")
	}
	return nil
}

// maxOverrides is how long the overrides of a task may be, in characters
// (RunTask, containerOverrides).
const maxOverrides = 8192

type overridesInput struct {
	CPU        string `json:"cpu"`
	Memory     string `json:"memory"`
	Containers []struct {
		Name        string            `json:"name"`
		Command     []string          `json:"command"`
		Environment []environmentPair `json:"environment"`
		CPU         *int              `json:"cpu"`
		Memory      *int              `json:"memory"`
		Reservation *int              `json:"memoryReservation"`
	} `json:"containerOverrides"`
}

type environmentPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// override puts a copy of the task definition in place that has the overrides in
// it, so that room, environment and command are those of this run.
func (r *standalone) override(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if len(compact(raw)) > maxOverrides {
		return wire.Invalid("Container Overrides length must be at most " + strconv.Itoa(maxOverrides))
	}
	var in overridesInput
	if err := json.Unmarshal(raw, &in); err != nil {
		return wire.Malformed(err)
	}
	tree, err := wire.DecodeTree(raw)
	if err != nil {
		return wire.Malformed(err)
	}
	d := *r.def
	d.Containers = slices.Clone(d.Containers)
	d.CPU = cmp.Or(taskdef.CPUUnits(in.CPU), d.CPU)
	d.Memory = cmp.Or(taskdef.Mebibytes(in.Memory), d.Memory)
	for _, o := range in.Containers {
		i := slices.IndexFunc(d.Containers, func(c *taskdef.Container) bool { return c.Name == o.Name })
		if i < 0 {
			return wire.Invalid("Override for container named " + o.Name + " is not a container in the TaskDefinition.")
		}
		c := *d.Containers[i]
		if o.Command != nil {
			c.Command, c.Overridden = o.Command, true
		}
		c.Environment = maps.Clone(c.Environment)
		for _, v := range o.Environment {
			if v.Name == "" {
				return taskdef.ClientError(taskdef.NamelessVariable)
			}
			c.Environment[v.Name] = v.Value
		}
		for _, size := range []struct {
			to   *int
			from *int
		}{{&c.CPU, o.CPU}, {&c.Memory, o.Memory}, {&c.Reservation, o.Reservation}} {
			if size.from != nil {
				*size.to = *size.from
			}
		}
		d.Containers[i] = &c
	}
	r.def, r.overrides = &d, tree
	return nil
}

// startStandalone places what it can. When a task finds no place, each instance
// says why it could not take it.
func (a *API) startStandalone(r *standalone) (tasks []*fleet.Task, failures []failure) {
	failures = []failure{}
	mates := slices.DeleteFunc(slices.Clone(r.cluster.Tasks), func(t *fleet.Task) bool { return t.Group != r.group })
	for range r.count {
		var on *fleet.Instance
		if fleet.OnFargate(r.provider) {
			on = a.FargateHost(r.cluster, mates)
		} else if on, _ = r.cluster.Place(mates, fleet.NeedsOf(r.def)); on == nil {
			return tasks, obstacles(r.cluster, r.def)
		}
		t := a.NewTask(r.def, on)
		t.Group, t.StartedBy, t.Overrides, t.Tags = r.group, r.startedBy, r.overrides, r.tags
		t.Digests, t.Exec = map[string]string{}, r.exec
		if r.provider != fleet.LaunchFargate {
			t.Provider = r.provider
		}
		a.Provision(t)
		tasks, mates = append(tasks, t), append(mates, t)
	}
	return tasks, failures
}

func obstacles(c *fleet.Cluster, d *taskdef.Definition) (failures []failure) {
	for _, i := range c.Instances {
		if i.Status == fleet.Active {
			failures = append(failures, failure{ARN: i.ARN, Reason: i.Refuses(fleet.NeedsOf(d)).Failure})
		}
	}
	return failures
}

// describeOverrides names every container, as the service does, those that
// nothing overrides by their name alone.
func describeOverrides(t *fleet.Task) map[string]any {
	doc := map[string]any{"inferenceAcceleratorOverrides": []any{}}
	maps.Copy(doc, t.Overrides)
	containers := slices.Clone(wire.List(doc["containerOverrides"]))
	for _, c := range t.Containers {
		if !slices.ContainsFunc(containers, func(o any) bool { return wire.Text(wire.Object(o)["name"]) == c.Def.Name }) {
			containers = append(containers, map[string]any{"name": c.Def.Name})
		}
	}
	doc["containerOverrides"] = containers
	return doc
}
