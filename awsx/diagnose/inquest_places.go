package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/words"
)

// lately yields the events of trouble that bear on the present and belong to the newest of
// them: what ECS stopped to tell of is over.
func (x *inquest) lately(yield func(event) bool) {
	f := x.facts
	if !f.troubled {
		return
	}
	for e := range f.since(f.trouble.at.Add(-backoff)) {
		if !e.at.Before(f.trouble.at.Add(-backoff)) && e.Trouble() && e.Reason.Cause != reason.Protected && !yield(e) {
			return
		}
	}
}

// placement tells why tasks find no place, by what events say.
func (x *inquest) placement() {
	f := x.facts
	told := map[cause.Kind]bool{}
	for e := range x.lately {
		if e.Kind != reason.CannotPlace && e.Kind != reason.NotSteady {
			continue
		}
		kind := cmp.Or(cause.Of(e.Reason), cause.SaidByECS)
		if told[kind] || x.has(kind) {
			continue
		}
		told[kind] = true
		t := ofEvent(kind, e)
		t.Since, t.rolls, t.later = x.since(e.Kind, kind), f.rollout.Active, x.served()
		if kind != cause.SaidByECS {
			t.Cause = "no task can be placed: " + t.Short
		}
		x.roomLeft(kind, &t)
		x.add(t)
	}
}

// ofEvent is a trouble as an event tells of it: what it says, where it is not known better.
func ofEvent(kind cause.Kind, e event) Trouble {
	t := Trouble{Kind: kind, Sure: Certain, Since: e.at, Cause: "ECS says: " + e.Body, Short: e.Why(), Reason: said(e), Evidence: []Proof{{e.at, e.Body, InEvents}}}
	if next := e.Next(); next != "" {
		t.Next = []cause.Step{cause.Advice(next)}
	}
	return t
}

// since is when events of a kind began to tell of a kind of trouble.
func (x *inquest) since(event reason.EventKind, kind cause.Kind) (at time.Time) {
	for e := range x.facts.present {
		if e.Kind == event && (cause.Of(e.Reason) == kind || kind == cause.SaidByECS) {
			at = e.at
		}
	}
	return at
}

// roomLeft adds what the instances have left of what is lacking.
func (x *inquest) roomLeft(kind cause.Kind, t *Trouble) {
	if !x.InstancesRead || kind != cause.MemoryLacking && kind != cause.CPULacking {
		return
	}
	most, of := 0, awsx.Instance{}
	for _, i := range x.Instances {
		left := i.Memory.Remaining
		if kind == cause.CPULacking {
			left = i.CPU.Remaining
		}
		if i.Status == "ACTIVE" && i.AgentConnected && left >= most {
			most, of = left, i
		}
	}
	if of.Ref.ARN == "" {
		return
	}
	unit := "MiB of memory"
	if kind == cause.CPULacking {
		unit = "CPU units"
	}
	t.Evidence = append(t.Evidence, Proof{Text: fmt.Sprintf("the most that one of %s has left is %d %s, %s", words.Count(len(x.Instances), "instance"), most, unit, of.Address()), Where: InInstances})
}

// events tells what events say of the service's settings, of its deployments and of ECS
// itself. Of a service that lacks nothing they count while they are new.
func (x *inquest) events() {
	f := x.facts
	for e := range x.lately {
		if !x.unwell() && (f.age(e.at, backoff) > backoff || e.Kind != reason.Misconfigured && e.Kind != reason.DeploymentFailed) {
			continue
		}
		kind := cause.SaidByECS
		switch e.Kind {
		case reason.Bounds:
			kind = cause.Deadlock
		case reason.EventThrottled:
			kind = cause.Throttling
		case reason.DeploymentFailed:
			if kind = cause.DeploymentFailed; strings.Contains(e.Reason.Text, "alarm") {
				kind = cause.AlarmFired
			}
		case reason.Misconfigured:
			kind = cmp.Or(cause.Of(e.Reason), cause.SaidByECS)
		case reason.CannotStart:
		default:
			continue
		}
		if x.has(kind) || kind == cause.DeploymentFailed && x.has(cause.AlarmFired) {
			continue
		}
		t := ofEvent(kind, e)
		for older := range x.lately {
			if older.Kind == e.Kind {
				t.Since = older.at
			}
		}
		switch kind {
		case cause.Deadlock:
			t.Cause = "the deployment can neither start a task nor stop one" + x.percentages()
		case cause.Throttling:
			t.Cause = "the account's API quotas turn ECS away: " + e.Body
		case cause.AlarmFired:
			t.Cause = "the deployment failed: an alarm that it watches fired" + x.watched()
		case cause.DeploymentFailed:
			t.Cause = "ECS gave the deployment up: " + strings.TrimSuffix(e.Reason.Text, ".")
		case cause.SaidByECS:
		default:
			t.Cause = t.Short
		}
		t.rolls = f.rollout.Active
		x.add(t)
	}
}

