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
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/diagnose/written"
	"gantry/internal/words"
)

// shortGrace is a grace period that many programs need longer than to listen.
const shortGrace = time.Minute

// checkKind is the kind of trouble of a target, or of what an event quotes of it.
func checkKind(t awsx.TargetHealth) cause.Kind {
	said := strings.ToLower(t.Description)
	switch {
	case t.State == "unused":
		return cause.TargetUnused
	case t.Reason == "Target.ResponseCodeMismatch", strings.Contains(said, "with these codes"):
		return cause.WrongAnswer
	case t.Reason == "Target.Timeout", strings.Contains(said, "timed out"):
		return cause.CheckTimesOut
	case t.Reason == "Target.FailedHealthChecks", strings.HasPrefix(said, "health checks failed"):
		return cause.CheckRefused
	}
	return cause.CheckFails
}

// checks tells of health checks that fail: those of containers, then those of targets, and
// where no target fails at this moment what events say of those that did.
func (x *inquest) checks() {
	f := x.facts
	switch short := fmt.Sprintf("container health check fails in %d of %s", f.unhealthy, words.Count(len(f.Running), "task")); {
	case x.has(cause.ContainerUnwell):
	case f.unhealthy > 0:
		x.add(Trouble{
			Kind: cause.ContainerUnwell, Sure: Certain, Since: f.troubleAt(reason.TaskUnhealthy), Cause: "the " + short, Short: short,
			Reason: reason.Reason{Stage: reason.ContainerCheck}, rolls: f.rollout.Active,
			Evidence: []Proof{{Text: "tasks with the health UNHEALTHY: " + strconv.Itoa(f.unhealthy), Where: InTasks}},
		})
	default:
		x.wasUnwell()
	}
	byKind := map[cause.Kind][]sickTarget{}
	var order []cause.Kind
	for _, s := range f.sick {
		kind := checkKind(s.target)
		if byKind[kind] == nil {
			order = append(order, kind)
		}
		byKind[kind] = append(byKind[kind], s)
	}
	for _, kind := range order {
		x.sick(kind, byKind[kind])
	}
	if len(order) == 0 {
		x.wasSick()
	}
	if len(order) == 0 && f.empty > 0 && f.Service.Running > 0 && !f.rollout.Active && len(x.found) == 0 {
		x.add(Trouble{Kind: cause.NoTargets, Sure: Certain, Since: f.began(), Cause: "tasks run, and no target is registered for them", Short: "no targets registered",
			Evidence: []Proof{{Text: "no targets registered", Where: InTargets}}})
	}
	x.refused()
}

// sick tells of targets that fail in one way.
func (x *inquest) sick(kind cause.Kind, sick []sickTarget) {
	f := x.facts
	t := Trouble{Kind: kind, Sure: Certain, Since: f.troubleAt(reason.TargetUnhealthy)}
	read := reason.Target(sick[0].target, sick[0].group.Settings.Check)
	t.Next = []cause.Step{cause.Advice(read.Next)}
	for i, s := range sick {
		if i == maxEvents {
			t.Evidence = append(t.Evidence, Proof{Text: fmt.Sprintf("and %d more", len(sick)-i), Where: InTargets})
			break
		}
		t.Evidence = append(t.Evidence, Proof{Text: reason.Target(s.target, s.group.Settings.Check).Why + " in " + s.group.Name(), Where: InTargets})
	}
	if c := sick[0].group.Settings.Check; c.Enabled || c.Path != "" {
		t.Evidence = append(t.Evidence, Proof{Text: "checked by " + alb.CheckWords(c), Where: InTargets})
	}
	t.Short, t.Reason = read.Why, reason.Reason{Stage: reason.BalancerCheck, Text: strings.TrimSpace(sick[0].target.Reason + " " + sick[0].target.Description)}
	if more := len(sick) - 1; more > 0 {
		t.Short += fmt.Sprintf(" and %d more", more)
	}
	if f.rollout.Active {
		n := 0
		for _, s := range sick {
			if f.ofRollout != nil && f.ofRollout(s.group.ARN, s.target) {
				n++
			}
		}
		t.rolls, t.later = f.ofRollout == nil || n > 0, n == len(sick) && x.served()
	}
	t.Cause = fmt.Sprintf("%d of %s %s", len(sick), words.Count(f.targets.Total, "target"), checkWords(kind, read.Why))
	if kind == cause.CheckTimesOut && f.unhealthy == 0 && f.died.Count == 0 {
		t.Evidence = append(t.Evidence, Proof{Text: "the tasks run and none of them died", Where: InTasks})
	}
	x.stoppedFor(&t)
	x.add(t)
}

