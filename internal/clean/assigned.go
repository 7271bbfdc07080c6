package clean

import "strings"

// longestName bounds how far the name of a setting reaches to the left of its value.
const longestName = 64

// assigned handles a separator at byte i: the name before it decides, the value
// after it is hidden.
func (x *scanner) assigned(i int) (from, to int) {
	s := x.s
	key := keyBefore(s, i)
	if !key.letters.mayTell() {
		return 0, 0
	}
	next := i + 1
	if s[i] == '=' {
		next = skip(s, next, 4, func(c byte) bool { return c == '=' || c == '>' || c == '~' })
	} else if next < len(s) && s[next] == ':' || i > 0 && s[i-1] == ':' {
		return 0, 0 // Secret::Value
	} else if next < len(s) && s[next] == '=' {
		next++ // as Go, make and Pascal assign
	}
	v := x.valueAt(next, key)
	v.argument = x.leads(key.start) && v.quote == 0
	switch last := key.name[len(key.name)-1] | 0x20; {
	case last == 'n' && foldSuffix(key.name, "authorization"):
		return x.authorization(v)
	case last == 'e' && (foldEqual(key.name, "cookie") || foldEqual(key.name, "set-cookie")):
		return x.cookies(v)
	case last == 'e' && foldEqual(key.name, "value"):
		return x.named(i, v)
	}
	level, final := lineName(key.name)
	if level == open {
		switch {
		case foldEqual(key.name, "key"):
			level, final = spacedKey(s, key.start), true
		case foldAny(key.name, sessionCookies):
			level, final = certain, true
		}
	}
	if level == open || !level.hides(x.head(v)) || workingDirectory(key.name) && pathLike(x.head(v)) {
		return 0, 0
	}
	if !final && tally(x.head(v)) || s[i] == ':' && !key.quoted && !x.colonAssigns(i, key, v, final) {
		return 0, 0
	}
	return x.value(v)
}

// sessionCookies are the names that servers give the cookie of a session.
var sessionCookies = []string{"jsessionid", "phpsessid", "connect.sid", "asp.net_sessionid", "_gitlab_session", "laravel_session"}

// colonAssigns reports whether a colon between a bare name and a value assigns. It
// does more often part a message in two: TokenExpiredError: jwt expired.
func (x *scanner) colonAssigns(i int, key setting, v extent, final bool) bool {
	s := x.s
	if key.start > 0 && (s[key.start-1] == '/' || s[key.start-1] == '@') {
		return false // a path, the address of an image
	}
	if !final && !shoutedName(key.name) {
		return false
	}
	if foldEqual(key.name, "token") && parserSays(s, key.start) {
		return false
	}
	if v.quote != 0 {
		return !complains(s, key.start) || !reference(s, v.start)
	}
	if v.block > 0 {
		return true
	}
	if v.start == i+1 {
		return !numeric(x.head(v)) // auth-token:8080 is a host
	}
	return !prose(s, v.start, key.start)
}

// parserSays reports whether the word before a position is one of a parser's, whose
// tokens are pieces of source code.
func parserSays(s string, i int) bool {
	before := strings.TrimRight(s[max(0, i-16):i], " ")
	return foldSuffix(before, "unexpected") || foldSuffix(before, "unknown") || foldSuffix(before, "next") ||
		foldSuffix(before, "unrecognized") || foldSuffix(before, "expected")
}

// spacedKey judges a key that has a space in its name: API key, Secret Access Key.
func spacedKey(s string, i int) secrecy {
	end := i
	for end > 0 && i-end < 2 && s[end-1] == ' ' {
		end--
	}
	if _, word := lastWord(s[max(0, end-16):end]); end < i && word != "" && foldAny(word, secretKeys[:6]) {
		return certain
	}
	return open
}

// shoutedName reports whether a name is one of a variable, in capitals and of
// several words.
func shoutedName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c >= 'a' && c <= 'z' || c == '-' {
			return false
		}
	}
	return strings.IndexByte(name, '_') > 0
}

// setting is the name before a separator.
type setting struct {
	name  string
	start int
	// quoted says that the name stood in quotes, as in JSON; escaped that these were
	// escaped, as in JSON inside a string.
	quoted  bool
	letters letterSet
}

