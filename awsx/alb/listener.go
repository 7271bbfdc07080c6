package alb

import (
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
)

// serves reports whether a listener of a protocol takes requests of a scheme.
func serves(protocol, scheme string) bool {
	switch protocol {
	case "HTTP":
		return scheme == "http"
	case "HTTPS":
		return scheme == "https"
	case "TLS":
		return scheme == "tls" || scheme == "https"
	case "UDP", "QUIC":
		return scheme == "udp"
	case "TCP_UDP", "TCP_QUIC":
		return true
	case "TCP": // what is within the connection is for the target
		return scheme != "udp"
	}
	return false
}

// Candidates returns the listeners that would take a request, of all that are given,
// and why there is none when there is none. With a name only the load balancers of that
// name, or with that ARN or DNS name, are looked at. A host that is the DNS name of a
// load balancer chooses it.
func Candidates(q Request, routes []awsx.Route, name string) (found []awsx.Route, why string) {
	if name == "" && slices.ContainsFunc(routes, func(r awsx.Route) bool { return named(r.Balancer, q.Host) }) {
		name = q.Host
	}
	var near []string
	seen := false
	for _, r := range routes {
		if name != "" && !named(r.Balancer, name) {
			continue
		}
		seen = true
		switch port := strconv.Itoa(r.Listener.Port); {
		case port != q.Port:
		case !serves(r.Listener.Protocol, q.Scheme):
			near = append(near, r.Balancer.Name+" speaks "+r.Listener.Protocol+" on "+port)
		default:
			found = append(found, r)
		}
	}
	switch {
	case len(found) > 0:
		return found, ""
	case !seen && name != "":
		return nil, "there is no load balancer " + strconv.Quote(name)
	case !seen:
		return nil, "there is no load balancer"
	case len(near) > 0:
		return nil, "no listener takes " + q.Scheme + ": " + strings.Join(near, ", ")
	}
	return nil, "nothing listens on port " + q.Port
}

func named(b awsx.Balancer, name string) bool {
	return b.Name == name || b.ARN == name || strings.EqualFold(b.DNS, name) || strings.EqualFold("dualstack."+b.DNS, name)
}

// Ask tells who answers a request, at each listener that would take it. Which load
// balancer a name leads to is for DNS to say: those come first whose rule asks for the
// host, then those whose rule takes any, those with an answer by default at last.
func Ask(q Request, routes []awsx.Route, name string) (answers []Answer, why string) {
	candidates, why := Candidates(q, routes, name)
	for _, r := range candidates {
		answers = append(answers, Evaluate(q, r))
	}
	slices.SortStableFunc(answers, func(a, b Answer) int { return likely(&a) - likely(&b) })
	return answers, why
}

// RuleAsksFor reports whether a rule asks for a host, whatever else it asks for.
func RuleAsksFor(r awsx.Rule, host string) bool {
	q := Request{Host: host, HostHeader: host}
	return slices.ContainsFunc(r.Conditions, func(c awsx.Condition) bool {
		if c.Field != hostHeader {
			return false
		}
		m, _ := q.host(&c)
		return m == Yes
	})
}

// likely ranks an answer by how much speaks for its load balancer; 0 is best.
func likely(a *Answer) int {
	r, ok := a.Rule()
	asks := func(t Tried) bool {
		return t.Meets != No && slices.ContainsFunc(t.Conditions, func(c Met) bool { return c.Condition.Field == hostHeader && c.Meets == Yes })
	}
	switch {
	case slices.ContainsFunc(a.Tried, asks):
		return 0
	case ok && !r.Default:
		return 1
	}
	return 2
}

// AsksForHost reports whether the rule that answers, or one that may, asks for the
// request's host: then its load balancer is meant, as far as rules can tell.
func (a *Answer) AsksForHost() bool { return likely(a) == 0 }
