package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

// Limits of RunTask and StopTask.
const (
	mostTasks  = 10  // that one RunTask call starts
	longReason = 255 // characters
)

// runRequest is the body of RunTask. The network and the strategy are the API's
// own JSON, so that a field which this SDK does not know reaches the task.
type runRequest struct {
	Cluster                  string          `json:"cluster"`
	TaskDefinition           string          `json:"taskDefinition"`
	Count                    int             `json:"count,omitempty"`
	LaunchType               string          `json:"launchType,omitempty"`
	CapacityProviderStrategy json.RawMessage `json:"capacityProviderStrategy,omitempty"`
	NetworkConfiguration     json.RawMessage `json:"networkConfiguration,omitempty"`
	PlacementConstraints     json.RawMessage `json:"placementConstraints,omitempty"`
	PlacementStrategy        json.RawMessage `json:"placementStrategy,omitempty"`
	PlatformVersion          string          `json:"platformVersion,omitempty"`
	EnableExecuteCommand     bool            `json:"enableExecuteCommand,omitempty"`
	EnableECSManagedTags     bool            `json:"enableECSManagedTags,omitempty"`
	PropagateTags            string          `json:"propagateTags,omitempty"`
	Overrides                *runOverrides   `json:"overrides,omitempty"`
	StartedBy                string          `json:"startedBy,omitempty"`
	ClientToken              string          `json:"clientToken,omitempty"`
}

type runOverrides struct {
	Containers []containerOverride `json:"containerOverrides"`
}

type containerOverride struct {
	Name        string         `json:"name"`
	Command     []string       `json:"command,omitempty"`
	Environment []wireVariable `json:"environment,omitempty"`
}

type wireVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// RunTask starts tasks. What the service could not place comes as an error
// beside the tasks that it did start.
func (a Account) RunTask(ctx context.Context, r awsx.RunTask) ([]awsx.Task, error) {
	const op = "ecs:RunTask"
	if err := a.Here(r.Cluster); err != nil {
		return nil, err
	}
	if r.Count < 0 || r.Count > mostTasks {
		return nil, fault.Errorf(fault.Invalid, op, r.TaskDefinition, "one call starts 1 to %d tasks, not %d", mostTasks, r.Count)
	}
	run := runRequest{
		Cluster: r.Cluster.Cluster, TaskDefinition: r.TaskDefinition, Count: r.Count, LaunchType: r.LaunchType,
		CapacityProviderStrategy: r.CapacityProviderStrategy, NetworkConfiguration: r.NetworkConfiguration,
		PlacementConstraints: r.PlacementConstraints, PlacementStrategy: r.PlacementStrategy, PlatformVersion: r.PlatformVersion,
		EnableExecuteCommand: r.ExecuteCommand, EnableECSManagedTags: r.ManagedTags,
		StartedBy: r.StartedBy, ClientToken: r.Token,
	}
	if r.DefinitionTags {
		run.PropagateTags = "TASK_DEFINITION"
	}
	if len(r.Overrides) > 0 {
		run.Overrides = &runOverrides{}
	}
	for _, o := range r.Overrides {
		c := containerOverride{Name: o.Container, Command: o.Command}
		for _, v := range o.Env {
			c.Environment = append(c.Environment, wireVariable{v.Name, v.Value.Reveal()})
		}
		run.Overrides.Containers = append(run.Overrides.Containers, c)
	}
	send, err := body.JSON(op, r.TaskDefinition, run)
	if err != nil {
		return nil, err
	}
	var page awsx.Page[awsx.Task]
	_, err = a.ECS.RunTask(ctx, &ecs.RunTaskInput{TaskDefinition: aws.String(r.TaskDefinition)}, send, body.Page(&page, "tasks", func(w *wireTask) awsx.Task { return a.task(w, false) }))
	switch {
	case err != nil:
		return nil, a.Classify(ctx, r.TaskDefinition, err)
	case len(page.Missing) > 0:
		return awsx.Values(page.Items), &fault.Error{Class: fault.Failed, Op: op, Resource: r.TaskDefinition, Err: refusals(page.Missing)}
	case len(page.Items) == 0:
		return nil, lost(op, r.TaskDefinition, "task", "list the tasks to see whether one was started")
	}
	return awsx.Values(page.Items), nil
}

// refusals words an answer's failures: each reason once, with what it was about.
func refusals(missing []awsx.Missing) error {
	var reasons []string
	about := map[string][]string{}
	for _, m := range missing {
		reason := m.Reason
		if m.Detail != "" {
			reason += " (" + m.Detail + ")"
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
		if m.ARN != "" {
			about[reason] = append(about[reason], awsx.ARNName(m.ARN))
		}
	}
	for i, reason := range reasons {
		if names := about[reason]; len(names) > 0 {
			reasons[i] = reason + " on " + strings.Join(names, ", ")
		}
	}
	return errors.New(strings.Join(reasons, "; "))
}

// StopTask stops a task; the service keeps the reason with it.
func (a Account) StopTask(ctx context.Context, task awsx.Ref, reason string) (awsx.Task, error) {
	const op = "ecs:StopTask"
	if err := a.Here(task); err != nil {
		return awsx.Task{}, err
	}
	if utf8.RuneCountInString(reason) > longReason {
		return awsx.Task{}, fault.Errorf(fault.Invalid, op, task.ARN, "a reason has at most %d characters", longReason)
	}
	in := ecs.StopTaskInput{Cluster: aws.String(task.Cluster), Task: aws.String(task.ARN), Reason: some(reason)}
	var out struct {
		Task *wireTask `json:"task"`
	}
	if _, err := a.ECS.StopTask(ctx, &in, body.Into(&out)); err != nil {
		return awsx.Task{}, a.Classify(ctx, task.ARN, err)
	}
	if out.Task == nil || out.Task.TaskArn == "" {
		return awsx.Task{}, lost(op, task.ARN, "task", "read the task to see whether it was stopped")
	}
	return a.task(out.Task, false), nil
}
