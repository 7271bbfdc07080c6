package deploy

import (
	"encoding/json"
	"fmt"
	"slices"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// RunTask starts standalone tasks of a revision, which is the plan's target.
type RunTask struct {
	// Count is how many, 1 to 10; 0 is one.
	Count int
	// Overrides change containers for these tasks alone; an empty container name
	// means the only one there is.
	Overrides []awsx.ContainerOverride
	// Like names a service of the cluster whose network, launch type and capacity
	// providers the tasks share; empty without.
	Like string
}

// Limits of RunTask (ECS): tasks a call, and the length of the overrides as JSON.
const (
	mostTasks        = 10
	longestOverrides = 8192
)

var _ = verbs.Add(RunTask{})

// Action names the intent.
func (RunTask) Action() string { return "run" }

func (in RunTask) reads() []read.Read {
	return []read.Read{read.TargetLike(in.Like), read.FamilyOfTarget().Beside(), read.Like(in.Like)}
}

func (in RunTask) draft(cur read.Current) (draft, error) {
	td := cur.Wanted
	n := max(in.Count, 1)
	switch {
	case in.Count < 0 || n > mostTasks:
		return draft{}, invalid("%s: one call starts 1 to %d", words.Count(in.Count, "task"), mostTasks)
	case td.Inactive():
		return draft{}, fault.Errorf(fault.Invalid, "plan", td.ARN, "the revision is %s and cannot be run: choose one that is ACTIVE", td.Status)
	}
	run := awsx.RunTask{Cluster: cur.Target.ClusterRef(), TaskDefinition: td.ARN, Count: n}
	if err := surround(&run, cur, in.Like); err != nil {
		return draft{}, err
	}
	d := draft{
		before: "no task of this run", after: words.Count(n, "task") + " of " + awsx.ARNName(td.ARN),
		leaves: "leaves every other task as it is; no service starts these again",
		follow: follow.Spec{Exits: true, Timeout: follow.MaxTimeout},
		Change: check.Change{Tasks: n},
	}
	if in.Like != "" && cur.Service.TaskDefinition != td.ARN {
		d.after += fmt.Sprintf(", where %s runs %s", in.Like, awsx.ARNName(cur.Service.TaskDefinition))
	}
	for _, c := range td.Containers {
		if c.Essential {
			d.follow.Essential = append(d.follow.Essential, c.Name)
		}
	}
	var err error
	if run.Overrides, d.env, err = in.overrides(td); err != nil {
		return draft{}, err
	}
	for _, o := range run.Overrides {
		if len(o.Command) > 0 {
			d.after += ", " + o.Container + " with another command"
		}
	}
	if len(d.env) > 0 {
		d.after += ", " + edits.DescribeEnv(d.env)
	}
	d.steps = []step.Step{&step.RunTask{Asked: run, Sets: len(d.env) > 0}}
	return d, nil
}

// surround gives the tasks the surroundings of a service. Without one they run
// on the cluster's instances, and a task with a network of its own cannot.
func surround(run *awsx.RunTask, cur read.Current, like string) error {
	td := cur.Wanted
	if like == "" {
		if td.NetworkMode == "awsvpc" {
			return invalid("%s has network mode awsvpc, so its tasks need subnets: name a service whose network they share", awsx.ARNName(td.ARN))
		}
		return nil
	}
	service, err := document.Parse(cur.Raw)
	if err != nil {
		return invalid("the JSON of service %s: %w", like, err)
	}
	if c := service.Get("networkConfiguration"); c != nil && c.Kind == document.Object && td.NetworkMode == "awsvpc" {
		run.NetworkConfiguration = c.Bytes()
	}
	run.PlatformVersion = service.Word("platformVersion")
	run.ExecuteCommand, run.ManagedTags = isTrue(service, "enableExecuteCommand"), isTrue(service, "enableECSManagedTags")
	// A standalone task has no service whose tags it could have (RunTask, propagateTags).
	run.DefinitionTags = service.Word("propagateTags") == "TASK_DEFINITION"
	for name, to := range map[string]*json.RawMessage{"placementConstraints": &run.PlacementConstraints, "placementStrategy": &run.PlacementStrategy} {
		if s := service.Get(name); s != nil && len(s.Items) > 0 {
			*to = s.Bytes()
		}
	}
	if s := service.Get("capacityProviderStrategy"); s != nil && len(s.Items) > 0 {
		run.CapacityProviderStrategy = s.Bytes() // excludes a launch type (RunTask)
		return nil
	}
	run.LaunchType = cur.Service.LaunchType
	return nil
}

func isTrue(n *document.Node, name string) bool {
	v := n.Get(name)
	return v != nil && string(v.Raw) == "true"
}

// overrides resolves and checks what is changed for these tasks, and returns the
// variables that differ from the revision's.
func (in RunTask) overrides(td *awsx.TaskDefinition) ([]awsx.ContainerOverride, []edits.EnvChange, error) {
	tree, err := document.Parse(td.Raw)
	if err != nil {
		return nil, nil, invalid("%w", err)
	}
	var list []awsx.ContainerOverride
	var changes []edits.EnvChange
	for _, o := range in.Overrides {
		c, err := tree.PickContainer(o.Container)
		if err != nil {
			return nil, nil, err
		}
		o.Container = c.Word("name")
		if slices.ContainsFunc(list, func(other awsx.ContainerOverride) bool { return other.Container == o.Container }) {
			return nil, nil, invalid("container %s is overridden twice", o.Container)
		}
		changed, err := edits.Variables(c, edits.Env{Set: o.Env})
		if err != nil {
			return nil, nil, err
		}
		changes = append(changes, changed...)
		list = append(list, o)
	}
	if size := len(edits.Overrides(list).Bytes()); size > longestOverrides {
		return nil, nil, invalid("the overrides are %d bytes and the service admits %d", size, longestOverrides)
	}
	return list, changes, nil
}