// watched names the alarms that deployments of the service watch.
func (x *inquest) watched() string {
	return words.Prefixed(": ", strings.Join(x.facts.Service.Alarms.Names, ", "))
}

// givenUp tells of a deployment that ECS gave up, where none of its tasks tells why.
func (x *inquest) givenUp() {
	f := x.facts
	why := strings.TrimPrefix(strings.TrimSuffix(f.primary.RolloutReason, "."), "ECS deployment ")
	if why == "" || f.primary.RolloutState != "FAILED" || len(x.found) > 0 {
		return
	}
	x.add(Trouble{Kind: cause.DeploymentFailed, Sure: Certain, Since: f.brokeAt(), Short: why, Reason: reason.Reason{Text: f.primary.RolloutReason}, rolls: true,
		Cause:    "ECS gave the deployment of " + awsx.ARNName(f.primary.TaskDefinition) + " up: " + why,
		Evidence: []Proof{{f.primary.UpdatedAt, f.primary.RolloutReason, InRevisions}}})
}

func (x *inquest) percentages() string {
	s := x.facts.Service
	if s.MinHealthyPercent == awsx.Unset || s.MaxPercent == awsx.Unset {
		return ""
	}
	return fmt.Sprintf(": of %s at least %d%% have to be healthy and at most %d%% may run", words.Count(s.Desired, "task"), s.MinHealthyPercent, s.MaxPercent)
}

// hosts tells what is wrong with what the tasks run on, where that keeps tasks away.
func (x *inquest) hosts() {
	f := x.facts
	missing := f.Service.Running < f.Service.Desired || f.rollout.Active
	if f.Service.OnFargate() || !missing {
		return
	}
	x.agents()
	if len(x.found) > 0 && !x.has(append([]cause.Kind{cause.AgentsDisconnected}, cause.Lacks...)...) {
		return // tasks find their place, and fail there
	}
	for _, e := range x.Groups {
		x.group(e)
	}
}

// likeAName is how many letters may be wrong in a name that was meant to be another.
const likeAName = 2

// misspelt reports whether a name may have been meant to be another.
func misspelt(meant, name string) bool {
	longer := len(name) - len(meant)
	return longer <= likeAName && longer >= -likeAName && words.Unlike(meant, name) <= likeAName
}

