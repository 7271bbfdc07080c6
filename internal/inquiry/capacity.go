package inquiry

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// Group is an Auto Scaling group with how it stands.
type Group struct {
	diagnose.GroupEvidence
	diagnose.GroupFinding
	Providers []awsx.CapacityProvider // over it
	Doings    store.Doings
	// Unread says why a part of it is not known, empty for nothing.
	Unread []error
}

// Fleet is the Auto Scaling groups that bear on a cluster.
type Fleet struct {
	// Here are those of the cluster, and those that name a cluster that is none; the worst
	// first.
	Here []Group
	// Elsewhere is how many belong to other clusters, or to none, and Untold how many cannot
	// be told yet, as what they launch was not read.
	Elsewhere, Untold int
	// UntoldErr is why, where that could not be read.
	UntoldErr error
}

// GroupReadings are the snapshots by which groups are told.
type GroupReadings struct {
	Cluster   awsx.Ref
	Groups    *store.Snapshot[awsx.ScalingGroup]
	Providers *store.Snapshot[awsx.CapacityProvider]
	Clusters  *store.Snapshot[awsx.Cluster]
	Instances *store.Snapshot[awsx.Instance]
}

// GroupsOf puts together what was read of the groups of a cluster. It makes no call.
func GroupsOf(st *store.Store, r GroupReadings, now time.Time) Fleet {
	known := awsx.Known{Hosts: map[string]string{}, Providers: r.Providers.Values()}
	if r.Clusters.Whole() {
		known.Clusters = r.Clusters.Values()
	}
	for _, i := range r.Instances.Items {
		known.Hosts[i.EC2ID] = i.Ref.Cluster
	}
	var registered func(string) bool
	if r.Instances.Whole() {
		registered = func(ec2 string) bool { return known.Hosts[ec2] != "" }
	}
	var out Fleet
	for _, g := range r.Groups.Values() {
		launches, read, err := st.Launch(g.Ref.Context, g.Source)
		belongs := known.Belongs(g, launches)
		switch {
		case belongs.Cluster == r.Cluster.ARN || belongs.Stray:
		case belongs.Cluster == "" && belongs.Name == "" && !read && g.Source != (awsx.LaunchSource{}):
			out.Untold++
			if err != nil {
				out.UntoldErr = err
			}
			continue
		default:
			out.Elsewhere++
			continue
		}
		g.Ref.Cluster = belongs.Cluster
		doings, doingsRead, _ := st.Doings(g.Ref.Context, g.Name)
		one := Group{Doings: doings, Unread: doings.Unread, GroupEvidence: diagnose.GroupEvidence{
			Group: g, Belongs: belongs, Launches: launches, Registered: registered, Activities: doings.Activities, ActivitiesRead: doingsRead, Now: now,
		}}
		if err != nil {
			one.Unread = append(slices.Clip(one.Unread), err)
		}
		for _, p := range known.Providers {
			if p.Of(g) {
				one.Providers = append(one.Providers, p)
			}
		}
		one.GroupFinding = diagnose.Group(one.GroupEvidence)
		out.Here = append(out.Here, one)
	}
	slices.SortStableFunc(out.Here, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Status.Rank(), b.Status.Rank()), strings.Compare(a.Group.Name, b.Group.Name))
	})
	return out
}

// ReadGroups reads what GroupsOf needs beside the snapshots: what the groups launch that
// nothing else tells, and what those of the cluster did. It reports whether that brought
// anything.
func ReadGroups(ctx context.Context, st *store.Store, r GroupReadings, now time.Time) (news bool) {
	read := make(chan bool)
	var wg crash.Group
	slots := make(chan struct{}, definitionsAtOnce)
	each := func(groups []awsx.ScalingGroup, do func(awsx.ScalingGroup) bool) {
		for _, g := range groups {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				read <- do(g)
			})
		}
		for range groups {
			news = <-read || news
		}
		wg.Wait()
	}
	var sourced []awsx.ScalingGroup
	for _, g := range r.Groups.Values() {
		if g.Source != (awsx.LaunchSource{}) {
			sourced = append(sourced, g)
		}
	}
	each(sourced, func(g awsx.ScalingGroup) bool {
		_, n, _ := st.ReadLaunch(ctx, g.Ref.Context, g.Source) // GroupsOf tells why not
		return n
	})
	var here []awsx.ScalingGroup
	for _, g := range GroupsOf(st, r, now).Here {
		here = append(here, g.Group)
	}
	each(here, func(g awsx.ScalingGroup) bool {
		_, n, _ := st.ReadDoings(ctx, g.Ref.Context, g.Name)
		return n
	})
	return news
}

