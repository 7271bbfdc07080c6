package clean

import "strings"

// longestStatus is the length of the longest of statuses, in bytes.
const longestStatus = 12

// statuses are words that stand where a secret would, and say how it fares or that
// there is none.
var statuses = []string{
	"null", "nil", "none", "true", "false", "yes", "no", "on", "off", "ok", "undefined", "empty", "missing", "expired",
	"invalid", "valid", "required", "failed", "failure", "success", "successful", "denied", "unset", "set", "absent",
	"present", "enabled", "disabled", "unknown", "redacted", "masked", "hidden", "filtered", "removed", "rejected",
	"accepted", "revoked", "incorrect", "wrong", "mismatch", "mismatched", "unauthorized", "refreshed", "changed",
	"updated", "rotated", "created", "deleted", "optional", "provided", "malformed", "found", "bearer", "basic", "jwt",
	"string", "str", "bool", "expected", "verified", "granted", "forbidden", "generated", "loaded", "supplied", "ignored",
	"skipped", "pending", "issued", "stored", "cached", "sent", "received", "used", "unused", "unchanged", "active",
	"inactive", "eof", "stdin", "timeout", "never", "unsupported",
}

// starters begin the sentences that programs write after a colon.
var starters = []string{
	"a", "an", "the", "this", "that", "it", "its", "is", "are", "was", "were", "be", "been", "has", "have", "had", "not",
	"no", "cannot", "can", "could", "must", "should", "will", "would", "may", "does", "did", "do", "please", "only", "too",
	"for", "from", "in", "at", "with", "without", "by", "to", "of", "on", "or", "and", "as", "if", "when", "while",
	"after", "before", "until", "using", "use", "got", "want", "need", "needs", "try", "trying", "retrying", "context",
	"connection", "connect", "connecting", "dial", "read", "write", "open", "request", "response", "unexpected", "unable",
	"error", "exception", "illegal", "bad", "signature", "user", "client", "server", "service", "access", "permission",
	"execution", "execute", "operation", "call", "token", "password", "secret", "key", "credentials", "authentication",
	"authorization", "validation", "verification", "checking", "fetching", "loading", "refreshing", "rotating", "reset",
	"resetting", "generating", "creating", "deleting", "updating", "minimum", "maximum", "at least", "exceeded", "rate",
	"too many", "http", "https", "rpc", "tls", "ssl", "x", "value", "type", "length", "format", "field", "parameter",
	"header", "cookie", "session", "account", "attempt", "attempts", "cookie", "could not", "end", "start", "starting",
}

// complaints are beginnings of words that come before the name of a secret in a
// message that says what is wrong with it.
var complaints = []string{
	"fail", "invalid", "error", "cannot", "unable", "could", "couldn", "missing", "bad", "expire", "refresh", "verif",
	"validat", "decod", "pars", "reject", "denied", "deny", "unauthor", "exception", "warn", "unexpected", "wrong", "no",
	"retriev", "fetch", "rotat", "registry", "unable", "illegal", "malformed", "unsupported", "check",
}

// prose reports whether a message goes on at i, after a name that began at name and
// a colon, rather than a value being told: token: jwt expired.
func prose(s string, i, name int) bool {
	end := skip(s, i, 24, letter)
	if end == i {
		return proseNumber(s, i)
	}
	word := s[i:end]
	if end < len(s) {
		switch c := s[end]; {
		case c == '\'', c == '(':
			return true // can't; a call
		case c == '=':
			return end+1 < len(s) && s[end+1] != '=' && !space(s[end+1]) // user=bob
		case c == '/':
			return reference(s, i)
		case c == '-' || c == '_':
			return false
		case !space(c) && strings.IndexByte(".,;:!?)]}", c) < 0:
			return false
		}
	}
	if foldAny(word, statuses) || foldAny(word, starters) {
		return true
	}
	next := skip(s, end, 2, func(c byte) bool { return c == ' ' || c == ',' || c == ';' || c == ':' || c == '.' })
	return next > end && next < len(s) && letter(s[next]) && complains(s, name)
}

// proseNumber reports whether a small number with a word behind it stands at i: 3
// attempts left.
func proseNumber(s string, i int) bool {
	end := skip(s, i, 4, digit)
	return end > i && end < i+4 && (end == len(s) || s[end] == ' ' && end+1 < len(s) && letter(s[end+1]))
}

// reference reports whether the name of a secret stands at i, and not its value:
// lower-case words with slashes between them.
func reference(s string, i int) bool {
	end := skip(s, i, 2*longestName, func(c byte) bool { return c >= 'a' && c <= 'z' || c == '/' || c == '-' || c == '_' })
	return end == len(s) || space(s[end]) || strings.IndexByte(".,;:)]\"'`", s[end]) >= 0
}

// complains reports whether the message before a name says that something is wrong.
func complains(s string, name int) bool {
	before := s[max(0, name-48):name]
	before = before[strings.LastIndexByte(before, '\n')+1:]
	for rest, word := lastWord(before); word != ""; rest, word = lastWord(rest) {
		for _, c := range complaints {
			if foldPrefix(word, c) {
				return true
			}
		}
	}
	return false
}
