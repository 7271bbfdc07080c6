package clean

import "strings"

// program is a command that has short flags for secrets.
type program struct {
	name     string
	pair     string // flags whose value is name:password
	value    string // flags whose value is a secret
	attached string // those to which the value is written without a space
}

var programs = []program{
	{name: "curl", pair: "uU", attached: "u"},
	{name: "mysql", attached: "p"}, {name: "mysqldump", attached: "p"}, {name: "mysqladmin", attached: "p"},
	{name: "mysqlimport", attached: "p"}, {name: "mysqlcheck", attached: "p"}, {name: "mysqlpump", attached: "p"},
	{name: "mariadb", attached: "p"}, {name: "mariadb-dump", attached: "p"}, {name: "mariadb-admin", attached: "p"},
	{name: "redis-cli", value: "a"}, {name: "valkey-cli", value: "a"},
	{name: "sshpass", value: "p", attached: "p"},
	{name: "mongo", value: "p"}, {name: "mongosh", value: "p"}, {name: "mongodump", value: "p"},
	{name: "mongorestore", value: "p"}, {name: "mongoexport", value: "p"}, {name: "mongoimport", value: "p"},
	{name: "login", value: "p"}, // of docker, podman, helm and az
	{name: "ldapsearch", value: "w"}, {name: "ldapmodify", value: "w"}, {name: "ldapadd", value: "w"},
	{name: "sqlcmd", value: "P", attached: "P"}, {name: "bcp", value: "P", attached: "P"},
	{name: "ab", pair: "A"}, {name: "http", pair: "a"}, {name: "https", pair: "a"},
	{name: "mosquitto_pub", value: "P"}, {name: "mosquitto_sub", value: "P"},
}

// programAt returns the command whose name stands at i, or nil.
func programAt(s string, i int) *program {
	if strings.IndexByte("cmrvslbah", s[i]) < 0 {
		return nil
	}
	for k := range programs {
		p := &programs[k]
		if p.name[1] != s[i+1] || p.name[0] != s[i] {
			continue
		}
		end := i + len(p.name)
		if strings.HasPrefix(s[i:], p.name) && end < len(s) && (space(s[end]) || quoteByte(s[end])) {
			return p
		}
	}
	return nil
}

// flag handles the argument of a command that begins with the - at i: the secret is
// what follows, after a space or in the next string of a list.
func (x *scanner) flag(i int) (from, to int) {
	s := x.s
	if i > 0 && !space(s[i-1]) && !quoteByte(s[i-1]) && strings.IndexByte(",[(=", s[i-1]) < 0 {
		return 0, 0
	}
	start := skip(s, i, 2, func(c byte) bool { return c == '-' })
	end := skip(s, start, longestName, keyByte)
	if end == start || !letter(s[start]) {
		return 0, 0
	}
	name := s[start:end]
	short := start == i+1
	if short && x.program != nil && strings.IndexByte(x.program.attached, name[0]) >= 0 && (len(name) > 1 || end < len(s) && !space(s[end]) && !quoteByte(s[end])) {
		v := extent{start: start + 1, argument: x.leads(i)}
		if strings.IndexByte(x.program.pair, name[0]) >= 0 {
			return x.pair(v, true)
		}
		return x.value(v)
	}
	v, ok := x.flagValue(i, end)
	if !ok {
		return 0, 0
	}
	switch {
	case short && len(name) == 1 && x.program != nil && strings.Contains(x.program.pair, name):
		return x.pair(v, true)
	case short && len(name) == 1 && x.program != nil && strings.Contains(x.program.value, name):
		return x.value(v)
	case short && name == "u", foldAny(name, pairFlags):
		return x.pair(v, name == "proxy-user" || name == "basic-auth")
	case end < len(s) && s[end] == '=', len(name) < 3:
		return 0, 0 // the separator decides
	}
	level, _ := lineName(name)
	if foldEqual(name, "pass") {
		level = certain
	}
	if level == open || !level.hides(x.head(v)) || foldSuffix(name, "key") && pathLike(x.head(v)) {
		return 0, 0
	}
	if v.quote == 0 && !v.argument && x.describes(v, name) {
		return 0, 0
	}
	return x.value(v)
}

