package awsxtest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Doings are what is told of a service or of an Auto Scaling group.
type Doings struct {
	Policies   []awsx.ScalingPolicy // of groups alone
	Activities []awsx.ScalingActivity
	Schedules  []awsx.ScheduledScaling
}

// doings are those of one name.
func (a *Account) doings(ctx context.Context, op Op, name string) (Doings, error) {
	if err := a.begin(ctx, op, name); err != nil {
		return Doings{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	d := a.data.Doings[name]
	return Doings{slices.Clone(d.Policies), slices.Clone(d.Activities), slices.Clone(d.Schedules)}, nil
}

// ScalingActivities implements awsx.ScalingReader.
func (a *Account) ScalingActivities(ctx context.Context, service awsx.Ref, limit int) ([]awsx.ScalingActivity, error) {
	d, err := a.doings(ctx, ScalingActivities, service.ARN)
	return d.Activities[:min(limit, len(d.Activities))], err
}

// ScheduledScaling implements awsx.ScalingReader.
func (a *Account) ScheduledScaling(ctx context.Context, service awsx.Ref) ([]awsx.ScheduledScaling, error) {
	d, err := a.doings(ctx, ScheduledScaling, service.ARN)
	return d.Schedules, err
}

// GroupPolicies implements awsx.GroupReader.
func (a *Account) GroupPolicies(ctx context.Context, group string) ([]awsx.ScalingPolicy, error) {
	d, err := a.doings(ctx, GroupPolicies, group)
	return d.Policies, err
}

// GroupActivities implements awsx.GroupReader.
func (a *Account) GroupActivities(ctx context.Context, group string, limit int) ([]awsx.ScalingActivity, error) {
	d, err := a.doings(ctx, GroupActivities, group)
	return d.Activities[:min(limit, len(d.Activities))], err
}

// GroupSchedules implements awsx.GroupReader.
func (a *Account) GroupSchedules(ctx context.Context, group string) ([]awsx.ScheduledScaling, error) {
	d, err := a.doings(ctx, GroupSchedules, group)
	return d.Schedules, err
}

// Machines implements awsx.MachineReader.
func (a *Account) Machines(ctx context.Context, ids []string) ([]awsx.Machine, error) {
	if err := a.begin(ctx, Machines, strings.Join(ids, ",")); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.data.Machines), func(m awsx.Machine) bool { return !slices.Contains(ids, m.ID) }), nil
}

// ScalingGroups implements awsx.GroupReader.
func (a *Account) ScalingGroups(ctx context.Context) awsx.Pages[awsx.ScalingGroup] {
	return func(yield func(awsx.Page[awsx.ScalingGroup], error) bool) {
		if err := a.begin(ctx, ScalingGroups, ""); err != nil {
			yield(awsx.Page[awsx.ScalingGroup]{}, err)
			return
		}
		a.mu.Lock()
		groups := slices.Clone(a.data.Groups)
		a.mu.Unlock()
		for i := range groups {
			groups[i] = a.read(groups[i])
		}
		yield(awsx.Page[awsx.ScalingGroup]{Items: awsx.Own(groups), Total: len(groups), Complete: true}, nil)
	}
}

// read is a group as it is read: in the account's context, with members of its own.
func (a *Account) read(g awsx.ScalingGroup) awsx.ScalingGroup {
	g.Ref.Context, g.Members = a.ID, slices.Clone(g.Members)
	return g
}

