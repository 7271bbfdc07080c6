package tasks

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose/reason"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/prose"
	"gantry/views/wording"
)

// taskEvidence explains a row in full: each target with its reason and its
// health check, each container with how it ended.
func taskEvidence(r *taskRow, now time.Time) []prose.Para {
	var d prose.Document
	if r.stray != nil {
		d.Paras = append(d.Paras, prose.Para{Text: "target " + address(r.stray.Target.ID, r.stray.Target.Port) + "  " + strayWords(*r.stray), Role: r.status.Role()})
		d.Paras = append(d.Paras, targetPara(r.facts, r.stray.Group, r.stray.Target))
		return d.Paras
	}
	role := r.status.Role()
	if r.status == theme.StatusOK {
		role = theme.Title
	}
	head := "task " + wording.ShortID(r.task.ID) + "  " + awsx.ARNName(r.task.TaskDefinition)
	if at := reason.StoppedAt(r.task); r.stopped && !at.IsZero() {
		head += "  ended " + wording.Clock(at, now) + ", " + text.Ago(now.Sub(at))
	}
	if why := r.reason(); r.stopped && why != "" {
		head += ": " + why
	}
	d.Paras = append(d.Paras, prose.Para{Text: head, Role: role})
	if !r.remembered.IsZero() {
		d.Paras = append(d.Paras, prose.Para{Label: "remembered", Text: "ECS tells no more of it; gantry saw it last " + text.Ago(now.Sub(r.remembered)), Role: theme.Dim})
	}
	if all := r.addresses(); len(all) > 0 && !r.stopped {
		d.Paras = append(d.Paras, prose.Para{Label: "address", Text: strings.Join(all, "  "), Role: theme.Accent})
	}
	if r.protected.After(now) {
		d.Paras = append(d.Paras, prose.Para{Label: "protected", Text: "until " + wording.Clock(r.protected, now) + ": neither scaling nor a deployment ends it before", Role: theme.Accent})
	}
	for _, t := range r.targets {
		if t.Standing != alb.Registered {
			d.Paras = append(d.Paras, prose.Para{Label: shortGroup(t), Text: r.facts.targetWords(t), Role: targetStatus(t).Role()})
			continue
		}
		d.Paras = append(d.Paras, targetPara(r.facts, t.Group, t.Health))
	}
	if r.task.StoppedReason != "" {
		d.Paras = append(d.Paras, prose.Para{Label: "stopped", Text: wording.JoinNonEmpty(": ", r.task.StopCode, r.task.StoppedReason)})
	}
	for _, c := range r.task.Containers {
		d.Paras = append(d.Paras, containerPara(c))
	}
	if r.stopped && r.ended.Next() != "" {
		d.Paras = append(d.Paras, prose.Para{Label: "next", Text: r.ended.Next(), Role: theme.Accent})
	}
	if e, of := taskEvent(r.facts.Service.Events, r.task.ID); of != "" {
		d.Paras = append(d.Paras, prose.Para{Label: wording.Clock(e.At, now), Text: of + wording.Named(reason.EventBody(e.Message)), Role: theme.Dim})
	}
	return d.Paras
}

// taskEvent returns the newest event that names a task, else the newest that names none
// and so is the service's, with the words that say whose it is; none without either. An
// event of another task would be read as this one's.
func taskEvent(events []awsx.ServiceEvent, id string) (event awsx.ServiceEvent, of string) {
	for _, e := range events {
		if id != "" && reason.NamesTask(e.Message, id) {
			return e, "of this task: "
		}
		if of == "" && !reason.NamesTask(e.Message, "") {
			event, of = e, "of the service: "
		}
	}
	return event, of
}

// targetPara is a registered target's state, reason and check in words.
func targetPara(f *serviceFacts, group string, h awsx.TargetHealth) prose.Para {
	check := f.check(group)
	state := reason.Target(h, check)
	p := prose.Para{Label: awsx.GroupName(group), Role: HealthStatus(h.State).Role(), Text: state.Why}
	if words := checkSentence(check); words != "" {
		p.Text += "; check " + words
	}
	if state.Next != "" && !state.Routine {
		p.Text += "; " + state.Next
	}
	return p
}

// checkSentence says how a group checks its targets.
func checkSentence(c awsx.HealthCheck) string {
	if c == (awsx.HealthCheck{}) {
		return ""
	}
	if !c.Enabled {
		return "off"
	}
	return wording.JoinNonEmpty(" ", c.Protocol, c.Path, c.Matcher, "every", text.Span(c.Interval)) +
		fmt.Sprintf(", timeout %s, %d good or %d bad turn it", text.Span(c.Timeout), c.Healthy, c.Unhealthy)
}

// containerPara is a container's state and end on one line.
func containerPara(c awsx.Container) prose.Para {
	p := prose.Para{Label: c.Name, Text: wording.JoinNonEmpty("  ", strings.ToLower(c.LastStatus), wording.ShortImage(c.Image, c.ImageDigest), wording.Ports(c.Bindings))}
	if code := wording.Exit(c.ExitCode); code != "" {
		p.Text += "  exit " + code
		if c.ExitCode != 0 {
			p.Role = theme.Failed
		}
	}
	if c.Reason != "" {
		p.Text += "  " + c.Reason
		p.Role = theme.Failed
	}
	return p
}

// targetWords says how a task stands with one target.
func (f *serviceFacts) targetWords(t alb.Target) string {
	switch t.Standing {
	case alb.Unread:
		return "target health of " + shortGroup(t) + " was not read"
	case alb.Unresolved:
		return "its address in " + shortGroup(t) + " is not known yet"
	case alb.NotRegistered:
		return "not registered in " + shortGroup(t)
	}
	return reason.Target(t.Health, f.check(t.Group)).Why
}

// check is a group's health check, zero if it was not read.
func (f *serviceFacts) check(group string) awsx.HealthCheck {
	for _, g := range f.Groups {
		if g.ARN == group {
			return g.Settings.Check
		}
	}
	return awsx.HealthCheck{}
}

// strayWords explains a target that matches no task.
func strayWords(u alb.Unmatched) string {
	in := " in " + awsx.GroupName(u.Group)
	switch {
	case u.Kind == alb.Draining && u.Stopped != "":
		return "connections of stopped task " + wording.ShortID(awsx.ARNName(u.Stopped)) + " end" + in
	case u.Kind == alb.Draining:
		return "connections end" + in
	case u.Kind == alb.Undetermined:
		return "of a task that was not located yet" + in
	case u.Stopped != "":
		return "left behind by stopped task " + wording.ShortID(awsx.ARNName(u.Stopped)) + in
	}
	return "registered by something else" + in
}
