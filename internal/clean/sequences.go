package clean

import "strings"

// longestSequence bounds how many bytes a terminal sequence may have. Longer ones
// are no colours, and what pretends to be one must not swallow a line.
const longestSequence = 4 << 10

// Plain returns s without the sequences by which programs colour their output
// (ECMA-48: ESC [ 31 m), and those that come with them: erasing the rest of a line,
// and the selection of a character set that tput sends. Others stay, as what clears a
// screen or names a window is no part of a log, and Line makes them visible. A string
// without escape characters is returned as it is, without allocation.
func Plain(s string) string {
	if !mayHaveSequences(s) {
		return s
	}
	out, _ := strip(s, colourLen)
	if again, _ := strip(out, colourLen); len(out) < len(s) && len(again) < len(out) {
		// Taking out one has made another of what stood around it. That is an attack,
		// and its escape characters are made visible.
		out = strings.NewReplacer("\x1b", `\x1b`, "\u009b", `\u009b`, "\u009d", `\u009d`).Replace(out)
	}
	return out
}

func mayHaveSequences(s string) bool {
	return strings.IndexByte(s, 0x1b) >= 0 || strings.IndexByte(s, 0xc2) >= 0
}

// mayBeCoded reports whether escape characters may stand in s in the way of JSON or of
// source code: what scans for secrets reads these too, and Plain leaves them.
func mayBeCoded(s string) bool {
	return strings.IndexByte(s, '\\') >= 0 &&
		(strings.Contains(s, "1b[") || strings.Contains(s, "1B[") || strings.Contains(s, "033["))
}

// codedLen returns the length of a colour that is written out, such as \u001b[31m.
func codedLen(s string) int {
	for _, esc := range [...]string{`\u001b[`, `\u001B[`, `\x1b[`, `\x1B[`, `\033[`} {
		if strings.HasPrefix(s, esc) {
			if n := skip(s, len(esc), longestName, parameterByte); n < len(s) && s[n] == 'm' {
				return n + 1
			}
		}
	}
	return 0
}

// anyLen returns the length of the sequence that s begins with, also of a colour that
// is written out.
func anyLen(s string) int {
	if s[0] == '\\' {
		return codedLen(s)
	}
	return sequenceLen(s)
}

// parameterByte reports whether c may stand between ESC [ and the last byte.
func parameterByte(c byte) bool { return c >= 0x20 && c <= 0x3f }

// cut is a piece taken out of a text: what was at at and later in the text stands
// removed bytes earlier now.
type cut struct{ at, removed int }

// strip returns s without the sequences that length knows, which returns how long the
// one is that a text begins with, and where they stood.
func strip(s string, length func(string) int) (string, []cut) {
	var b strings.Builder
	var cuts []cut
	done, removed := 0, 0
	for i := 0; i < len(s); {
		n := 0
		if c := s[i]; c == 0x1b || c == 0xc2 || c == '\\' {
			n = length(s[i:])
		}
		if n == 0 {
			i++
			continue
		}
		b.WriteString(s[done:i])
		i += n
		done, removed = i, removed+n
		cuts = append(cuts, cut{b.Len(), removed})
	}
	if done == 0 {
		return s, nil
	}
	b.WriteString(s[done:])
	return b.String(), cuts
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

// colourLen returns the length of the sequence for colours, or what comes with them,
// that s begins with, or 0.
func colourLen(s string) int {
	n := sequenceLen(s)
	if n == 0 {
		return 0
	}
	switch last := s[n-1]; {
	case last == 'm' || last == 'K':
		if intermediate := s[n-2]; intermediate < 0x20 || intermediate > 0x2f {
			return n
		}
	case s[1] == '(' || s[1] == ')':
		return n
	}
	return 0
}

// sequenceLen returns the length of the terminal sequence that s begins with, or 0.
func sequenceLen(s string) int {
	if !introducer(s) {
		return 0
	}
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
		n = skip(s, n, longestSequence, parameterByte)
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
