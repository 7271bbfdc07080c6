package clean

import "slices"

// wordByte reports whether c may stand in an identifier.
func wordByte(c byte) bool { return letter(c) || digit(c) || c == '_' }

// keyByte reports whether c may stand in the name of a setting, such as
// spring.datasource.password or x-api-key.
func keyByte(c byte) bool { return wordByte(c) || c == '-' || c == '.' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func upper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// space reports whether c is white space. NUL counts, as it parts the arguments of
// a command (see Arguments).
func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0 }

func quoteByte(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// skip returns the first position from i on, but at most limit bytes on, whose byte
// is not one that match accepts.
func skip(s string, i, limit int, match func(byte) bool) int {
	end := min(len(s), i+limit)
	for i < end && match(s[i]) {
		i++
	}
	return i
}

// The fold functions compare ASCII without regard to case; the second argument is
// in lower case. They allocate nothing, which strings.ToLower would.

func foldPrefix(s, lower string) bool {
	return len(s) >= len(lower) && foldEqual(s[:len(lower)], lower)
}

func foldSuffix(s, lower string) bool {
	return len(s) >= len(lower) && foldEqual(s[len(s)-len(lower):], lower)
}

func foldContains(s, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		if foldEqual(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}

func foldEqual(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if upper(c) {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// foldAny reports whether s is one of some words in lower case.
func foldAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return foldEqual(s, w) })
}
