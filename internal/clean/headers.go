package clean

import (
	"encoding/base64"
	"strings"
)

// authorization handles the value of an Authorization header: the scheme stays, what
// follows is hidden. Schemes with parameters run to the end of the line.
func (x *scanner) authorization(v extent) (from, to int) {
	rest := x.s[v.start:]
	for _, scheme := range [...]string{"bearer ", "basic ", "token ", "apikey "} {
		if foldPrefix(rest, scheme) {
			v.start += len(scheme)
			return v.start, x.end(v)
		}
	}
	for _, scheme := range [...]string{"aws4-hmac-sha256 ", "digest ", "negotiate ", "ntlm "} {
		if foldPrefix(rest, scheme) {
			from = v.start + len(scheme)
			return from, skip(x.s, from, len(x.s), func(c byte) bool { return c != '\n' && c != 0 && (v.quote == 0 || c != v.quote) })
		}
	}
	if v.quote == 0 && prose(x.s, v.start, v.start) {
		return 0, 0
	}
	// Another scheme, if a word and then a token stand here.
	if end := skip(x.s, v.start, longestName, func(c byte) bool { return letter(c) || c == '-' }); end > v.start && end < len(x.s) && x.s[end] == ' ' {
		after := v
		after.start = end + 1
		if head := x.head(after); random(head) || strings.HasPrefix(head, Mask) {
			return after.start, x.end(after)
		}
	}
	return x.value(v)
}

// cookies handles the value of a Cookie or Set-Cookie header: the pairs of it, as
// long as a semicolon and a space part them.
func (x *scanner) cookies(v extent) (from, to int) {
	s := x.s
	if v.quote != 0 {
		return x.value(v)
	}
	if !strings.Contains(x.head(v), "=") {
		return 0, 0 // a message about cookies
	}
	end := v.start
	for ; end < len(s) && s[end] != '"' && s[end] != '\''; end++ {
		if space(s[end]) && (s[end] != ' ' || s[end-1] != ';') {
			break
		}
	}
	return v.start, end
}

// bearer hides a token that follows the word without a header's name. Short words
// are prose ("bearer of news").
func bearer(s string, start int) (from, to int) {
	end := skip(s, start, len(s), func(c byte) bool { return keyByte(c) || strings.IndexByte("~+/=", c) >= 0 })
	if end-start < 16 {
		return 0, 0
	}
	return start, end
}

// basic hides a name and a password that follow the word, in base64 (RFC 7617).
func basic(s string, start int) (from, to int) {
	end := skip(s, start, 4*headSize, func(c byte) bool { return wordByte(c) && c != '_' || c == '+' || c == '/' })
	pair, err := base64.RawStdEncoding.DecodeString(s[start:end])
	if err != nil || strings.IndexByte(string(pair), ':') < 0 || !IsLine(string(pair)) {
		return 0, 0
	}
	return start, skip(s, end, 2, func(c byte) bool { return c == '=' })
}

// privateKey hides the body of a private key in PEM, up to its end line or the end
// of the text.
func privateKey(s string, i int) (from, to int) {
	const begin, longestKind = "-----BEGIN ", 100
	if !strings.HasPrefix(s[i:], begin) {
		return 0, 0
	}
	start := i + len(begin)
	head := skip(s, start, longestKind, func(c byte) bool { return capital(c) || c == ' ' })
	if !strings.HasPrefix(s[head:], "-----") || !strings.HasSuffix(strings.TrimSuffix(s[start:head], " BLOCK"), "PRIVATE KEY") {
		return 0, 0
	}
	from = head + len("-----")
	if end := strings.Index(s[from:], "-----END"); end >= 0 {
		return from, from + end
	}
	return from, len(s)
}

// passwordHash hides a hash in the form that crypt(3) and its followers have, as in
// htpasswd files and the labels of a proxy: $apr1$salt$hash. In a compose file each
// dollar is doubled.
func passwordHash(s string, i int) (from, to int) {
	end := skip(s, i, 2, func(c byte) bool { return c == '$' })
	name := s[end:]
	if k := strings.IndexByte(name[:min(len(name), 16)], '$'); k >= 0 {
		name = name[:k]
	} else {
		return 0, 0
	}
	switch name {
	case "1", "2", "2a", "2b", "2x", "2y", "5", "6", "7", "y", "gy", "apr1", "argon2i", "argon2d", "argon2id", "scrypt",
		"sha1", "md5", "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512":
	default:
		return 0, 0
	}
	to = skip(s, end, headSize, func(c byte) bool { return wordByte(c) || strings.IndexByte("$./+=,-", c) >= 0 })
	if to-end < len(name)+12 {
		return 0, 0
	}
	return i, to
}
