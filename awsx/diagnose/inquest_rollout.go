package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/cause"
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

// relate puts consequences under their causes.
func (x *inquest) relate() {
	x.under(cause.CannotJoin, append([]cause.Kind{cause.AgentsDisconnected}, cause.Lacks...)...)
	x.under(cause.GroupCannotLaunch, cause.Lacks...)
	x.under(cause.GroupAtMaximum, cause.Lacks...)
	if !x.has(cause.CannotJoin) {
		x.under(cause.AgentsDisconnected, cause.NothingFits, cause.NoInstances, cause.MemoryLacking, cause.CPULacking)
	}
	for _, kind := range []cause.Kind{cause.VariableMissing, cause.CommandMissing, cause.OutOfMemory, cause.Exits, cause.WrongArchitecture, cause.ContainerUnwell, cause.SpotInterrupted, cause.HostLost} {
		if of, ok := x.died[kind]; ok && x.has(kind) && x.sickAreOf(of) {
			x.under(kind, cause.Checks...)
		}
	}
	x.under(cause.GroupGone, cause.Checks...)
	// That the service is not steady is said of every trouble.
	for _, t := range x.found {
		if t.Kind != cause.SaidByECS {
			x.found = slices.DeleteFunc(x.found, func(t Trouble) bool { return t.Kind == cause.SaidByECS })
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
		x.add(Trouble{Kind: cause.Deadlock, Sure: Certain, Since: f.primary.CreatedAt, Evidence: began, rolls: true,
			Cause: "the deployment can neither start a task nor stop one" + x.percentages(), Short: "minimum and maximum percent leave no room"})
	case f.age(f.primary.CreatedAt, stuckAfter) > stuckAfter:
		x.add(Trouble{Kind: cause.Stuck, Sure: Unexplained, Since: f.primary.CreatedAt, Evidence: began, rolls: true,
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
	t := Trouble{Kind: cause.NotExplained, Sure: Unexplained, Since: f.began(), rolls: f.rollout.Active}
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
	t := Trouble{Kind: cause.RolledBack, Sure: Certain, rolls: f.rollout.Active}
	var alarm []Proof
	for e := range f.wayBack {
		switch {
		case e.Kind == reason.DeploymentFailed && strings.Contains(e.Reason.Text, "alarm"):
			alarm = append(alarm, Proof{e.at, e.Body, InEvents})
			f.turns(e.at.Add(window))
		case t.Since.IsZero() && e.Kind == reason.RollingBack && (e.Deployment == "" || f.names(e.Event) || !e.at.Before(f.primary.CreatedAt.Add(-time.Minute))):
			t.Since, t.Evidence = e.at, []Proof{{e.at, e.Body, InEvents}}
			f.turns(e.at.Add(window))
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
			t.Next = []cause.Step{cause.Advice(next)}
			if next == reason.ReadLines {
				t.Next[0].Do = cause.DoReadLines
			}
		}
	} else if len(alarm) > 0 && !x.has(cause.AlarmFired) {
		t.Kind, t.Evidence = cause.AlarmFired, append(alarm[:1], t.Evidence...)
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

// lingering tells of tasks that were told to stop and do not.
func (x *inquest) lingering() {
	t := Trouble{Kind: cause.NeverStops, Sure: Likely}
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

// sizes are the fields that explain a lack.
var sizes = map[cause.Kind]string{cause.MemoryLacking: "memory", cause.OutOfMemory: "memory", cause.CPULacking: "cpu"}

// explain adds what helps, and the change that explains a trouble.
func (x *inquest) explain(t *Trouble) {
	for _, s := range t.Kind.Steps() {
		if s.Do == cause.DoRollBack && !x.canGoBack() {
			continue
		}
		t.Next = append(t.Next, s)
	}
	for _, part := range t.Kind.Parts() {
		if !x.brought(*t, x.facts.changed) {
			break
		}
		i := slices.IndexFunc(x.Changes, func(c Change) bool {
			return c.Part == part && c.At.IsZero() && (part != cause.PartSize || strings.HasPrefix(c.Name, sizes[t.Kind])) && (t.Kind != cause.VariableMissing || part == cause.PartImage || strings.Contains(t.Cause, "variable "+c.Name+","))
		})
		if i >= 0 {
			t.Change = &x.Changes[i]
			break
		}
	}
	for i := range x.Changes {
		if c := &x.Changes[i]; t.Change == nil && !c.At.IsZero() && slices.Contains(t.Kind.Parts(), c.Part) && x.brought(*t, c.At) {
			t.Change = c
		}
	}
	if other := x.otherMachines(t.on); t.Change == nil && other != nil && (t.Since.IsZero() || x.brought(*t, other.At)) {
		t.Change = other
	}
	for i := range t.Follows {
		x.explain(&t.Follows[i])
	}
}

// brought reports whether a trouble began soon enough after a change to be explained by it.
func (x *inquest) brought(t Trouble, changed time.Time) bool {
	return !changed.IsZero() && !t.Since.IsZero() && !t.Since.Before(changed.Add(-time.Minute)) && t.Since.Sub(changed) <= explains
}

// canGoBack reports whether something else worked before what is deployed now.
func (x *inquest) canGoBack() bool { return x.Before != "" }

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
