package palette

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"gantry/internal/words"
)

// How well an item fits what was typed, the best first. Anything else does not fit: a
// letter here and there is no relation.
const (
	exact    = iota // its name, or another name that it has
	answer          // made for this very text
	prefix          // its name begins so
	word            // a word of its name begins so
	inside          // its name holds the text
	abridged        // letters of one word, or the beginnings of several
	resort          // what is left to try
	unfit
)

// rank is how well an item fits.
func rank(item Item, typed string) int {
	name, typed := strings.ToLower(item.Name), strings.ToLower(typed)
	named := slices.ContainsFunc(item.Aliases, func(a string) bool { return strings.EqualFold(a, typed) })
	switch {
	case name == typed || named:
		return exact
	case item.Resort:
		return resort
	case item.Answer:
		return answer
	case strings.HasPrefix(name, typed):
		return prefix
	case slices.ContainsFunc(wordsOf(name), func(w string) bool { return strings.HasPrefix(w, typed) }):
		return word
	case strings.Contains(name, typed):
		return inside
	case abridges(typed, wordsOf(name)):
		return abridged
	}
	return unfit
}

// wordsOf are the words of a name: what letters and digits make up.
func wordsOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// abridges reports whether a text is short for some words: it begins one of them and
// leaves out letters of it ("tsk"), or is made of what several begin with ("tad").
func abridges(typed string, words []string) bool {
	for i, w := range words {
		if skips(typed, w) || begins(typed, words[i:]) {
			return true
		}
	}
	return false
}

// skips reports whether a text has the first letter of a word and others of it, in order.
func skips(typed, word string) bool {
	if typed == "" || word == "" || typed[0] != word[0] {
		return false
	}
	for _, r := range typed {
		at := strings.IndexRune(word, r)
		if at < 0 {
			return false
		}
		word = word[at+len(string(r)):]
	}
	return true
}

// begins reports whether a text is made of the beginnings of words, in order.
func begins(typed string, words []string) bool {
	if typed == "" {
		return true
	}
	for i, w := range words {
		for n := len(w); n > 0; n-- {
			if strings.HasPrefix(typed, w[:n]) && begins(typed[n:], words[i+1:]) {
				return true
			}
		}
	}
	return false
}

// fitting are the items that fit, the best first and what writes behind all that only
// looks, unless it was called by its name. What fits alike stays in order.
func fitting(items []Item, typed string) []Item {
	type ranked struct {
		Item
		rank int
	}
	var found []ranked
	for _, item := range items {
		r := rank(item, typed)
		if r == unfit {
			continue
		}
		if item.Writes && r != exact {
			r += unfit
		}
		found = append(found, ranked{item, r})
	}
	slices.SortStableFunc(found, func(a, b ranked) int {
		if a.rank == b.rank && a.rank%unfit == abridged { // the shorter name leaves out less
			return cmp.Compare(len(a.Name), len(b.Name))
		}
		return cmp.Compare(a.rank, b.rank)
	})
	out := make([]Item, len(found))
	for i, f := range found {
		out[i] = f.Item
	}
	return out
}

// maxNearest is how many are offered of what was perhaps meant.
const maxNearest = 3

// nearest are the items whose names, or a word of them, differ least from what was typed.
func nearest(items []Item, typed string) []Item {
	items = slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return i.Writes || i.Answer || i.Resort })
	far := func(i Item) int {
		least := words.Unlike(typed, i.Name)
		for _, w := range append(wordsOf(i.Name), i.Aliases...) {
			least = min(least, words.Unlike(typed, w))
		}
		return least
	}
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(far(a), far(b)) })
	return items[:min(maxNearest, len(items))]
}
