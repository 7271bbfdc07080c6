package clean

// block returns where the text of a block in YAML begins, and how far its lines are
// indented at least. The line of the name, which ends in a colon before i, has only the
// block's sign and how it is folded: password: |- and then the value, indented.
func (x *scanner) block(i int, key setting) (from, indent int) {
	s := x.s
	i = skip(s, i, longestName, func(c byte) bool { return c == ' ' || c == '\t' })
	if i >= len(s) || s[i] != '|' && s[i] != '>' {
		return 0, 0
	}
	i = skip(s, i+1, 3, func(c byte) bool { return c == '+' || c == '-' || c >= '1' && c <= '9' })
	i = skip(s, i, longestName, func(c byte) bool { return c == ' ' || c == '\r' })
	if i >= len(s) || s[i] != '\n' {
		return 0, 0
	}
	begin := key.start
	for begin > 0 && key.start-begin < longestName && (s[begin-1] == ' ' || s[begin-1] == '-') {
		begin--
	}
	indent = key.start - begin + 1
	text := skip(s, i+1, 2*longestName, func(c byte) bool { return c == ' ' })
	if text-i-1 < indent || text >= len(s) || space(s[text]) {
		return 0, 0
	}
	return text, indent
}

// blockEnd is where the lines end that are indented as far as a block's are.
func (x *scanner) blockEnd(v extent) int {
	s := x.s
	for i := v.start; ; {
		end := skip(s, i, len(s), func(c byte) bool { return c != '\n' && c != 0 })
		next := end
		for next < len(s) && s[next] == '\n' {
			next++
		}
		text := skip(s, next, v.block, func(c byte) bool { return c == ' ' })
		if next == end || text-next < v.block || text >= len(s) {
			return end
		}
		i = text
	}
}
