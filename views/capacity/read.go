package capacity

import (
	"context"

	"gantry/awsx"
	"gantry/awsx/store"
)

// groupsRead is what was read of Auto Scaling groups.
type groupsRead struct {
	read     bool  // all groups were read once
	err      error // why they were not, the last time
	byMember map[string]membership
	launches func(awsx.ScalingGroup) awsx.Launch // zero while unread
}

// membership is where an instance stands in its group.
type membership struct {
	group  awsx.ScalingGroup
	member awsx.Member
}

// readGroups puts a snapshot of groups in the order in which instances ask for them.
func readGroups(st *store.Store, id awsx.ContextID, s *store.Snapshot[awsx.ScalingGroup]) groupsRead {
	g := groupsRead{read: s.Whole(), err: s.Err, byMember: map[string]membership{}, launches: launchesOf(st, id)}
	for _, group := range s.Values() {
		for _, m := range group.Members {
			g.byMember[m.ID] = membership{group, m}
		}
	}
	return g
}

// of is the group of an instance, the zero values for none.
func (g groupsRead) of(ec2 string) (awsx.ScalingGroup, awsx.Member) {
	p := g.byMember[ec2]
	return p.group, p.member
}

// launchesOf gives what groups launch, as far as that was read.
func launchesOf(st *store.Store, id awsx.ContextID) func(awsx.ScalingGroup) awsx.Launch {
	return func(g awsx.ScalingGroup) awsx.Launch {
		l, _, _ := st.Launch(id, g.Source)
		return l
	}
}

// groupsWith are the groups that some container instances are of.
func groupsWith(groups []awsx.ScalingGroup, hosts []awsx.Instance) []awsx.ScalingGroup {
	here := map[string]bool{}
	for _, h := range hosts {
		here[h.EC2ID] = true
	}
	var with []awsx.ScalingGroup
	for _, g := range groups {
		for _, m := range g.Members {
			if here[m.ID] {
				with = append(with, g)
				break
			}
		}
	}
	return with
}

// cacheLaunches reads what groups launch where that is not known, and tells whether there was
// any.
func cacheLaunches(ctx context.Context, st *store.Store, groups []awsx.ScalingGroup) (news bool) {
	for _, g := range groups {
		if g.Source == (awsx.LaunchSource{}) {
			continue
		}
		_, n, _ := st.ReadLaunch(ctx, g.Ref.Context, g.Source) // who needs it finds why it is not known
		news = news || n
	}
	return news
}
