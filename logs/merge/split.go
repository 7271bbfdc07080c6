package merge

import (
	"context"
	"slices"

	"gantry/internal/fault"
	"gantry/logs"
)

// asked is a part with what it is asked.
type asked struct {
	*part
	query logs.Query
}

// split returns the parts that a query concerns, each with its own branches of
// the query. There is always one: what no part could match is for the part
// without fields of its own, which says so.
func (m *Source) split(q logs.Query) []asked {
	var out []asked
	rest := unknown(q.Store)
	for _, p := range m.parts {
		if len(p.Fields) == 0 && p.Name == q.Store {
			rest = p
		}
		if where, ok := m.branches(q.Where, p, p.is(q.Store)); ok {
			own := q
			own.Where = where
			out = append(out, asked{p, own})
		}
	}
	if len(out) == 0 {
		return []asked{{rest, q}}
	}
	return out
}

// unknown is the part of a store that no member is.
func unknown(name string) *part {
	return &part{Member: Member{Open: func(context.Context) (logs.Source, error) {
		return nil, fault.Errorf(fault.Invalid, "open the log store", "", "there is none that is called %q", name)
	}}}
}

// is reports whether a part may have lines that are looked for in a store: one with
// fields of its own is told by them.
func (p *part) is(store string) bool { return len(p.Fields) > 0 || p.Name == store }

// branches returns what a filter asks of a part; ok is false when nothing. Here says that
// it is the store whose lines are looked for where the filter names no other.
func (m *Source) branches(f logs.Filter, p *part, here bool) (own logs.Filter, ok bool) {
	if f == nil {
		return nil, len(p.Fields) == 0 && here
	}
	if own, ok = m.project(f, p, here); !ok {
		return nil, false
	}
	// A part with fields of its own has to be addressed by them.
	return own, len(p.Fields) == 0 || m.owned(own)
}

// project leaves out the branches that are for other parts.
func (m *Source) project(f logs.Filter, p *part, here bool) (logs.Filter, bool) {
	switch f := f.(type) {
	case logs.From:
		return m.project(f.Where, p, p.is(f.Store))
	case logs.All:
		if len(f) == 0 {
			return f, here
		}
		out := make(logs.All, len(f))
		for i, member := range f {
			var ok bool
			if out[i], ok = m.project(member, p, here); !ok {
				return nil, false
			}
		}
		return out, true
	case logs.Any:
		// Where some branch is for a part by its fields, those that name none are
		// for the part without.
		routed := slices.ContainsFunc(f, m.owned)
		var out logs.Any
		for _, member := range f {
			if routed && len(p.Fields) > 0 && !m.owned(member) {
				continue
			}
			if own, ok := m.project(member, p, here); ok {
				out = append(out, own)
			}
		}
		if len(out) == 1 {
			return out[0], true
		}
		return out, len(out) > 0
	}
	owner := m.owner(f)
	return f, owner == p || owner == nil && here
}

// owned reports whether a filter names a field of some part.
func (m *Source) owned(f logs.Filter) bool {
	return slices.ContainsFunc(logs.Fields(f), func(name string) bool { return m.of(name) != nil })
}

// owner returns the part whose field a leaf names, nil when it names none.
func (m *Source) owner(f logs.Filter) *part {
	for _, name := range logs.Fields(f) {
		if p := m.of(name); p != nil {
			return p
		}
	}
	return nil
}

func (m *Source) of(field string) *part {
	for _, p := range m.parts {
		if slices.Contains(p.Fields, field) {
			return p
		}
	}
	return nil
}
