package describe

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// Cluster puts a cluster in words.
func Cluster(c awsx.Cluster) []prose.Para {
	var d prose.Document
	d.Heading("Cluster " + c.Name)
	d.Field("ARN", c.Ref.ARN)
	d.Field("context", c.Ref.Context.String())
	d.Field("status", c.Status)
	d.Field("services", strconv.Itoa(c.Services))
	d.Field("tasks", fmt.Sprintf("%d running, %d pending", c.Running, c.Pending))
	d.Field("instances", strconv.Itoa(c.Instances))
	d.Field("capacity providers", strings.Join(c.CapacityProviders, ", "))
	Tags(&d, c.Tags, api.Masking{})
	return d.Paras
}

// Service reads the revision of a service and puts both in words. A revision that
// is gone, or may not be read, takes nothing away from what is known of the service.
func Service(ctx context.Context, deps *views.Deps, s awsx.Service) ([]prose.Para, error) {
	td, err := deps.Store.TaskDefinition(ctx, s.Ref.Context, s.TaskDefinition)
	if ctx.Err() != nil {
		return nil, err
	}
	paras := service(s, td, err, deps.Now())
	return append(paras, scaling(ctx, deps, s)...), ctx.Err()
}

// activitiesTold is how much is told of what was done to a service's count.
const activitiesTold = 10

// scaling tells what moves the count of a service: nothing of one that Application Auto
// Scaling does not know. What may not be read of it is named.
func scaling(ctx context.Context, deps *views.Deps, s awsx.Service) []prose.Para {
	account, err := deps.Store.Account(ctx, s.Ref.Context)
	if err != nil {
		return nil // which the task definition told already
	}
	target, err := account.ScalableTarget(ctx, s.Ref)
	if fault.ClassOf(err) == fault.NotFound {
		return nil
	}
	now := deps.Now()
	var d prose.Document
	d.Heading("Scaling")
	unread := func(what string, err error) {
		if err != nil {
			d.FieldAs(theme.Unknown, what, "unread: "+livetable.ReasonUnread(err))
		}
	}
	if unread("bounds", err); err != nil {
		return d.Paras
	}
	d.Field("bounds", target.Bounds()+", "+target.State())
	for _, p := range target.Policies {
		d.Field("policy", wording.Policy(p))
	}
	schedules, err := account.ScheduledScaling(ctx, s.Ref)
	unread("schedules", err)
	for _, action := range schedules {
		d.Field("schedule", wording.Schedule(action, now))
	}
	activities, err := account.ScalingActivities(ctx, s.Ref, activitiesTold)
	unread("activities", err)
	for _, a := range activities {
		d.Line(theme.Text, wording.JoinNonEmpty("  ", wording.Moment(a.StartedAt, now), wording.Activity(a)))
		d.Line(theme.Dim, a.Cause)
	}
	return d.Paras
}

// service puts a service in words, with its task definition or why that was
// not read.
func service(s awsx.Service, td *awsx.TaskDefinition, unread error, now time.Time) []prose.Para {
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
		deployments(&d, s, now)
	} else {
		// What stands for its deployments is made of its task sets, and they say it better.
		d.Heading("Task sets")
		TaskSets(&d, s, now)
	}
	if td != nil {
		Definition(&d, td)
	} else {
		unreadDefinition(&d, s.TaskDefinition, unread)
	}
	Tags(&d, s.Tags, api.MaskingOf(td))
	d.Heading("Events")
	if len(s.Events) == 0 {
		d.Line(theme.Dim, "none")
	}
	for _, e := range s.Events {
		d.Field(wording.Clock(e.At, now), e.Message)
	}
	return d.Paras
}

func deployments(d *prose.Document, s awsx.Service, now time.Time) {
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

// Tags lists tags, or says that they were not read.
func Tags(d *prose.Document, tags awsx.Tags, masking api.Masking) {
	if tags.Read() && len(tags) == 0 {
		return
	}
	d.Heading("Tags")
	if !tags.Read() {
		d.Line(theme.Unknown, "not read")
	}
	for _, t := range tags {
		d.Field(t.Key, masking.Value(t.Key, t.Value))
	}
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
		return "capacity provider " + s.CapacityProviders.String()
	}
	return s.LaunchType
}

func percent(n int) string {
	if n == awsx.Unset {
		return "default"
	}
	return strconv.Itoa(n) + "%"
}
