package clean

// jwtLen returns the length of the JSON Web Token that s starts with, or 0. A token
// is three base64url parts, of which the first encodes `{"` (RFC 7519); the last is
// empty when the token is unsigned.
func jwtLen(s string) int {
	if len(s) < 3 || s[:3] != "eyJ" {
		return 0
	}
	head := base64urlLen(s)
	if head < 10 || head >= len(s) || s[head] != '.' {
		return 0
	}
	body := base64urlLen(s[head+1:])
	dot := head + 1 + body
	if body < 4 || dot >= len(s) || s[dot] != '.' {
		return 0
	}
	return dot + 1 + base64urlLen(s[dot+1:])
}

// accessKeyLen returns 20 when s starts with an AWS access key id, and 0 otherwise:
// AKIA for a user's key or ASIA for a temporary one, and 16 capitals or digits.
func accessKeyLen(s string) int {
	const size = 20
	if len(s) < size || s[:4] != "AKIA" && s[:4] != "ASIA" {
		return 0
	}
	for i := 4; i < size; i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return 0
		}
	}
	if len(s) > size && wordByte(s[size]) {
		return 0
	}
	return size
}

func base64urlLen(s string) int {
	n := 0
	for n < len(s) && base64urlByte(s[n]) {
		n++
	}
	return n
}

func base64urlByte(c byte) bool { return wordByte(c) || c == '-' }

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func keyByte(c byte) bool { return wordByte(c) || c == '-' || c == '.' }

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// boundary reports whether a word may start at byte i.
func boundary(s string, i int) bool { return i == 0 || !wordByte(s[i-1]) }

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
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
