package clean

import "strings"

// webToken handles a JSON Web Token at i: three base64url parts, of which the first
// encodes `{"` (RFC 7519); the last is empty when the token is unsigned.
func (x *scanner) webToken(i int) (from, to int) {
	s := x.s
	if i < x.jwtUntil || !strings.HasPrefix(s[i:], "eyJ") {
		return 0, 0
	}
	head := skip(s, i, len(s), base64url)
	if x.jwtUntil = head; head-i < 10 || head == len(s) || s[head] != '.' {
		return 0, 0
	}
	body := skip(s, head+1, len(s), base64url)
	x.jwtUntil = body
	if body-head < 5 || body == len(s) || s[body] != '.' {
		return 0, 0
	}
	to = skip(s, body+1, len(s), base64url)
	// An encrypted token has five parts (RFC 7516).
	for range 2 {
		if to < len(s) && s[to] == '.' && to+1 < len(s) && base64url(s[to+1]) {
			if next := skip(s, to+1, len(s), base64url); next-to > 16 {
				to = next
			}
		}
	}
	return i, to
}

// numberedToken handles tokens that begin with a digit: Google's for refreshing,
// 1//0…, and those of bots on Telegram, which are a number, a colon, and 35 characters
// of which the first two are AA.
func numberedToken(s string, i int) (from, to int) {
	if s[i+1] == '/' && strings.HasPrefix(s[i:], "1//0") {
		if to = skip(s, i+4, longestToken, base64url); to-i >= 34 {
			return i, to
		}
		return 0, 0
	}
	const shortest = 8
	if i+shortest >= len(s) || !digit(s[i+shortest-1]) {
		return 0, 0
	}
	colon := skip(s, i, 11, digit)
	if colon-i < shortest || !strings.HasPrefix(s[colon:], ":AA") {
		return 0, 0
	}
	if to = skip(s, colon+1, 64, base64url); to-colon-1 < 35 {
		return 0, 0
	}
	return i, to
}

// terraformToken handles a token of Terraform Cloud by its middle, at i.
func terraformToken(s string, i int) (from, to int) {
	const middle, id = ".atlasv1.", 14
	if i < id || !strings.HasPrefix(s[i:], middle) {
		return 0, 0
	}
	from = i - id
	if skip(s, from, id, alnum) != i {
		return 0, 0
	}
	if to = skip(s, i+len(middle), headSize, base64url); to-i-len(middle) < 40 {
		return 0, 0
	}
	return from, to
}

// azureSecret handles a client secret of Entra ID by its mark, a digit and Q~ after
// three characters; the tilde is at i.
func azureSecret(s string, i int) (from, to int) {
	from = i - 5
	if from < 0 || s[i-1] != 'Q' || !digit(s[i-2]) {
		return 0, 0
	}
	if to = skip(s, from, 48, func(c byte) bool { return keyByte(c) || c == '~' }); to-from < 36 {
		return 0, 0
	}
	return from, to
}

// token handles a token at i that says by its form whose it is.
func token(s string, i int) (from, to int) {
	for k := range forms[s[i]] {
		f := &forms[s[i]][k]
		if f.head[1] != s[i+1] || !strings.HasPrefix(s[i:], f.head) {
			continue
		}
		if end := f.end(s, i+len(f.head)); end > 0 {
			if f.address {
				i += len(f.head)
			}
			return i, end
		}
	}
	return 0, 0
}

// form is how one kind of token looks: what it begins with, and runs of characters.
type form struct {
	of   string // whose token it is
	head string
	runs [3]run
	// address says that the head is that of a URL, which may be seen.
	address bool
	// exact says that the last run is no longer than its least length and that no word
	// goes on behind it, for forms that are not very telling.
	exact bool
}

// run is some characters of a token, and the text that follows them.
type run struct {
	set       func(byte) bool
	least     int
	separator string
}

// longestToken bounds one run of a token, in bytes.
const longestToken = 2 << 10

// end returns where a token ends whose runs begin at i, or 0 if there is none. A
// longer run than expected is part of the token, as vendors lengthen theirs.
func (f *form) end(s string, i int) int {
	for _, r := range f.runs {
		if r.set == nil {
			break
		}
		limit := longestToken
		if r.separator != "" {
			limit = 4 * r.least
		} else if f.exact {
			limit = r.least
		}
		end := skip(s, i, limit, r.set)
		if end-i < r.least || !strings.HasPrefix(s[end:], r.separator) || f.exact && end < len(s) && wordByte(s[end]) {
			return 0
		}
		i = end + len(r.separator)
	}
	return i
}

func base64url(c byte) bool { return wordByte(c) || c == '-' }
func alnum(c byte) bool     { return letter(c) || digit(c) }
func hex(c byte) bool       { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func capital(c byte) bool   { return upper(c) || digit(c) }
func base64any(c byte) bool { return base64url(c) || c == '+' || c == '/' || c == '=' }
func hexDash(c byte) bool   { return hex(c) || c == '-' }
func dotted(c byte) bool    { return base64url(c) || c == '.' || c == '=' }
func pathByte(c byte) bool  { return base64any(c) || c == '@' }
