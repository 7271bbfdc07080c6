package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// What of machines and groups is read again after how long. What a version of a launch
// template launches never changes, but what $Latest stands for does.
const (
	launchAge = 10 * time.Minute
	doingsAge = 30 * time.Second
	// doingsRead is how many of a group's activities are read.
	doingsRead = 20
)

// ofContext is something by its name within a context.
type ofContext[K comparable] struct {
	context awsx.ContextID
	name    K
}

// machines keeps what clusters run on.
type machines struct {
	byID     memo[ofContext[string], awsx.Machine]
	launches memo[ofContext[awsx.LaunchSource], awsx.Launch]
	doings   memo[ofContext[string], Doings]
}

// Doings are what an Auto Scaling group is scaled by and what it did, the newest first.
type Doings struct {
	Policies   []awsx.ScalingPolicy
	Activities []awsx.ScalingActivity
	Schedules  []awsx.ScheduledScaling
	// Unread holds why a part of them was not read.
	Unread []error
}

// Machine returns an EC2 instance as it was read first: its address and what it was made of
// never change while it runs. The error says why it is not known. It makes no call.
func (s *Store) Machine(id awsx.ContextID, ec2 string) (m awsx.Machine, read bool, err error) {
	return s.machines.byID.get(ofContext[string]{id, ec2})
}

// ReadMachines reads those of EC2 instances that were not read yet, 100 a call, and reports
// whether that brought anything. What failed is tried again a minute later.
func (s *Store) ReadMachines(ctx context.Context, id awsx.ContextID, ids []string) (news bool, err error) {
	var due []string
	for _, ec2 := range ids {
		if strings.HasPrefix(ec2, "i-") && s.machines.byID.due(ofContext[string]{id, ec2}, 0) {
			due = append(due, ec2)
		}
	}
	if len(due) == 0 {
		return false, nil
	}
	account, err := s.opener.Open(ctx, id)
	if err != nil {
		return false, err
	}
	found, err := account.Machines(ctx, due)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	for _, ec2 := range due {
		key := ofContext[string]{id, ec2}
		i := slices.IndexFunc(found, func(m awsx.Machine) bool { return m.ID == ec2 })
		switch {
		case i >= 0:
			s.machines.byID.put(key, found[i], nil)
		case err != nil:
			s.machines.byID.put(key, awsx.Machine{}, err)
		default: // EC2 does not show one at once
			s.machines.byID.put(key, awsx.Machine{}, fault.Errorf(fault.NotFound, "ec2:DescribeInstances", ec2, "no such instance"))
		}
	}
	return true, err
}

// ReadHosts reads the machines of container instances, as ReadMachines does.
func (s *Store) ReadHosts(ctx context.Context, list []awsx.Instance) (news bool, err error) {
	byContext := map[awsx.ContextID][]string{}
	for _, i := range list {
		byContext[i.Ref.Context] = append(byContext[i.Ref.Context], i.EC2ID)
	}
	for id, ids := range byContext {
		n, e := s.ReadMachines(ctx, id, ids)
		if news = news || n; e != nil {
			err = e
		}
	}
	return news, err
}

// Housed returns a container instance with the address of its machine, where that was read.
func (s *Store) Housed(i awsx.Instance) awsx.Instance {
	if m, read, _ := s.Machine(i.Ref.Context, i.EC2ID); read {
		i.PrivateIP = m.PrivateIP
	}
	return i
}

// HousingErr says why the machines of container instances are not known, nil when those
// that were asked for are.
func (s *Store) HousingErr(list []awsx.Instance) error {
	for _, i := range list {
		if _, read, err := s.Machine(i.Ref.Context, i.EC2ID); !read && err != nil && fault.ClassOf(err) != fault.NotFound {
			return err
		}
	}
	return nil
}

// Launch returns what a source launches as it was last read, and why it was not. It makes
// no call.
func (s *Store) Launch(id awsx.ContextID, source awsx.LaunchSource) (l awsx.Launch, read bool, err error) {
	return s.machines.launches.get(ofContext[awsx.LaunchSource]{id, source})
}

// ReadLaunch reads what a source launches, unless that is known.
func (s *Store) ReadLaunch(ctx context.Context, id awsx.ContextID, source awsx.LaunchSource) (l awsx.Launch, news bool, err error) {
	believed := time.Duration(0)
	if strings.HasPrefix(source.Version, "$") || source.Version == "" && source.Configuration == "" {
		believed = launchAge
	}
	return s.machines.launches.read(ctx, s, ofContext[awsx.LaunchSource]{id, source}, believed, func(ctx context.Context) (awsx.Launch, error) {
		account, err := s.opener.Open(ctx, id)
		if err != nil {
			return awsx.Launch{}, err
		}
		return account.Launch(ctx, source)
	})
}

// Doings returns what a group did as it was last read. It makes no call.
func (s *Store) Doings(id awsx.ContextID, group string) (d Doings, read bool, err error) {
	return s.machines.doings.get(ofContext[string]{id, group})
}

// ReadDoings reads what a group is scaled by and what it did, by three calls, unless that
// was done within half a minute. What one of them is refused takes nothing from the others.
func (s *Store) ReadDoings(ctx context.Context, id awsx.ContextID, group string) (d Doings, news bool, err error) {
	return s.machines.doings.read(ctx, s, ofContext[string]{id, group}, doingsAge, func(ctx context.Context) (Doings, error) {
		account, err := s.opener.Open(ctx, id)
		if err != nil {
			return Doings{}, err
		}
		var d Doings
		var errs [3]error
		var wg crash.Group
		wg.Go(func() { d.Policies, errs[0] = account.GroupPolicies(ctx, group) })
		wg.Go(func() { d.Activities, errs[1] = account.GroupActivities(ctx, group, doingsRead) })
		wg.Go(func() { d.Schedules, errs[2] = account.GroupSchedules(ctx, group) })
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				d.Unread = append(d.Unread, err)
			}
		}
		return d, nil
	})
}

// ScalingGroups watches the Auto Scaling groups of a context, by name.
func (s *Store) ScalingGroups(id awsx.ContextID) *Watch[awsx.ScalingGroup] {
	return Watched(s, List[awsx.GroupReader, awsx.ScalingGroup]{
		Kind: "Auto Scaling groups", Scope: awsx.Ref{Context: id}, Rounds: 1,
		ID: func(g *awsx.ScalingGroup) (string, string) { return g.Name, g.Ref.ARN },
		Pages: func(ctx context.Context, r awsx.GroupReader) awsx.Pages[awsx.ScalingGroup] {
			return r.ScalingGroups(ctx)
		},
	})
}

// CapacityProviders watches the capacity providers of a context, by name.
func (s *Store) CapacityProviders(id awsx.ContextID) *Watch[awsx.CapacityProvider] {
	return Watched(s, List[awsx.ProviderReader, awsx.CapacityProvider]{
		Kind: "capacity providers", Scope: awsx.Ref{Context: id}, Rounds: 4,
		ID: func(p *awsx.CapacityProvider) (string, string) { return p.Name, p.Name },
		Pages: func(ctx context.Context, r awsx.ProviderReader) awsx.Pages[awsx.CapacityProvider] {
			return func(yield func(awsx.Page[awsx.CapacityProvider], error) bool) {
				found, err := r.CapacityProviders(ctx)
				if err != nil {
					yield(awsx.Page[awsx.CapacityProvider]{}, err)
					return
				}
				yield(awsx.Page[awsx.CapacityProvider]{Items: awsx.Own(found), Total: len(found), Complete: true}, nil)
			}
		},
	})
}
