package clean

import "strings"

// longestSequence bounds how many bytes a terminal sequence may have. Longer ones
// are no colours, and what pretends to be one must not swallow a line.
const longestSequence = 4 << 10

// Plain returns s without the sequences by which programs colour their output:
// control sequences (ECMA-48, such as ESC [ 31 m), operating system commands that
// are terminated (links, titles), and the selection of a character set that tput
// sends. An escape character that begins none of these becomes the visible \x1b, so
// that taking out one sequence cannot make another of what stood around it. A string
// without escape characters is returned as it is, without allocation.
func Plain(s string) string {
	if strings.IndexByte(s, 0x1b) < 0 && strings.IndexByte(s, 0xc2) < 0 {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		if !introducer(s[i:]) {
			i++
			continue
		}
		b.WriteString(s[done:i])
		n := sequenceLen(s[i:])
		if n == 0 {
			n = escapeLen(s[i:])
			b.WriteString(Line(s[i : i+n]))
		}
		i += n
		done = i
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// introducer reports whether s begins with ESC, or with a control character between
// U+0090 and U+009F, which begin sequences too.
func introducer(s string) bool {
	return s[0] == 0x1b || s[0] == 0xc2 && len(s) > 1 && s[1] >= 0x90 && s[1] <= 0x9f
}

// escapeLen is how many bytes the character has that s begins with.
func escapeLen(s string) int {
	if s[0] == 0x1b {
		return 1
	}
	return 2
}

// sequenceLen returns the length of the terminal sequence that s begins with, or 0.
func sequenceLen(s string) int {
	n := escapeLen(s)
	var kind byte
	if n == 2 {
		kind = s[1] - 0x40 // U+009B is ESC [, and so on (ECMA-48, 5.3)
	} else {
		if len(s) < 2 {
			return 0
		}
		kind, n = s[1], 2
	}
	switch kind {
	case '[':
		n = skip(s, n, longestSequence, func(c byte) bool { return c >= 0x20 && c <= 0x3f })
		if n < len(s) && s[n] >= 0x40 && s[n] <= 0x7e {
			return n + 1
		}
	case ']':
		n = skip(s, n, longestSequence, func(c byte) bool { return c >= 0x20 && c != 0x7f && c != 0xc2 })
		switch {
		case n < len(s) && s[n] == 0x07:
			return n + 1
		case strings.HasPrefix(s[n:], "\x1b\\"), strings.HasPrefix(s[n:], "\u009c"):
			return n + 2
		}
	case '(', ')':
		if n < len(s) && (letter(s[n]) || digit(s[n])) {
			return n + 1
		}
	}
	return 0
}
