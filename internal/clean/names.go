package clean

import "slices"

// secrecy is how much the name of a setting says about its value.
type secrecy int

const (
	open    secrecy = iota // nothing
	likely                 // a value that looks random is a secret
	address                // a URL is one, as it lets in whoever knows it
	certain                // the value is a secret, unless it says that there is none
)

// lineName judges the name before a separator in running text, or of a field in a
// document. There, names of many things hold the words for secrets: token_type,
// TokenExpiredError, password_min_length. Those are told by their last word. Final
// reports whether the last word itself is the secret one.
func lineName(name string) (level secrecy, final bool) {
	rest, last := lastWord(name)
	if level := wordSecrecy(last, rest); level != open {
		return level, true
	}
	for rest != "" {
		var word string
		rest, word = lastWord(rest)
		if level := wordSecrecy(word, rest); level != open {
			if aboutSecrets(last) {
				return open, false
			}
			return level, false
		}
	}
	return open, false
}

// lastWord splits the last word off a name: at characters that are no letters and
// before capitals, as in DB_PASSWORD, client-secret and secretAccessKey. Digits at
// the end of a word do not count.
func lastWord(name string) (rest, word string) {
	end := len(name)
	for end > 0 && !letter(name[end-1]) {
		end--
	}
	start := end
	for start > 0 && letter(name[start-1]) && !upper(name[start-1]) {
		start--
	}
	switch {
	case start == end:
		for start > 0 && upper(name[start-1]) {
			start--
		}
	case start > 0 && upper(name[start-1]):
		start--
	}
	return name[:start], name[start:end]
}

// wordSecrecy judges one word of a name; before is what stands in front of it.
func wordSecrecy(word, before string) secrecy {
	if len(word) < 2 {
		return open
	}
	switch word[len(word)-1] | 0x20 {
	case 'd':
		if foldSuffix(word, "password") || foldSuffix(word, "passwd") || foldSuffix(word, "pwd") ||
			foldSuffix(word, "pswd") || foldEqual(word, "kennwort") {
			return certain
		}
	case 'e':
		if foldSuffix(word, "passphrase") || foldSuffix(word, "passcode") {
			return certain
		}
		if foldEqual(word, "signature") {
			return likely
		}
	case 'g':
		if foldEqual(word, "sig") { // of an Azure shared access signature
			return likely
		}
	case 'h':
		switch {
		case foldEqual(word, "masterauth"):
			return certain
		case word == "AUTH" && endsWord(before):
			return certain
		case foldEqual(word, "auth"):
			return likely
		}
	case 'k':
		if foldSuffix(word, "webhook") {
			return address
		}
	case 'l':
		if foldSuffix(word, "credential") {
			return certain
		}
	case 'n':
		if foldSuffix(word, "token") {
			return certain
		}
	case 't':
		if foldSuffix(word, "secret") {
			return certain
		}
	case 's':
		return pluralSecrecy(word, before)
	case 'w':
		if foldEqual(word, "pw") || foldEqual(word, "psw") || foldSuffix(word, "passw") {
			return certain
		}
	case 'y':
		return keySecrecy(word, before)
	}
	return open
}

// pluralSecrecy judges words that end in s: several secrets, which are counted more
// often than told, and the short forms of password.
func pluralSecrecy(word, before string) secrecy {
	switch {
	case foldSuffix(word, "credentials"), foldSuffix(word, "creds"):
		return certain
	case foldEqual(word, "pass"):
		switch _, qualifier := lastWord(before); {
		case qualifier == "":
			return likely
		case foldAny(qualifier, openPasses):
			return open
		}
		return certain
	case foldAny(word, passWords):
		return certain
	case foldSuffix(word, "tokens"), foldSuffix(word, "secrets"), foldSuffix(word, "passwords"):
		return likely
	case foldSuffix(word, "keys"):
		return min(likely, keySecrecy(word[:len(word)-1], before))
	}
	return open
}

// passWords are names of passwords that end in pass without a separator.
var passWords = []string{
	"requirepass", "dbpass", "userpass", "adminpass", "rootpass", "smtppass", "mysqlpass", "bindpass", "keypass",
	"storepass", "mailpass", "redispass", "httppass", "ldappass", "sshpass",
}

// openPasses qualify a pass that is no password.
var openPasses = []string{"proxy", "fastcgi", "uwsgi", "scgi", "grpc", "first", "second", "single", "multi", "one", "two", "low", "high", "boarding", "by"}

// keySecrecy judges words that end in key. Keys of caches, tables and messages are
// no secrets, keys to an API are, and the rest is if its value looks random.
func keySecrecy(word, before string) secrecy {
	if !foldSuffix(word, "key") {
		return open
	}
	qualifier := word[:len(word)-len("key")]
	if qualifier == "" {
		if _, qualifier = lastWord(before); qualifier == "" || !endsWord(before) {
			return open // a bare key is that of a map
		}
	}
	switch {
	case foldAny(qualifier, openKeys):
		return open
	case foldAny(qualifier, secretKeys), shouted(qualifier):
		return certain
	}
	for _, q := range secretKeys {
		if len(q) > 2 && foldSuffix(qualifier, q) {
			return certain
		}
	}
	return likely
}

