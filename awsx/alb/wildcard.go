package alb

// matching is how a pattern is read.
type matching struct {
	fold    bool // case does not matter
	escaped bool // a backslash makes *, ? and itself a plain character
}

// How each kind of value is compared, by "Condition types for listener rules": paths
// with their case, all others without. Only of query strings it says that * and ? are
// escaped.
var (
	ofHost   = matching{fold: true}
	ofPath   = matching{}
	ofHeader = matching{fold: true}
	ofQuery  = matching{fold: true, escaped: true}
)

// The two wildcards among the symbols of a pattern, which are bytes otherwise.
const (
	anyString = -1
	anyByte   = -2
)

// symbol returns the symbol of a pattern at i, and where the next one is.
func (m matching) symbol(pattern string, i int) (symbol, next int) {
	switch c := pattern[i]; {
	case c == '*':
		return anyString, i + 1
	case c == '?':
		return anyByte, i + 1
	case c == '\\' && m.escaped && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '?' || pattern[i+1] == '\\'):
		return int(pattern[i+1]), i + 2
	default:
		return m.letter(c), i + 1
	}
}

func (m matching) letter(c byte) int {
	if m.fold && 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return int(c)
}

// match reports whether all of a text is what a pattern stands for: * is any number
// of characters, ? exactly one. It takes no more than the product of both lengths.
func (m matching) match(pattern, text string) bool {
	i, j := 0, 0
	star, from := -1, 0 // after the last star, and what it stands for ends before
	for j < len(text) {
		if i < len(pattern) {
			symbol, next := m.symbol(pattern, i)
			switch {
			case symbol == anyString:
				star, from, i = next, j, next
				continue
			case symbol == anyByte, symbol == m.letter(text[j]):
				i, j = next, j+1
				continue
			}
		}
		if star < 0 {
			return false
		}
		from++
		i, j = star, from
	}
	return m.onlyStars(pattern, i)
}

func (m matching) onlyStars(pattern string, i int) bool {
	for i < len(pattern) {
		symbol, next := m.symbol(pattern, i)
		if symbol != anyString {
			return false
		}
		i = next
	}
	return true
}

// covers reports whether wide is known to match whatever narrow matches. It may say no
// of two that do, such as *? and ?*, and never yes of two that do not: a star of narrow
// is taken by a star of wide alone, a question mark by either wildcard.
func (m matching) covers(wide, narrow string) bool {
	i, j := 0, 0
	star, from := -1, 0
	for j < len(narrow) {
		symbol, after := m.symbol(narrow, j)
		if i < len(wide) {
			w, next := m.symbol(wide, i)
			switch {
			case w == anyString:
				star, from, i = next, j, next
				continue
			case w == symbol && symbol != anyString, w == anyByte && symbol >= 0:
				i, j = next, after
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, from = m.symbol(narrow, from)
		i, j = star, from
	}
	return m.onlyStars(wide, i)
}
