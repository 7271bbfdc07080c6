package elb

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"gantry/awsx/sim/world"
)

// Balancing is Elastic Load Balancing in an account: its load balancers with their
// listeners and rules, and its target groups with their targets.
type Balancing struct {
	*world.World
	Groups     []*Group // by name
	GroupByARN map[string]*Group
	Balancers  []*LoadBalancer
}

// NewBalancing returns one without load balancers and target groups.
func NewBalancing(w *world.World) *Balancing {
	return &Balancing{World: w, GroupByARN: map[string]*Group{}}
}

// LoadBalancer is an application load balancer.
type LoadBalancer struct {
	Name, ARN, DNS string
	Type           string // network; empty is application
	Scheme, VPC    string
	Zones          []string
	CreatedAt      time.Time
	Listeners      []*Listener
	Tags           []world.Tag
}

// Listener is a port that a load balancer listens on.
type Listener struct {
	ARN      string
	Balancer *LoadBalancer
	Port     int
	Protocol string
	Rules    []*Rule // by priority, the default last
}

// Put puts a rule at its place in the listener's order. Load balancers of what it sends to
// that had none have this one.
func (l *Listener) Put(priority int, r Rule) {
	r.Priority = strconv.Itoa(priority)
	for _, g := range r.Groups {
		if g.Group.Balancer == nil {
			g.Group.Balancer = l.Balancer
		}
	}
	at, _ := slices.BinarySearchFunc(l.Rules, priority, func(other *Rule, priority int) int {
		n, err := strconv.Atoi(other.Priority)
		if err != nil { // the default
			return 1
		}
		return cmp.Compare(n, priority)
	})
	l.Rules = slices.Insert(l.Rules, at, &r)
}

// Rule forwards what meets all of its conditions to its groups. One without groups
// redirects or answers by itself.
type Rule struct {
	ARN        string
	Priority   string // a number, or "default"
	Conditions []Condition
	Before     []Action // who must have logged in, and the like
	Transforms []Transform
	Groups     []WeightedGroup
	Sticky     time.Duration // a client stays with its group; zero: it does not
	Redirect   *Redirect
	Fixed      string // status code of a fixed response
}

// Condition is a condition of a rule, as the API has it.
type Condition struct {
	Field   string
	Header  string
	Values  []string
	Regexes []string
	Query   [][2]string // key, which may be empty, and value
	Family  string      // of a source, at a network load balancer
}

// Hosts is the condition that one of some hosts is asked for.
func Hosts(hosts ...string) Condition { return Condition{Field: "host-header", Values: hosts} }

// Paths is the condition that the path is like one of some patterns.
func Paths(patterns ...string) Condition { return Condition{Field: "path-pattern", Values: patterns} }

// Action is what is done before a rule answers: a log-in, or a check of a token.
type Action struct {
	Type   string // authenticate-oidc, authenticate-cognito, jwt-validation
	Issuer string // or the ARN of a user pool
}

// Transform rewrites the host or the URL of what a rule forwards.
type Transform struct {
	Type           string // host-header-rewrite, url-rewrite
	Regex, Replace string
}

// Redirect says where a rule sends a client; what is empty stays as it was asked for.
type Redirect struct{ Status, Protocol, Host, Port, Path, Query string }

// WeightedGroup is a target group with its share of what a rule forwards.
type WeightedGroup struct {
	Group  *Group
	Weight int
}

// Target states.
const (
	TargetInitial   = "initial"
	TargetHealthy   = "healthy"
	TargetUnhealthy = "unhealthy"
	TargetDraining  = "draining"
	TargetUnused    = "unused"
)

// Group is a target group.
type Group struct {
	Name, ARN          string
	Protocol           string
	Port               int
	TargetType         string // instance or ip
	VPC                string
	Balancer           *LoadBalancer // nil: no rule sends to the group
	Path, Matcher      string
	Interval           time.Duration
	Timeout            time.Duration
	HealthyThreshold   int
	UnhealthyThreshold int
	Deregistration     time.Duration
	Targets            []*Target // in order of registration
	Tags               []world.Tag
	Doc                []byte
	Deleted            bool
}

// Target is a registered target with what its health checks found.
type Target struct {
	Group               *Group
	ID                  string
	Port                int
	Az                  string
	State               string
	Reason, Description string
}

// Weigh sets the weight of a group of the rule, which it joins if need be.
func (r *Rule) Weigh(g *Group, weight int) {
	for i := range r.Groups {
		if r.Groups[i].Group == g {
			r.Groups[i].Weight = weight
			return
		}
	}
	r.Groups = append(r.Groups, WeightedGroup{g, weight})
}

// BalancerOf is the load balancer whose listener has the rule.
func (a *Balancing) BalancerOf(r *Rule) *LoadBalancer {
	for l := range a.listeners() {
		if slices.Contains(l.Rules, r) {
			return l.Balancer
		}
	}
	return nil
}

// Remove takes a target out of the group.
func (g *Group) Remove(gone *Target) {
	g.Targets = slices.DeleteFunc(g.Targets, func(t *Target) bool { return t == gone })
}

// DeleteGroup deletes a target group and what rules send to it.
func (a *Balancing) DeleteGroup(g *Group) {
	delete(a.GroupByARN, g.ARN)
	a.Groups = slices.DeleteFunc(a.Groups, func(o *Group) bool { return o == g })
	for l := range a.listeners() {
		for _, r := range l.Rules {
			r.Groups = slices.DeleteFunc(r.Groups, func(w WeightedGroup) bool { return w.Group == g })
		}
	}
	g.Balancer, g.Targets, g.Deleted = nil, nil, true
}
