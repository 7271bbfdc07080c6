package follow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/words"
)

// Phase says where a rollout is.
type Phase string

// The phases.
const (
	PhaseWaiting     Phase = "waiting"      // the change is not visible yet
	PhaseRolling     Phase = "rolling"      // new tasks start
	PhaseDraining    Phase = "draining"     // old tasks stop
	PhasePaused      Phase = "paused"       // a hook waits for somebody
	PhaseRollingBack Phase = "rolling back" // ECS gave up and returns
	PhaseEnded       Phase = "ended"        // there is a verdict
)

// after is the phase that comes after another: a change whose old tasks were stopping is
// not starting over because one of the new ones is replaced.
func (p Phase) after(before Phase) Phase {
	order := []Phase{PhaseWaiting, PhaseRolling, PhaseDraining, PhaseRollingBack}
	if slices.Contains(order, p) && slices.Index(order, before) > slices.Index(order, p) {
		return before
	}
	return p
}

// Progress is how far a change has come. Desired, Running, Pending and Failed
// count the tasks of the deployment that is followed.
type Progress struct {
	Phase                             Phase
	At                                time.Time
	Elapsed, Timeout                  time.Duration
	Expected                          time.Duration // zero when nothing tells
	Desired, Running, Pending, Failed int
	Draining                          int // tasks of other deployments that still run
	// InProgress says that ECS neither completed the deployment nor gave it up.
	InProgress bool
	Groups     []GroupProgress
	Breaker    Gauge
	// Stage and Shares tell of a deployment that shifts traffic how far it has
	// come; both are empty for a rolling one.
	Stage  string
	Shares []Share
	// Strategy is that of the deployment, by its record; empty where it names none.
	Strategy string
	// Paused is the hook that waits for somebody to continue the deployment, and
	// Record the service deployment that it is of.
	Paused *awsx.LifecycleHook
	Record string
	Events []awsx.ServiceEvent // new since the progress before, oldest first
	Stops  []StopReason
	Err    error // why the latest reading, or a part of it, is missing
	// ReadAt is when something was last read since the change; zero when nothing was.
	ReadAt time.Time
	Unread []UnreadGroup // whose targets are not known
	// UnreadStops is why the tasks that stopped are not known; nil when they are.
	UnreadStops error
	Verdict     *Verdict

	blind bool // the whole of the latest reading is missing
	gone  bool // the service is being deleted, by the latest reading
}

// Gauge shows failures against the circuit breaker's threshold.
// The zero Gauge is of a change that no circuit breaker watches.
type Gauge struct {
	Enabled             bool
	Failures, Threshold int
}

// String returns failures and threshold, or off.
func (g Gauge) String() string {
	if !g.Enabled {
		return "off"
	}
	return fmt.Sprintf("%d/%d", g.Failures, g.Threshold)
}

// GroupProgress counts the targets of one group by state. The groups of a
// blue/green service swap their roles at each deployment: Role is RoleNew or
// RoleOld, or empty where all groups hold both.
type GroupProgress struct {
	TargetGroup string // ARN
	Role        string
	States      []StateCount
	// Sick counts the targets that were unhealthy before the change already.
	Sick int
}

// StateCount is a number of targets in one state.
type StateCount struct {
	State string
	Count int
}

// fill takes over the numbers of the followed deployment and of the others.
func (p *Progress) fill(o Observation, own *awsx.Deployment, others []awsx.Deployment, record *awsx.ServiceDeployment) {
	for _, d := range others {
		p.Draining += d.Running
	}
	if own == nil {
		return
	}
	p.Desired, p.Running, p.Pending, p.Failed = own.Desired, own.Running, own.Pending, own.Failed
	p.InProgress = own.Status == "PRIMARY" && own.RolloutState == "IN_PROGRESS"
	p.Breaker = Gauge{Enabled: o.Service.Breaker.Enabled, Failures: own.Failed, Threshold: breakerThreshold(o.Service.Breaker, own.Desired)}
	if record != nil && record.BreakerThreshold > 0 {
		p.Breaker.Threshold = record.BreakerThreshold
		p.Breaker.Failures = max(p.Breaker.Failures, record.BreakerFailures)
	}
}

