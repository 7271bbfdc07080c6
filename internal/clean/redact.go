package clean

import "strings"

// Redact returns s with the credentials in it replaced by the mask: the values of
// Authorization headers and of keys such as password, secret, token or api_key in
// key=value, key: value and JSON form; bearer tokens; JSON Web Tokens; AWS access
// key ids; the user information of URLs; PEM private keys. It recognises forms, not
// values, and prefers to hide too much. A string without any is returned as it is,
// without allocation, and Redact of the result is itself.
func Redact(s string) string {
	var out redaction
	for i := 0; i < len(s); {
		from, to := secretAt(s, i)
		if to == 0 {
			i++
			continue
		}
		out.hide(s, from, to)
		i = to
	}
	return out.finish(s)
}

// redaction collects the output and copies nothing until something is hidden.
type redaction struct {
	b    strings.Builder
	done int // bytes of the input already taken over
}

func (r *redaction) hide(s string, from, to int) {
	r.b.WriteString(s[r.done:from])
	r.b.WriteString(Mask)
	r.done = to
}

func (r *redaction) finish(s string) string {
	if r.done == 0 {
		return s
	}
	r.b.WriteString(s[r.done:])
	return r.b.String()
}

// secretAt returns the range to hide when a secret is announced at byte i, which
// may start later than i; to is 0 when there is none. Only a few bytes can start
// one, which keeps the scan cheap on ordinary lines.
func secretAt(s string, i int) (from, to int) {
	switch s[i] {
	case 'e':
		if boundary(s, i) {
			if n := jwtLen(s[i:]); n > 0 {
				return i, i + n
			}
		}
	case 'A':
		if boundary(s, i) {
			if n := accessKeyLen(s[i:]); n > 0 {
				return i, i + n
			}
		}
	case 'B', 'b':
		if boundary(s, i) && foldPrefix(s[i:], "bearer ") {
			return bearer(s, i+len("bearer "))
		}
	case '-':
		return pem(s, i)
	case ':':
		if strings.HasPrefix(s[i:], "://") {
			return userinfo(s, i+3)
		}
		return assigned(s, i)
	case '=':
		return assigned(s, i)
	}
	return 0, 0
}

// assigned handles a separator at byte i: the key before it decides, the value
// after it is hidden.
func assigned(s string, i int) (from, to int) {
	key := keyBefore(s, i)
	if foldSuffix(key, "authorization") {
		return authorization(s, i+1)
	}
	if !sensitiveKey(key) {
		return 0, 0
	}
	start, quote := valueStart(s, i+1)
	return value(s, start, quote)
}

// keyBefore returns the identifier that ends at byte i, past spaces and a quote,
// which a JSON string inside a JSON string escapes.
func keyBefore(s string, i int) string {
	end := i
	for end > 0 && s[end-1] == ' ' {
		end--
	}
	if end > 0 && (s[end-1] == '"' || s[end-1] == '\'') {
		end--
		for end > 0 && s[end-1] == '\\' {
			end--
		}
	}
	start := end
	for start > 0 && end-start < 64 && keyByte(s[start-1]) {
		start--
	}
	return s[start:end]
}

// sensitiveKey reports whether the value of a key is a secret. Counters such as
// max_tokens end in a plural and are not.
func sensitiveKey(key string) bool {
	if len(key) < 3 {
		return false
	}
	if foldSuffix(key, "tokens") || foldSuffix(key, "secrets") || foldSuffix(key, "passwords") {
		return false
	}
	for _, word := range [...]string{
		"password", "passwd", "passphrase", "secret", "token", "credential",
		"apikey", "api_key", "api-key", "accesskey", "access_key", "access-key",
		"privatekey", "private_key", "private-key", "x-amz-signature",
	} {
		if foldContains(key, word) {
			return true
		}
	}
	return foldEqual(key, "pwd") || foldSuffix(key, "_pwd")
}

// valueStart skips spaces and one opening quote, which may be escaped, and returns
// where the value begins and which quote opened it (0 for none).
func valueStart(s string, i int) (start int, quote byte) {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	q := i
	for q < len(s) && s[q] == '\\' {
		q++
	}
	if q < len(s) && (s[q] == '"' || s[q] == '\'') {
		return q + 1, s[q]
	}
	return i, 0
}

