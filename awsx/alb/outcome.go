package alb

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
)

// The kinds of actions of "Action types for listener rules".
const (
	Forward             = "forward"
	RedirectTo          = "redirect"
	FixedAnswer         = "fixed-response"
	authenticateOIDC    = "authenticate-oidc"
	authenticateCognito = "authenticate-cognito"
	jwtValidation       = "jwt-validation"
)

// Outcome is what becomes of a request that a rule takes.
type Outcome struct {
	// First are the actions before the last one: who must have logged in, and the like.
	First []awsx.Action
	// Last is the action that answers; its Type may be one that this version does not know.
	Last awsx.Action
	// Groups are those of a forward with their shares.
	Groups []Share
	// Location is where a redirect leads.
	Location string
	// Rewritten is the URL as the targets get it, empty when it stays as it is.
	Rewritten string
}

// Share is a group's part of what a rule forwards.
type Share struct {
	Group  string // ARN
	Weight int
	// Percent is the part, 0 for a group that gets nothing.
	Percent float64
}

// Shares returns the parts of the groups of a forward, in its order.
func Shares(groups []awsx.WeightedGroup) []Share {
	total := 0
	for _, g := range groups {
		total += g.Weight
	}
	shares := make([]Share, 0, len(groups))
	for _, g := range groups {
		s := Share{Group: g.Group, Weight: g.Weight}
		if total > 0 {
			s.Percent = 100 * float64(g.Weight) / float64(total)
		}
		shares = append(shares, s)
	}
	return shares
}

// Ordered returns actions in the order in which they are carried out.
func Ordered(actions []awsx.Action) []awsx.Action {
	sorted := slices.Clone(actions)
	slices.SortStableFunc(sorted, func(a, b awsx.Action) int { return cmp.Compare(a.Order, b.Order) })
	return sorted
}

// Authenticates reports whether an action lets a request pass or not, and answers
// nothing itself when it does.
func Authenticates(a awsx.Action) bool {
	return a.Type == authenticateOIDC || a.Type == authenticateCognito || a.Type == jwtValidation
}

func (q *Request) outcome(r awsx.Rule, doubt func(string)) Outcome {
	actions := Ordered(r.Actions)
	if len(actions) == 0 {
		doubt("the rule's actions were not read")
		return Outcome{}
	}
	o := Outcome{First: actions[:len(actions)-1], Last: actions[len(actions)-1]}
	for _, a := range o.First {
		if !Authenticates(a) {
			doubt("the kind of action " + strconv.Quote(a.Type) + " is unknown to this version")
		}
	}
	switch o.Last.Type {
	case Forward:
		o.Groups = Shares(o.Last.Groups)
		o.Rewritten = q.rewritten(r.Transforms, doubt)
	case RedirectTo:
		o.Location = q.location(o.Last.Redirect)
	case FixedAnswer:
	default:
		doubt("the kind of action " + strconv.Quote(o.Last.Type) + " is unknown to this version")
	}
	return o
}

// location is the URL of a redirect. A part that is not given is the request's own, and
// the port is always in it, as the load balancer writes it.
func (q *Request) location(r awsx.Redirect) string {
	keywords := strings.NewReplacer(
		"#{protocol}", q.Scheme, "#{host}", q.Host, "#{port}", q.Port,
		"#{path}", strings.TrimPrefix(q.Path, "/"), "#{query}", q.Query)
	part := func(given, own string) string { return keywords.Replace(cmp.Or(given, own)) }
	host := part(r.Host, "#{host}")
	if strings.Contains(host, ":") { // an IPv6 address
		host = "[" + host + "]"
	}
	to := strings.ToLower(part(r.Protocol, "#{protocol}")) + "://" + host + ":" + part(r.Port, "#{port}") +
		part(r.Path, "/#{path}")
	if query := part(r.Query, "#{query}"); query != "" {
		to += "?" + query
	}
	return to
}

// Loops reports whether a redirect leads back to what was asked for.
func (q *Request) Loops(o Outcome) bool {
	return o.Location != "" && o.Location == q.location(awsx.Redirect{})
}

// rewritten is the URL after the transforms of a rule, empty when nothing changes. What
// a transform does not match it leaves as it is ("Transforms for listener rules").
func (q *Request) rewritten(transforms []awsx.Transform, doubt func(string)) string {
	before := q.Path
	if q.Query != "" {
		before += "?" + q.Query
	}
	host, target := q.HostHeader, before
	for _, t := range transforms {
		on := &host
		switch t.Type {
		case "host-header-rewrite":
		case "url-rewrite":
			on = &target
		default:
			doubt("the kind of transform " + strconv.Quote(t.Type) + " is unknown to this version")
			continue
		}
		for _, w := range t.Rewrites {
			re, err := regexp.Compile(w.Regex)
			if err != nil {
				doubt("the regular expression " + strconv.Quote(w.Regex) + " cannot be read by this version")
				continue
			}
			*on = re.ReplaceAllString(*on, groupsBraced(w.Replace))
		}
	}
	if host == q.HostHeader && target == before {
		return ""
	}
	return q.Scheme + "://" + host + target
}

// groupsBraced spells $1 as ${1}: Go would read $1x as the group of that name.
func groupsBraced(replacement string) string {
	var b strings.Builder
	for i := 0; i < len(replacement); i++ {
		b.WriteByte(replacement[i])
		end := i + 1
		for replacement[i] == '$' && end < len(replacement) && '0' <= replacement[end] && replacement[end] <= '9' {
			end++
		}
		if end > i+1 {
			b.WriteString("{" + replacement[i+1:end] + "}")
			i = end - 1
		}
	}
	return b.String()
}
