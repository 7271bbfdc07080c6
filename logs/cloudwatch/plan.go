package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gantry/internal/fault"
	"gantry/logs"
)

// target is what one scan reads: some log streams of one group, named or by how
// their names begin; all of them when neither is set.
type target struct {
	group   GroupID
	streams []string
	prefix  string
}

// choice is one way for a filter to be met, in terms of where a line is. Nil lists
// leave open what they would name; an empty one is met by nothing.
type choice struct {
	regions, groups, streams []string
	groupPrefix, prefix      string
}

// placesOnly reports whether a filter says nothing but where a line is.
func placesOnly(f logs.Filter) bool {
	for _, name := range logs.Fields(f) {
		if name != logs.FieldRegion && name != logs.FieldGroup && name != logs.FieldStream {
			return false
		}
	}
	return true
}

// anywhere is the choice of a filter that says nothing about where a line is.
var anywhere = []choice{{}}

// choices returns the ways for a filter to be met: every line that meets it is in
// one of them, while others may be too.
func choices(f logs.Filter) []choice {
	switch f := f.(type) {
	case logs.All:
		all := anywhere
		for _, member := range f {
			all = product(all, choices(member))
		}
		return all
	case logs.Any:
		var any []choice
		for _, member := range f {
			any = append(any, choices(member)...)
		}
		return any
	case logs.Match:
		var any []choice
		for _, field := range f.Fields {
			any = append(any, located(field, f)...)
		}
		return any
	}
	return anywhere
}

// located returns the choices of one field of a comparison.
func located(field string, m logs.Match) []choice {
	switch {
	case field == logs.FieldRegion && m.Op == logs.Exact:
		return []choice{{regions: m.Values}}
	case field == logs.FieldGroup && m.Op == logs.Exact:
		return []choice{{groups: m.Values}}
	case field == logs.FieldStream && m.Op == logs.Exact:
		return []choice{{streams: m.Values}}
	case field == logs.FieldGroup && m.Op == logs.Prefix:
		return eachValue(m, func(v string) choice { return choice{groupPrefix: v} })
	case field == logs.FieldStream && m.Op == logs.Prefix:
		return eachValue(m, func(v string) choice { return choice{prefix: v} })
	}
	return anywhere
}

func eachValue(m logs.Match, of func(string) choice) []choice {
	out := make([]choice, len(m.Values))
	for i, v := range m.Values {
		out[i] = of(v)
	}
	return out
}

// product returns the choices that meet both sides.
func product(a, b []choice) []choice {
	var out []choice
	for _, x := range a {
		for _, y := range b {
			c := choice{regions: both(x.regions, y.regions)}
			var okGroup, okStream bool
			c.groups, c.groupPrefix, okGroup = narrow(x.groups, x.groupPrefix, y.groups, y.groupPrefix)
			c.streams, c.prefix, okStream = narrow(x.streams, x.prefix, y.streams, y.prefix)
			if okGroup && okStream && (c.regions == nil || len(c.regions) > 0) {
				out = append(out, c)
			}
		}
	}
	return out
}

// both returns the values that are in two lists, of which nil has every value.
func both(a, b []string) []string {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	out := []string{}
	for _, v := range a {
		if slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}

// narrow intersects two sets of names, each a list (nil for all) or a prefix; ok
// is false when no name is in both.
func narrow(a []string, aPrefix string, b []string, bPrefix string) (names []string, prefix string, ok bool) {
	names = both(a, b)
	prefix = aPrefix
	switch {
	case strings.HasPrefix(bPrefix, aPrefix):
		prefix = bPrefix
	case !strings.HasPrefix(aPrefix, bPrefix):
		return nil, "", false
	}
	if names == nil {
		return nil, prefix, true
	}
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(n, prefix) })
	return names, "", len(names) > 0
}

// plan returns what has to be read for a filter. Several targets never share a log
// stream. The error is of class invalid when the filter leaves the group open.
func (s *Source) plan(ctx context.Context, where logs.Filter) ([]target, error) {
	ways := anywhere
	if where != nil {
		ways = choices(where)
	}
	wanted := map[GroupID]*streamSet{}
	var order []GroupID
	for _, c := range ways {
		groups, err := s.groups(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			if wanted[g] == nil {
				wanted[g] = &streamSet{}
				order = append(order, g)
			}
			wanted[g].add(c)
		}
	}
	var targets []target
	for _, g := range order {
		targets = append(targets, wanted[g].targets(g)...)
	}
	return targets, nil
}

// groups returns the log groups of a choice.
func (s *Source) groups(ctx context.Context, c choice) ([]GroupID, error) {
	regions := c.regions
	if regions == nil {
		regions = []string{s.region}
	}
	var out []GroupID
	for _, region := range regions {
		names := c.groups
		if names == nil && c.groupPrefix == "" {
			return nil, &fault.Error{Class: fault.Invalid, Op: "search CloudWatch Logs", Fix: "name a log group",
				Err: fmt.Errorf("the query leaves %s open", logs.FieldGroup)}
		}
		if names == nil {
			var err error
			if names, err = s.named.find(ctx, s.port, region, c.groupPrefix); err != nil {
				return nil, err
			}
		}
		for _, name := range names {
			out = append(out, GroupID{region, name})
		}
	}
	return out, nil
}
