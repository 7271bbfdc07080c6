package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry"
	"gantry/ui/text"
)

var _ = commands.Add(program.groupsCommand)

func (p program) groupsCommand() *cobra.Command {
	keep := &narrowing{}
	return keep.flag(p.ofCluster("groups", "Show the Auto Scaling groups of a cluster: what they have, launch and did", func(ctx context.Context, a *app.App, c awsx.Cluster, output string) error {
		return p.groups(ctx, a, c, keep, output)
	}))
}

var _ = commands.Add(program.instancesCommand)

func (p program) instancesCommand() *cobra.Command {
	keep := &narrowing{}
	return keep.flag(p.ofCluster("instances", "Show the container instances of a cluster: addresses, room, groups", func(ctx context.Context, a *app.App, c awsx.Cluster, output string) error {
		return p.instances(ctx, a, c, keep, output)
	}))
}

// ofCluster makes a command that shows something of one cluster.
func (p program) ofCluster(name, short string, show func(context.Context, *app.App, awsx.Cluster, string) error) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: name + " CLUSTER", Short: short, Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := command.NoARN(args[0]); err != nil {
				return err
			}
			return p.With(cmd.Context(), func(a *app.App) error {
				cluster, err := a.FindCluster(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return show(cmd.Context(), a, cluster, output)
			})
		},
	}
	command.OutputFlag(cmd, &output, "table", "json")
	return cmd
}

