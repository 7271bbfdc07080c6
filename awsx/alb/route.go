package alb

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"gantry/awsx"
)

// Tried is a rule that a request was compared with.
type Tried struct {
	Rule  awsx.Rule
	Meets Meets
	// Conditions are the rule's conditions one by one; of a rule that is not met, the first
	// that is not met alone.
	Conditions []Met
}

// Met is how the request stands to one condition.
type Met struct {
	Condition awsx.Condition
	Meets     Meets
	Doubt     string
}

// Answer is who answers a request at one listener.
type Answer struct {
	Balancer awsx.Balancer
	Listener awsx.Listener
	// Tried are the rules in the order in which they were compared, the last of them the
	// one that takes the request. None takes it where Taken is false.
	Tried   []Tried
	Taken   bool
	Outcome Outcome
	// Doubts say why the answer is not certain; there are none when it is.
	Doubts []string
}

// Rule returns the rule that takes the request; ok is false when none does.
func (a *Answer) Rule() (r awsx.Rule, ok bool) {
	if !a.Taken {
		return awsx.Rule{}, false
	}
	return a.Tried[len(a.Tried)-1].Rule, true
}

// Certain reports whether the load balancer is known to answer like this.
func (a *Answer) Certain() bool { return len(a.Doubts) == 0 }

func (a *Answer) doubt(why string) {
	if why != "" && !slices.Contains(a.Doubts, why) {
		a.Doubts = append(a.Doubts, why)
	}
}

// InOrder returns rules in the order in which they are evaluated: by priority from the
// lowest number, the default last ("Listener rules for your Application Load
// Balancer"). The rules themselves are left as they are.
func InOrder(rules []awsx.Rule) []awsx.Rule {
	if slices.IsSortedFunc(rules, byPriority) {
		return rules
	}
	sorted := slices.Clone(rules)
	slices.SortStableFunc(sorted, byPriority)
	return sorted
}

func byPriority(a, b awsx.Rule) int { return cmp.Compare(rank(a), rank(b)) }

func rank(r awsx.Rule) int {
	if r.Default {
		return math.MaxInt
	}
	n, err := strconv.Atoi(r.Priority)
	if err != nil {
		return math.MaxInt - 1
	}
	return n
}

// RulesOf returns a listener's rules in order. Where they were not read, as those of a
// network load balancer need not be, its default actions stand for them.
func RulesOf(route awsx.Route) []awsx.Rule {
	if len(route.Rules) > 0 {
		return InOrder(route.Rules)
	}
	return []awsx.Rule{{Priority: "default", Default: true, Actions: route.Listener.Default}}
}

// Evaluate tells who answers a request that reaches a listener. It evaluates the rules
// as the load balancer does; what this version cannot tell is never taken as met and
// leaves the answer uncertain.
func Evaluate(q Request, route awsx.Route) Answer {
	a := Answer{Balancer: route.Balancer, Listener: route.Listener}
	if route.Err != nil {
		a.doubt("the rules of the listener were not read: " + route.Err.Error())
		return a
	}
	rules := RulesOf(route)
	a.Tried = make([]Tried, 0, len(rules))
	for i := range rules {
		t := q.try(&rules[i])
		a.Tried = append(a.Tried, t)
		for _, c := range t.Conditions {
			a.doubt(c.Doubt)
		}
		if t.Meets == Yes {
			a.Taken = true
			a.Outcome = q.outcome(rules[i], a.doubt)
			return a
		}
	}
	a.doubt("no rule takes the request, and the default one was not read")
	return a
}

// try compares a request with a rule. All conditions must be met; one that is not ends
// it, whatever cannot be told of the others.
func (q *Request) try(r *awsx.Rule) Tried {
	t := Tried{Rule: *r, Meets: Yes}
	for i := range r.Conditions {
		c := &r.Conditions[i]
		m, doubt := q.check(c)
		switch m {
		case No:
			t.Meets, t.Conditions = No, []Met{{*c, No, doubt}}
			return t
		case Unsure:
			t.Meets = Unsure
		}
		t.Conditions = append(t.Conditions, Met{*c, m, doubt})
	}
	return t
}
