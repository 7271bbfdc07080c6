package follow

import (
	"cmp"
	"fmt"
	"slices"

	"gantry/awsx"
)

// The roles of a service revision, and of the target groups that its tasks are
// in, while traffic shifts from one to the other.
const (
	RoleNew = "new"
	RoleOld = "old"
)

// Share is the part of a deployment that one service revision has.
type Share struct {
	Role                        string // RoleNew or RoleOld
	Definition                  string // task definition ARN; empty when it is not known
	Requested, Running, Pending int    // tasks
	// Production and Test are the share of the traffic that is asked for, in
	// percent; awsx.Unset where the deployment shifts none.
	Production, Test float64
}

// String returns the share in words.
func (s Share) String() string {
	text := fmt.Sprintf("%s %s: %d/%d running", s.Role, cmp.Or(awsx.ARNName(s.Definition), "unknown revision"), s.Running, s.Requested)
	if s.Production != awsx.Unset {
		text += fmt.Sprintf(", %g%% of production traffic", s.Production)
	}
	if s.Test != awsx.Unset && s.Test > 0 {
		text += fmt.Sprintf(", %g%% of test traffic", s.Test)
	}
	return text
}

// shifts reports whether a deployment moves traffic between two sets of tasks
// rather than replacing tasks one by one (ECS, deployment strategies).
func shifts(strategy string) bool {
	return strategy == "BLUE_GREEN" || strategy == "LINEAR" || strategy == "CANARY"
}

// shift takes over what the record tells of stage, traffic and pauses.
func (p *Progress) shift(r *awsx.ServiceDeployment, revisions map[string]awsx.ServiceRevision) {
	if r == nil {
		return
	}
	p.Record, p.Strategy = r.ARN, r.Strategy
	if h, ok := r.Paused(); ok {
		p.Paused = &h
	}
	if !shifts(r.Strategy) {
		return
	}
	p.Stage = r.Stage
	p.Shares = append(p.Shares, shareOf(RoleNew, r.Target, revisions))
	for _, s := range r.Sources {
		p.Shares = append(p.Shares, shareOf(RoleOld, s, revisions))
	}
}

func shareOf(role string, s awsx.RevisionShare, revisions map[string]awsx.ServiceRevision) Share {
	return Share{
		Role: role, Definition: revisions[s.ARN].TaskDefinition,
		Requested: s.Requested, Running: s.Running, Pending: s.Pending, Production: s.Production, Test: s.Test,
	}
}

// roleOf tells whose tasks a target group holds: of a service that shifts
// traffic the service revision says which group is its own.
func (o Observation) roleOf(group string) string {
	if o.Record == nil || !shifts(o.Record.Strategy) {
		return ""
	}
	holds := func(s awsx.RevisionShare) bool {
		return slices.Contains(o.Revisions[s.ARN].TargetGroups, group)
	}
	switch {
	case holds(o.Record.Target):
		return RoleNew
	case slices.ContainsFunc(o.Record.Sources, holds):
		return RoleOld
	}
	return ""
}