// breakerThreshold is how many failures trip the circuit breaker of a service
// with n tasks: a number, or a share of the tasks, half of them by default, that is
// at least 3 and at most 200 unless it is unbounded (ECS, ThresholdConfiguration).
func breakerThreshold(b awsx.Breaker, n int) int {
	percent := 50
	if b.Threshold > 0 {
		percent = b.Threshold
	}
	failures := (n*percent + 99) / 100
	switch {
	case b.Threshold > 0 && !b.Percent:
		return b.Threshold
	case b.Unbounded:
		return max(failures, 1)
	}
	return min(max(failures, 3), 200)
}

// Well reports whether a deployment that is not over goes as it should: all of its tasks
// run, none failed, no target is unhealthy and ECS is at work on it. Its time may only
// have been too short, and undoing it would end tasks that serve.
func (p *Progress) Well() bool {
	return p.InProgress && p.Running >= p.Desired && p.Failed == 0 && len(p.Stops) == 0 && len(p.unhealthy()) == 0
}

func (p *Progress) end(outcome Outcome, text string) {
	p.Phase = PhaseEnded
	p.Verdict = &Verdict{Outcome: outcome, Text: text}
}

// succeed ends well, with what still stands against it.
func (p *Progress) succeed(text string, but []string) {
	if len(but) == 0 {
		p.end(Succeeded, text)
	} else {
		p.end(SucceededBut, text+", but "+strings.Join(but, " and "))
		p.Verdict.Details = but
	}
	for _, g := range p.Groups {
		if g.Sick > 0 {
			p.Verdict.Details = append(p.Verdict.Details, fmt.Sprintf("%s unhealthy in %s since before the change", words.Count(g.Sick, "target"), awsx.GroupName(g.TargetGroup)))
		}
	}
}

// reservations lists what qualifies a deployment that ECS calls completed. With early success
// criteria it does so before all new tasks run and the old ones are gone (ECS,
// DeploymentEarlySuccessCriteria): what lacks is told then, and the change is done.
func (p *Progress) reservations(d awsx.Deployment) []string {
	var but []string
	switch {
	case d.Desired == 0:
		but = append(but, "the desired count is 0, so nothing runs")
	case d.Running < d.Desired:
		but = append(but, fmt.Sprintf("%d of %s run", d.Running, words.Count(d.Desired, "task")))
	}
	if p.Draining > 0 {
		but = append(but, fmt.Sprintf("%s still draining", words.Count(p.Draining, "old task")))
	}
	return append(append(but, p.unhealthy()...), p.unread()...)
}

// unhealthy lists the targets that turned unhealthy since the change.
func (p *Progress) unhealthy() []string {
	var but []string
	for _, g := range p.Groups {
		for _, s := range g.States {
			if n := s.Count - g.Sick; s.State == "unhealthy" && n > 0 {
				but = append(but, fmt.Sprintf("%s unhealthy in %s", words.Count(n, "target"), awsx.GroupName(g.TargetGroup)))
			}
		}
	}
	return but
}

// evidence is what a verdict that is not good is best explained by.
func (p *Progress) evidence() []string {
	var lines []string
	for _, s := range p.Stops {
		lines = append(lines, s.String())
	}
	return append(append(lines, p.unhealthy()...), p.unread()...)
}

// groupProgress counts states in the order of a target's life.
func groupProgress(o Observation, sick map[string]bool) []GroupProgress {
	order := []string{"initial", "healthy", "unhealthy", "draining", "unused", "unavailable"}
	var list []GroupProgress
	for _, g := range o.Groups {
		counts := map[string]int{}
		gp := GroupProgress{TargetGroup: g.TargetGroup, Role: o.roleOf(g.TargetGroup)}
		for _, t := range g.Targets {
			counts[t.State]++
			if t.State == "unhealthy" && sick[targetKey(g, t)] {
				gp.Sick++
			}
		}
		for _, state := range append(order, slices.Sorted(maps.Keys(counts))...) {
			if n := counts[state]; n > 0 {
				gp.States = append(gp.States, StateCount{state, n})
				delete(counts, state)
			}
		}
		list = append(list, gp)
	}
	return list
}

// StopReason is a group of tasks that stopped for the same reason.
type StopReason struct {
	Text  string
	Count int
	Task  string // the id of the one that stopped last
	At    time.Time
}

// String returns the count and the reason.
func (s StopReason) String() string {
	return fmt.Sprintf("%s stopped: %s", words.Count(s.Count, "task"), s.Text)
}
