package resources

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

// describeCluster puts a cluster in words.
func describeCluster(c awsx.Cluster) []prose.Para {
	var d prose.Document
	d.Heading("Cluster " + c.Name)
	d.Field("ARN", c.Ref.ARN)
	d.Field("context", c.Ref.Context.String())
	d.Field("status", c.Status)
	d.Field("services", strconv.Itoa(c.Services))
	d.Field("tasks", fmt.Sprintf("%d running, %d pending", c.Running, c.Pending))
	d.Field("instances", strconv.Itoa(c.Instances))
	d.Field("capacity providers", strings.Join(c.CapacityProviders, ", "))
	return d.Paras
}

// readService reads the revision of a service and puts both in words. A revision that
// is gone, or may not be read, takes nothing away from what is known of the service.
func readService(ctx context.Context, deps *views.Deps, s awsx.Service) ([]prose.Para, error) {
	td, err := deps.Store.TaskDefinition(ctx, s.Ref.Context, s.TaskDefinition)
	if ctx.Err() != nil {
		return nil, err
	}
	return describeService(s, td, err, deps.Now()), nil
}

// describeService puts a service in words, with its task definition or why that was
// not read.
func describeService(s awsx.Service, td *awsx.TaskDefinition, unread error, now time.Time) []prose.Para {
	var d prose.Document
	d.Heading("Service " + s.Name)
	d.Field("ARN", s.Ref.ARN)
	d.Field("context", s.Ref.Context.String())
	d.Field("status", s.Status)
	d.Field("tasks", fmt.Sprintf("%d desired, %d running, %d pending", s.Desired, s.Running, s.Pending))
	d.Field("task definition", awsx.ARNName(s.TaskDefinition))
	d.Field("launch type", launchType(s))
	d.Field("scheduling", s.SchedulingStrategy)
	d.Field("controller", cmp.Or(s.Controller, "ECS"))
	if controllerOf(s) == "" {
		// Another controller decides these by itself.
		d.Field("strategy", cmp.Or(s.Strategy, "ROLLING"))
		d.Field("percent", fmt.Sprintf("minimum healthy %s, maximum %s", percent(s.MinHealthyPercent), percent(s.MaxPercent)))
		d.Field("circuit breaker", breakerWords(s.Breaker))
	}
	if s.GracePeriod > 0 {
		d.Field("grace period", text.Span(s.GracePeriod))
	}
	d.Field("placement", strings.Join(s.PlacementConstraints, ", "))
	d.Field("created", wording.Moment(s.CreatedAt, now))
	d.Field("created by", awsx.ARNName(s.CreatedBy))
	for _, lb := range s.LoadBalancers {
		d.Field("load balancer", fmt.Sprintf("%s:%d in %s", lb.Container, lb.ContainerPort, groupName(lb)))
	}
	if controllerOf(s) == "" {
		describeDeployments(&d, s, now)
	} else {
		// What stands for its deployments is made of its task sets, and they say it better.
		d.Heading("Task sets")
		TaskSets(&d, s, now)
	}
	if td != nil {
		DescribeDefinition(&d, td)
	} else {
		describeUnread(&d, s.TaskDefinition, unread)
	}
	describeTags(&d, s.Tags, api.MaskingOf(td))
	d.Heading("Events")
	if len(s.Events) == 0 {
		d.Line(theme.Dim, "none")
	}
	for _, e := range s.Events {
		d.Field(wording.Clock(e.At, now), e.Message)
	}
	return d.Paras
}

func describeDeployments(d *prose.Document, s awsx.Service, now time.Time) {
	d.Heading("Deployments")
	if len(s.Deployments) == 0 {
		d.Line(theme.Dim, "none")
	}
	for _, dep := range s.Deployments {
		d.Field("deployment", strings.TrimSpace(dep.ID+" "+dep.Status))
		d.Field("revision", awsx.ARNName(dep.TaskDefinition))
		d.Field("tasks", fmt.Sprintf("%d desired, %d running, %d pending, %d failed", dep.Desired, dep.Running, dep.Pending, dep.Failed))
		d.Field("rollout", strings.TrimSpace(dep.RolloutState+" "+dep.RolloutReason))
		d.Field("created", wording.Moment(dep.CreatedAt, now))
		d.Field("updated", wording.Moment(dep.UpdatedAt, now))
	}
}

// describeUnread says why the revision that something runs is not told.
func describeUnread(d *prose.Document, arn string, err error) {
	d.Heading("Task definition " + awsx.ARNName(arn))
	if err != nil {
		d.Line(theme.Unknown, "not read: "+err.Error())
	}
}

// DescribeDefinition tells what a revision runs. Values of variables that look
// like secrets are masked.
func DescribeDefinition(d *prose.Document, td *awsx.TaskDefinition) {
	d.Heading("Task definition " + td.Family + ":" + strconv.Itoa(td.Revision))
	d.Field("network mode", cmp.Or(td.NetworkMode, "bridge"))
	d.Field("CPU, memory", wording.JoinNonEmpty(", ", td.CPU, td.Memory))
	d.Field("task role", awsx.ARNName(td.TaskRole))
	d.Field("execution role", awsx.ARNName(td.ExecutionRole))
	masking := api.MaskingOf(td)
	for _, c := range td.Containers {
		d.Heading("Container " + c.Name)
		describeContainerDefinition(d, c, masking)
	}
}

