package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/words"
)

const (
	// stuckAfter is how long a rollout that loses no task may take before it is called stuck.
	stuckAfter = 15 * time.Minute
	// lingers is how long a task that was told to stop may take: the default deregistration
	// delay (ELBv2, 300 s) and the longest stop timeout (ECS, 120 s), and as much again.
	lingers = 15 * time.Minute
	// explains is how long after a change a trouble may begin that it explains.
	explains = 24 * time.Hour
	// fewErrors and errorShare are how many errors, and which share of the newest lines, make
	// a service that is well by all checks one that suffers.
	fewErrors  = 5
	errorShare = 0.2
)

// healthKinds are the checks of targets, which fail where a program is not there.
var healthKinds = []Kind{CheckRefused, CheckTimesOut, WrongAnswer, CheckFails, StartsSlowly, NoTargets}

// relate puts consequences under their causes.
func (x *inquest) relate() {
	x.under(CannotJoin, append([]Kind{AgentsDisconnected}, lacks...)...)
	x.under(GroupCannotLaunch, lacks...)
	x.under(GroupAtMaximum, lacks...)
	if !x.has(CannotJoin) {
		x.under(AgentsDisconnected, NothingFits, NoInstances, MemoryLacking, CPULacking)
	}
	for _, cause := range []Kind{VariableMissing, CommandMissing, OutOfMemory, Exits, WrongArchitecture, ContainerUnwell, SpotInterrupted, HostLost} {
		if of, ok := x.died[cause]; ok && x.has(cause) && x.sickAreOf(of) {
			x.under(cause, healthKinds...)
		}
	}
	x.under(GroupGone, healthKinds...)
	// That the service is not steady is said of every trouble.
	for _, t := range x.found {
		if t.Kind != SaidByECS {
			x.found = slices.DeleteFunc(x.found, func(t Trouble) bool { return t.Kind == SaidByECS })
			break
		}
	}
}

// sickAreOf reports whether all targets that fail are those of tasks of some deployments
// that began a moment ago or are gone: while tasks die, their targets cannot answer.
func (x *inquest) sickAreOf(deployments []string) bool {
	owners := map[awsx.Address]awsx.Task{}
	for i, t := range x.Joined().Tasks {
		for _, target := range t.Targets {
			owners[awsx.Address{ID: target.Health.ID, Port: target.Health.Port}] = x.Evidence.Running[i]
		}
	}
	for _, s := range x.facts.sick {
		owner, known := owners[awsx.Address{ID: s.target.ID, Port: s.target.Port}]
		if known && (!slices.Contains(deployments, owner.StartedBy) || !owner.StartedAt.IsZero() && x.facts.age(owner.StartedAt, recent) > recent) {
			return false
		}
	}
	return true
}

// rollout tells what becomes of a rollout that fails, and of one that does not move.
func (x *inquest) rollout() {
	f := x.facts
	if f.failing() && len(x.found) > 0 {
		for i := range x.found {
			if slices.Contains(x.died[x.found[i].Kind], f.primary.ID) {
				x.found[i].Evidence = append(x.found[i].Evidence, Proof{f.primary.CreatedAt, "rollout of " + awsx.ARNName(f.primary.TaskDefinition) + ", " + f.rollout.String() + ": " + f.breaker(), InRevisions})
			}
		}
	}
	if !f.rollout.Active || len(x.found) > 0 {
		return
	}
	new := fmt.Sprintf("%d of %s run", f.rollout.Running, words.Count(f.rollout.Desired, "new task"))
	began := []Proof{{f.primary.CreatedAt, "it began", InRevisions}}
	switch name := awsx.ARNName(f.primary.TaskDefinition); {
	case f.deadlocked() && f.rollout.Running < f.rollout.Desired:
		x.add(Trouble{Kind: Deadlock, Sure: Certain, Since: f.primary.CreatedAt, Evidence: began, rolls: true,
			Cause: "the deployment can neither start a task nor stop one" + x.percentages(), Short: "minimum and maximum percent leave no room"})
	case f.age(f.primary.CreatedAt, stuckAfter) > stuckAfter:
		x.add(Trouble{Kind: Stuck, Sure: Unexplained, Since: f.primary.CreatedAt, Evidence: began, rolls: true,
			Cause: fmt.Sprintf("the rollout of %s does not move, %s, %s", name, new, f.breakerSetting()), Short: "rollout does not move, " + new})
	}
}