// leads reports whether an argument of a command begins with the flag at i, so that
// its value ends where the argument does.
func (x *scanner) leads(i int) bool {
	return x.list && i < len(x.s) && x.s[i] == '-' && (i == 0 || x.s[i-1] == 0)
}

var pairFlags = []string{"user", "proxy-user", "basic-auth", "auth", "creds"}

// flagValue returns the value of the flag from i to end; ok is false if there is
// none.
func (x *scanner) flagValue(i, end int) (v extent, ok bool) {
	s := x.s
	if end == len(s) {
		return v, false
	}
	switch c := s[end]; {
	case c == 0:
		v = extent{start: end + 1, argument: true}
	case c == '=':
		v = x.valueAt(end+1, setting{})
	case c == ' ', c == '\t':
		v = x.valueAt(end, setting{})
	case (quoteByte(c) || c == '\\') && i > 0:
		// "--password", "…": the value is the next string.
		next := skip(s, end, 8, func(c byte) bool { return quoteByte(c) || c == '\\' })
		comma := skip(s, next, 32, func(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ',' })
		if v = x.valueAt(comma, setting{}); comma == next || v.quote == 0 {
			return v, false
		}
	default:
		return v, false
	}
	if v.start >= len(s) || v.quote == 0 && s[v.start] == '-' {
		return v, false
	}
	return v, true
}

// pair hides the password in name:password. Certain is false for flags that also
// take a user and a group.
func (x *scanner) pair(v extent, sure bool) (from, to int) {
	end := x.end(v)
	colon := skip(x.s, v.start, longestName, func(c byte) bool { return keyByte(c) || c == '@' || c == '%' || c == '\\' || c == '$' })
	if colon >= end || x.s[colon] != ':' || x.s[v.start] == '-' {
		return 0, 0
	}
	name, password := x.s[v.start:colon], x.s[colon+1:end]
	if numeric(password) && numeric(name) || !sure && (name == password || foldAny(password, groups)) {
		return 0, 0
	}
	if strings.HasPrefix(password, "//") {
		return 0, 0
	}
	return colon + 1, end
}

// groups are those of Unix that stand behind a user and a colon.
var groups = []string{"root", "www-data", "nogroup", "users", "staff", "docker", "wheel", "adm", "daemon", "nobody"}

// pathLike reports whether a value leads to a file.
func pathLike(v string) bool {
	return strings.HasPrefix(v, "/") || strings.HasPrefix(v, "./") || strings.HasSuffix(v, ".pem") || strings.HasSuffix(v, ".key")
}

// describes reports whether a flag is talked about and not given: the --token flag,
// --password PASSWORD.
func (x *scanner) describes(v extent, name string) bool {
	word := x.head(v)
	if word == "" || strings.IndexByte("<[{(", word[0]) >= 0 {
		return true
	}
	word = strings.TrimRight(word, ".,:;)]")
	return foldAny(word, statuses) || foldAny(word, starters) || foldAny(word, flagWords) ||
		shouted(word) && foldSuffix(name, strings.ToLower(word))
}

var flagWords = []string{"flag", "flags", "option", "options", "argument", "arguments", "instead", "given", "requires", "file", "env", "int"}

var phrases = []string{"identified by ", "password ", "requirepass ", "masterauth "}

// phrase handles words after which a secret follows without a separator: SQL's
// IDENTIFIED BY '…' and PASSWORD '…', and the settings of Redis.
func phrase(s string, i int) (from, to int) {
	for _, words := range phrases {
		if !foldPrefix(s[i:], words) {
			continue
		}
		x := scanner{s: s}
		v := x.valueAt(i+len(words), setting{})
		if v.quote == 0 && words[0] != 'r' && words[0] != 'm' {
			return 0, 0
		}
		return x.value(v)
	}
	return 0, 0
}
