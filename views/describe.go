package views

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// describeCluster puts a cluster in words.
func describeCluster(c awsx.Cluster) []para {
	var d document
	d.heading("Cluster " + c.Name)
	d.field("ARN", c.Ref.ARN)
	d.field("context", c.Ref.Context.String())
	d.field("status", c.Status)
	d.field("services", strconv.Itoa(c.Services))
	d.field("tasks", fmt.Sprintf("%d running, %d pending", c.Running, c.Pending))
	d.field("instances", strconv.Itoa(c.Instances))
	d.field("capacity providers", strings.Join(c.CapacityProviders, ", "))
	return d.paras
}

// describeService puts a service in words, with its task definition when that
// was read.
func describeService(s awsx.Service, td *awsx.TaskDefinition, now time.Time) []para {
	var d document
	d.heading("Service " + s.Name)
	d.field("ARN", s.Ref.ARN)
	d.field("context", s.Ref.Context.String())
	d.field("status", s.Status)
	d.field("tasks", fmt.Sprintf("%d desired, %d running, %d pending", s.Desired, s.Running, s.Pending))
	d.field("task definition", awsx.ARNName(s.TaskDefinition))
	d.field("launch type", launchType(s))
	d.field("scheduling", s.SchedulingStrategy)
	d.field("controller", cmp.Or(s.Controller, "ECS"))
	d.field("strategy", cmp.Or(s.Strategy, "ROLLING"))
	d.field("percent", fmt.Sprintf("minimum healthy %s, maximum %s", percent(s.MinHealthyPercent), percent(s.MaxPercent)))
	d.field("circuit breaker", breakerWords(s.Breaker))
	if s.GracePeriod > 0 {
		d.field("grace period", text.Span(s.GracePeriod))
	}
	d.field("placement", strings.Join(s.PlacementConstraints, ", "))
	d.field("created", moment(s.CreatedAt, now))
	d.field("created by", awsx.ARNName(s.CreatedBy))
	for _, lb := range s.LoadBalancers {
		d.field("load balancer", fmt.Sprintf("%s:%d in %s", lb.Container, lb.ContainerPort, groupName(lb)))
	}
	if len(s.TaskSets) > 0 {
		d.heading("Task sets")
		taskSets(&d, s, now)
	}
	describeDeployments(&d, s, now)
	if td != nil {
		describeDefinition(&d, td)
	}
	describeTags(&d, s.Tags, api.MaskingOf(td))
	d.heading("Events")
	if len(s.Events) == 0 {
		d.line(theme.Dim, "none")
	}
	for _, e := range s.Events {
		d.field(clock(e.At, now), e.Message)
	}
	return d.paras
}

func describeDeployments(d *document, s awsx.Service, now time.Time) {
	d.heading("Deployments")
	if len(s.Deployments) == 0 {
		d.line(theme.Dim, "none")
	}
	for _, dep := range s.Deployments {
		d.field("deployment", strings.TrimSpace(dep.ID+" "+dep.Status))
		d.field("revision", awsx.ARNName(dep.TaskDefinition))
		d.field("tasks", fmt.Sprintf("%d desired, %d running, %d pending, %d failed", dep.Desired, dep.Running, dep.Pending, dep.Failed))
		d.field("rollout", strings.TrimSpace(dep.RolloutState+" "+dep.RolloutReason))
		d.field("created", moment(dep.CreatedAt, now))
		d.field("updated", moment(dep.UpdatedAt, now))
	}
}

// describeDefinition tells what a revision runs. Values of variables that look
// like secrets are masked.
func describeDefinition(d *document, td *awsx.TaskDefinition) {
	d.heading("Task definition " + td.Family + ":" + strconv.Itoa(td.Revision))
	d.field("network mode", cmp.Or(td.NetworkMode, "bridge"))
	d.field("CPU, memory", joinNonEmpty(", ", td.CPU, td.Memory))
	d.field("task role", awsx.ARNName(td.TaskRole))
	d.field("execution role", awsx.ARNName(td.ExecutionRole))
	masking := api.MaskingOf(td)
	for _, c := range td.Containers {
		d.heading("Container " + c.Name)
		describeContainerDefinition(d, c, masking)
	}
}

