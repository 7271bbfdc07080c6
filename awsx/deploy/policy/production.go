package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"gantry/awsx"
)

// DefaultNonProduction returns the words that a policy starts from.
func DefaultNonProduction() []string {
	return []string{
		"dev", "develop", "development", "test", "testing", "stage", "staging", "stg", "uat", "qa", "sandbox", "demo",
		"preprod", "nonprod", "pre-prod", "non-prod",
	}
}

// productionWords say production, whatever else a name holds, and with a number after
// them too.
var productionWords = []string{"prod", "production", "prd", "live"}

// Judgement says whether a cluster belongs to production, and what decided.
type Judgement struct {
	Production bool
	By         string // in words, such as: its name has "staging" (production.except)
}

// Judge judges a cluster. It is production unless a glob of the policy says otherwise:
// what is not known to be harmless is not. The account is an id or alias and may be empty.
func (p Policy) Judge(ref awsx.Ref, account string) Judgement {
	name := ref.ClusterName()
	tokens := tokensOf(name)
	by := ""
	spoken := make([]bool, len(tokens)) // tokens of the name that belong to a longer word, as prod does to pre-prod
	for _, glob := range p.NonProduction {
		hit := matchTokens(glob, tokens)
		if hit == nil {
			continue
		}
		if by == "" {
			by = fmt.Sprintf("its name matches %q (production.except)", glob)
		}
		if longer(hit) {
			for i := range hit {
				spoken[i] = spoken[i] || hit[i]
			}
		}
	}
	for i, token := range tokens {
		if slices.Contains(productionWords, strings.TrimRight(token, "0123456789")) && !spoken[i] {
			return Judgement{Production: true, By: fmt.Sprintf("its name has %q", token)}
		}
	}
	for _, also := range []struct {
		what, setting, name string
		globs               []string
	}{
		{"the profile", "profiles", ref.Context.Profile, p.NonProductionProfiles},
		{"the account", "accounts", account, p.NonProductionAccounts},
	} {
		for _, glob := range also.globs {
			if by == "" && also.name != "" && matchTokens(glob, tokensOf(also.name)) != nil {
				by = fmt.Sprintf("%s matches %q (production.%s)", also.what, glob, also.setting)
			}
		}
	}
	if by == "" {
		return Judgement{Production: true, By: "nothing says that it is something else"}
	}
	return Judgement{By: by}
}

// Production reports whether a resource belongs to production.
func (p Policy) Production(ref awsx.Ref, account string) bool {
	return p.Judge(ref, account).Production
}

// tokensOf splits a name, in lower case, at what is neither letter nor digit.
func tokensOf(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// matchTokens matches a glob against the whole tokens of a name, so that dev is part of
// eu-dev-1 and not of devices. A star stands for any number of tokens and one that a
// separator keeps from its neighbour for at least one; ? and [...] are of one token. A
// glob without a star may stand anywhere in the name. It returns which tokens the glob
// names itself, nil when it does not match.
func matchTokens(glob string, tokens []string) []bool {
	parts := partsOf(glob)
	if !slices.ContainsFunc(parts, part.star) {
		parts = slices.Concat([]part{anyTokens}, parts, []part{anyTokens})
	}
	hit := make([]bool, len(tokens))
	if len(tokens) == 0 || !matchParts(parts, tokens, hit) {
		return nil
	}
	return hit
}

// part is one piece of a glob: a pattern for one token, or stars for at least so many.
type part struct {
	pattern string // empty for stars
	least   int
}

func (p part) star() bool { return p.pattern == "" }

var anyTokens = part{}

// partsOf splits a glob at its stars and at what no name's token holds.
func partsOf(glob string) []part {
	var parts []part
	word := ""
	end := func() {
		if word != "" {
			parts = append(parts, part{pattern: word})
			word = ""
		}
	}
	runes := []rune(strings.ToLower(glob))
	separated := func(i int) bool { // what stands there parts tokens
		return i >= 0 && i < len(runes) && !unicode.IsLetter(runes[i]) && !unicode.IsDigit(runes[i]) && !strings.ContainsRune("*?[]", runes[i])
	}
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '*':
			end()
			star := part{}
			if separated(i-1) || separated(i+1) {
				star.least = 1
			}
			parts = append(parts, star)
		case r == '[':
			close := slices.Index(runes[i:], ']')
			if close < 0 {
				close = len(runes) - i - 1
			}
			word += string(runes[i : i+close+1])
			i += close
		case r == '?' || !separated(i):
			word += string(r)
		default:
			end()
		}
	}
	end()
	return parts
}

// matchParts marks the tokens that patterns match.
func matchParts(parts []part, tokens []string, hit []bool) bool {
	switch {
	case len(parts) == 0:
		return len(tokens) == 0
	case parts[0].star():
		for n := parts[0].least; n <= len(tokens); n++ {
			if matchParts(parts[1:], tokens[n:], hit[n:]) {
				return true
			}
		}
		return false
	case len(tokens) == 0:
		return false
	}
	if ok, err := path.Match(parts[0].pattern, tokens[0]); !ok || err != nil || !matchParts(parts[1:], tokens[1:], hit[1:]) {
		return false
	}
	hit[0] = true
	return true
}

// longer reports whether a glob names more than one token.
func longer(hit []bool) bool {
	first := slices.Index(hit, true)
	return first >= 0 && slices.Contains(hit[first+1:], true)
}
