package cwlogs

import (
	"regexp"
	"slices"
	"strings"

	"gantry/awsx/sim/wire"
)

// parseFilterPattern reads a filter pattern: terms that a message must contain,
// with regard to case (quoted where they are no plain words), -terms that it must
// not contain, ?terms of which one is enough when there are no others, or one
// regular expression between % signs. Patterns over the fields of JSON or of
// columns are refused.
func parseFilterPattern(pattern string) (func(string) bool, error) {
	pattern = strings.TrimSpace(pattern)
	switch {
	case pattern == "":
		return func(string) bool { return true }, nil
	case strings.HasPrefix(pattern, "{"), strings.HasPrefix(pattern, "["):
		return nil, badPattern("patterns over fields are not available")
	case strings.HasPrefix(pattern, "%"):
		return regexPattern(pattern)
	}
	var with, without, some []string
	for pattern != "" {
		into := &with
		switch pattern[0] {
		case '?':
			into, pattern = &some, pattern[1:]
		case '-':
			into, pattern = &without, pattern[1:]
		}
		term, rest, err := patternTerm(pattern)
		if err != nil {
			return nil, err
		}
		*into = append(*into, term)
		pattern = strings.TrimLeft(rest, " ")
	}
	return func(message string) bool {
		for _, t := range with {
			if !strings.Contains(message, t) {
				return false
			}
		}
		for _, t := range without {
			if strings.Contains(message, t) {
				return false
			}
		}
		if len(with) > 0 || len(some) == 0 {
			return true
		}
		return slices.ContainsFunc(some, func(t string) bool { return strings.Contains(message, t) })
	}, nil
}

// patternTerm takes a term off the beginning of a pattern.
func patternTerm(pattern string) (term, rest string, err error) {
	if quoted, ok := strings.CutPrefix(pattern, `"`); ok {
		var b strings.Builder
		for i := 0; i < len(quoted); i++ {
			switch {
			case quoted[i] == '\\' && i+1 < len(quoted):
				i++
				b.WriteByte(quoted[i])
			case quoted[i] == '"':
				return b.String(), quoted[i+1:], nil
			default:
				b.WriteByte(quoted[i])
			}
		}
		return "", "", badPattern("a quote is not closed")
	}
	term, rest, _ = strings.Cut(pattern, " ")
	if term == "" {
		return "", "", badPattern("a term is empty")
	}
	plain := func(r rune) bool {
		return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if strings.IndexFunc(term, func(r rune) bool { return !plain(r) }) >= 0 {
		return "", "", badPattern("Invalid character(s) in term '" + term + "'")
	}
	return term, rest, nil
}

// inPattern is what a regular expression between % signs may hold.
var inPattern = regexp.MustCompile(`^[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+. ]+$`)

func regexPattern(pattern string) (func(string) bool, error) {
	body, ok := strings.CutSuffix(pattern[1:], "%")
	if !ok || !inPattern.MatchString(body) {
		return nil, badPattern("the regular expression has characters that are not supported")
	}
	re, err := regexp.Compile(body)
	if err != nil {
		return nil, badPattern("the regular expression cannot be read")
	}
	return re.MatchString, nil
}

func badPattern(why string) error { return wire.Invalid("Invalid filter pattern: " + why + ".") }