func checkWords(kind cause.Kind, why string) string {
	switch kind {
	case cause.WrongAnswer:
		return "answer the health check with a status that it does not accept: " + why
	case cause.CheckTimesOut:
		return "do not answer the health check in time: a security group between them and the load balancer, or a program that hangs"
	case cause.CheckRefused:
		return "refuse the health check's connection, or answer with what is no HTTP"
	case cause.TargetUnused:
		return "get no requests: " + why
	}
	return "fail the health check: " + why
}

// goneGroups tells of target groups that do not exist.
func (x *inquest) goneGroups() {
	if len(x.GroupsGone) == 0 || x.has(cause.GroupGone) {
		return
	}
	t := Trouble{Kind: cause.GroupGone, Sure: Certain}
	var names []string
	for _, arn := range x.GroupsGone {
		names = append(names, awsx.GroupName(arn))
		t.Evidence = append(t.Evidence, Proof{Text: "there is no " + arn, Where: InTargets})
	}
	t.Cause = "the service's target group " + strings.Join(names, " and ") + " does not exist: no request reaches it"
	t.Short, t.Reason = "target group is gone: "+strings.Join(names, " and "), reason.Reason{Stage: reason.BalancerCheck, Cause: reason.NotFound}
	for _, e := range x.facts.Service.Events {
		if read := reason.ReadEvent(e.Message); cause.Of(read.Reason) == cause.GroupGone {
			t.Since = e.At
			t.Evidence = append(t.Evidence, Proof{e.At, read.Body, InEvents})
			break
		}
	}
	t.Next = []cause.Step{cause.Advice(t.Reason.Next())}
	x.add(t)
}

// wasSick tells of targets that failed and are gone, as their tasks were stopped for it.
func (x *inquest) wasSick() {
	f := x.facts
	for e := range f.present {
		if e.Kind != reason.TargetUnhealthy || f.age(e.at, window) > window {
			continue
		}
		quoted := awsx.TargetHealth{State: "unhealthy", Description: e.Reason.Text}
		kind := checkKind(quoted)
		t := Trouble{
			Kind: kind, Sure: Certain, Since: f.troubleAt(reason.TargetUnhealthy),
			Cause: "targets " + checkWords(kind, e.Reason.Text), Short: e.Why(), Reason: said(e), rolls: f.rollout.Active,
			Evidence: []Proof{{e.at, e.Body, InEvents}},
		}
		x.stoppedFor(&t)
		x.add(t)
		return
	}
	for _, d := range f.deaths {
		if d.Stage == reason.BalancerCheck && cause.Of(d.Reason) == "" && x.goesOn(d) {
			t := Trouble{Kind: cause.CheckFails, Sure: Certain, Since: f.began(), Cause: "tasks are stopped: they failed their target's health check", Short: d.Why(), Reason: d.Reason, rolls: f.rollout.Active}
			x.stoppedFor(&t)
			x.add(t)
			return
		}
	}
}

// wasUnwell tells of tasks that ECS replaced since their containers' checks failed.
func (x *inquest) wasUnwell() {
	f := x.facts
	for e := range f.present {
		if e.Kind != reason.TaskUnhealthy || f.age(e.at, window) > window || f.died.Count > 0 || len(f.sick) > 0 {
			continue
		}
		x.add(Trouble{Kind: cause.ContainerUnwell, Sure: Certain, Since: f.troubleAt(reason.TaskUnhealthy), Cause: "ECS replaces tasks: " + e.Why(), Short: e.Why(), Reason: said(e),
			rolls: f.rollout.Active, Evidence: []Proof{{e.at, e.Body, InEvents}}})
		return
	}
}

