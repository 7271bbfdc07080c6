package clean

import "strings"

// userinfo handles a URL whose authority begins at byte i: what stands before its @
// is hidden. All of it is, since a token may stand where the user does. A password
// with an unescaped slash is recognised by what follows the colon, which is no port
// then.
func (x *scanner) userinfo(i int) (from, to int) {
	s := x.s
	if x.stop < i {
		x.stop = i
		for x.stop < len(s) && inAddress(s[x.stop]) && (s[x.stop] != ';' || !settingFollows(s, x.stop+1)) {
			x.stop++
		}
	}
	if x.at < i {
		if k := strings.IndexByte(s[i:], '@'); k >= 0 {
			x.at = i + k
		} else {
			x.at = len(s)
		}
	}
	if x.at >= x.stop {
		return 0, 0 // The usual case, and each byte is looked at once.
	}
	colon, slash, at := -1, -1, -1
	from = i
	if s[i] == '[' {
		i = skip(s, i, longestName, func(c byte) bool { return hex(c) || c == ':' || c == '[' || c == ']' }) // IPv6
	}
	for k := i; k < x.stop; k++ {
		switch s[k] {
		case '@':
			at = k
		case ':':
			if colon < 0 && at < 0 {
				colon = k
			}
		case '/', '?', '#':
			if at >= 0 {
				return x.user(from, at, colon)
			}
			if slash < 0 {
				if slash = k; !badPort(s, colon, slash) {
					return 0, 0
				}
			}
		}
	}
	if at < 0 {
		return 0, 0
	}
	return x.user(from, at, colon)
}

// user is the range of the user information of a URL. In the value of a setting, a
// name without a password that is no token may be seen.
func (x *scanner) user(from, to, colon int) (int, int) {
	if x.s[from:to] == "git" {
		return 0, 0
	}
	if x.whole && (colon < 0 || colon > to) && !random(x.s[from:to]) {
		return 0, 0
	}
	return from, to
}

func inAddress(c byte) bool { return !space(c) && !quoteByte(c) && c != '<' && c != '>' }

// badPort reports whether the bytes between colon and slash cannot be a port.
func badPort(s string, colon, slash int) bool {
	if colon < 0 {
		return false
	}
	for i := colon + 1; i < slash; i++ {
		if !digit(s[i]) {
			return true
		}
	}
	return colon+1 == slash
}

// driverAddress handles the @ of an address as drivers for MySQL have it, without a
// scheme: user:password@tcp(host)/name.
func (x *scanner) driverAddress(i int) (from, to int) {
	s := x.s
	if rest := s[i+1:]; !strings.HasPrefix(rest, "tcp(") && !strings.HasPrefix(rest, "unix(") {
		return 0, 0
	}
	least := max(x.done, i-2*longestName)
	start := i
	for start > least && inAddress(s[start-1]) && s[start-1] != '=' {
		start--
	}
	colon := strings.IndexByte(s[start:i], ':')
	if colon < 0 || strings.Contains(s[start:i], Mask) || strings.Contains(s[start:i], "://") {
		return 0, 0
	}
	return start + colon + 1, i
}

// oracleAddress handles jdbc:oracle:thin:user/password@host.
func oracleAddress(s string, i int) (from, to int) {
	const head = "jdbc:oracle:"
	if !strings.HasPrefix(s[i:], head) {
		return 0, 0
	}
	start := i + len(head)
	end := skip(s, start, 2*longestName, func(c byte) bool { return inAddress(c) && c != '@' })
	slash := strings.IndexByte(s[start:end], '/')
	if slash < 0 || end == len(s) || s[end] != '@' {
		return 0, 0
	}
	return start + slash + 1, end
}