// ScalingGroup implements awsx.GroupReader.
func (a *Account) ScalingGroup(ctx context.Context, name string) (awsx.ScalingGroup, error) {
	if err := a.begin(ctx, ScalingGroup, name); err != nil {
		return awsx.ScalingGroup{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, g := range a.data.Groups {
		if g.Name == name {
			return a.read(g), nil
		}
	}
	return awsx.ScalingGroup{}, fault.Errorf(fault.NotFound, "autoscaling:DescribeAutoScalingGroups", name, "no such Auto Scaling group")
}

// Launch implements awsx.GroupReader.
func (a *Account) Launch(ctx context.Context, source awsx.LaunchSource) (awsx.Launch, error) {
	if err := a.begin(ctx, Launch, source.String()); err != nil {
		return awsx.Launch{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	l, ok := a.data.Launches[source]
	if !ok {
		return awsx.Launch{}, fault.Errorf(fault.NotFound, "ec2:DescribeLaunchTemplateVersions", source.String(), "no such version")
	}
	return l, nil
}

// CapacityProviders implements awsx.ProviderReader.
func (a *Account) CapacityProviders(ctx context.Context) ([]awsx.CapacityProvider, error) {
	if err := a.begin(ctx, CapacityProviders, ""); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.data.Providers), nil
}

// SetGroupDesired implements awsx.GroupWriter.
func (a *Account) SetGroupDesired(ctx context.Context, group awsx.Ref, n int) error {
	return a.write(ctx, SetGroupDesired, "SetDesiredCapacity", group.ARN, func() error {
		for i := range a.data.Groups {
			if a.data.Groups[i].Ref.ARN == group.ARN {
				a.data.Groups[i].Desired = n
				return nil
			}
		}
		return missing("SetDesiredCapacity", group.ARN)
	})
}

// UpdateGroup implements awsx.GroupWriter.
func (a *Account) UpdateGroup(ctx context.Context, u awsx.GroupUpdate) error {
	return a.write(ctx, UpdateGroup, "UpdateAutoScalingGroup", u.Group.ARN, func() error {
		for i := range a.data.Groups {
			if a.data.Groups[i].Ref.ARN == u.Group.ARN {
				a.data.Groups[i] = u.Applied(a.data.Groups[i])
				return nil
			}
		}
		return missing("UpdateAutoScalingGroup", u.Group.ARN)
	})
}

// EndMember implements awsx.GroupWriter: the member is marked as terminating.
func (a *Account) EndMember(ctx context.Context, group awsx.Ref, id string) error {
	return a.write(ctx, EndMember, "TerminateInstanceInAutoScalingGroup", id, func() error {
		for _, g := range a.data.Groups {
			for i := range g.Members {
				if g.Ref.ARN == group.ARN && g.Members[i].ID == id {
					g.Members[i].Lifecycle = "Terminating"
					return nil
				}
			}
		}
		return missing("TerminateInstanceInAutoScalingGroup", id)
	})
}

// House gives the instances of a cluster machines with addresses, in an Auto Scaling group of
// the cluster's name over a launch template. The first instance is of an older version.
func (a *Account) House(cluster awsx.Ref) awsx.ScalingGroup {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := cluster.Name() + "-ecs"
	source := awsx.LaunchSource{TemplateID: "lt-" + a.hex(17), Template: name, Version: "$Latest"}
	g := awsx.ScalingGroup{
		Ref:  awsx.Ref{Context: a.ID, ARN: "arn:aws:autoscaling:" + a.ID.Region + ":" + Number + ":autoScalingGroup:" + a.hex(8) + ":autoScalingGroupName/" + name},
		Name: name, Min: 1, Max: 4, Source: source,
	}
	now := source
	now.Version = "3"
	if a.data.Launches == nil {
		a.data.Launches = map[awsx.LaunchSource]awsx.Launch{}
	}
	a.data.Launches[source] = awsx.Launch{Source: now, Image: "ami-0b1c2d3e4f5a69788", Type: "m6i.xlarge",
		Joins: awsx.Joins{Cluster: cluster.Name(), Line: "ECS_CLUSTER=" + cluster.Name()}}
	for n, i := range a.data.Instances {
		if i.Ref.Cluster != cluster.ARN {
			continue
		}
		m := awsx.Member{ID: i.EC2ID, Type: i.InstanceType, Zone: i.AvailabilityZone, Lifecycle: "InService", Health: "Healthy", Source: now}
		if g.Desired == 0 {
			m.Source.Version = "2"
		}
		g.Desired++
		g.Members = append(g.Members, m)
		a.data.Machines = append(a.data.Machines, awsx.Machine{ID: i.EC2ID, PrivateIP: fmt.Sprintf("10.20.%d.%d", len(a.data.Clusters), 10+n), Type: i.InstanceType,
			Image: "ami-0b1c2d3e4f5a69788", Zone: i.AvailabilityZone, State: "running", Group: name, LaunchedAt: i.RegisteredAt})
	}
	a.data.Groups = append(a.data.Groups, g)
	return g
}

// TaskProtection implements awsx.ProtectionReader.
func (a *Account) TaskProtection(ctx context.Context, cluster awsx.Ref, tasks []string) ([]awsx.Protection, error) {
	if err := a.begin(ctx, TaskProtection, strings.Join(tasks, ",")); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.data.Protections), func(p awsx.Protection) bool { return !slices.Contains(tasks, p.Task) }), nil
}
