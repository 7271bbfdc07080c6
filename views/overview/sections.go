package overview

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/inquiry"
	"gantry/ui/theme"
	"gantry/views/describe"
	"gantry/views/prose"
	"gantry/views/wording"
)

// shownEvents is how many events the page has: the newest ones, of which a screen is full.
const shownEvents = 12

// page puts what was read in words: what happens on the left, what it rests on on the right.
func (f *facts) page() page {
	var left, right prose.Document
	f.standing(&left)
	f.deployments(&left)
	f.targets(&left)
	f.events(&left)
	f.rules(&right)
	f.alarmed(&right)
	f.scaled(&right)
	if f.definition != nil {
		describe.Definition(&right, f.definition)
	} else {
		right.Heading("Task definition " + awsx.ARNName(f.found.Service().TaskDefinition))
		right.Line(theme.Warn, f.refused(f.definitionErr))
	}
	return page{left.Paras, right.Paras}
}

func (f *facts) standing(d *prose.Document) {
	s, finding := f.found.Service(), f.found.Finding
	d.Heading("Service " + s.Name)
	role := map[diagnose.Status]theme.Role{diagnose.OK: theme.OK, diagnose.Failed: theme.Failed, diagnose.Degraded: theme.Degraded,
		diagnose.Pending: theme.Pending, diagnose.Unknown: theme.Unknown}[finding.Status]
	d.FieldAs(role, "stands", wording.JoinNonEmpty(": ", finding.Status.String(), finding.Why))
	d.FieldAs(theme.Accent, "next", finding.Next)
	d.Field("tasks", fmt.Sprintf("%d desired, %d running, %d pending", s.Desired, s.Running, s.Pending))
	if t := finding.Targets.String(); t != "-" {
		d.Field("targets", t)
	}
	d.Field("died", wording.JoinNonEmpty(" ", finding.Died.String()))
	d.Field("launch", cmp.Or(s.LaunchType, s.CapacityProviders.String()))
	for _, err := range f.found.Partial {
		d.FieldAs(theme.Warn, "unread", f.refused(err))
	}
}

func (f *facts) deployments(d *prose.Document) {
	s, now := f.found.Service(), f.deps.Now()
	d.Heading("Deployments")
	for _, x := range s.Deployments {
		role := theme.Text
		switch {
		case x.RolloutState == "FAILED":
			role = theme.Failed
		case x.RolloutState == "IN_PROGRESS":
			role = theme.Pending
		}
		words := fmt.Sprintf("%s  %d/%d running", awsx.ARNName(x.TaskDefinition), x.Running, x.Desired)
		if x.Failed > 0 {
			words += fmt.Sprintf(", %d failed", x.Failed)
		}
		d.FieldAs(role, strings.ToLower(x.Status), wording.JoinNonEmpty("  ", words, strings.ToLower(strings.ReplaceAll(x.RolloutState, "_", " ")), "since "+wording.Clock(x.CreatedAt, now)))
		if x.RolloutState == "FAILED" || x.RolloutState == "IN_PROGRESS" {
			d.Field("because", x.RolloutReason)
		}
	}
	if len(s.TaskSets) > 0 {
		describe.TaskSets(d, s, now)
	} else if len(s.Deployments) == 0 {
		d.Line(theme.Dim, "none")
	}
}

func (f *facts) targets(d *prose.Document) {
	if len(f.found.Evidence.Groups) == 0 {
		return
	}
	all := inquiry.Targets(f.found.Standing)
	for _, g := range f.found.Evidence.Groups {
		d.Heading("Targets of " + g.Name())
		if !g.Read {
			d.Line(theme.Unknown, "its targets were not read")
		} else {
			serving := alb.ServingOf(g)
			role := theme.OK
			if serving.Healthy < serving.Registered || serving.Registered == 0 {
				role = theme.Degraded
			}
			d.Line(role, serving.Words())
		}
		if g.Settings.ARN != "" {
			d.Field("check", alb.CheckWords(g.Settings.Check))
		}
		for _, t := range all {
			if t.Group != g.ARN || t.State == "?" {
				continue
			}
			role := theme.Degraded
			if t.Routine {
				role = theme.Text
			}
			d.FieldAs(role, cmp.Or(wording.ShortID(awsx.ARNName(t.Task)), "(target)"),
				wording.JoinNonEmpty("  ", t.At(), t.State, strings.TrimPrefix(t.Why, t.State), t.Whose))
			if !t.Routine {
				d.Field("next", t.Next)
			}
		}
	}
}