// deadlocked reports whether the percentages let a deployment neither start a task nor stop
// one (ECS, deployment configuration).
func (f *facts) deadlocked() bool {
	s := f.Service
	if s.MinHealthyPercent == awsx.Unset || s.MaxPercent == awsx.Unset || s.MaxPercent == 0 || s.Desired == 0 || !f.byECS() {
		return false
	}
	least, most := (s.Desired*s.MinHealthyPercent+99)/100, s.Desired*s.MaxPercent/100
	return most <= s.Desired && least >= s.Desired
}

// unexplained tells what is wrong where nothing says why.
func (x *inquest) unexplained() {
	f := x.facts
	t := Trouble{Kind: NotExplained, Sure: Unexplained, Since: f.began(), rolls: f.rollout.Active}
	switch {
	case f.failing():
		t.Short, t.Since = words.Count(f.rollout.Failed, "task")+" of the new revision failed", f.brokeAt()
	case f.Service.Running < f.Service.Desired:
		t.Short = fmt.Sprintf("%d of %s running", f.Service.Running, words.Count(f.Service.Desired, "task"))
	case f.dark > 0:
		t.Short = words.Count(f.initial, "target") + " in first checks, none healthy"
	default:
		t.Short = "no targets registered"
	}
	t.Cause = t.Short
	for _, l := range Panel(x.Evidence) {
		where := map[Aspect]Place{OfDeployment: InRevisions, OfDeath: InTasks, OfTargets: InTargets, OfEvents: InEvents}[l.About]
		t.Evidence = append(t.Evidence, Proof{l.At, l.Text, where})
	}
	x.add(t)
}

// recalled tells how tasks of the newest deployment died before the hour of which ECS tells,
// where nothing else says why the service lacks some: ECS starts failing tasks ever more
// seldom, and gives a deployment up.
func (x *inquest) recalled() {
	f := x.facts
	if f.Service.Running >= f.Service.Desired && !f.failing() {
		return
	}
	now, last := f.deaths, f.died.Last
	defer func() { f.deaths, f.died.Last = now, last }()
	f.deaths = nil
	for _, t := range x.Remembered {
		s := reason.StoppedTask(t, f.TaskDefinition(t.TaskDefinition))
		if !s.Failure || !f.ofPrimary(t) || f.primary.CreatedAt.After(reason.StoppedAt(t)) {
			continue
		}
		f.deaths = append(f.deaths, death{t, reason.StoppedAt(t), s})
	}
	if len(f.deaths) == 0 {
		return
	}
	f.died.Last = f.deaths[0].at
	before := len(x.found)
	x.deaths()
	for i := range x.found[before:] {
		t := &x.found[before+i]
		t.Sure = Likely
		t.Evidence = append(t.Evidence, Proof{Text: "gantry saw it: ECS tells no more of these tasks", Where: InTasks})
	}
}

