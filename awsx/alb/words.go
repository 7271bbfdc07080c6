package alb

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"gantry/awsx"
)

// ConditionWords says what a condition asks for, as in "path is /api/* or /v2/*". The
// values come from outside and are not cleaned.
func ConditionWords(c awsx.Condition) string {
	values := append([]string{}, c.Values...)
	for _, v := range c.Query {
		text := v.Value
		if v.Key != "" {
			text = v.Key + "=" + v.Value
		}
		values = append(values, text)
	}
	for _, v := range c.Regexes {
		values = append(values, "like /"+v+"/")
	}
	words := strings.Join(values, " or ")
	switch c.Field {
	case hostHeader:
		return "host is " + words
	case pathPattern:
		return "path is " + words
	case httpHeader:
		return "header " + c.Header + " is " + words
	case requestMethod:
		return "method is " + words
	case queryString:
		return "query has " + words
	case sourceIP:
		return "source is in " + cmp.Or(words, c.Family)
	}
	return strings.TrimSpace("unknown condition " + c.Field + " " + words)
}

// ConditionsWords says what a rule asks for.
func ConditionsWords(r awsx.Rule) string {
	parts := make([]string, len(r.Conditions))
	for i, c := range r.Conditions {
		parts[i] = ConditionWords(c)
	}
	if len(parts) == 0 {
		return "everything else"
	}
	return strings.Join(parts, " and ")
}

// ActionWords says what an action does.
func ActionWords(a awsx.Action) string {
	switch a.Type {
	case Forward:
		return "forward to " + sharesWords(a)
	case RedirectTo:
		r := a.Redirect
		words := "redirect " + strings.TrimPrefix(r.Status, "HTTP_") + " to " + strings.ToLower(cmp.Or(r.Protocol, "#{protocol}")) + "://" +
			cmp.Or(r.Host, "#{host}") + ":" + cmp.Or(r.Port, "#{port}") + cmp.Or(r.Path, "/#{path}")
		if r.Query != "" && r.Query != "#{query}" {
			words += "?" + r.Query
		}
		return words
	case FixedAnswer:
		return strings.TrimSpace("answer " + a.Fixed.Status + " " + a.Fixed.ContentType)
	case authenticateOIDC, authenticateCognito:
		words := "log in at " + awsx.ARNName(a.Issuer)
		if a.Type == authenticateOIDC {
			words = "log in at " + a.Issuer
		}
		switch a.Unauthenticated {
		case "allow":
			return words + ", others pass too"
		case "deny":
			return words + ", others get 401"
		}
		return words
	case jwtValidation:
		return "check a token of " + a.Issuer
	}
	return "unknown action " + a.Type
}

// sharesWords names the groups of a forward, with their shares where there are several.
func sharesWords(a awsx.Action) string {
	shares := Shares(a.Groups)
	var parts []string
	for _, s := range shares {
		name := awsx.GroupName(s.Group)
		if len(shares) > 1 {
			name += " " + PercentWords(s.Percent)
		}
		parts = append(parts, name)
	}
	words := strings.Join(parts, ", ")
	if a.Sticky && len(shares) > 1 {
		words += ", sticky"
	}
	return words
}

