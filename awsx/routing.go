package awsx

import "cmp"

// Balancer is a load balancer of Elastic Load Balancing, version 2.
type Balancer struct {
	ARN, Name string
	DNS       string // its DNS name
	Scheme    string // internet-facing, internal
	Type      string // application, network, gateway
	State     string // active, provisioning, active_impaired, failed
}

// Listener is a port that a load balancer listens on.
type Listener struct {
	ARN      string
	Balancer string // ARN
	Port     int
	Protocol string // HTTP, HTTPS; TCP, TLS, UDP, TCP_UDP, QUIC, TCP_QUIC; GENEVE
	// Default holds the actions for what no rule takes.
	Default []Action
}

// Rule is a listener's rule: what meets all of its conditions gets its actions.
type Rule struct {
	ARN string
	// Priority is a number from 1 to 50,000, or default.
	Priority   string
	Default    bool
	Conditions []Condition
	Actions    []Action // as the API lists them; Order tells which is carried out first
	Transforms []Transform
}

// Groups are the target groups (ARNs) that a rule forwards to.
func (r Rule) Groups() (arns []string) {
	for _, a := range r.Actions {
		for _, g := range a.Groups {
			arns = append(arns, g.Group)
		}
	}
	return arns
}

// Condition is one condition of a rule. It is met when one of its values is.
type Condition struct {
	// Field is the kind: host-header, path-pattern, http-header, http-request-method,
	// query-string, source-ip, or one that this version does not know.
	Field string
	// Header is the header's name in a condition on an HTTP header.
	Header string
	// Values are names, patterns, methods or CIDR blocks. Those of a query string are in
	// Query, regular expressions in Regexes.
	Values  []string
	Query   []QueryValue
	Regexes []string
	// Family is ipv4 or ipv6 in a condition on the source of a network load balancer.
	Family string
}

// QueryValue is what a parameter of the query string is compared with; any key is
// meant where Key is empty.
type QueryValue struct{ Key, Value string }

// Action is one action of a rule or of a listener.
type Action struct {
	// Type is forward, redirect, fixed-response, authenticate-oidc,
	// authenticate-cognito, jwt-validation, or one that this version does not know.
	Type  string
	Order int
	// Groups are what a forward sends to.
	Groups []WeightedGroup
	// Sticky is true when a client stays with the group that it was sent to first.
	Sticky   bool
	Redirect Redirect
	Fixed    FixedResponse
	// Issuer is who logs people in, or who signs the tokens: an OIDC issuer, or the ARN
	// of a Cognito user pool.
	Issuer string
	// Unauthenticated is what becomes of a request without a session: authenticate,
	// allow or deny; empty is authenticate.
	Unauthenticated string
}

// WeightedGroup is a target group (ARN) with its weight, from 0 to 999.
type WeightedGroup struct {
	Group  string
	Weight int
}

// Redirect says where a redirect leads. What is empty stays as it was asked for; the
// others may hold #{protocol}, #{host}, #{port}, #{path} and #{query}.
type Redirect struct {
	Status                            string // HTTP_301, HTTP_302
	Protocol, Host, Port, Path, Query string
}

// FixedResponse is an answer that the load balancer gives by itself.
type FixedResponse struct{ Status, ContentType, Body string }

// Transform rewrites what a rule has taken before its target gets it.
type Transform struct {
	// Type is host-header-rewrite, url-rewrite, or one that this version does not know.
	Type     string
	Rewrites []Rewrite
}

// Rewrite replaces what a regular expression matches; $1 stands for its first group.
type Rewrite struct{ Regex, Replace string }

// Route is a listener with its load balancer and its rules.
type Route struct {
	Balancer Balancer
	Listener Listener
	// Rules hold the default one too; they come in the order of the API, which is by
	// priority.
	Rules []Rule
	// Err is why the rules, or the listeners of the load balancer, were not read.
	Err error
}

// Key is what tells a route from all others: the ARN of its listener, or of the load
// balancer whose listeners were not read or that has none.
func (r Route) Key() string { return cmp.Or(r.Listener.ARN, r.Balancer.ARN) }
