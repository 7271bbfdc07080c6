package describe

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

// Task reads the revision of a task and puts both in words, as Service does.
func Task(ctx context.Context, deps *views.Deps, t awsx.Task, host *awsx.Instance) ([]prose.Para, error) {
	td, err := deps.Store.TaskDefinition(ctx, t.Ref.Context, t.TaskDefinition)
	if ctx.Err() != nil {
		return nil, err
	}
	return task(t, td, err, host, deps.Now()), nil
}

// task puts a task in words, with its host when that was read, and with its
// revision or why that was not.
func task(t awsx.Task, td *awsx.TaskDefinition, unread error, host *awsx.Instance, now time.Time) []prose.Para {
	var d prose.Document
	d.Heading("Task " + t.ID)
	d.Field("ARN", t.Ref.ARN)
	d.Field("context", t.Ref.Context.String())
	d.Field("group", t.Group)
	d.Field("revision", awsx.ARNName(t.TaskDefinition))
	d.Field("status", fmt.Sprintf("%s, wanted %s", t.LastStatus, t.DesiredStatus))
	d.Field("health", t.Health)
	d.Field("started by", t.StartedBy)
	d.Field("launch type", t.LaunchType)
	d.Field("zone", t.AvailabilityZone)
	d.Field("CPU, memory", wording.JoinNonEmpty(", ", t.CPU, t.Memory))
	Host(&d, t, host)
	masking := api.MaskingOf(td)
	if t.StoppedReason != "" || t.StopCode != "" {
		d.FieldAs(theme.Failed, "stopped because", masking.Text(wording.JoinNonEmpty(": ", t.StopCode, t.StoppedReason)))
	}
	Timeline(&d, t, now)
	Tags(&d, t.Tags, masking)
	for _, c := range t.Containers {
		d.Heading("Container " + c.Name)
		Container(&d, c, masking)
		if def, ok := ContainerOf(td, c.Name); ok {
			Environment(&d, def, masking)
		}
	}
	if td == nil {
		unreadDefinition(&d, t.TaskDefinition, unread)
	}
	return d.Paras
}

// Host tells where a task runs.
func Host(d *prose.Document, t awsx.Task, host *awsx.Instance) {
	if host != nil {
		agent := "agent connected"
		if !host.AgentConnected {
			agent = "agent DISCONNECTED"
		}
		d.Field("instance", wording.JoinNonEmpty(", ", host.EC2ID, host.PrivateIP, host.InstanceType, host.AvailabilityZone, host.Status, agent))
	} else if t.ContainerInstance != "" {
		d.Field("instance", awsx.ARNName(t.ContainerInstance))
	}
	for _, eni := range t.ENIs {
		d.Field("interface", wording.JoinNonEmpty(" ", eni.ID, eni.PrivateV4, eni.PrivateV6, eni.SubnetID))
	}
}

// Timeline tells when a task went through its states.
func Timeline(d *prose.Document, t awsx.Task, now time.Time) {
	d.Heading("Timeline")
	for _, step := range []struct {
		name string
		at   time.Time
	}{{"created", t.CreatedAt}, {"started", t.StartedAt}, {"stopping", t.StoppingAt}, {"stopped", t.StoppedAt}} {
		if !step.at.IsZero() {
			d.Field(step.name, wording.Moment(step.at, now))
		}
	}
}

// Container tells what became of a container of a task.
func Container(d *prose.Document, c awsx.Container, masking api.Masking) {
	d.Field("image", c.Image)
	d.Field("digest", c.ImageDigest)
	d.Field("runtime id", c.RuntimeID)
	d.Field("status", c.LastStatus)
	d.Field("health", c.Health)
	role := theme.Text
	if c.ExitCode > 0 {
		role = theme.Failed
	}
	d.FieldAs(role, "exit", wording.Exit(c.ExitCode))
	d.FieldAs(theme.Failed, "reason", masking.Text(c.Reason))
	d.Field("ports", wording.Ports(c.Bindings))
	d.Field("addresses", strings.Join(c.Addresses, " "))
}
