package clean

import "strings"

// headSize bounds how much of a value is looked at to judge it.
const headSize = 256

// extent is where a value begins, and what ends it.
type extent struct {
	start int
	// quote is what opened the value; 0 for none. Escaped says that a backslash stood
	// before it, as in a JSON string inside a JSON string.
	quote   byte
	escaped bool
	// inJSON says that the name stood in quotes, so that a bare value ends as a number
	// in JSON does.
	inJSON bool
	// connection says that a semicolon stood before the name, as in connection strings,
	// whose values may have spaces in them.
	connection bool
	// argument says that the value is a whole argument of a command.
	argument bool
	// block is how far the lines of a block in YAML are indented at least; 0 for none.
	block int
}

// valueAt returns the value that begins at i, past spaces and one opening quote.
func (x *scanner) valueAt(i int, key setting) extent {
	s := x.s
	if i > 0 && i < len(s) && s[i-1] == ':' && key.name != "" {
		if from, indent := x.block(i, key); indent > 0 {
			return extent{start: from, block: indent}
		}
	}
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	v := extent{start: i, inJSON: key.quoted, connection: key.name != "" && key.inConnection(s) || x.whole && key.start == 0}
	q := i
	if q+1 < len(s) && strings.IndexByte("bru@", s[q]|0x20) >= 0 && quoteByte(s[q+1]) {
		q++ // b'…' in Python
	}
	if q+1 < len(s) && s[q] == '[' && (quoteByte(s[q+1]) || s[q+1] == '\\') {
		q++ // the first in a list
	}
	for q < len(s) && q < i+longestName && s[q] == '\\' {
		q++
	}
	if q < len(s) && quoteByte(s[q]) {
		v.start, v.quote, v.escaped = q+1, s[q], q > i && s[q-1] == '\\'
	}
	return v
}

// value returns the range of a value. One that is no text is not hidden: what stands
// in braces or brackets is looked at by itself.
func (x *scanner) value(v extent) (from, to int) {
	if v.start < len(x.s) && v.quote == 0 && v.block == 0 && !v.argument {
		switch x.s[v.start] {
		case '{':
			end := skip(x.s, v.start+1, 2*longestName, func(c byte) bool { return c != '}' && c != ':' && c != '=' && c != '\n' && !quoteByte(c) })
			if v.connection && end < len(x.s) && x.s[end] == '}' {
				return v.start, end + 1 // as ODBC quotes
			}
			return 0, 0
		case '[', '(', '<':
			return 0, 0
		case '?', ':', '@', '$':
			if placeholder(x.s[v.start:min(len(x.s), v.start+headSize)]) {
				return 0, 0
			}
		}
	}
	return v.start, x.end(v)
}

// placeholder reports whether a statement of SQL has the place of a value here: ?,
// $1, :name or @name.
func placeholder(v string) bool {
	end := skip(v, 1, longestName, wordByte)
	switch {
	case v[0] == '?' && end > 1, v[0] == '$' && (end == 1 || !numeric(v[1:end])), end < len(v) && !space(v[end]) && v[end] != ',' && v[end] != ')' && v[end] != ';':
		return false
	case v[0] == ':' || v[0] == '@':
		return end > 1 && strings.ToLower(v[:end]) == v[:end] && end < len(v)
	}
	return true
}

// end returns where a value ends.
func (x *scanner) end(v extent) int {
	switch {
	case v.argument:
		return skip(x.s, v.start, len(x.s), func(c byte) bool { return c != 0 })
	case v.quote != 0:
		return x.quotedEnd(v)
	case v.block > 0:
		return x.blockEnd(v)
	}
	return x.bareEnd(v)
}

func (x *scanner) quotedEnd(v extent) int {
	s, end := x.s, v.start
	for end < len(s) && s[end] != v.quote && s[end] != 0 {
		if s[end] == '\\' && end+1 < len(s) {
			if s[end+1] == v.quote && v.escaped {
				return end
			}
			end++
		}
		end++
	}
	return min(end, len(s))
}