// said is the reason that an event gives, with all that it says where it gives none.
func said(e event) reason.Reason {
	r := e.Reason
	r.Text = cmp.Or(r.Text, e.Body)
	return r
}

// stoppedFor adds the tasks that were stopped because their targets failed.
func (x *inquest) stoppedFor(t *Trouble) {
	n, last := 0, death{}
	for _, d := range x.facts.deaths {
		if d.Stage == reason.BalancerCheck && x.goesOn(d) {
			if n++; d.at.After(last.at) {
				last = d
			}
		}
	}
	if n == 0 {
		return
	}
	t.Evidence = append(t.Evidence, Proof{last.at, words.Count(n, "task") + " stopped for it within the hour, the last was " + reason.ShortID(last.task.Ref.ARN), InTasks})
	if said := x.saidBefore(last); said.Text != "" {
		t.Evidence = append(t.Evidence, Proof{said.At, "it wrote before: " + words.Telling(said.Text), InLogs})
	}
}

// saidBefore is what the containers of a task wrote that tells most, before it was stopped.
func (x *inquest) saidBefore(d death) (said written.Line) {
	for _, w := range x.Wrote {
		if w.Task != d.task.ID {
			continue
		}
		if l := written.Telling(w.Lines); said.Text == "" || l.Severe && !said.Severe {
			said = l
		}
	}
	return said
}

// refused looks for why connections are refused: the program listens on another port, or
// its tasks are stopped before it does.
func (x *inquest) refused() {
	for i := range x.found {
		t := &x.found[i]
		if t.Kind != cause.CheckRefused {
			continue
		}
		port, ports, certain := x.listens()
		wanted := x.mapped()
		switch {
		case port.Text != "" && len(wanted) > 0 && !slices.ContainsFunc(ports, func(p int) bool { return slices.Contains(wanted, p) }):
			t.Kind, t.Sure = cause.PortWrong, sureIf(certain)
			t.Short = fmt.Sprintf("listens on port %d, not on %s", ports[0], portsWords(wanted))
			t.Cause = fmt.Sprintf("the program listens on port %d, and the service sends to port %d of the container", ports[0], wanted[0])
			t.Evidence = append([]Proof{{port.At, words.Telling(port.Text), InLogs}}, t.Evidence...)
		case port.Text != "":
			t.Evidence = append(t.Evidence, Proof{port.At, "it says that it listens: " + words.Telling(port.Text), InLogs})
		default:
			x.early(t)
		}
	}
}

// listens returns the newest line that says on which ports the program listens.
func (x *inquest) listens() (line written.Line, ports []int, certain bool) {
	all := x.Lines
	for _, w := range x.Wrote {
		all = append(all[:len(all):len(all)], w.Lines...)
	}
	return written.Listens(all)
}

// mapped returns the container ports that the service's load balancers send to.
func (x *inquest) mapped() (ports []int) {
	for _, lb := range x.facts.Service.LoadBalancers {
		if lb.ContainerPort > 0 {
			ports = append(ports, lb.ContainerPort)
		}
	}
	return ports
}

// early tells whether tasks were stopped as soon as the grace period let ECS do so.
func (x *inquest) early(t *Trouble) {
	grace := x.facts.Service.GracePeriod
	n, longest := 0, time.Duration(0)
	for _, d := range x.facts.deaths {
		began := d.task.StartedAt
		if d.Stage != reason.BalancerCheck || began.IsZero() || !x.goesOn(d) {
			continue
		}
		n, longest = n+1, max(longest, d.at.Sub(began))
	}
	if n == 0 || grace >= shortGrace || longest > grace+5*time.Minute {
		return
	}
	t.Kind, t.Sure = cause.StartsSlowly, Likely
	t.Short = fmt.Sprintf("stopped before they answer, grace period %s", grace)
	t.Cause = fmt.Sprintf("tasks are stopped at most %s after they start, before they answer; the grace period is %s: they need longer to start, or never listen on port %s",
		longest.Round(time.Second), grace, portsWords(x.mapped()))
}

func portsWords(ports []int) string {
	var all []string
	for _, p := range ports {
		all = append(all, strconv.Itoa(p))
	}
	return strings.Join(all, ", ")
}
