package alb

import (
	"net/netip"
	"slices"
	"strings"

	"gantry/awsx"
)

// manyCases is how many combinations of a rule's values are looked at one by one. The
// service allows five values a rule, which make six at most.
const manyCases = 64

// Shadows returns for each rule that can never take a request, by its index in rules,
// the indices of the rules before it that take all of its requests. The rules must be in
// the order of InOrder. It names no rule that could take one, and may miss some that
// cannot.
func Shadows(rules []awsx.Rule) map[int][]int {
	found := map[int][]int{}
	for i := range rules {
		if by := shadowing(rules[:i], &rules[i]); by != nil {
			found[i] = by
		}
	}
	return found
}

func shadowing(before []awsx.Rule, r *awsx.Rule) []int {
	for i := range before {
		if takesAll(&before[i], r.Conditions) {
			return []int{i}
		}
	}
	// Each value of the rule may be taken by another one.
	var by []int
	for _, one := range casesOf(r.Conditions) {
		i := slices.IndexFunc(before, func(other awsx.Rule) bool { return takesAll(&other, one) })
		if i < 0 {
			return nil
		}
		if !slices.Contains(by, i) {
			by = append(by, i)
		}
	}
	slices.Sort(by)
	return by
}

// casesOf splits conditions into all combinations of single values; nil when there is
// but one, or too many.
func casesOf(conditions []awsx.Condition) [][]awsx.Condition {
	cases := [][]awsx.Condition{nil}
	for _, c := range conditions {
		values := valuesOf(c)
		if len(values)*len(cases) > manyCases {
			return nil
		}
		var longer [][]awsx.Condition
		for _, v := range values {
			for _, before := range cases {
				longer = append(longer, append(slices.Clone(before), v))
			}
		}
		cases = longer
	}
	if len(cases) == 1 {
		return nil
	}
	return cases
}

// valuesOf returns a condition once for each of its values.
func valuesOf(c awsx.Condition) (all []awsx.Condition) {
	with := awsx.Condition{Field: c.Field, Header: c.Header}
	for _, v := range c.Values {
		one := with
		one.Values = []string{v}
		all = append(all, one)
	}
	for _, v := range c.Query {
		one := with
		one.Query = []awsx.QueryValue{v}
		all = append(all, one)
	}
	for _, v := range c.Regexes {
		one := with
		one.Regexes = []string{v}
		all = append(all, one)
	}
	if all == nil {
		return []awsx.Condition{c}
	}
	return all
}

// takesAll reports whether a rule is known to take whatever meets some conditions: each
// of its own follows from one of them, or holds for every request.
func takesAll(r *awsx.Rule, given []awsx.Condition) bool {
	for i := range r.Conditions {
		c := &r.Conditions[i]
		if !known(c) {
			return false
		}
		if !always(c) && !slices.ContainsFunc(given, func(g awsx.Condition) bool { return follows(&g, c) }) {
			return false
		}
	}
	return true
}

// always reports whether a condition holds for every request.
func always(c *awsx.Condition) bool {
	switch c.Field {
	case hostHeader:
		return slices.Contains(c.Values, "*")
	case pathPattern: // a path begins with a slash
		return slices.ContainsFunc(c.Values, func(v string) bool { return ofPath.covers(v, "/*") })
	case sourceIP:
		return slices.Contains(c.Values, "0.0.0.0/0") && slices.Contains(c.Values, "::/0")
	}
	return false
}

// follows reports whether whatever meets the condition from is known to meet c.
func follows(from, c *awsx.Condition) bool {
	if from.Field != c.Field || !strings.EqualFold(from.Header, c.Header) {
		return false
	}
	n := len(from.Values) + len(from.Query) + len(from.Regexes)
	if c.Field == sourceIP && (from.Family != "" || c.Family != "") {
		return from.Family == c.Family
	}
	return n > 0 && all(from.Values, func(v string) bool { return valueIn(c, v) }) &&
		all(from.Regexes, func(v string) bool {
			return slices.Contains(c.Regexes, v) || slices.Contains(c.Values, "*")
		}) &&
		all(from.Query, func(v awsx.QueryValue) bool {
			return slices.ContainsFunc(c.Query, func(wide awsx.QueryValue) bool {
				anyKey := wide.Key == "" || v.Key == "" && wide.Key == "*"
				return (anyKey || v.Key != "" && ofQuery.covers(wide.Key, v.Key)) && ofQuery.covers(wide.Value, v.Value)
			})
		})
}

// valueIn reports whether what meets the value meets the condition too.
func valueIn(c *awsx.Condition, value string) bool {
	return slices.ContainsFunc(c.Values, func(wide string) bool {
		switch c.Field {
		case hostHeader:
			return ofHost.covers(wide, value)
		case pathPattern:
			return ofPath.covers(wide, value)
		case httpHeader:
			return ofHeader.covers(wide, value)
		case requestMethod:
			return wide == value
		}
		return inBlock(wide, value)
	})
}

func inBlock(wide, narrow string) bool {
	w, ok := parseBlock(wide)
	n, read := parseBlock(narrow)
	return ok && read && contains(w, n)
}

func contains(wide, narrow netip.Prefix) bool {
	return wide.Bits() <= narrow.Bits() && wide.Contains(narrow.Addr())
}

func all[T any](items []T, ok func(T) bool) bool {
	return !slices.ContainsFunc(items, func(item T) bool { return !ok(item) })
}
