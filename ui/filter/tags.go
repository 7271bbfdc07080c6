package filter

import (
	"fmt"
	"iter"
	"regexp"
	"strings"
)

// Prefix begins what asks about tags, such as tag:team=core.
const Prefix = "tag:"

// term asks about one tag.
type term struct {
	key, value pattern
	valued     bool // a value is asked for, which may be empty
	invert     bool
}

// pattern is a text with * and ? in it, or several with | between them, to fit the whole of
// another without regard to case.
type pattern struct {
	plain []string
	re    *regexp.Regexp
}

func patternOf(typed string) pattern {
	p := pattern{plain: strings.Split(typed, "|")}
	if !strings.ContainsAny(typed, "*?") {
		return p
	}
	wild := strings.NewReplacer(`\*`, ".*", `\?`, ".", `\|`, "|").Replace(regexp.QuoteMeta(typed))
	p.re = regexp.MustCompile("(?is)^(?:" + wild + ")$")
	return p
}

func (p pattern) fits(text string) bool {
	if p.re != nil {
		return p.re.MatchString(text)
	}
	for _, want := range p.plain {
		if strings.EqualFold(want, text) {
			return true
		}
	}
	return false
}

// ParseTagged reads a filter of things that have tags. Words of it that begin with tag: ask
// about them, and what is left is a filter as Parse reads it; all must let a thing through.
//
//	tag:team          it has the tag
//	tag:team=core     it has it with this value; tag:team= with an empty one
//	!tag:team=core    it has it not
//
// In keys and values * and ? stand for any letters and for any one letter, | stands between
// alternatives, and quotes are put around what has spaces or, in a key, an equals sign. Case
// does not matter.
func ParseTagged(typed string) (Filter, error) {
	terms, rest, err := cutTerms(typed)
	if err != nil {
		return Filter{}, err
	}
	f, err := Parse(rest)
	f.Typed, f.terms = typed, terms
	return f, err
}

// AsksTags reports whether something is asked about tags in what was typed.
func AsksTags(typed string) bool {
	for word := range strings.FieldsSeq(typed) {
		if _, _, ok := isTerm(word); ok {
			return true
		}
	}
	return false
}

// isTerm takes the mark off a word that asks about a tag.
func isTerm(word string) (rest string, invert, ok bool) {
	bare, invert := strings.CutPrefix(word, "!")
	if len(bare) < len(Prefix) || !strings.EqualFold(bare[:len(Prefix)], Prefix) {
		return "", false, false
	}
	return bare[len(Prefix):], invert, true
}

// cutTerms takes what asks about tags out of what was typed.
func cutTerms(typed string) (terms []term, rest string, err error) {
	var kept []string
	for typed != "" {
		after, invert, ok := isTerm(typed)
		if !ok {
			word, more, _ := strings.Cut(typed, " ")
			kept, typed = append(kept, word), more
			continue
		}
		t := term{invert: invert}
		var key, value string
		key, after, err = part(after, " =")
		if err == nil && strings.HasPrefix(after, "=") {
			t.valued = true
			value, after, err = part(after[1:], " ")
		}
		switch {
		case err != nil:
			return nil, "", fmt.Errorf("filter %q: %w", typed, err)
		case key == "":
			return nil, "", fmt.Errorf("filter %q names no tag: expected tag:KEY or tag:KEY=VALUE", typed)
		}
		t.key, t.value = patternOf(key), patternOf(value)
		terms = append(terms, t)
		typed = strings.TrimPrefix(after, " ")
	}
	return terms, strings.TrimSpace(strings.Join(kept, " ")), nil
}

// part takes a key or a value off the front, which ends at one of some letters unless it
// stands in quotes.
func part(s, ends string) (taken, rest string, err error) {
	quoted, ok := strings.CutPrefix(s, `"`)
	if !ok {
		if i := strings.IndexAny(s, ends); i >= 0 {
			return s[:i], s[i:], nil
		}
		return s, "", nil
	}
	taken, rest, ok = strings.Cut(quoted, `"`)
	switch {
	case !ok:
		return "", "", fmt.Errorf("a quote is not closed")
	case rest != "" && !strings.ContainsAny(rest[:1], ends):
		return "", "", fmt.Errorf("%q follows a closed quote", rest)
	}
	return taken, rest, nil
}

// Tagged reports whether anything is asked about tags.
func (f *Filter) Tagged() bool { return len(f.terms) > 0 }

// KeepsTags reports whether something with these tags, by key, is let through. Nil tags were not
// read: nothing is known of them, and read is false.
func (f *Filter) KeepsTags(tags iter.Seq2[string, string]) (keeps, read bool) {
	if tags == nil {
		return !f.Tagged(), !f.Tagged()
	}
	for i := range f.terms {
		if f.terms[i].among(tags) == f.terms[i].invert {
			return false, true
		}
	}
	return true, true
}

func (t *term) among(tags iter.Seq2[string, string]) bool {
	for key, value := range tags {
		if t.key.fits(key) && (!t.valued || t.value.fits(value)) {
			return true
		}
	}
	return false
}

// Quoted is a key or a value as it is typed: in quotes where it would end too early.
func Quoted(part string) string {
	if strings.ContainsAny(part, " =") {
		return `"` + part + `"`
	}
	return part
}
