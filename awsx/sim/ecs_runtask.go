package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

type runTaskInput struct {
	Cluster        string          `json:"cluster"`
	TaskDefinition string          `json:"taskDefinition"`
	Count          *int            `json:"count"`
	LaunchType     string          `json:"launchType"`
	StartedBy      string          `json:"startedBy"`
	Group          string          `json:"group"`
	Network        json.RawMessage `json:"networkConfiguration"`
	Overrides      json.RawMessage `json:"overrides"`
	Propagate      string          `json:"propagateTags"`
	Token          string          `json:"clientToken"`
}

// standalone is a RunTask request that was found valid.
type standalone struct {
	cluster          *cluster
	def              *taskDefinition // with the overrides
	count            int
	startedBy, group string
	overrides        map[string]any
	tags             []tag
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
func (a *Account) runTask(body []byte) ([]byte, error) {
	var in runTaskInput
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, malformed(err)
	}
	request := string(compact(body))
	if known, ok := a.runTokens[in.Token]; ok && in.Token != "" {
		if known.request != request {
			return nil, fail("ConflictException", "The provided clientToken is already in use with a different RunTask request. resourceIds: "+
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
		docs[i], arns[i] = t.encoded(true), t.arn
	}
	answer := envelope("tasks", docs, described{failures})
	if in.Token != "" {
		a.runTokens[in.Token] = runRecord{request, arns, answer}
	}
	return answer, nil
}

func (a *Account) readRun(in *runTaskInput, body []byte) (*standalone, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	run := &standalone{cluster: c, count: 1, startedBy: in.StartedBy, group: in.Group}
	if run.def, err = a.usableDefinition(in.TaskDefinition); err != nil {
		return nil, err
	}
	if in.Count != nil {
		run.count = *in.Count
	}
	if run.group == "" {
		run.group = "family:" + run.def.family
	}
	if err := run.validate(in); err != nil {
		return nil, err
	}
	if err := run.override(in.Overrides); err != nil {
		return nil, err
	}
	document, err := decodeTree(body)
	if err != nil {
		return nil, malformed(err)
	}
	if run.tags, err = takeTags(document); err != nil {
		return nil, err
	}
	if in.Propagate == "TASK_DEFINITION" {
		run.tags = append(run.tags, run.def.tags...)
	}
	return run, nil
}

// usableDefinition finds the revision that something new is to run.
func (a *Account) usableDefinition(name string) (*taskDefinition, error) {
	d := a.findDefinition(name)
	switch {
	case d == nil:
		return nil, clientError("TaskDefinition not found.")
	case d.status != active:
		return nil, clientError("TaskDefinition is inactive")
	}
	return d, nil
}

func (r *standalone) validate(in *runTaskInput) error {
	networked := len(in.Network) > 0 && string(in.Network) != "null"
	switch {
	case r.count < 1 || r.count > 10:
		return invalid("Count must be between 1 and 10.")
	case in.LaunchType != "" && in.LaunchType != "EC2":
		return invalid("Task definition does not support launch_type " + in.LaunchType + ".")
	case len(r.startedBy) > 128 || !plainName(strings.ReplaceAll(r.startedBy, "/", "")):
		return invalid("startedBy has up to 128 letters, numbers, hyphens, forward slashes and underscores.")
	case strings.HasPrefix(r.group, "service:"):
		return invalid("Invalid namespace for group.")
	case r.def.networkMode == "awsvpc" && !networked:
		return invalid(networkMissing)
	case r.def.networkMode != "awsvpc" && networked:
		return invalid("Network Configuration is not valid for the given networkMode of this task definition.")
	}
	if !slices.ContainsFunc(r.cluster.instances, func(i *instance) bool { return i.status == active }) {
		return invalid("No Container Instances were found in your cluster.")
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
		return invalid("Container Overrides length must be at most " + itoa(maxOverrides))
	}
	var in overridesInput
	if err := json.Unmarshal(raw, &in); err != nil {
		return malformed(err)
	}
	tree, err := decodeTree(raw)
	if err != nil {
		return malformed(err)
	}
	d := *r.def
	d.containers = slices.Clone(d.containers)
	d.cpu = orDefault(cpuUnits(in.CPU), d.cpu)
	d.memory = orDefault(mebibytes(in.Memory), d.memory)
	for _, o := range in.Containers {
		i := slices.IndexFunc(d.containers, func(c *containerDefinition) bool { return c.name == o.Name })
		if i < 0 {
			return invalid("Override for container named " + o.Name + " is not a container in the TaskDefinition.")
		}
		c := *d.containers[i]
		if o.Command != nil {
			c.command = o.Command
		}
		c.environment = maps.Clone(c.environment)
		for _, v := range o.Environment {
			if v.Name == "" {
				return clientError(namelessVariable)
			}
			c.environment[v.Name] = v.Value
		}
		for _, size := range []struct {
			to   *int
			from *int
		}{{&c.cpu, o.CPU}, {&c.memory, o.Memory}, {&c.reservation, o.Reservation}} {
			if size.from != nil {
				*size.to = *size.from
			}
		}
		d.containers[i] = &c
	}
	r.def, r.overrides = &d, tree
	return nil
}

// startStandalone places what it can. When a task finds no place, each instance
// says why it could not take it.
func (a *Account) startStandalone(r *standalone) (tasks []*task, failures []failure) {
	failures = []failure{}
	mates := slices.DeleteFunc(slices.Clone(r.cluster.tasks), func(t *task) bool { return t.group != r.group })
	for range r.count {
		on, _ := r.cluster.place(mates, r.def)
		if on == nil {
			return tasks, r.cluster.obstacles(r.def)
		}
		t := a.newTask(r.def, on)
		t.group, t.startedBy, t.overrides, t.tags = r.group, r.startedBy, r.overrides, r.tags
		t.digests = map[string]string{}
		a.provision(t)
		tasks, mates = append(tasks, t), append(mates, t)
	}
	return tasks, failures
}

func (c *cluster) obstacles(d *taskDefinition) (failures []failure) {
	cpu, memory := d.needs()
	for _, i := range c.instances {
		if i.status == active {
			failures = append(failures, failure{ARN: i.arn, Reason: i.refuses(cpu, memory, d.staticPorts()).failure})
		}
	}
	return failures
}

// describeOverrides names every container, as the service does, those that
// nothing overrides by their name alone.
func (t *task) describeOverrides() map[string]any {
	doc := map[string]any{"inferenceAcceleratorOverrides": []any{}}
	maps.Copy(doc, t.overrides)
	containers := slices.Clone(list(doc["containerOverrides"]))
	for _, c := range t.containers {
		if !slices.ContainsFunc(containers, func(o any) bool { return text(object(o)["name"]) == c.def.name }) {
			containers = append(containers, map[string]any{"name": c.def.name})
		}
	}
	doc["containerOverrides"] = containers
	return doc
}