// Fleet reads the Auto Scaling groups that bear on a cluster. The errors are of what could
// not be read beside them.
func (r Reader) Fleet(ctx context.Context, cluster awsx.Ref) (Fleet, []error, error) {
	groups, providers := r.Store.ScalingGroups(r.Context), r.Store.CapacityProviders(r.Context)
	clusters, instances := r.Store.Clusters(r.Context), r.Store.Instances(cluster)
	defer groups.Close()
	defer providers.Close()
	defer clusters.Close()
	defer instances.Close()
	readings := GroupReadings{Cluster: cluster}
	var err error
	if readings.Groups, err = groups.Await(ctx, (*store.Snapshot[awsx.ScalingGroup]).Ended); err == nil {
		err = lost(readings.Groups)
	}
	if err != nil {
		return Fleet{}, nil, err
	}
	partial := slices.Clone(readings.Groups.Partial)
	note := func(err error, more []error) {
		if err != nil {
			partial = append(partial, err)
		}
		partial = append(partial, more...)
	}
	if readings.Providers, err = providers.Await(ctx, (*store.Snapshot[awsx.CapacityProvider]).Ended); err != nil {
		return Fleet{}, nil, err
	}
	note(readings.Providers.Err, readings.Providers.Partial)
	if readings.Clusters, err = clusters.Await(ctx, (*store.Snapshot[awsx.Cluster]).Ended); err != nil {
		return Fleet{}, nil, err
	}
	note(readings.Clusters.Err, readings.Clusters.Partial)
	if readings.Instances, err = instances.Await(ctx, (*store.Snapshot[awsx.Instance]).Ended); err != nil {
		return Fleet{}, nil, err
	}
	note(readings.Instances.Err, readings.Instances.Partial)
	ReadGroups(ctx, r.Store, readings, r.Now())
	out := GroupsOf(r.Store, readings, r.Now())
	note(out.UntoldErr, nil)
	for _, g := range out.Here {
		note(nil, g.Unread)
	}
	return out, partial, ctx.Err()
}

// Host is a container instance with what it runs on.
type Host struct {
	awsx.Instance // with its address, where that was read
	Machine       awsx.Machine
	// Group is the Auto Scaling group of the instance, empty for none, where GroupsRead.
	Group      string
	GroupsRead bool
	// Outdated says what tells the instance from what its group launches now.
	Outdated string
}

// Hosts reads the container instances of a cluster, by their EC2 ids, with their addresses and
// groups. The errors are of what could not be read beside them.
func (r Reader) Hosts(ctx context.Context, cluster awsx.Ref) ([]Host, []error, error) {
	w, groups := r.Store.Instances(cluster), r.Store.ScalingGroups(r.Context)
	defer w.Close()
	defer groups.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Instance]).Ended)
	if err == nil {
		err = lost(s)
	}
	if err != nil {
		return nil, nil, err
	}
	partial := slices.Clone(s.Partial)
	if _, err := r.Store.ReadHosts(ctx, s.Values()); err != nil {
		partial = append(partial, err)
	}
	g, err := groups.Await(ctx, (*store.Snapshot[awsx.ScalingGroup]).Ended)
	if err != nil {
		return nil, nil, err
	}
	if g.Err != nil {
		partial = append(partial, g.Err)
	}
	var out []Host
	launches := map[string]awsx.Launch{}
	for _, i := range s.Values() {
		h := Host{Instance: r.Store.Housed(i), GroupsRead: g.Whole()}
		h.Machine, _, _ = r.Store.Machine(i.Ref.Context, i.EC2ID)
		for _, group := range g.Values() {
			m, member := group.Member(i.EC2ID)
			if !member {
				continue
			}
			if _, read := launches[group.Name]; !read && group.Source != (awsx.LaunchSource{}) {
				l, _, err := r.Store.ReadLaunch(ctx, r.Context, group.Source)
				if launches[group.Name] = l; err != nil {
					partial = append(partial, err)
				}
			}
			h.Group, h.Outdated = group.Name, m.Outdated(group, launches[group.Name])
		}
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b Host) int {
		return cmp.Or(strings.Compare(a.EC2ID, b.EC2ID), strings.Compare(a.Ref.ARN, b.Ref.ARN))
	})
	return out, partial, ctx.Err()
}

// FindGroup returns an Auto Scaling group by its name, with the cluster that it belongs to,
// as far as that can be told.
func (r Reader) FindGroup(ctx context.Context, name string) (awsx.ScalingGroup, error) {
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return awsx.ScalingGroup{}, err
	}
	group, err := account.ScalingGroup(ctx, name)
	if fault.ClassOf(err) == fault.NotFound {
		groups, _ := awsx.Collect(account.ScalingGroups(ctx)) // the names only help
		var names []string
		for _, g := range groups {
			names = append(names, g.Name)
		}
		return group, fault.Errorf(fault.NotFound, "autoscaling:DescribeAutoScalingGroups", name, "no such Auto Scaling group; there is %s", some(name, names))
	}
	if err != nil {
		return group, err
	}
	known := awsx.Known{Hosts: map[string]string{}}
	if known.Clusters, err = awsx.Collect(account.Clusters(ctx)); err != nil {
		return group, err
	}
	known.Providers, _ = account.CapacityProviders(ctx) // the instances or the user data tell as well
	launches := awsx.Launch{}
	if group.Source != (awsx.LaunchSource{}) {
		launches, _ = account.Launch(ctx, group.Source)
	}
	first := known.Belongs(group, launches).Cluster
	slices.SortStableFunc(known.Clusters, func(a, b awsx.Cluster) int {
		guess := func(c awsx.Cluster) int {
			if c.Ref.ARN == first {
				return 0
			}
			return 1
		}
		return cmp.Compare(guess(a), guess(b))
	})
	for _, c := range known.Clusters {
		if c.Instances == 0 || len(group.Members) == 0 {
			continue
		}
		instances, err := awsx.Collect(account.Instances(ctx, c.Ref))
		if err != nil {
			return group, err
		}
		found := false
		for _, i := range instances {
			known.Hosts[i.EC2ID] = c.Ref.ARN
			_, member := group.Member(i.EC2ID)
			found = found || member
		}
		if found {
			break
		}
	}
	group.Ref.Cluster = known.Belongs(group, launches).Cluster
	return group, nil
}
