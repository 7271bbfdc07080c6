package analysis

import "strings"

// Like reports whether the whole of s is the pieces in their order, with any text
// between one and the next: the pattern a*b has the pieces a and b.
func Like(pieces []string, s string) bool {
	last := len(pieces) - 1
	if last <= 0 {
		return last == 0 && s == pieces[0]
	}
	if len(s) < len(pieces[0])+len(pieces[last]) || !strings.HasPrefix(s, pieces[0]) || !strings.HasSuffix(s, pieces[last]) {
		return false
	}
	s = s[len(pieces[0]) : len(s)-len(pieces[last])]
	for _, piece := range pieces[1:last] {
		i := strings.Index(s, piece)
		if i < 0 {
			return false
		}
		s = s[i+len(piece):]
	}
	return true
}
