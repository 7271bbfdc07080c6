package kql

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// kind is the kind of a token.
type kind uint8

const (
	tokenEnd kind = iota
	tokenWords
	tokenQuoted
	tokenAnd
	tokenOr
	tokenNot
	tokenOpen
	tokenClose
	tokenOpenBrace
	tokenCloseBrace
	tokenColon
	tokenBound
	tokenBad // what cannot be read; nothing follows it
)

// token is a piece of what was typed.
type token struct {
	kind kind
	at   int // column
	raw  string
	text Text  // of words and quoted texts
	op   Bound // of a bound
	err  *SyntaxError
}

// special reports whether a character has a meaning of its own outside quotes.
func special(r rune) bool {
	switch r {
	case '\\', '(', ')', ':', '<', '>', '"', '*', '{', '}':
		return true
	}
	return false
}

// space reports whether a character separates words: the white space of the
// language, which a no-break space belongs to.
func space(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' || r == '\u00a0' }

// blank reports whether a character is none of a value at its ends.
func blank(r rune) bool { return r == '\ufeff' || r != '\u0085' && unicode.IsSpace(r) }

// keywordOf returns the kind of a word that is one.
func keywordOf(word string) kind {
	switch {
	case strings.EqualFold(word, "and"):
		return tokenAnd
	case strings.EqualFold(word, "or"):
		return tokenOr
	case strings.EqualFold(word, "not"):
		return tokenNot
	}
	return tokenWords
}

// lexer splits what was typed into tokens.
type lexer struct {
	runes []rune
	i     int
	// ended tells that an operand has just ended, so that "and" and "or" are
	// operators: where an operand begins they are words.
	ended bool
}

// lex returns the tokens of a query; the last is its end, or one that is bad.
func lex(query string) []token {
	l := lexer{runes: []rune(query)}
	tokens := make([]token, 0, 8)
	for {
		t := l.next()
		tokens = append(tokens, t)
		if t.kind == tokenEnd || t.kind == tokenBad {
			return tokens
		}
	}
}

func (l *lexer) next() token {
	l.space()
	start := l.i
	t := l.read()
	t.at = start + 1
	t.raw = string(l.runes[start:l.i])
	switch t.kind {
	case tokenWords, tokenQuoted, tokenClose, tokenCloseBrace:
		l.ended = true
	default:
		l.ended = false
	}
	return t
}

// space moves the cursor past white space.
func (l *lexer) space() {
	for l.i < len(l.runes) && blank(l.runes[l.i]) {
		l.i++
	}
}

func (l *lexer) read() token {
	if l.i >= len(l.runes) {
		return token{kind: tokenEnd}
	}
	single := func(k kind) token {
		l.i++
		return token{kind: k}
	}
	switch r := l.runes[l.i]; r {
	case '(':
		return single(tokenOpen)
	case ')':
		return single(tokenClose)
	case '{':
		return single(tokenOpenBrace)
	case '}':
		return single(tokenCloseBrace)
	case ':':
		return single(tokenColon)
	case '<', '>':
		l.i++
		t := token{kind: tokenBound, op: Less}
		if r == '>' {
			t.op = Greater
		}
		if l.peek() == '=' {
			l.i++
			t.op++ // each bound is followed by its inclusive form
		}
		return t
	case '"':
		return l.quoted()
	}
	return l.words()
}

// peek returns the character at the cursor, -1 at the end.
func (l *lexer) peek() rune {
	if l.i < len(l.runes) {
		return l.runes[l.i]
	}
	return -1
}

func bad(err *SyntaxError) token { return token{kind: tokenBad, err: err} }

// quoted reads a text in double quotes.
func (l *lexer) quoted() token {
	start := l.i
	var b strings.Builder
	for l.i++; l.i < len(l.runes); l.i++ {
		switch r := l.runes[l.i]; r {
		case '"':
			l.i++
			return token{kind: tokenQuoted, text: Literal(b.String())}
		case '\\':
			s, size, err := l.escaped(true)
			if err != nil {
				return bad(err)
			}
			b.WriteString(s)
			l.i += size - 1
		default:
			b.WriteRune(r)
		}
	}
	return bad(&SyntaxError{Column: len(l.runes) + 1, Expected: `a closing "`, Found: "the end of the query",
		Hint: "the text in quotes begins in column " + strconv.Itoa(start+1)})
}

// words reads a value without quotes: words and the space between them, up to an
// operator, a character with a meaning of its own, or the end. An operator that
// stands first is a token by itself.
func (l *lexer) words() token {
	if k := l.operator(l.ended); k != tokenWords {
		l.i += len([...]string{tokenAnd: "and", tokenOr: "or", tokenNot: "not"}[k])
		return token{kind: k}
	}
	var text Text
	var piece strings.Builder // since the last wildcard
	for end := l.i; ; {
		for _, r := range l.runes[end:l.i] {
			piece.WriteRune(r)
		}
		if err := l.word(&text, &piece); err != nil {
			return bad(err)
		}
		end = l.i
		for l.i < len(l.runes) && space(l.runes[l.i]) {
			l.i++
		}
		r := l.peek()
		if r < 0 || special(r) && r != '\\' && r != '*' || l.operator(true) != tokenWords {
			l.i = end
			return trimmed(append(text, piece.String()))
		}
	}
}

// trimmed is the token of a text without the white space at its ends, however that
// was spelt. What is nothing but white space is a phrase without words.
func trimmed(text Text) token {
	last := len(text) - 1
	text[0] = strings.TrimLeftFunc(text[0], blank)
	text[last] = strings.TrimRightFunc(text[last], blank)
	if text.Wild() || text[0] != "" {
		return token{kind: tokenWords, text: text}
	}
	return token{kind: tokenQuoted, text: text}
}

// operator returns the kind of the operator at the cursor. A word at which a value
// ends, or which has a field's place, is none; where an operand begins, only "not"
// is one.
func (l *lexer) operator(ended bool) kind {
	n := 0
	for l.i+n < len(l.runes) && n <= len("and") && !special(l.runes[l.i+n]) && !space(l.runes[l.i+n]) {
		n++
	}
	k := keywordOf(string(l.runes[l.i : l.i+n]))
	if k == tokenWords || !ended && k != tokenNot {
		return tokenWords
	}
	l.i += n
	next := l.peek()
	l.i -= n
	switch {
	case next == '(', next == '"', next >= 0 && space(next):
		return k
	case next < 0 && l.ended:
		return k // behind quotes or parentheses it can be nothing else
	}
	return tokenWords
}

// word reads one word: no white space, no character with a meaning of its own
// but wildcards and escapes.
func (l *lexer) word(text *Text, piece *strings.Builder) *SyntaxError {
	for l.i < len(l.runes) {
		r := l.runes[l.i]
		switch {
		case r == '*':
			*text = append(*text, piece.String())
			piece.Reset()
			l.i++
		case r == '\\':
			s, size, err := l.escaped(false)
			if err != nil {
				return err
			}
			piece.WriteString(s)
			l.i += size
		case special(r), space(r):
			return nil
		default:
			piece.WriteRune(r)
			l.i++
		}
	}
	return nil
}

// escaped reads what a backslash at the cursor stands for, and its length. In
// quotes a backslash before anything else stands for itself. Before a keyword it is
// left out, but \n is a line feed, also before "ot".
func (l *lexer) escaped(quotes bool) (string, int, *SyntaxError) {
	rest := l.runes[l.i+1:]
	if len(rest) > 0 {
		switch r := rest[0]; {
		case r == 't':
			return "\t", 2, nil
		case r == 'r':
			return "\r", 2, nil
		case r == 'n':
			return "\n", 2, nil
		case r == 'u':
			if s, size := unicodeEscape(l.runes[l.i:]); size > 0 {
				return s, size, nil
			}
		case r == '"', r == '\\', !quotes && special(r):
			return string(r), 2, nil
		}
	}
	if quotes {
		return `\`, 1, nil
	}
	for _, keyword := range [...]string{"and", "or", "not"} {
		if n := len(keyword); len(rest) >= n && strings.EqualFold(string(rest[:n]), keyword) {
			return string(rest[:n]), n + 1, nil
		}
	}
	return "", 0, l.badEscape()
}

func (l *lexer) badEscape() *SyntaxError {
	found := "the end of the query"
	if l.i+1 < len(l.runes) {
		found = quoteRaw(string(l.runes[l.i : l.i+2]))
	}
	return &SyntaxError{Column: l.i + 1, Found: found,
		Expected: `after \ one of \ ( ) : < > " * { }, a keyword, t, r, n or u with four hex digits`,
		Hint:     `\\ stands for a backslash`}
}

// unicodeEscape reads \uXXXX, or the two of them that make up one character
// beyond the first plane. Size 0 is none.
func unicodeEscape(rs []rune) (string, int) {
	r, ok := hex4(rs)
	if !ok {
		return "", 0
	}
	if utf16.IsSurrogate(r) {
		low, ok := hex4(rs[6:])
		r = utf16.DecodeRune(r, low)
		if !ok || r == unicode.ReplacementChar {
			return "", 0
		}
		return string(r), 12
	}
	return string(r), 6
}

func hex4(rs []rune) (rune, bool) {
	if len(rs) < 6 || rs[0] != '\\' || rs[1] != 'u' {
		return 0, false
	}
	var n rune
	for _, r := range rs[2:6] {
		switch {
		case r >= '0' && r <= '9':
			r -= '0'
		case r >= 'a' && r <= 'f':
			r -= 'a' - 10
		case r >= 'A' && r <= 'F':
			r -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | r
	}
	return n, true
}