// openKeys qualify keys that are no secrets.
var openKeys = []string{
	"primary", "foreign", "partition", "sort", "range", "hash", "cache", "routing", "message", "idempotency", "object",
	"public", "pub", "row", "record", "map", "dict", "index", "idx", "lookup", "group", "unique", "composite", "natural",
	"shard", "dedup", "dedupe", "lock", "storage", "file", "bucket", "metric", "tag", "label", "config", "setting",
	"property", "json", "field", "column", "i18n", "translation", "feature", "flag", "event", "entity", "item", "doc",
	"document", "kms", "search", "query", "header", "param", "job", "queue", "topic", "cluster", "node", "trace", "such",
	"correlation", "request", "duplicate", "invalid", "unknown", "missing", "binding", "sequence", "hot", "mon", "don",
	"tur", "hoc", "joc", "whis", "joke", "ssm", "parameter", "state", "attribute", "resource", "context", "last", "next",
	"start", "end", "host", "surrogate", "business", "ordering", "sorting", "grouping", "bean", "component", "redis",
}

// secretKeys qualify keys that are secrets.
var secretKeys = []string{
	"api", "access", "secret", "private", "signing", "sign", "encryption", "encrypt", "decryption", "cipher", "crypto",
	"account", "shared", "auth", "master", "license", "app", "application", "admin", "root", "deploy", "jwt", "hmac", "aes",
	"session", "cookie", "client", "service", "subscription", "integration", "ingest", "write", "webhook",
}

// shouted reports whether a word is in capitals, as the names of variables are.
func shouted(word string) bool {
	for i := range len(word) {
		if !upper(word[i]) {
			return false
		}
	}
	return len(word) > 0
}

// endsWord reports whether a name goes on to the left of a word.
func endsWord(before string) bool {
	for i := range len(before) {
		if letter(before[i]) {
			return true
		}
	}
	return false
}

// workingDirectory reports whether a variable is the shell's own.
func workingDirectory(name string) bool { return foldEqual(name, "pwd") || foldEqual(name, "oldpwd") }

// aboutSecrets reports whether a name that ends in a word is that of something about
// a secret, and not of the secret.
func aboutSecrets(last string) bool {
	if len(last) > 5 && (foldSuffix(last, "error") || foldSuffix(last, "exception")) {
		return true
	}
	return slices.ContainsFunc(things, func(words []string) bool { return foldAny(last, words) })
}

var things = [][]string{
	{"error", "errors", "exception", "failure", "failures", "warning"},
	{"controller", "service", "handler", "provider", "providers", "manager", "factory", "filter", "validator",
		"interceptor", "middleware", "store", "repository", "client", "server", "resolver", "generator", "encoder",
		"parser", "converter", "listener", "module", "helper", "impl", "bean", "job", "task", "test", "spec"},
	{"type", "name", "names", "id", "ids", "arn", "url", "uri", "endpoint", "path", "file", "dir", "field", "column",
		"header", "label", "format", "alg", "algorithm", "scheme", "method", "mode", "kind", "class", "index", "issuer", "ref", "refs",
		"audience", "scope", "scopes", "prefix", "policy", "source", "location", "region", "host", "port", "user",
		"username", "owner", "version", "status", "state", "result", "reset", "request", "response", "event", "action"},
	{"ttl", "expiry", "expires", "expired", "expiration", "in", "at", "on", "age", "timeout", "interval", "duration",
		"count", "length", "len", "size", "limit", "max", "min", "usage", "used", "remaining", "rate", "cost", "budget",
		"rotation", "attempts", "retries", "bytes", "offset", "position", "days", "seconds", "minutes", "hours", "ms"},
	{"enabled", "disabled", "required", "verified", "valid", "invalid", "present", "missing", "set", "found",
		"changed", "updated", "created", "deleted", "revoked", "rotated", "provided"},
}

// variableName reports whether an environment variable holds a secret by its name.
// Names of variables are chosen for one thing, so that one word for a secret
// anywhere in it says enough: a match too many costs the operator one key to
// reveal, a match too few costs a secret.
func variableName(name string) bool {
	if workingDirectory(name) {
		return false
	}
	for _, word := range [...]string{
		"password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "private", "authorization",
		"connection_string", "connectionstring", "connstr", "dsn",
	} {
		if foldContains(name, word) {
			return true
		}
	}
	level, _ := lineName(name)
	rest, last := lastWord(name)
	switch {
	case level == certain, foldEqual(last, "auth"):
		return true
	case aboutSecrets(last):
		return false
	}
	// A key or a pass by itself says nothing in a line of text, and enough in a
	// variable. BYPASS and MONKEY are other words.
	for word := last; word != ""; rest, word = lastWord(rest) {
		if foldEqual(word, "key") || foldEqual(word, "keys") || foldEqual(word, "pass") || keySecrecy(word, rest) != open {
			return true
		}
	}
	return false
}