func describeContainerDefinition(d *document, c awsx.ContainerDefinition, masking api.Masking) {
	d.field("image", c.Image)
	d.field("essential", yesNo(c.Essential))
	d.field("CPU", nonZero(c.CPU))
	d.field("memory", memory(c))
	for _, p := range c.Ports {
		host := "dynamic"
		if p.HostPort != 0 {
			host = strconv.Itoa(p.HostPort)
		}
		d.field("port", fmt.Sprintf("%d -> %s %s", p.ContainerPort, host, cmp.Or(p.Protocol, "tcp")))
	}
	d.field("log driver", c.LogDriver)
	d.field("health command", yesNo(c.HasHealth))
	environment(d, c, masking)
}

// environment lists the variables of a container.
func environment(d *document, c awsx.ContainerDefinition, masking api.Masking) {
	for _, v := range c.Env {
		d.field("env "+v.Name, cmp.Or(masking.Value(v.Name, v.Value.Reveal()), `""`))
	}
	for _, s := range c.Secrets {
		d.field("env "+s.Name, "from "+s.ValueFrom)
	}
}

// describeTask puts a task in words, with its revision and its host when they
// were read.
func describeTask(t awsx.Task, td *awsx.TaskDefinition, host *awsx.Instance, now time.Time) []para {
	var d document
	d.heading("Task " + t.ID)
	d.field("ARN", t.Ref.ARN)
	d.field("context", t.Ref.Context.String())
	d.field("group", t.Group)
	d.field("revision", awsx.ARNName(t.TaskDefinition))
	d.field("status", fmt.Sprintf("%s, wanted %s", t.LastStatus, t.DesiredStatus))
	d.field("health", t.Health)
	d.field("started by", t.StartedBy)
	d.field("launch type", t.LaunchType)
	d.field("zone", t.AvailabilityZone)
	d.field("CPU, memory", joinNonEmpty(", ", t.CPU, t.Memory))
	describeHost(&d, t, host)
	masking := api.MaskingOf(td)
	if t.StoppedReason != "" || t.StopCode != "" {
		d.fieldAs(theme.Failed, "stopped because", masking.Text(joinNonEmpty(": ", t.StopCode, t.StoppedReason)))
	}
	timeline(&d, t, now)
	for _, c := range t.Containers {
		d.heading("Container " + c.Name)
		describeContainer(&d, c, masking)
		if def, ok := definitionOf(td, c.Name); ok {
			environment(&d, def, masking)
		}
	}
	return d.paras
}

func describeHost(d *document, t awsx.Task, host *awsx.Instance) {
	if host != nil {
		agent := "agent connected"
		if !host.AgentConnected {
			agent = "agent DISCONNECTED"
		}
		d.field("instance", joinNonEmpty(", ", host.EC2ID, host.InstanceType, host.AvailabilityZone, host.Status, agent))
	} else if t.ContainerInstance != "" {
		d.field("instance", awsx.ARNName(t.ContainerInstance))
	}
	for _, eni := range t.ENIs {
		d.field("interface", joinNonEmpty(" ", eni.ID, eni.PrivateV4, eni.PrivateV6, eni.SubnetID))
	}
}

// timeline tells when a task went through its states.
func timeline(d *document, t awsx.Task, now time.Time) {
	d.heading("Timeline")
	for _, step := range []struct {
		name string
		at   time.Time
	}{{"created", t.CreatedAt}, {"started", t.StartedAt}, {"stopping", t.StoppingAt}, {"stopped", t.StoppedAt}} {
		if !step.at.IsZero() {
			d.field(step.name, moment(step.at, now))
		}
	}
}

func describeContainer(d *document, c awsx.Container, masking api.Masking) {
	d.field("image", c.Image)
	d.field("digest", c.ImageDigest)
	d.field("runtime id", c.RuntimeID)
	d.field("status", c.LastStatus)
	d.field("health", c.Health)
	role := theme.Text
	if c.ExitCode > 0 {
		role = theme.Failed
	}
	d.fieldAs(role, "exit", exit(c.ExitCode))
	d.fieldAs(theme.Failed, "reason", masking.Text(c.Reason))
	d.field("ports", ports(c.Bindings))
	d.field("addresses", strings.Join(c.Addresses, " "))
}

func describeTags(d *document, tags []awsx.Tag, masking api.Masking) {
	if len(tags) == 0 {
		return
	}
	d.heading("Tags")
	for _, t := range tags {
		d.field(t.Key, masking.Value(t.Key, t.Value))
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
	return "target group " + awsx.GroupName(lb.TargetGroup)
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