// PercentWords writes a share, with a decimal where it is no whole number.
func PercentWords(p float64) string {
	if p == float64(int(p)) {
		return strconv.Itoa(int(p)) + "%"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + "%"
}

// TransformWords says what a transform rewrites.
func TransformWords(t awsx.Transform) string {
	what := "unknown transform " + t.Type
	switch t.Type {
	case "host-header-rewrite":
		what = "rewrite the host"
	case "url-rewrite":
		what = "rewrite the URL"
	}
	for _, w := range t.Rewrites {
		what += " /" + w.Regex + "/ to " + w.Replace
	}
	return what
}

// ActionsWords says all that a rule does, in the order in which it is done.
func ActionsWords(r awsx.Rule) string {
	var parts []string
	actions := Ordered(r.Actions)
	for i, a := range actions {
		if i == len(actions)-1 {
			for _, t := range r.Transforms {
				parts = append(parts, TransformWords(t))
			}
		}
		parts = append(parts, ActionWords(a))
	}
	if len(parts) == 0 {
		return "nothing that was read"
	}
	return strings.Join(parts, ", then ")
}

// Why says why a rule was or was not met.
func (t *Tried) Why(q Request) string {
	switch {
	case t.Rule.Default:
		return "no rule before it takes the request"
	case len(t.Rule.Conditions) == 0:
		return "it has no conditions"
	case t.Meets == No:
		c := t.Conditions[len(t.Conditions)-1].Condition
		return q.sent(c) + ", not " + wanted(c)
	}
	var parts []string
	for _, c := range t.Conditions {
		switch {
		case c.Meets == Unsure:
			parts = append(parts, c.Doubt)
		case t.Meets == Yes:
			parts = append(parts, ConditionWords(c.Condition))
		}
	}
	return strings.Join(parts, " and ")
}

// wanted is what a condition asks for without its subject.
func wanted(c awsx.Condition) string {
	words := ConditionWords(c)
	for _, verb := range []string{" is in ", " is ", " has "} {
		if _, rest, ok := strings.Cut(words, verb); ok {
			return rest
		}
	}
	return words
}

// sent says what of the request a condition looks at.
func (q *Request) sent(c awsx.Condition) string {
	switch c.Field {
	case hostHeader:
		return "host is " + q.Host
	case pathPattern:
		return "path is " + q.Path
	case requestMethod:
		return "method is " + q.Method
	case queryString:
		if q.Query == "" {
			return "there is no query"
		}
		return "query is " + q.Query
	case sourceIP:
		return "source is " + q.Source.String()
	}
	var values []string
	for _, h := range q.Headers {
		if strings.EqualFold(h.Name, c.Header) {
			values = append(values, h.Value)
		}
	}
	if values == nil {
		return "header " + c.Header + " is not sent"
	}
	return "header " + c.Header + " is " + strings.Join(values, ", ")
}

// Words says what becomes of the request in one line.
func (o Outcome) Words() string {
	var parts []string
	for _, a := range o.First {
		parts = append(parts, ActionWords(a))
	}
	switch last := o.Last; last.Type {
	case "":
		return "nothing that was read"
	case RedirectTo:
		parts = append(parts, fmt.Sprintf("redirect %s to %s", strings.TrimPrefix(last.Redirect.Status, "HTTP_"), o.Location))
	default:
		parts = append(parts, ActionWords(last))
	}
	words := strings.Join(parts, ", then ")
	if o.Rewritten != "" {
		words += ", as " + o.Rewritten
	}
	return words
}

// Words says how many targets of a group serve.
func (s Serving) Words() string {
	switch {
	case !s.Read:
		return "?"
	case s.Empty() && s.NotInUse > 0:
		return fmt.Sprintf("0/%d: no target is in use, answers 503", s.NotInUse)
	case s.Empty():
		return "0/0: no targets, answers 503"
	case s.FailsOpen():
		return fmt.Sprintf("0/%d healthy: fails open, sends to all", s.Registered)
	}
	return fmt.Sprintf("%d/%d healthy", s.Healthy, s.Registered)
}

// CheckWords says how a target group checks its targets, empty when that was not read.
func CheckWords(c awsx.HealthCheck) string {
	switch {
	case c == awsx.HealthCheck{}:
		return ""
	case !c.Enabled:
		return "targets are not checked"
	}
	port := "the target's port"
	if c.Port != "traffic-port" && c.Port != "" {
		port = "port " + c.Port
	}
	words := fmt.Sprintf("%s %s at %s every %s, %s to answer", c.Protocol, c.Path, port, c.Interval, c.Timeout)
	if c.Path == "" {
		words = fmt.Sprintf("%s at %s every %s, %s to answer", c.Protocol, port, c.Interval, c.Timeout)
	}
	if c.Matcher != "" {
		words += ", accepts " + c.Matcher
	}
	return fmt.Sprintf("%s; %d passed in a row make healthy, %d failed unhealthy", words, c.Healthy, c.Unhealthy)
}