// group tells of an Auto Scaling group that keeps instances away from the service. One that
// its capacity provider scales bears on it, and so do one whose instances were to join its
// cluster and did not; what else is wrong with the others is a piece of evidence at most.
func (x *inquest) group(e GroupEvidence) {
	g, last := e.Group, awsx.ScalingActivity{}
	if len(e.Activities) > 0 {
		last = e.Activities[0]
	}
	strangers, ours := e.strangers(), x.Managed[g.Name]
	meant := e.Belongs.Stray && (ours || len(x.Managed) == 0 && x.InstancesRead && len(x.Instances) == 0 || misspelt(x.facts.Service.Ref.ClusterName(), e.Belongs.Name))
	switch {
	case g.Desired > g.Staying() && slices.Contains(g.Suspended, "Launch") && (ours || x.has(cause.NoInstances)):
		x.add(Trouble{Kind: cause.GroupCannotLaunch, Sure: Certain, Cause: "the Auto Scaling group " + g.Name + " launches nothing: somebody suspended that", Short: g.Name + " cannot launch: suspended",
			Evidence: []Proof{{Text: "suspended: " + strings.Join(g.Suspended, ", "), Where: InGroups}}})
	case g.Desired > g.Staying() && last.Failed():
		t := Trouble{Kind: cause.GroupCannotLaunch, Sure: Likely, Since: last.StartedAt, Cause: "the Auto Scaling group " + g.Name + " cannot launch instances: " + cmp.Or(last.Message, last.Description),
			Short:    g.Name + " cannot launch: " + cmp.Or(last.Message, last.Description),
			Evidence: []Proof{{last.StartedAt, last.Description, InGroups}}}
		if ours || x.has(cause.NoInstances) {
			x.add(t)
			return
		}
		for i := range x.found {
			if slices.Contains(cause.Lacks, x.found[i].Kind) {
				x.found[i].Evidence = append(x.found[i].Evidence, Proof{last.StartedAt, t.Cause, InGroups})
			}
		}
	case meant || strangers > 0:
		t := Trouble{Kind: cause.CannotJoin, Sure: Likely, Cause: fmt.Sprintf("%d of %s of the Auto Scaling group %s joined no cluster", strangers, words.Count(len(g.Members), "instance"), g.Name),
			Short: fmt.Sprintf("%d of %s of %s joined no cluster", strangers, words.Count(len(g.Members), "instance"), g.Name)}
		if to := e.Launches.Joins.Cluster; to != "" && to != x.facts.Service.Ref.ClusterName() {
			t.Cause += ": what it launches now joins " + to
		}
		if e.Belongs.Stray {
			t.Cause = fmt.Sprintf("the Auto Scaling group %s has its instances join %s, which is no cluster here", g.Name, e.Belongs.Name)
			t.Short = g.Name + " joins " + e.Belongs.Name + ", which is no cluster here"
		}
		t.Evidence = []Proof{{Text: fmt.Sprintf("%s: %d desired, %s in service or on their way", g.Name, g.Desired, words.Count(g.Staying(), "instance")), Where: InGroups}}
		if line := e.Launches.Joins.Line; line != "" {
			t.Evidence = append(t.Evidence, Proof{Text: "user data of " + e.Launches.Source.String() + ": " + line, Where: InGroups})
		}
		x.add(t)
	case g.Desired >= g.Max && ours && x.has(cause.Lacks...):
		x.add(Trouble{Kind: cause.GroupAtMaximum, Sure: Likely, Cause: fmt.Sprintf("the Auto Scaling group %s is at its maximum of %s: no instance comes for what finds no room", g.Name, words.Count(g.Max, "instance")),
			Short:    fmt.Sprintf("%s is at its maximum of %s", g.Name, words.Count(g.Max, "instance")),
			Evidence: []Proof{{Text: fmt.Sprintf("%s: desired %d, bounds %s", g.Name, g.Desired, g.Bounds()), Where: InGroups}}})
	}
}

// agents tells of instances whose agents are disconnected: nothing starts there.
func (x *inquest) agents() {
	if !x.InstancesRead {
		return
	}
	var away, on []string
	for _, i := range x.Instances {
		if !i.AgentConnected {
			away, on = append(away, i.Address()), append(on, i.Ref.ARN)
		}
	}
	if len(away) == 0 || len(x.found) > 0 && !x.has(append([]cause.Kind{cause.AgentsDisconnected}, cause.Lacks...)...) {
		return
	}
	short := fmt.Sprintf("the agents of %d of %s are disconnected", len(away), words.Count(len(x.Instances), "instance"))
	t := Trouble{Kind: cause.AgentsDisconnected, Sure: Likely, Reason: reason.Reason{Stage: reason.Placement}, rolls: x.facts.rollout.Active, later: x.served()}
	told := slices.IndexFunc(x.found, func(t Trouble) bool { return t.Kind == cause.AgentsDisconnected })
	if told >= 0 {
		t = x.found[told]
	} else if len(away) == len(x.Instances) {
		t.Sure = Certain
	}
	t.Cause, t.Short, t.on = short+": nothing starts there", short, on
	t.Evidence = append(t.Evidence, Proof{Text: "disconnected: " + strings.Join(away, ", "), Where: InInstances})
	if told >= 0 {
		x.found[told] = t
		return
	}
	x.add(t)
}
