package awsx

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Machine is an EC2 instance: what a container instance runs on.
type Machine struct {
	ID        string
	PrivateIP string // empty once it is terminated
	Type      string
	Image     string // AMI
	Zone      string
	State     string // pending, running, shutting-down, terminated, stopping, stopped
	// Group is the Auto Scaling group that the machine's tag names; empty for none.
	Group      string
	LaunchedAt time.Time
}

// LaunchSource names what instances are launched from: a launch configuration, or a
// version of a launch template.
type LaunchSource struct {
	Configuration string
	TemplateID    string
	Template      string // name
	Version       string // a number, $Latest or $Default
}

// String returns the name, with the version of a template.
func (s LaunchSource) String() string {
	if s.Configuration != "" {
		return s.Configuration
	}
	if name := cmp.Or(s.Template, s.TemplateID); name != "" {
		return name + ":" + cmp.Or(s.Version, "$Default")
	}
	return ""
}

// Launch is what a source launches.
type Launch struct {
	// Source names the version of a template by its number.
	Source LaunchSource
	Image  string // AMI
	Type   string
	Joins  Joins
}

// Joins is the cluster that user data has the agent join.
type Joins struct {
	// Cluster is empty when the user data does not say, or by a variable.
	Cluster string
	// Line is what says so, such as ECS_CLUSTER=prod. Nothing else of the user data is kept:
	// it may hold secrets.
	Line string
}

// ScalingGroup is an Auto Scaling group.
type ScalingGroup struct {
	// Ref has the ARN of the group, and the cluster that it was found to belong to, if any.
	Ref               Ref
	Name              string
	Min, Max, Desired int
	Source            LaunchSource
	Members           []Member
	// Suspended holds the processes that somebody suspended, such as Launch.
	Suspended []string
	// Termination holds the policies by which the group chooses what it ends, the first
	// first (Auto Scaling, TerminationPolicies): Default, OldestInstance, NewestInstance,
	// OldestLaunchTemplate and others, or the ARN of a function that chooses.
	Termination []string
	// Managed is set when ECS scales the group by a capacity provider: it carries ECS' tag.
	Managed bool
	Tags    Tags
	Status  string // empty unless the group is being deleted
}

// Member is an instance as its group knows it.
type Member struct {
	ID        string
	Type      string
	Zone      string
	Lifecycle string // Pending, InService, Terminating:Wait, …
	Health    string
	Protected bool // from scale-in
	Source    LaunchSource
}

// Leaving reports whether the group is about to end the instance, or has ended it.
func (m Member) Leaving() bool {
	return strings.HasPrefix(m.Lifecycle, "Terminat") || strings.HasPrefix(m.Lifecycle, "Detach")
}

// Staying are the members that the group counts: those that it does not end.
func (g ScalingGroup) Staying() int {
	n := 0
	for _, m := range g.Members {
		if !m.Leaving() {
			n++
		}
	}
	return n
}

// Member finds an instance of the group.
func (g ScalingGroup) Member(id string) (Member, bool) {
	for _, m := range g.Members {
		if m.ID == id {
			return m, true
		}
	}
	return Member{}, false
}

// Bounds returns what the group may have, in words.
func (g ScalingGroup) Bounds() string {
	return strconv.Itoa(g.Min) + " to " + strconv.Itoa(g.Max)
}

// Outdated says what tells a member from what its group launches now, such as "version 2 of
// 3"; empty when nothing does, or while what the group launches is not known (now is the
// zero value).
func (m Member) Outdated(g ScalingGroup, now Launch) string {
	own, want := m.Source, now.Source
	switch {
	case now == (Launch{}) || own == (LaunchSource{}):
		return ""
	case own.Configuration != want.Configuration, own.TemplateID != want.TemplateID:
		return "launched from " + own.String() + ", the group launches from " + want.String()
	case own.Version != want.Version:
		return "version " + own.Version + " of " + cmp.Or(own.Template, own.TemplateID) + ", the group launches version " + want.Version
	}
	return ""
}

// ScalingActivity is something that an Auto Scaling group, or Application Auto Scaling of a
// service, did.
type ScalingActivity struct {
	ID          string
	Status      string // Successful, Failed, InProgress, …
	Description string
	Cause       string
	Message     string
	StartedAt   time.Time
	EndedAt     time.Time // zero while it goes on
	// Service is the name of the service, where those of several are told.
	Service string
}

// Failed reports whether the activity came to nothing.
func (a ScalingActivity) Failed() bool { return a.Status == "Failed" || a.Status == "Cancelled" }

// ScheduledScaling is a scheduled action; nil bounds are left as they are.
type ScheduledScaling struct {
	Name string
	// When is a cron expression, or cron(…), rate(…) and at(…) of Application Auto Scaling;
	// empty for one that happens once.
	When              string
	Zone              string // of the expression; empty for UTC
	Next              time.Time
	Min, Max, Desired *int
}

// CapacityProvider is a capacity provider of ECS.
type CapacityProvider struct {
	Name   string
	Status string
	// Group is the Auto Scaling group's ARN, or its bare name; empty for Fargate's.
	Group string
	// Scales is set when ECS moves the group's desired capacity (managed scaling), towards
	// Target percent of use.
	Scales bool
	Target int
	// Drains is set when ECS drains instances before the group ends them, Protects when it
	// protects those with tasks from scale-in.
	Drains, Protects bool
}

// Of reports whether the provider is over a group.
func (p CapacityProvider) Of(g ScalingGroup) bool {
	return p.Group != "" && (p.Group == g.Ref.ARN || ARNName(p.Group) == g.Name)
}
