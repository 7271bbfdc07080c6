package analysis

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is the length at which the standard tokenizer cuts a word, in
// characters.
const maxWord = 255

// class is what the word boundaries of Unicode Standard Annex 29 distinguish, as
// far as the standard tokenizer of Elasticsearch and OpenSearch does.
type class uint8

const (
	gap       class = iota // stands between words
	letter                 // joins letters, digits and connectors
	digit                  // as letter
	katakana               // joins its own kind and connectors
	connector              // the underscore and its relatives
	alone                  // a word by itself: ideographs, hiragana, pictographs
	extend                 // belongs to what comes before it
	midLetter              // joins two letters
	midNumber              // joins two digits
	midBoth                // joins two letters or two digits
)

func classOf(r rune) class {
	if r < utf8.RuneSelf {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			return letter
		case r >= '0' && r <= '9':
			return digit
		case r == '_':
			return connector
		case r == '.', r == '\'':
			return midBoth
		case r == ':':
			return midLetter
		case r == ',', r == ';':
			return midNumber
		}
		return gap
	}
	switch {
	case r == '’', r == '‘', r == '․', r == '．':
		return midBoth
	case r == '·', r == '‧':
		return midLetter
	case unicode.Is(unicode.Han, r), unicode.Is(unicode.Hiragana, r), r >= 0x1f300 && r <= 0x1faff:
		return alone
	case unicode.Is(unicode.Katakana, r):
		return katakana
	case unicode.IsLetter(r):
		return letter
	case unicode.Is(unicode.Nd, r):
		return digit
	case unicode.Is(unicode.Pc, r):
		return connector
	case unicode.IsMark(r), unicode.Is(unicode.Cf, r):
		return extend
	case r == '٫':
		return midNumber
	}
	return gap
}

// Words yields the words of a text as the standard analyser does, except that
// they keep their case: compare them with Same. They are slices of s.
func Words(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i < len(s); {
			r, size := utf8.DecodeRuneInString(s[i:])
			switch classOf(r) {
			case letter, digit, katakana, connector, alone:
				end, word := wordEnd(s, i)
				if word && !pieces(s[i:end], yield) {
					return
				}
				i = end
			default:
				i += size
			}
		}
	}
}

// wordEnd returns where the word ends that begins at i, and whether it is one: a
// run of nothing but connectors is none.
func wordEnd(s string, i int) (end int, word bool) {
	r, size := utf8.DecodeRuneInString(s[i:])
	last := classOf(r)
	word = last != connector
	end = i + size
	for end < len(s) {
		c, next := classAt(s, end)
		switch {
		case c == extend:
			end = next
			continue
		case joins(last, c):
		case c == midLetter && last == letter, c == midNumber && last == digit,
			c == midBoth && (last == letter || last == digit):
			after, past := classAt(s, next)
			for after == extend {
				after, past = classAt(s, past)
			}
			if after != last {
				return end, word
			}
			c, next = after, past
		default:
			return end, word
		}
		last, end = c, next
		word = word || last != connector
	}
	return end, word
}

// classAt returns the class of the character at i, gap at the end, and where the
// next one begins.
func classAt(s string, i int) (class, int) {
	if i >= len(s) {
		return gap, i
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	return classOf(r), i + size
}

func joins(a, b class) bool {
	switch a {
	case letter, digit:
		return b == letter || b == digit || b == connector
	case katakana:
		return b == katakana || b == connector
	case connector:
		return b == letter || b == digit || b == katakana || b == connector
	}
	return false
}

// pieces yields a word in parts that are not too long.
func pieces(word string, yield func(string) bool) bool {
	for len(word) > maxWord {
		cut := 0
		for n := 0; n < maxWord && cut < len(word); n++ {
			_, size := utf8.DecodeRuneInString(word[cut:])
			cut += size
		}
		if !yield(word[:cut]) {
			return false
		}
		word = word[cut:]
	}
	return word == "" || yield(word)
}

// Lower returns the words of a text in lower case, as the index has them.
func Lower(s string) []string {
	var words []string
	for w := range Words(s) {
		words = append(words, strings.ToLower(w))
	}
	return words
}

// Same reports whether a word is a lower-case one but for its case.
func Same(word, lower string) bool {
	if len(word) != len(lower) {
		// Few characters change their length with their case.
		return !ascii(word) && strings.ToLower(word) == lower
	}
	for i := range len(word) {
		c := word[i]
		if c >= utf8.RuneSelf {
			return strings.ToLower(word) == lower
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
