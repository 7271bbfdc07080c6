package logs

import (
	"bytes"
	"encoding/json"
)

// Lookup returns the value at a dotted path of a JSON object without decoding
// the rest: a page of a thousand documents is searched for four fields each. A
// name in the object may itself hold dots, so "log.level" finds both
// {"log":{"level":…}} and {"log.level":…}. The value is a slice of doc. Text that
// is not a JSON object has no fields.
func Lookup(doc json.RawMessage, path string) (json.RawMessage, bool) {
	s := scanner{b: doc}
	if path == "" || !s.open('{') {
		return nil, false
	}
	for first := true; ; first = false {
		key, ok := s.key(first)
		if !ok {
			return nil, false
		}
		value, ok := s.value()
		if !ok {
			return nil, false
		}
		// Converted within the comparison, the name is not copied.
		match := len(key) > 0 && len(key) <= len(path) && path[:len(key)] == string(key)
		if !match {
			continue
		}
		switch rest := path[len(key):]; {
		case rest == "":
			return value, true
		case rest[0] == '.':
			if v, ok := Lookup(value, rest[1:]); ok {
				return v, true
			}
		}
	}
}

// LookupAll looks for several paths in one pass over an object, by the rules of
// Lookup, and appends a value for each path to found: nil where there is none.
func LookupAll(doc json.RawMessage, paths []string, found []json.RawMessage) []json.RawMessage {
	from := len(found)
	for range paths {
		found = append(found, nil)
	}
	values := found[from:]
	s := scanner{b: doc}
	if !s.open('{') {
		return found
	}
	for first := true; ; first = false {
		key, ok := s.key(first)
		if !ok {
			return found
		}
		value, ok := s.value()
		if !ok {
			return found
		}
		if len(key) == 0 {
			continue
		}
		for i, path := range paths {
			if values[i] != nil || path[0] != key[0] || len(key) > len(path) || path[:len(key)] != string(key) {
				continue
			}
			if rest := path[len(key):]; rest == "" {
				values[i] = value
			} else if rest[0] == '.' {
				values[i], _ = Lookup(value, rest[1:])
			}
		}
	}
}

// Elements yields the values of a JSON array, each a slice of it, and reports at the
// end whether the array was whole.
func Elements(array json.RawMessage, yield func(json.RawMessage) bool) (whole bool) {
	s := scanner{b: array}
	if !s.open('[') {
		return false
	}
	for first := true; ; first = false {
		if s.open(']') {
			return true
		}
		if !first && !s.open(',') {
			return false
		}
		v, ok := s.value()
		if !ok || !yield(v) {
			return false
		}
	}
}

// Text returns a JSON value as text: a string unquoted, a list of one value as that value,
// as Kibana shows it, anything else as it is written, null as "".
func Text(v json.RawMessage) string {
	if one, ok := only(v); ok {
		return Text(one)
	}
	if len(v) < 2 || v[0] != '"' {
		if string(v) == "null" {
			return ""
		}
		return string(v)
	}
	return unquote(v)
}

// only returns the value of a list that has one, unless it is an object.
func only(v json.RawMessage) (one json.RawMessage, ok bool) {
	if len(v) < 3 || v[0] != '[' {
		return nil, false
	}
	n := 0
	whole := Elements(v, func(e json.RawMessage) bool {
		n++
		one = e
		return n == 1
	})
	return one, whole && n == 1 && one[0] != '{'
}

// unquote avoids the decoder for the strings that need no work, which is most.
func unquote(v []byte) string {
	inner := v[1 : len(v)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return string(inner)
	}
	return s
}

// scanner walks JSON text. On text that is not JSON its methods return false at
// some point; they never read past the end.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

// open consumes the byte c after white space.
func (s *scanner) open(c byte) bool {
	s.space()
	if s.i >= len(s.b) || s.b[s.i] != c {
		return false
	}
	s.i++
	return true
}

// key consumes a member's name and its colon.
func (s *scanner) key(first bool) ([]byte, bool) {
	if !first && !s.open(',') {
		return nil, false
	}
	s.space()
	start := s.i
	if !s.str() {
		return nil, false
	}
	name := s.b[start+1 : s.i-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name = []byte(unquote(s.b[start:s.i]))
	}
	return name, s.open(':')
}

// value consumes one value and returns its text.
func (s *scanner) value() ([]byte, bool) {
	s.space()
	start := s.i
	depth := 0
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case '"':
			if !s.str() {
				return nil, false
			}
			if depth == 0 {
				return s.b[start:s.i], true
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return s.b[start:s.i], s.i > start
			}
			depth--
			if depth == 0 {
				s.i++
				return s.b[start:s.i], true
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return s.b[start:s.i], s.i > start
			}
		}
		s.i++
	}
	return nil, false
}

// str consumes a string with its quotes.
func (s *scanner) str() bool {
	if s.i >= len(s.b) || s.b[s.i] != '"' {
		return false
	}
	end := s.i
	for i := s.i + 1; i < len(s.b); {
		if end < i { // a backslash stood before the quote found last
			n := bytes.IndexByte(s.b[i:], '"')
			if n < 0 {
				return false
			}
			end = i + n
		}
		escape := bytes.IndexByte(s.b[i:end], '\\')
		if escape < 0 {
			s.i = end + 1
			return true
		}
		i += escape + 2
	}
	return false
}