// groupStatus is an Auto Scaling group as -o json prints it.
type groupStatus struct {
	Name       string           `json:"name"`
	ARN        string           `json:"arn"`
	Status     string           `json:"status"`
	Why        string           `json:"why,omitempty"`
	Cluster    string           `json:"cluster,omitempty"` // name
	By         string           `json:"by"`                // what tells the cluster
	Min        int              `json:"min"`
	Desired    int              `json:"desired"`
	Max        int              `json:"max"`
	Launches   launchStatus     `json:"launches"`
	Suspended  []string         `json:"suspended"`
	Providers  []providerStatus `json:"capacityProviders"`
	Policies   []policyStatus   `json:"policies"`
	Schedules  []scheduleStatus `json:"schedules"`
	Activities []activityStatus `json:"activities"`
	Instances  []memberStatus   `json:"instances"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
}

type launchStatus struct {
	Source  string `json:"source"`
	Version string `json:"version,omitempty"` // the number, of a template
	Image   string `json:"image,omitempty"`
	Type    string `json:"type,omitempty"`
	Joins   string `json:"joins,omitempty"`
	Read    bool   `json:"read"`
}

type providerStatus struct {
	Name           string `json:"name"`
	ManagedScaling bool   `json:"managedScaling"`
	TargetCapacity int    `json:"targetCapacity"`
	Draining       bool   `json:"managedDraining"`
	Protection     bool   `json:"managedTerminationProtection"`
}

type policyStatus struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Metric  string   `json:"metric,omitempty"`
	Target  float64  `json:"target,omitempty"`
	Adjusts string   `json:"adjusts,omitempty"`
	Alarms  []string `json:"alarms"`
	Enabled bool     `json:"enabled"`
}

type scheduleStatus struct {
	Name    string     `json:"name"`
	When    string     `json:"when,omitempty"`
	Zone    string     `json:"zone,omitempty"`
	Next    *time.Time `json:"next,omitempty"`
	Min     *int       `json:"min,omitempty"`
	Max     *int       `json:"max,omitempty"`
	Desired *int       `json:"desired,omitempty"`
}

type activityStatus struct {
	Status      string     `json:"status"`
	Started     *time.Time `json:"started,omitempty"`
	Ended       *time.Time `json:"ended,omitempty"`
	Description string     `json:"description"`
	Cause       string     `json:"cause"`
	Message     string     `json:"message,omitempty"`
}

type memberStatus struct {
	ID        string `json:"id"`
	Lifecycle string `json:"lifecycle"`
	Health    string `json:"health"`
	Zone      string `json:"availabilityZone"`
	Source    string `json:"launchedFrom"`
	Outdated  string `json:"outdated,omitempty"`
	Protected bool   `json:"protectedFromScaleIn"`
	// Registered is null where the cluster's instances were not read.
	Registered *bool `json:"registered"`
}

func groupOf(g inquiry.Group) groupStatus {
	launches := g.Launches
	out := groupStatus{
		Name: g.Group.Name, ARN: g.Group.Ref.ARN, Status: g.Status.String(), Why: clean.Redact(g.Why), Cluster: g.Belongs.Name, By: g.Belongs.By,
		Min: g.Group.Min, Desired: g.Group.Desired, Max: g.Group.Max, Suspended: append([]string{}, g.Group.Suspended...),
		Launches:  launchStatus{g.Group.Source.String(), launches.Source.Version, launches.Image, launches.Type, launches.Joins.Line, launches != (awsx.Launch{})},
		Providers: []providerStatus{}, Policies: []policyStatus{}, Schedules: []scheduleStatus{}, Activities: []activityStatus{}, Instances: []memberStatus{}, Tags: tagsShown(g.Group.Tags),
	}
	for _, p := range g.Providers {
		out.Providers = append(out.Providers, providerStatus{p.Name, p.Scales, p.Target, p.Drains, p.Protects})
	}
	for _, p := range g.Doings.Policies {
		out.Policies = append(out.Policies, policyStatus{p.Name, p.Type, p.Metric, p.Target, p.Adjusts, append([]string{}, p.Alarms...), !p.Off})
	}
	for _, s := range g.Doings.Schedules {
		out.Schedules = append(out.Schedules, scheduleStatus{s.Name, s.When, s.Zone, printing.Moment(s.Next), s.Min, s.Max, s.Desired})
	}
	for _, a := range g.Activities {
		out.Activities = append(out.Activities, activityStatus{a.Status, printing.Moment(a.StartedAt), printing.Moment(a.EndedAt), clean.Redact(a.Description), clean.Redact(a.Cause), clean.Redact(a.Message)})
	}
	for _, m := range g.Group.Members {
		one := memberStatus{ID: m.ID, Lifecycle: m.Lifecycle, Health: m.Health, Zone: m.Zone, Source: m.Source.String(), Outdated: m.Outdated(g.Group, launches), Protected: m.Protected}
		if g.Registered != nil {
			registered := g.Registered(m.ID)
			one.Registered = &registered
		}
		out.Instances = append(out.Instances, one)
	}
	slices.SortFunc(out.Instances, func(a, b memberStatus) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// groupsDocument is what groups -o json prints.
type groupsDocument struct {
	Context   string        `json:"context"`
	Cluster   string        `json:"cluster"`
	Groups    []groupStatus `json:"groups"`
	Elsewhere int           `json:"elsewhere"` // groups of other clusters, or of none
	Untold    int           `json:"untold"`    // groups of which that is not known
	completeness
}

var _ = schema.Add("groups", "gantry groups", groupsDocument{})

func (p program) groups(ctx context.Context, a *app.App, cluster awsx.Cluster, keep *narrowing, output string) error {
	fleet, partial, err := a.Fleet(ctx, cluster.Ref)
	if err != nil {
		return err
	}
	list := make([]groupStatus, len(fleet.Here))
	rows := make([][]string, len(fleet.Here))
	for i, g := range fleet.Here {
		list[i] = groupOf(g)
		last := "-"
		if len(g.Activities) > 0 {
			last = text.Age(a.Now().Sub(g.Activities[0].StartedAt))
		}
		rows[i] = []string{
			g.Group.Name, g.Status.String(), fmt.Sprintf("%d/%d", g.Group.Staying(), g.Group.Desired), strconv.Itoa(g.Group.Min), strconv.Itoa(g.Group.Max),
			cmp.Or(g.Group.Source.String(), "-"), last, printing.Shown(list[i].Why),
		}
	}
	list, rows, untold := narrow(keep, p.Err, list, rows, func(i int) thing { return thing{fleet.Here[i].Group.Name, fleet.Here[i].Group.Tags} })
	partial = append(partial, untold...)
	p.Partial(partial)
	if output == "json" {
		return printing.JSON(p.Out, groupsDocument{a.Context.String(), cluster.Name, list, fleet.Elsewhere, fleet.Untold, completenessOf(a, partial)})
	}
	return printing.Table(p.Out, []string{"GROUP", "STATUS", "HAS/DES", "MIN", "MAX", "LAUNCHES", "LAST", "WHY"}, rows)
}

// instanceStatus is a container instance as -o json prints it. What was not read is null.
type instanceStatus struct {
	ID         string  `json:"id"` // of EC2
	ARN        string  `json:"arn"`
	Status     string  `json:"status"`
	Agent      bool    `json:"agentConnected"`
	Version    string  `json:"agentVersion"`
	Address    *string `json:"privateIp"`
	Zone       string  `json:"availabilityZone"`
	Type       string  `json:"type"`
	Image      string  `json:"image,omitempty"`
	Group      *string `json:"group"` // empty for one of none
	Outdated   string  `json:"outdated,omitempty"`
	Running    int     `json:"running"`
	Pending    int     `json:"pending"`
	CPU        room    `json:"cpu"`
	Memory     room    `json:"memory"`
	Registered string  `json:"registered"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
}