func (f *facts) events(d *prose.Document) {
	d.Heading("Events")
	events := f.found.Service().Events
	if len(events) == 0 {
		d.Line(theme.Dim, "none")
	}
	for _, e := range events[:min(len(events), shownEvents)] {
		role := theme.Text
		if reason.ReadEvent(e.Message).Trouble() {
			role = theme.Degraded
		}
		d.FieldAs(role, wording.Clock(e.At, f.deps.Now()), reason.EventBody(e.Message))
	}
}

// rules are those that lead to the service, in the order in which each listener tries them.
func (f *facts) rules(d *prose.Document) {
	groups := f.found.Service().TargetGroups()
	if len(groups) == 0 {
		return
	}
	d.Heading("Rules that lead here")
	n := 0
	for _, route := range f.routes {
		for _, rule := range alb.RulesOf(route) {
			if slices.ContainsFunc(rule.Groups(), func(arn string) bool { return slices.Contains(groups, arn) }) {
				n++
				d.Field(fmt.Sprintf("%s:%d %s", route.Balancer.Name, route.Listener.Port, rule.Priority), alb.ConditionsWords(rule)+": "+alb.ActionsWords(rule))
			}
		}
	}
	switch {
	case f.routesErr != nil:
		d.Line(theme.Warn, f.refused(f.routesErr))
	case n == 0:
		d.Line(theme.Degraded, "no rule of any load balancer leads to its target groups")
	}
}

// alarmed are the alarms that concern the service, and those that its deployments name and
// that are not there.
func (f *facts) alarmed(d *prose.Document) {
	d.Heading("Alarms")
	if f.alarmsErr != nil {
		d.Line(theme.Warn, f.refused(f.alarmsErr))
	}
	for _, a := range f.alarms {
		role := theme.Unknown
		switch {
		case alarms.Rings(a.Alarm):
			role = theme.Failed
		case a.State == "OK":
			role = theme.OK
		}
		since := ""
		if !a.Since.IsZero() {
			since = "since " + wording.Clock(a.Since, f.deps.Now())
		}
		var ways []string
		for _, c := range a.Concerns {
			ways = append(ways, c.Words())
		}
		d.FieldAs(role, a.Name, wording.JoinNonEmpty("  ", a.State, since, a.Why, strings.Join(ways, ", ")))
	}
	n := len(f.alarms)
	for _, name := range f.found.Service().Alarms.Names {
		if slices.ContainsFunc(f.alarms, func(a inquiry.Alarm) bool { return a.Name == name }) {
			continue
		}
		n++
		word := "does not exist"
		if f.alarmsErr != nil {
			word = "?"
		}
		d.FieldAs(theme.Unknown, name, word+"  its deployments name it")
	}
	if n == 0 && f.alarmsErr == nil {
		d.Line(theme.Dim, "none concerns it")
	}
}

func (f *facts) scaled(d *prose.Document) {
	d.Heading("Scaling")
	switch {
	case f.scalingErr != nil:
		d.Line(theme.Warn, f.refused(f.scalingErr))
		return
	case f.scaling == nil:
		d.Line(theme.Dim, "nothing scales it: the count stays as it is set")
		return
	}
	d.Field("bounds", f.scaling.Bounds())
	d.Field("state", f.scaling.State())
	for _, p := range f.scaling.Policies {
		words := wording.JoinNonEmpty("  ", p.Type, p.Metric, p.Adjusts)
		if p.Metric != "" {
			words += fmt.Sprintf(" at %g", p.Target)
		}
		if p.Off {
			words += "  (off)"
		}
		d.Field(p.Name, words)
	}
}