func describeContainerDefinition(d *prose.Document, c awsx.ContainerDefinition, masking api.Masking) {
	d.Field("image", c.Image)
	d.Field("essential", yesNo(c.Essential))
	d.Field("CPU", nonZero(c.CPU))
	d.Field("memory", memory(c))
	for _, p := range c.Ports {
		host := "dynamic"
		if p.HostPort != 0 {
			host = strconv.Itoa(p.HostPort)
		}
		d.Field("port", fmt.Sprintf("%s -> %s %s", awsx.PortWords(p.ContainerPort, p.Range), host, cmp.Or(p.Protocol, "tcp")))
	}
	d.Field("log driver", c.LogDriver)
	d.Field("health command", yesNo(c.HasHealth))
	environment(d, c, masking)
}

// environment lists the variables of a container.
func environment(d *prose.Document, c awsx.ContainerDefinition, masking api.Masking) {
	for _, v := range c.Env {
		d.Field("env "+v.Name, cmp.Or(masking.Value(v.Name, v.Value.Reveal()), `""`))
	}
	for _, s := range c.Secrets {
		d.Field("env "+s.Name, "from "+s.ValueFrom)
	}
	for _, arn := range c.EnvFiles {
		d.Field("env file", arn)
	}
}

// readTask reads the revision of a task and puts both in words, as readService does.
func readTask(ctx context.Context, deps *views.Deps, t awsx.Task, host *awsx.Instance) ([]prose.Para, error) {
	td, err := deps.Store.TaskDefinition(ctx, t.Ref.Context, t.TaskDefinition)
	if ctx.Err() != nil {
		return nil, err
	}
	return describeTask(t, td, err, host, deps.Now()), nil
}

// describeTask puts a task in words, with its host when that was read, and with its
// revision or why that was not.
func describeTask(t awsx.Task, td *awsx.TaskDefinition, unread error, host *awsx.Instance, now time.Time) []prose.Para {
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
	describeHost(&d, t, host)
	masking := api.MaskingOf(td)
	if t.StoppedReason != "" || t.StopCode != "" {
		d.FieldAs(theme.Failed, "stopped because", masking.Text(wording.JoinNonEmpty(": ", t.StopCode, t.StoppedReason)))
	}
	timeline(&d, t, now)
	for _, c := range t.Containers {
		d.Heading("Container " + c.Name)
		describeContainer(&d, c, masking)
		if def, ok := definitionOf(td, c.Name); ok {
			environment(&d, def, masking)
		}
	}
	if td == nil {
		describeUnread(&d, t.TaskDefinition, unread)
	}
	return d.Paras
}

func describeHost(d *prose.Document, t awsx.Task, host *awsx.Instance) {
	if host != nil {
		agent := "agent connected"
		if !host.AgentConnected {
			agent = "agent DISCONNECTED"
		}
		d.Field("instance", wording.JoinNonEmpty(", ", host.EC2ID, host.InstanceType, host.AvailabilityZone, host.Status, agent))
	} else if t.ContainerInstance != "" {
		d.Field("instance", awsx.ARNName(t.ContainerInstance))
	}
	for _, eni := range t.ENIs {
		d.Field("interface", wording.JoinNonEmpty(" ", eni.ID, eni.PrivateV4, eni.PrivateV6, eni.SubnetID))
	}
}

// timeline tells when a task went through its states.
func timeline(d *prose.Document, t awsx.Task, now time.Time) {
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

func describeContainer(d *prose.Document, c awsx.Container, masking api.Masking) {
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

func describeTags(d *prose.Document, tags []awsx.Tag, masking api.Masking) {
	if len(tags) == 0 {
		return
	}
	d.Heading("Tags")
	for _, t := range tags {
		d.Field(t.Key, masking.Value(t.Key, t.Value))
	}
}

// definitionOf finds the definition of a task's container.
func definitionOf(td *awsx.TaskDefinition, container string) (awsx.ContainerDefinition, bool) {
	if td == nil {
		return awsx.ContainerDefinition{}, false
	}
	return td.Container(container)
}

func breakerWords(b awsx.Breaker) string {
	switch {
	case !b.Enabled:
		return "off"
	case b.Rollback:
		return "on, rolls back"
	}
	return "on, does not roll back"
}

// groupName names what a load balancer entry of a service points at.
func groupName(lb awsx.LoadBalancer) string {
	if lb.TargetGroup == "" {
		return "classic load balancer " + lb.Classic
	}
	name := "target group " + awsx.GroupName(lb.TargetGroup)
	if lb.Alternate != "" {
		// Deployments swap the two; which of them serves, the listener's rule says.
		name += " or " + awsx.GroupName(lb.Alternate)
	}
	return name
}

func launchType(s awsx.Service) string {
	if s.LaunchType == "" && len(s.CapacityProviders) > 0 {
		return "capacity provider " + strings.Join(s.CapacityProviders, ", ")
	}
	return s.LaunchType
}

func memory(c awsx.ContainerDefinition) string {
	var parts []string
	if c.Memory > 0 {
		parts = append(parts, fmt.Sprintf("limit %d MiB", c.Memory))
	}
	if c.Reservation > 0 {
		parts = append(parts, fmt.Sprintf("reserved %d MiB", c.Reservation))
	}
	return strings.Join(parts, ", ")
}

func percent(n int) string {
	if n == awsx.Unset {
		return "default"
	}
	return strconv.Itoa(n) + "%"
}

func nonZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
