package follow

import (
	"fmt"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// settleTime bounds how long a verdict waits for what explains it, or qualifies it.
const settleTime = 10 * time.Second

// noteReading keeps when something was read of the change.
func (f *Follower) noteReading(o Observation) {
	at := readingOf(o)
	if o.Err == nil && !at.Before(f.spec.Started) {
		f.readAt = at
	}
}

// readingOf is the time of an observation's reading.
func readingOf(o Observation) time.Time {
	if o.ReadAt.IsZero() {
		return o.At
	}
	return o.ReadAt
}

// lookAtGroups counts the targets, of a change of the count those apart that were unhealthy
// before it could have done anything to them: a new one is initial for longer than it takes to look
// (ELBv2, two failed checks five seconds apart at the least).
func (f *Follower) lookAtGroups(p *Progress, o Observation) {
	if f.sick == nil && len(o.Groups) > 0 {
		f.sick = map[string]bool{}
		if f.spec.Deployment == "" && o.At.Sub(f.spec.Started) < settleTime {
			for _, g := range o.Groups {
				for _, t := range g.Targets {
					f.sick[targetKey(g, t)] = t.State == "unhealthy"
				}
			}
		}
	}
	p.Groups = groupProgress(o, f.sick)
	p.Unread = o.Unread
	if !o.GroupsAt.IsZero() && o.GroupsAt.Before(f.spec.Started) && len(o.Unread) == 0 {
		for _, g := range o.Groups {
			p.Unread = append(p.Unread, UnreadGroup{TargetGroup: g.TargetGroup})
		}
	}
}

func targetKey(g awsx.GroupHealth, t awsx.TargetHealth) string {
	return fmt.Sprintf("%s %s %d", g.TargetGroup, t.ID, t.Port)
}

// unread says which targets are not known, and that the tasks that stopped are not.
func (p *Progress) unread() []string {
	var but []string
	if p.UnreadStops != nil {
		but = append(but, "the tasks that stopped were not read: "+p.UnreadStops.Error())
	}
	for _, g := range p.Unread {
		but = append(but, g.String())
	}
	return but
}

// String says that the targets are not known, and why.
func (g UnreadGroup) String() string {
	text := "the targets of " + awsx.GroupName(g.TargetGroup) + " were not read"
	if g.Err != nil {
		text += ": " + g.Err.Error()
	}
	return text
}

// confirm holds the verdict that somebody else took the change's place, or that the service
// is being deleted, back until a second reading says so too: an answer of the service may be
// older than the one before it.
func (f *Follower) confirm(p *Progress, o Observation) {
	if p.Verdict == nil || p.Verdict.Outcome != Superseded && !p.gone {
		f.doubtedAt = time.Time{}
		return
	}
	at := readingOf(o)
	if f.doubtedAt.IsZero() {
		f.doubtedAt = at
	}
	if o.Err != nil || !at.After(f.doubtedAt) {
		p.Verdict, p.Phase = nil, f.last.Phase
	}
}

// settle holds a verdict back for what it still lacks. A bad one waits until the tasks
// that stopped were read once more: a deployment can end within one look, and a verdict
// without a reason helps nobody. A good one waits for what nobody has read yet.
func (f *Follower) settle(p *Progress, o Observation) {
	if p.Verdict == nil || f.spec.Deployment == "" && !p.Verdict.Good() {
		return
	}
	if f.endedAt.IsZero() {
		f.endedAt = o.At
	}
	if o.At.Sub(f.endedAt) >= settleTime {
		return
	}
	switch {
	case !p.Verdict.Good() && !o.StoppedAt.IsZero() && o.StoppedAt.Before(f.endedAt):
		p.Verdict, p.Phase = nil, PhaseRollingBack
	case p.Verdict.Good() && p.awaited():
		p.Verdict, p.Phase = nil, PhaseDraining
	}
}

// awaited reports whether targets, or stopped tasks, may still be read: nobody is refused them.
func (p *Progress) awaited() bool {
	if p.UnreadStops != nil && fault.ClassOf(p.UnreadStops) != fault.Denied {
		return true
	}
	return slices.ContainsFunc(p.Unread, func(g UnreadGroup) bool { return fault.ClassOf(g.Err) != fault.Denied })
}