// inConnection reports whether a semicolon stands before a name, as in the strings
// that tell how to connect.
func (k setting) inConnection(s string) bool {
	before := k.start
	for before > 0 && k.start-before < 4 && s[before-1] == ' ' {
		before--
	}
	return before > 0 && s[before-1] == ';'
}

// letterSet is the letters that a name consists of, a bit for each.
type letterSet uint32

// mayTell reports whether a name of these letters can hold a word for a secret. Most
// names cannot, which saves looking for the words.
func (l letterSet) mayTell() bool {
	const (
		a, c, d, e, g, h, i, k = 1 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 9, 1 << 11
		l_, n, o, p, r, s, t   = 1 << 12, 1 << 14, 1 << 15, 1 << 16, 1 << 18, 1 << 19, 1 << 20
		u, v, w, y             = 1 << 21, 1 << 22, 1 << 23, 1 << 25
	)
	has := func(set letterSet) bool { return l&set == set }
	return has(p|w) || has(p|s|w) || has(p|a|s) || // pw, pwd, psw, password, pass
		has(k|e) && (l&y != 0 || has(o|n|t) || has(c|o|i)) || // key, token, cookie, webhook
		has(k|e|n|w|o|r|t) || has(w|h|k|o) ||
		has(s|c|r|e|t) || has(c|r|e|d) || has(a|u|t|h) || has(s|i|g) || has(v|a|l_|u|e) || has(s|i|d|e)
}

// keyBefore returns the name that ends at byte i, past spaces and a quote, which a
// JSON string inside a JSON string escapes.
func keyBefore(s string, i int) setting {
	end, least := i, max(0, i-2*longestName)
	for end > least && s[end-1] == ' ' {
		end--
	}
	var k setting
	if end > least && quoteByte(s[end-1]) {
		k.quoted = true
		end--
		for end > least && s[end-1] == '\\' {
			end--
		}
	}
	k.start = end
	for k.start > least && end-k.start < longestName && keyByte(s[k.start-1]) {
		k.start--
		k.letters |= 1 << (s[k.start] & 0x1f)
	}
	k.name = s[k.start:end]
	return k
}

// named handles the value at byte i of a pair whose other half is a name, as
// {"name": "DB_PASSWORD", "value": "…"}, in JSON, YAML or an attribute.
func (x *scanner) named(i int, v extent) (from, to int) {
	const reach = 128
	s := x.s
	before := s[max(0, i-reach):i]
	for k := len(before) - 1; k >= 0; k-- {
		if c := before[k]; c == '{' || c == '}' || c == '<' {
			before = before[k+1:]
			break
		}
	}
	name := pairName(before)
	if name == "" && v.quote != 0 {
		end := x.end(v)
		after := s[end:min(len(s), end+reach)]
		name = pairName(after[:skip(after, 0, reach, func(c byte) bool { return c != '{' && c != '}' && c != '>' })])
	}
	if name == "" || !variableName(name) {
		return 0, 0
	}
	return x.value(v)
}

// pairName returns what the last member called name or key holds.
func pairName(s string) string {
	for _, rest := range [...]string{"ame", "ey"} {
		i := strings.LastIndex(s, rest) - 1
		if i < 0 || s[i]|0x20 != 'n' && s[i]|0x20 != 'k' || i > 0 && wordByte(s[i-1]) {
			continue
		}
		after := strings.TrimLeft(s[i+1+len(rest):], `\"' `)
		if after == "" || after[0] != ':' && after[0] != '=' {
			continue
		}
		after = strings.TrimLeft(after[1:], `\"' `)
		return after[:skip(after, 0, longestName, keyByte)]
	}
	return ""
}

// element handles <password>…</password> at byte i.
func element(s string, i int) (from, to int) {
	end := skip(s, i+1, longestName, func(c byte) bool { return keyByte(c) || c == ':' })
	if end == i+1 || end >= len(s) || s[end] != '>' {
		return 0, 0
	}
	name := s[i+1 : end]
	if level, final := lineName(name[strings.LastIndexByte(name, ':')+1:]); level != certain || !final {
		return 0, 0
	}
	to = skip(s, end+1, len(s), func(c byte) bool { return c != '<' && c != '\n' })
	if !strings.HasPrefix(s[to:], "</") {
		return 0, 0
	}
	return end + 1, to
}
