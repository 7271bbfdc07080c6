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

// turned are the counts and bounds that people and Application Auto Scaling gave the service.
func (x *inquest) turned() (all []Change) {
	for _, set := range x.SetByHand {
		c := Change{Part: cause.PartCount, Name: "count", At: set.At, Text: fmt.Sprintf("count %d -> %d%s", set.Was, set.Count, words.Prefixed(", by ", set.By))}
		if set.Bound != "" {
			c.Part, c.Name, c.Text = cause.PartBounds, set.Bound, "scaling "+set.Bound+strings.TrimPrefix(c.Text, "count")
		}
		all = append(all, c)
	}
	for _, a := range x.Scalings {
		switch {
		case a.Failed():
		case strings.HasPrefix(a.Description, "Setting desired count to "):
			all = append(all, Change{Part: cause.PartCount, Name: "count", At: a.StartedAt, Text: "autoscaling set the count to " + strings.TrimRight(lastWord(a.Description), ".")})
		case strings.HasPrefix(a.Description, "Setting min capacity"), strings.HasPrefix(a.Description, "Setting max capacity"): // by a scheduled action
			all = append(all, Change{Part: cause.PartBounds, Name: "bounds", At: a.StartedAt, Text: "scaling bounds: " + strings.TrimRight(a.Description, ".")})
		}
	}
	return all
}

// autoscaled tells that Application Auto Scaling took back a count that a person set.
func (x *inquest) autoscaled() {
	for _, set := range x.SetByHand {
		if set.Bound != "" || set.Count == x.facts.Service.Desired || x.facts.age(set.At, window) > window {
			continue
		}
		for _, a := range slices.Backward(x.Scalings) {
			to, err := strconv.Atoi(strings.TrimRight(lastWord(a.Description), "."))
			if err != nil || a.Failed() || a.StartedAt.Before(set.At) || to == set.Count {
				continue
			}
			t := Trouble{Kind: cause.Autoscaled, Sure: Certain, Since: a.StartedAt,
				Cause: fmt.Sprintf("autoscaling set the count to %d, which was set to %d by hand before", to, set.Count),
				Short: fmt.Sprintf("autoscaling undid the count %d", set.Count),
				Evidence: []Proof{{set.At, strings.TrimSpace(fmt.Sprintf("count set to %d %s", set.Count, words.Prefixed("by ", set.By))), InRevisions},
					{a.StartedAt, a.Description + words.Prefixed(" ", a.Cause), InScaling}}}
			if x.Scaling != nil {
				t.Evidence = append(t.Evidence, Proof{Text: "bounds: " + x.Scaling.Bounds() + ", " + x.Scaling.State(), Where: InScaling})
			}
			x.add(t)
			return
		}
	}
}

// atItsMaximum tells that autoscaling cannot do what it is for: what it tried failed, or the
// count is at its maximum while the alarm that raises it still rings.
func (x *inquest) atItsMaximum() {
	s := x.facts.Service
	if x.Scaling == nil {
		return
	}
	if len(x.Scalings) > 0 && x.Scalings[0].Failed() && x.facts.age(x.Scalings[0].StartedAt, window) <= window {
		a := x.Scalings[0]
		why := cmp.Or(a.Message, a.Description)
		x.add(Trouble{Kind: cause.ScalingFails, Sure: Certain, Since: a.StartedAt, Short: "autoscaling fails: " + why, Cause: "what autoscaling tried last failed: " + why,
			Evidence: []Proof{{a.StartedAt, a.Description + words.Prefixed(" ", a.Cause), InScaling}}})
		return
	}
	for _, a := range x.Ringing {
		if a.Scales && s.Desired > 0 && s.Desired >= x.Scaling.Max {
			x.add(Trouble{Kind: cause.ScalingAtMaximum, Sure: Likely, Since: a.Since, Short: "autoscaling is at its maximum of " + words.Count(x.Scaling.Max, "task"),
				Cause:    "autoscaling is at its maximum of " + words.Count(x.Scaling.Max, "task") + ", and the alarm that would raise the count rings",
				Evidence: []Proof{{a.Since, "alarm " + a.Name + " rings: " + a.Why, InAlarms}, {Text: "bounds: " + x.Scaling.Bounds() + ", " + x.Scaling.State(), Where: InScaling}}})
			return
		}
	}
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

// unrouted tells that no request can reach the service, since other rules take them all.
func (x *inquest) unrouted() {
	if !x.RoutesRead {
		return
	}
	ours := x.facts.Service.TargetGroups()
	leads, t := 0, Trouble{Kind: cause.RuleShadowed, Sure: Certain}
	for _, route := range x.Routes {
		rules := alb.InOrder(alb.RulesOf(route))
		shadows := alb.Shadows(rules)
		for i, r := range rules {
			if weighs, named := sendsTo(r, ours); !weighs {
				if named {
					t.Evidence = append(t.Evidence, Proof{Text: fmt.Sprintf("%s port %d: rule %s (%s) gives its group the weight 0", route.Balancer.Name, route.Listener.Port, r.Priority, alb.ConditionsWords(r)), Where: InRouting})
				}
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
	t.Short = "no request reaches it: its rules are shadowed or weigh nothing"
	t.Cause = "no request reaches the service: every rule that leads to it comes after one that takes all of its requests, or gives it no weight"
	x.add(t)
}

// sendsTo reports whether a rule sends requests to one of some groups, or names one.
func sendsTo(r awsx.Rule, groups []string) (weighs, named bool) {
	for _, a := range r.Actions {
		for _, g := range a.Groups {
			if slices.Contains(groups, g.Group) {
				weighs, named = weighs || g.Weight > 0, true
			}
		}
	}
	return weighs, named
}

// dependency tells that a service which is well by all checks writes mostly errors: then
// what it depends on is to be looked at.
func (x *inquest) dependency() {
	kinds, errors, first := written.Errors(x.Lines)
	if errors < fewErrors || float64(errors) < errorShare*float64(len(x.Lines)) {
		return
	}
	t := Trouble{Kind: cause.Dependency, Sure: Likely, Since: first,
		Cause: fmt.Sprintf("ECS and the load balancer are healthy, and %d of the newest %s are errors: look at what the service depends on", errors, words.Count(len(x.Lines), "line")),
		Short: fmt.Sprintf("%d of the newest %s are errors", errors, words.Count(len(x.Lines), "line"))}
	for _, k := range kinds[:min(len(kinds), maxEvents)] {
		t.Evidence = append(t.Evidence, Proof{k.Newest.At, fmt.Sprintf("%s (%d times)", words.Telling(k.Newest.Text), k.Times), InLogs})
	}
	x.add(t)
}

// strays tells of registered targets that are of no task: those that serve nobody, and those
// that a task left behind and that still get requests.
func (x *inquest) strays() {
	f := x.facts
	t := Trouble{Kind: cause.StrayTarget, Sure: Certain}
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