// value returns the range of a value. Quoted, it ends at the closing quote; bare, at
// white space, a quote or the separators of queries and connection strings.
func value(s string, start int, quote byte) (from, to int) {
	end := start
	if quote != 0 {
		for end < len(s) && s[end] != quote {
			if s[end] == '\\' && end+1 < len(s) && s[end+1] != quote {
				end++
			}
			end++
		}
		end = min(end, len(s))
		if end < len(s) && end > start && s[end-1] == '\\' {
			end = escapedEnd(s, start, end, quote)
		}
	} else {
		for end < len(s) && !space(s[end]) && !strings.ContainsRune("&;\"'`", rune(s[end])) {
			end++
		}
	}
	if harmless(s[start:end]) {
		return 0, 0
	}
	return start, end
}

// escapedEnd decides what a backslash before a quote means. In a string inside a
// string the opening quote was escaped as well, and the value ends here; otherwise
// the quote belongs to the value, which goes on to the next bare one.
func escapedEnd(s string, start, end int, quote byte) int {
	if start >= 2 && s[start-2] == '\\' {
		return end - 1
	}
	for end < len(s) && (s[end] != quote || s[end-1] == '\\') {
		end++
	}
	return end
}

// harmless reports whether there is nothing to hide in a value.
func harmless(v string) bool {
	switch strings.TrimRight(v, ",)}]") {
	case "", Mask, strings.TrimRight(Mask, ")"), "null", "nil", "none", "true", "false", "=":
		return true
	}
	return false
}

// authorization handles the value of an Authorization header: the scheme stays, what
// follows is hidden. Schemes with parameters run to the end of the line.
func authorization(s string, i int) (from, to int) {
	start, quote := valueStart(s, i)
	rest := s[start:]
	for _, scheme := range [...]string{"bearer ", "basic ", "token ", "apikey "} {
		if foldPrefix(rest, scheme) {
			return value(s, start+len(scheme), quote)
		}
	}
	for _, scheme := range [...]string{"aws4-hmac-sha256 ", "digest ", "negotiate "} {
		if foldPrefix(rest, scheme) {
			from = start + len(scheme)
			to = from
			for to < len(s) && s[to] != '\n' && (quote == 0 || s[to] != quote) {
				to++
			}
			if harmless(s[from:to]) {
				return 0, 0
			}
			return from, to
		}
	}
	return value(s, start, quote)
}

// bearer hides a token that follows the word without a header's name. Short words
// are prose ("bearer of news").
func bearer(s string, start int) (from, to int) {
	end := start
	for end < len(s) && (base64urlByte(s[end]) || strings.ContainsRune(".~+/=", rune(s[end]))) {
		end++
	}
	if end-start < 16 {
		return 0, 0
	}
	return start, end
}

// userinfo returns the range between "://" and the "@" of a URL whose authority
// starts at byte i, or zeros. All of it is hidden, since a token may stand where the
// user does. A password with an unescaped slash is recognised by what follows the
// colon, which is no port then.
func userinfo(s string, i int) (from, to int) {
	end, slash, colon := i, -1, -1
	at := -1
	for ; end < len(s) && !space(s[end]) && s[end] != '"' && s[end] != '\'' && s[end] != '<' && s[end] != '>'; end++ {
		switch s[end] {
		case '@':
			if slash < 0 || badPort(s, colon, slash) {
				at = end
			}
		case ':':
			if colon < 0 && slash < 0 && at < 0 {
				colon = end
			}
		case '/', '?', '#':
			if at >= 0 {
				return masked(s, i, at)
			}
			if slash < 0 {
				slash = end
			}
		}
	}
	if at < 0 {
		return 0, 0
	}
	return masked(s, i, at)
}

// masked returns a range unless it is empty or hidden already.
func masked(s string, from, to int) (int, int) {
	if from == to || s[from:to] == Mask {
		return 0, 0
	}
	return from, to
}

// badPort reports whether the bytes between colon and slash cannot be a port.
func badPort(s string, colon, slash int) bool {
	if colon < 0 {
		return false
	}
	for i := colon + 1; i < slash; i++ {
		if s[i] < '0' || s[i] > '9' {
			return true
		}
	}
	return colon+1 == slash
}

// pem hides the body of a private key, up to its end line or the end of the text.
func pem(s string, i int) (from, to int) {
	const begin = "-----BEGIN "
	if !strings.HasPrefix(s[i:], begin) {
		return 0, 0
	}
	head := strings.Index(s[i+len(begin):], "-----")
	if head < 0 || !strings.HasSuffix(s[i+len(begin):i+len(begin)+head], "PRIVATE KEY") {
		return 0, 0
	}
	from = i + len(begin) + head + len("-----")
	to = len(s)
	if end := strings.Index(s[from:], "-----END"); end >= 0 {
		to = from + end
	}
	return masked(s, from, to)
}