// wayBack tells that ECS went back to an older revision, from what and why.
func (x *inquest) wayBack() {
	f := x.facts
	t := Trouble{Kind: RolledBack, Sure: Certain, rolls: f.rollout.Active}
	var alarm []Proof
	for _, e := range f.Service.Events { // those before the last steady state too
		if f.Now.Sub(e.At) > window {
			break
		}
		if _, moves := reason.Moves(e.Message); moves {
			continue
		}
		read := reason.ReadEvent(e.Message)
		switch {
		case read.Kind == reason.DeploymentFailed && strings.Contains(read.Reason.Text, "alarm"):
			alarm = append(alarm, Proof{e.At, read.Body, InEvents})
			f.turns(e.At.Add(window))
		case t.Since.IsZero() && read.Kind == reason.RollingBack && (read.Deployment == "" || f.names(read)):
			t.Since, t.Evidence = e.At, []Proof{{e.At, read.Body, InEvents}}
			f.turns(e.At.Add(window))
		}
	}
	until := t.Since.Add(recent)
	if _, back := reason.RollingBackTo(f.primary.RolloutReason); t.Since.IsZero() && back && f.age(f.changed, window) <= window {
		t.Since, t.Evidence, until = f.changed, []Proof{{f.changed, f.primary.RolloutReason, InRevisions}}, f.Now
	}
	if t.Since.IsZero() {
		return
	}
	verb := "rolled back"
	if f.rollingBack() {
		verb = "rolling back"
	}
	t.Cause, t.Short = "ECS went back to "+awsx.ARNName(f.primary.TaskDefinition), verb
	if last, ok := x.diedBefore(until); ok {
		t.Cause += " from " + awsx.ARNName(last.task.TaskDefinition) + ", whose tasks failed: " + last.Why()
		t.Short, t.Reason = verb+": "+last.Why(), last.Reason
		t.Evidence = append(t.Evidence, Proof{last.at, deathLine(last).Text, InTasks})
		if next := last.Next(); next != "" {
			t.Next = []Step{{DoNothing, next}}
		}
	} else if len(alarm) > 0 && !x.has(AlarmFired) {
		t.Kind, t.Evidence = AlarmFired, append(alarm[:1], t.Evidence...)
		t.Cause = "an alarm that the deployment watches fired" + x.watched() + "; ECS went back to " + awsx.ARNName(f.primary.TaskDefinition)
		t.Short = verb + ": deployment alarm" + x.watched()
	}
	if len(x.found) > 0 && x.unwell() {
		x.found[0].Follows = append(x.found[0].Follows, t)
		return
	}
	x.add(t)
}

// diedBefore returns the last failure of a task of another revision before a moment.
func (x *inquest) diedBefore(at time.Time) (last death, ok bool) {
	for _, d := range x.facts.deaths {
		if !x.facts.ofPrimary(d.task) && !d.Loss() && !d.at.After(at) && d.at.After(last.at) {
			last, ok = d, true
		}
	}
	return last, ok
}

