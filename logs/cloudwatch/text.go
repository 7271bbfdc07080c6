package cloudwatch

import (
	"slices"
	"strings"
	"unicode"

	"gantry/logs"
)

// terms is what a person searches for in a message: the words of it in any order,
// the last one perhaps unfinished, or a phrase. Case does not count. A store with
// an index of words finds the same lines.
type terms struct {
	words  []string
	phrase bool
}

func termsOf(q logs.Query) terms {
	if phrase, ok := q.Phrase(); ok {
		return terms{words: words(phrase), phrase: true}
	}
	return terms{words: words(q.Text)}
}

// words returns the runs of letters, digits and underscores of a text, in lower
// case.
func words(text string) []string {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, f := range fields {
		fields[i] = strings.Map(lower, f)
	}
	return fields
}

// lower is the lower case of a letter, except that no letter beyond ASCII becomes
// one of ASCII: the Kelvin sign is no k, because the service's pattern does not
// take it for one.
func lower(r rune) rune {
	if l := unicode.ToLower(r); r < unicode.MaxASCII || l >= unicode.MaxASCII {
		return l
	}
	return r
}

// in reports whether a message has the terms.
func (t terms) in(message string) bool {
	if len(t.words) == 0 {
		return true
	}
	have := words(message)
	last := len(t.words) - 1
	if t.phrase {
		for i := 0; i+last < len(have); i++ {
			if slices.Equal(have[i:i+last+1], t.words) {
				return true
			}
		}
		return false
	}
	for i, w := range t.words {
		if !slices.ContainsFunc(have, func(h string) bool { return h == w || i == last && strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// pattern returns a filter pattern that every message with the terms matches; it
// is empty when there is none. The service compares plain terms with regard to
// case, so it is a regular expression for the longest word, which no line with
// the terms can lack. Its regular expressions know ASCII only.
func (t terms) pattern() string {
	longest := ""
	for _, w := range t.words {
		if len(w) > len(longest) && len(w) <= longestPattern && strings.Trim(w, asciiWord) == "" {
			longest = w
		}
	}
	if longest == "" {
		return ""
	}
	var b strings.Builder
	b.WriteByte('%')
	for _, c := range longest {
		if c >= 'a' && c <= 'z' {
			b.WriteString("[" + string(unicode.ToUpper(c)) + string(c) + "]")
		} else {
			b.WriteRune(c)
		}
	}
	b.WriteByte('%')
	return b.String()
}

const (
	asciiWord = "abcdefghijklmnopqrstuvwxyz0123456789_"
	// longestPattern keeps the pattern, of four characters for a letter, well under
	// the 1,024 that the service accepts.
	longestPattern = 200
)