// bareEnd is where a value without quotes ends: at white space, a quote, or what
// parts settings in queries and connection strings.
func (x *scanner) bareEnd(v extent) int {
	s, end := x.s, v.start
	for ; end < len(s); end++ {
		switch c := s[end]; c {
		case ' ':
			if v.connection {
				if next := x.connectionEnd(end); next > 0 {
					return next
				}
			}
			return end
		case '\t', '\n', '\r', 0, '"', '\'', '`':
			return end
		case '&':
			if settingFollows(s, end+1) {
				return end
			}
		case ';':
			if end+1 == len(s) || space(s[end+1]) || settingFollows(s, end+1) {
				return end
			}
		case ',', '}', ']':
			if v.inJSON {
				return end
			}
		case '-':
			if strings.HasPrefix(s[end:], "-----BEGIN ") {
				return end // The key has a form of its own, and spaces.
			}
		case '\\':
			if end+1 < len(s) && quoteByte(s[end+1]) || v.inJSON {
				return end
			}
		case '<':
			if strings.HasPrefix(s[end:], "</") {
				return end
			}
		}
	}
	return end
}

// connectionEnd returns where the value of a connection string ends that has a space
// at i, or 0 if nothing says that it goes on.
func (x *scanner) connectionEnd(i int) int {
	s := x.s
	end := skip(s, i, 2*longestName, func(c byte) bool { return c != ';' && c != '\n' && c != 0 && !quoteByte(c) })
	if end < len(s) && s[end] == ';' || end == len(s) && x.whole {
		return end
	}
	return 0
}

// settingFollows reports whether the next thing is a name with a value, as after the
// & of a query.
func settingFollows(s string, i int) bool {
	end := skip(s, i, 40, func(c byte) bool { return keyByte(c) || c == ' ' || c == '%' || c == '[' || c == ']' })
	return end > i && end < len(s) && (s[end] == '=' || s[end] == ';')
}

// head is the beginning of a value, for judging it.
func (x *scanner) head(v extent) string {
	s := x.s[v.start:min(len(x.s), v.start+headSize)]
	for i := range len(s) {
		if c := s[i]; space(c) || quoteByte(c) || c == '&' || c == ';' || c == ',' {
			return s[:i]
		}
	}
	return s
}

// hides reports whether a value is a secret under a name of this kind.
func (l secrecy) hides(value string) bool {
	switch l {
	case certain:
		return true
	case address:
		return strings.Contains(value, "://")
	case likely:
		return random(value)
	}
	return false
}

// random reports whether a value looks made by a machine and not by a person: long,
// and of letters and digits, or of capitals and small letters. Paths, addresses and
// keys of caches are no such thing.
func random(v string) bool {
	if len(v) < 8 || v[0] == '/' || strings.Contains(v, Mask) || strings.Contains(v, "://") || strings.IndexByte("{[(<", v[0]) >= 0 {
		return false
	}
	var digits, letters, capitals int
	for i := range len(v) {
		switch c := v[i]; {
		case digit(c):
			digits++
		case letter(c):
			letters++
			if upper(c) {
				capitals++
			}
		case c == ':':
			return false
		}
	}
	if digits > 0 {
		return letters > 0
	}
	return len(v) >= 20 && capitals > 2 && letters-capitals > 2
}

// tally reports whether a value is a small number.
func tally(v string) bool { return v != "" && len(v) <= 4 && numeric(v) }

func numeric(v string) bool {
	for i := range len(v) {
		if !digit(v[i]) && v[i] != '/' {
			return false
		}
	}
	return true
}

// harmless reports whether there is nothing to hide in a value: it is empty, hidden
// already, a reference to where the value is kept, or says how a secret fares.
func harmless(v string) bool {
	if len(v) > headSize {
		return false
	}
	v = strings.TrimRight(v, ",;)}]")
	if v == "" || v == strings.TrimRight(Mask, ")") || v == "=" {
		return true
	}
	switch v[0] {
	case '*', 'x', 'X', '.', '#', '-', '?':
		if strings.Trim(v, v[:1]) == "" {
			return len(v) > 1 || v != "x" && v != "X"
		}
	case '$':
		return len(v) > 1 && (v[1] == '{' || v[1] == '(') || shoutedReference(v[1:])
	case '%':
		return len(v) == 2
	case '[', '<':
		return letters(v[1:]) || letters(strings.TrimRight(v[1:], ">"))
	case '{':
		return strings.HasPrefix(v, "{{")
	case 'a':
		if strings.HasPrefix(v, "arn:aws") {
			return true
		}
	}
	return len(v) <= longestStatus && letters(v) && foldAny(v, statuses)
}

// shoutedReference reports whether a name is one of a variable that a shell would
// put in: $DB_PASSWORD.
func shoutedReference(name string) bool {
	for i := range len(name) {
		if c := name[i]; !upper(c) && c != '_' {
			return false
		}
	}
	return len(name) > 2
}

func letters(v string) bool {
	for i := range len(v) {
		if !letter(v[i]) {
			return false
		}
	}
	return v != ""
}