type room struct {
	Registered int `json:"registered"`
	Remaining  int `json:"remaining"`
}

// instancesDocument is what instances -o json prints.
type instancesDocument struct {
	Context   string           `json:"context"`
	Cluster   string           `json:"cluster"`
	Instances []instanceStatus `json:"instances"`
	completeness
}

var _ = schema.Add("instances", "gantry instances", instancesDocument{})

func (p program) instances(ctx context.Context, a *app.App, cluster awsx.Cluster, keep *narrowing, output string) error {
	found, partial, err := a.Hosts(ctx, cluster.Ref)
	if err != nil {
		return err
	}
	list := make([]instanceStatus, len(found))
	rows := make([][]string, len(found))
	for i, h := range found {
		s := instanceStatus{
			ID: h.EC2ID, ARN: h.Ref.ARN, Status: h.Status, Agent: h.AgentConnected, Version: h.AgentVersion, Zone: h.AvailabilityZone, Type: h.InstanceType,
			Image: cmp.Or(h.Machine.Image, h.Attributes["ecs.ami-id"]), Outdated: h.Outdated, Running: h.Running, Pending: h.Pending,
			CPU: room{h.CPU.Registered, h.CPU.Remaining}, Memory: room{h.Memory.Registered, h.Memory.Remaining}, Registered: h.RegisteredAt.UTC().Format(time.RFC3339), Tags: tagsShown(h.Tags),
		}
		address, group := "?", "?"
		if h.PrivateIP != "" {
			address, s.Address = h.PrivateIP, &h.PrivateIP
		}
		if h.GroupsRead {
			group, s.Group = cmp.Or(h.Group, "-"), &h.Group
		}
		status := strings.ToLower(h.Status)
		if !h.AgentConnected {
			status += ", agent off"
		}
		list[i] = s
		rows[i] = []string{
			cmp.Or(h.EC2ID, h.Ref.Name()), status, address, h.AvailabilityZone, h.InstanceType, group,
			fmt.Sprintf("%d/%d", h.CPU.Registered-h.CPU.Remaining, h.CPU.Registered), fmt.Sprintf("%d/%d", h.Memory.Registered-h.Memory.Remaining, h.Memory.Registered),
			strconv.Itoa(h.Running + h.Pending), printing.Shown(h.Outdated),
		}
	}
	list, rows, untold := narrow(keep, p.Err, list, rows, func(i int) thing { return thing{rows[i][0], found[i].Tags} })
	partial = append(partial, untold...)
	p.Partial(partial)
	if output == "json" {
		return printing.JSON(p.Out, instancesDocument{a.Context.String(), cluster.Name, list, completenessOf(a, partial)})
	}
	return printing.Table(p.Out, []string{"INSTANCE", "STATUS", "ADDRESS", "ZONE", "TYPE", "GROUP", "CPU USED", "MIB USED", "TASKS", "LAUNCHED"}, rows)
}