// autoscaled tells that Application Auto Scaling took back a count that a person set.
func (x *inquest) autoscaled() {
	for _, set := range x.SetByHand {
		if set.Count == x.facts.Service.Desired || x.facts.age(set.At, window) > window {
			continue
		}
		for _, a := range slices.Backward(x.Scalings) {
			to, err := strconv.Atoi(strings.TrimRight(lastWord(a.Description), "."))
			if err != nil || a.Failed() || a.StartedAt.Before(set.At) || to == set.Count {
				continue
			}
			t := Trouble{Kind: Autoscaled, Sure: Certain, Since: a.StartedAt,
				Cause: fmt.Sprintf("autoscaling set the count to %d, which was set to %d by hand before", to, set.Count),
				Short: fmt.Sprintf("autoscaling undid the count %d", set.Count),
				Evidence: []Proof{{set.At, strings.TrimSpace(fmt.Sprintf("count set to %d %s", set.Count, prefixed("by ", set.By))), InRevisions},
					{a.StartedAt, a.Description + prefixed(" ", a.Cause), InScaling}}}
			if x.Scaling != nil {
				t.Evidence = append(t.Evidence, Proof{Text: "bounds: " + x.Scaling.Bounds() + ", " + x.Scaling.State(), Where: InScaling})
			}
			x.add(t)
			return
		}
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

// lingering tells of tasks that were told to stop and do not.
func (x *inquest) lingering() {
	t := Trouble{Kind: NeverStops, Sure: Likely}
	n := 0
	for _, task := range x.Evidence.Stopped {
		told := task.StoppingAt
		if task.LastStatus == "STOPPED" || told.IsZero() || x.facts.age(told, lingers) <= lingers {
			continue
		}
		if n++; t.Since.IsZero() || told.Before(t.Since) {
			t.Since = told
		}
		if n <= maxEvents {
			t.Evidence = append(t.Evidence, Proof{told, "task " + reason.ShortID(task.Ref.ARN) + " was told to stop and is " + strings.ToLower(task.LastStatus), InTasks})
		}
	}
	if n == 0 {
		return
	}
	t.Short = words.Count(n, "task") + " told to stop, not stopped"
	t.Cause = words.Count(n, "task") + " of the service do not stop: what drains waits for open connections, or the agent of their instance is gone"
	x.add(t)
}

// unrouted tells that no request can reach the service, since other rules take them all.
func (x *inquest) unrouted() {
	if !x.RoutesRead {
		return
	}
	ours := x.facts.Service.TargetGroups()
	leads, t := 0, Trouble{Kind: RuleShadowed, Sure: Certain}
	for _, route := range x.Routes {
		rules := alb.InOrder(alb.RulesOf(route))
		shadows := alb.Shadows(rules)
		for i, r := range rules {
			if !sendsTo(r, ours) {
				continue
			}
			by, shadowed := shadows[i]
			if !shadowed || len(by) == 0 {
				leads++
				continue
			}
			first := rules[by[0]]
			t.Evidence = append(t.Evidence, Proof{Text: fmt.Sprintf("%s port %d: rule %s (%s) never matches, rule %s (%s) takes it first",
				route.Balancer.Name, route.Listener.Port, r.Priority, alb.ConditionsWords(r), first.Priority, alb.ConditionsWords(first)), Where: InRouting})
		}
	}
	if leads > 0 || len(t.Evidence) == 0 {
		return
	}
	t.Short = "no request reaches it: its rules are shadowed"
	t.Cause = "no request reaches the service: every rule that leads to it comes after one that takes all of its requests"
	x.add(t)
}

func sendsTo(r awsx.Rule, groups []string) bool {
	return slices.ContainsFunc(r.Actions, func(a awsx.Action) bool {
		return slices.ContainsFunc(a.Groups, func(g awsx.WeightedGroup) bool { return g.Weight > 0 && slices.Contains(groups, g.Group) })
	})
}

// dependency tells that a service which is well by all checks writes mostly errors: then
// what it depends on is to be looked at.
func (x *inquest) dependency() {
	counts, newest := map[string]int{}, map[string]Said{}
	errors := 0
	for _, l := range x.Lines {
		if !l.Severe {
			continue
		}
		errors++
		what := withoutNumbers(words.Telling(l.Text))
		counts[what]++
		newest[what] = l
	}
	if errors < fewErrors || float64(errors) < errorShare*float64(len(x.Lines)) {
		return
	}
	kinds := make([]string, 0, len(counts))
	for what := range counts {
		kinds = append(kinds, what)
	}
	slices.SortFunc(kinds, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	t := Trouble{Kind: Dependency, Sure: Likely,
		Cause: fmt.Sprintf("ECS and the load balancer are healthy, and %d of the newest %s are errors: look at what the service depends on", errors, words.Count(len(x.Lines), "line")),
		Short: fmt.Sprintf("%d of the newest %s are errors", errors, words.Count(len(x.Lines), "line"))}
	for _, what := range kinds[:min(len(kinds), maxEvents)] {
		l := newest[what]
		t.Evidence = append(t.Evidence, Proof{l.At, fmt.Sprintf("%s (%d times)", words.Telling(l.Text), counts[what]), InLogs})
	}
	for _, l := range x.Lines {
		if l.Severe {
			t.Since = l.At
			break
		}
	}
	x.add(t)
}

// withoutNumbers is a text in which every number is the same, so that lines of one kind
// are counted together.
func withoutNumbers(s string) string {
	var b strings.Builder
	digits := false
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits = true
			continue
		}
		if digits {
			b.WriteByte('0')
			digits = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// strays tells of registered targets that are of no task: those that serve nobody, and those
// that a task left behind and that still get requests.
func (x *inquest) strays() {
	f := x.facts
	t := Trouble{Kind: StrayTarget, Sure: Certain}
	for _, s := range f.strays {
		t.Evidence = append(t.Evidence, Proof{Text: reason.Target(s.target, s.group.Settings.Check).Why + " in " + s.group.Name() + ", of no task of the service", Where: InTargets})
	}
	if x.joined != nil {
		for _, u := range x.joined.Unmatched {
			if at := f.stoppedAt(u.Stopped); u.Kind == alb.Foreign && u.Target.State == "healthy" && !at.IsZero() && f.age(at, recent) > recent {
				t.Evidence = append(t.Evidence, Proof{Text: fmt.Sprintf("healthy %s:%d in %s, where task %s was, which stopped", u.Target.ID, u.Target.Port, awsx.GroupName(u.Group), reason.ShortID(u.Stopped)), Where: InTargets})
			}
		}
	}
	n := len(t.Evidence)
	if n == 0 {
		return
	}
	first, _, _ := strings.Cut(t.Evidence[0].Text, " in ")
	t.Short = "target of no task: " + first
	if n > 1 {
		t.Short += fmt.Sprintf(" and %d more", n-1)
	}
	t.Cause = words.Count(n, "registered target") + " of no task of the service: requests that go there are lost or answered by another"
	if len(f.strays) > 0 {
		s := f.strays[0].target
		t.Reason = reason.Reason{Stage: reason.BalancerCheck, Text: strings.TrimSpace(s.Reason + " " + s.Description)}
	}
	t.Evidence = t.Evidence[:min(n, maxEvents)]
	x.add(t)
}

// stoppedAt returns when a known stopped task ended, by its ARN.
func (f *facts) stoppedAt(arn string) time.Time {
	i := slices.IndexFunc(f.Stopped, func(t awsx.Task) bool { return arn != "" && t.Ref.ARN == arn })
	if i < 0 {
		return time.Time{}
	}
	return reason.StoppedAt(f.Stopped[i])
}

// endless adds to the first finding's few words what a row has to say of how it goes on: that
// nothing but a person will end a rollout that fails, or that all tasks run again.
func (x *inquest) endless() {
	if len(x.found) == 0 {
		return
	}
	f, first := x.facts, &x.found[0]
	switch {
	case f.failing() && first.rolls && f.byECS() && !f.Service.Breaker.Enabled && f.primary.RolloutState != "FAILED":
		first.Short += ", breaker off"
	case x.status == Degraded && !f.rollout.Active && len(x.died[first.Kind]) > 0 && f.recovered():
		first.Short += ", all run again"
	}
}

// sizes are the fields that explain a lack.
var sizes = map[Kind]string{MemoryLacking: "memory", OutOfMemory: "memory", CPULacking: "cpu"}

// explain adds what helps, and the change that explains a trouble.
func (x *inquest) explain(t *Trouble) {
	of := characters[t.Kind.rank()]
	for _, s := range of.do {
		if s.Do == DoRollBack && !x.canGoBack() {
			continue
		}
		t.Next = append(t.Next, s)
	}
	for _, part := range of.parts {
		if changed := x.facts.changed; changed.IsZero() || t.Since.IsZero() || t.Since.Before(changed.Add(-time.Minute)) || t.Since.Sub(changed) > explains {
			break
		}
		i := slices.IndexFunc(x.Changes, func(c Change) bool {
			return c.Part == part && (part != PartSize || strings.HasPrefix(c.Name, sizes[t.Kind])) && (t.Kind != VariableMissing || part == PartImage || strings.Contains(t.Cause, "variable "+c.Name+","))
		})
		if i >= 0 {
			t.Change = &x.Changes[i]
			break
		}
	}
	for i := range t.Follows {
		x.explain(&t.Follows[i])
	}
}

// canGoBack reports whether something else worked before what is deployed now.
func (x *inquest) canGoBack() bool { return x.Before != "" }
