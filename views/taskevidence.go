package views

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose/reason"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// taskEvidence explains a row in full: each target with its reason and its
// health check, each container with how it ended.
func taskEvidence(r *taskRow) []para {
	var d document
	if r.stray != nil {
		d.paras = append(d.paras, para{text: "target " + address(r.stray.Target.ID, r.stray.Target.Port) + "  " + strayWords(*r.stray), role: r.status.Role()})
		d.paras = append(d.paras, targetPara(r.facts, r.stray.Group, r.stray.Target))
		return d.paras
	}
	role := r.status.Role()
	if r.status == theme.StatusOK {
		role = theme.Title
	}
	head := "task " + r.task.ID + "  " + awsx.ARNName(r.task.TaskDefinition)
	if r.stopped && r.ended.Why() != "" {
		head += "  " + r.ended.Why()
	}
	d.paras = append(d.paras, para{text: head, role: role})
	for _, t := range r.targets {
		if t.Standing != alb.Registered {
			d.paras = append(d.paras, para{label: shortGroup(t), text: r.facts.targetWords(t), role: targetStatus(t).Role()})
			continue
		}
		d.paras = append(d.paras, targetPara(r.facts, t.Group, t.Health))
	}
	if r.task.StoppedReason != "" {
		d.paras = append(d.paras, para{label: "stopped", text: joinNonEmpty(": ", r.task.StopCode, r.task.StoppedReason)})
	}
	for _, c := range r.task.Containers {
		d.paras = append(d.paras, containerPara(c))
	}
	if r.stopped && r.ended.Next() != "" {
		d.paras = append(d.paras, para{label: "next", text: r.ended.Next(), role: theme.Accent})
	}
	if e := r.facts.service.Events; len(e) > 0 {
		d.paras = append(d.paras, para{label: clock(e[0].At, r.facts.now), text: reason.EventBody(e[0].Message), role: theme.Dim})
	}
	return d.paras
}

// targetPara is a registered target's state, reason and check in words.
func targetPara(f *serviceFacts, group string, h awsx.TargetHealth) para {
	check := f.check(group)
	state := reason.Target(h, check)
	p := para{label: awsx.GroupName(group), role: healthStatus(h.State).Role(), text: state.Why}
	if words := checkSentence(check); words != "" {
		p.text += "; check " + words
	}
	if state.Next != "" && !state.Routine {
		p.text += "; " + state.Next
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
	return joinNonEmpty(" ", c.Protocol, c.Path, c.Matcher, "every", text.Span(c.Interval)) +
		fmt.Sprintf(", timeout %s, %d good or %d bad turn it", text.Span(c.Timeout), c.Healthy, c.Unhealthy)
}

// containerPara is a container's state and end on one line.
func containerPara(c awsx.Container) para {
	p := para{label: c.Name, text: joinNonEmpty("  ", strings.ToLower(c.LastStatus), shortImage(c.Image, c.ImageDigest), ports(c.Bindings))}
	if code := exit(c.ExitCode); code != "" {
		p.text += "  exit " + code
		if c.ExitCode != 0 {
			p.role = theme.Failed
		}
	}
	if c.Reason != "" {
		p.text += "  " + c.Reason
		p.role = theme.Failed
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
	for _, g := range f.groups {
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
		return "connections of stopped task " + shortID(awsx.ARNName(u.Stopped)) + " end" + in
	case u.Kind == alb.Draining:
		return "connections end" + in
	case u.Kind == alb.Undetermined:
		return "of a task that was not located yet" + in
	case u.Stopped != "":
		return "left behind by stopped task " + shortID(awsx.ARNName(u.Stopped)) + in
	}
	return "registered by something else" + in
}
