package cloudwatch

import (
	"slices"
	"strings"
)

// streamSet collects the log streams that are wanted of one group.
type streamSet struct {
	all      bool
	names    []string
	prefixes []string
}

func (s *streamSet) add(c choice) {
	switch {
	case c.streams != nil:
		s.names = append(s.names, c.streams...)
	case c.prefix != "":
		s.prefixes = append(s.prefixes, c.prefix)
	default:
		s.all = true
	}
}

// targets returns scans that read every wanted stream, each once.
func (s *streamSet) targets(g GroupID) []target {
	if s.all {
		return []target{{group: g}}
	}
	names := slices.Compact(slices.Sorted(slices.Values(s.names)))
	prefixes := shortest(s.prefixes)
	names = outside(names, prefixes)
	// Naming the streams of many tasks takes a request for each hundred of them;
	// where fewer requests read all streams beside them, those are made.
	if parents := shortest(parentsOf(names)); len(parents) > 0 && len(parents) < requests(len(names)) {
		prefixes = shortest(append(prefixes, parents...))
		names = outside(names, prefixes)
	}
	var out []target
	for _, p := range prefixes {
		out = append(out, target{group: g, prefix: p})
	}
	for chunk := range slices.Chunk(names, MaxStreams) {
		out = append(out, target{group: g, streams: chunk})
	}
	return out
}

func requests(names int) int { return (names + MaxStreams - 1) / MaxStreams }

// parentsOf returns what the names have before their last slash, with it; none
// when some name has no slash.
func parentsOf(names []string) []string {
	var out []string
	for _, n := range names {
		i := strings.LastIndexByte(n, '/')
		if i < 0 {
			return nil
		}
		out = append(out, n[:i+1])
	}
	return out
}

// shortest leaves out the prefixes that another one covers.
func shortest(prefixes []string) []string {
	var out []string
	for _, p := range slices.Compact(slices.Sorted(slices.Values(prefixes))) {
		// In order, a prefix stands right before all that begin with it.
		if n := len(out); n == 0 || !strings.HasPrefix(p, out[n-1]) {
			out = append(out, p)
		}
	}
	return out
}

// outside returns the names that no prefix covers.
func outside(names, prefixes []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(n, p) })
	})
}
