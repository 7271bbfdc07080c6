package kql

import (
	"strconv"
	"unicode/utf8"
)

// maxDepth bounds parentheses, braces and negations within each other, so that no
// input exhausts the stack. The stores' own bound on nested clauses is lower;
// parentheses alone make none.
const maxDepth = 500

// Parse reads a query. The error is a *SyntaxError. A query of nothing but white
// space is *.
func Parse(query string) (Node, error) {
	p := parser{tokens: lex(query)}
	if p.peek().kind == tokenEnd {
		return Is{At: 1, Value: Value{Text: Text{"", ""}}}, nil
	}
	n, err := p.or(p.clause)
	if err == nil && p.peek().kind != tokenEnd {
		err = p.unexpected(`"and", "or" or the end of the query`)
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

// parser reads tokens by recursive descent. Its methods return a nil error or a
// *SyntaxError as an error, so that no nil pointer passes for one.
type parser struct {
	tokens []token
	i      int
	depth  int
}

// unit reads what the operators stand between: clauses, or values of one field.
type unit func() (Node, error)

func (p *parser) peek() *token { return &p.tokens[p.i] }

// take moves past a token. The last one stays: nothing follows it.
func (p *parser) take() *token {
	t := p.peek()
	if p.i < len(p.tokens)-1 {
		p.i++
	}
	return t
}

// enter goes one level deeper; the caller leaves it by p.depth--.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return &SyntaxError{Column: p.peek().at, Expected: "at most " + strconv.Itoa(maxDepth) + " levels of parentheses and negations", Found: "more"}
	}
	return nil
}

func (p *parser) or(u unit) (Node, error) {
	at := p.peek().at
	members, err := p.chain(tokenOr, func() (Node, error) { return p.and(u) })
	if err != nil || len(members) == 1 {
		return first(members), err
	}
	return Or{At: at, Members: members}, nil
}

func (p *parser) and(u unit) (Node, error) {
	at := p.peek().at
	members, err := p.chain(tokenAnd, func() (Node, error) { return p.not(u) })
	if err != nil || len(members) == 1 {
		return first(members), err
	}
	return And{At: at, Members: members}, nil
}

func first(members []Node) Node {
	if len(members) == 0 {
		return nil
	}
	return members[0]
}

// chain reads one or more members between operators of one kind.
func (p *parser) chain(operator kind, member unit) ([]Node, error) {
	var members []Node
	for {
		m, err := member()
		if err != nil {
			return nil, err
		}
		members = append(members, m)
		if p.peek().kind != operator {
			return members, nil
		}
		p.take()
	}
}

func (p *parser) not(u unit) (Node, error) {
	switch t := p.peek(); t.kind {
	case tokenNot:
		p.take()
		if err := p.enter(); err != nil {
			return nil, err
		}
		member, err := p.not(u)
		if err != nil {
			return nil, err
		}
		p.depth--
		return Not{At: t.at, Member: member}, nil
	case tokenOpen:
		return p.group(u)
	default:
		return u()
	}
}

// group reads what stands in parentheses.
func (p *parser) group(u unit) (Node, error) {
	open := p.take()
	if err := p.enter(); err != nil {
		return nil, err
	}
	n, err := p.or(u)
	if err != nil {
		return nil, err
	}
	p.depth--
	return n, p.closing(tokenClose, `"and", "or" or ")"`, open)
}

func (p *parser) closing(want kind, expected string, open *token) error {
	if p.peek().kind == want {
		p.take()
		return nil
	}
	return p.unexpected(expected + " for the " + quoteRaw(open.raw) + " in column " + strconv.Itoa(open.at))
}

// clause reads a comparison, or a value that is looked for in any field.
func (p *parser) clause() (Node, error) {
	t := p.peek()
	if t.kind != tokenWords && t.kind != tokenQuoted {
		return nil, p.unexpected("a field or a value" + p.behind())
	}
	p.take()
	switch next := p.peek(); next.kind {
	case tokenColon, tokenBound:
		if t.text.Raw() == "" {
			return nil, &SyntaxError{Column: t.at, Expected: "the name of a field", Found: "an empty text"}
		}
		if next.kind == tokenBound {
			return p.bound(t)
		}
		return p.compared(t)
	case tokenEnd, tokenAnd, tokenOr, tokenClose, tokenCloseBrace:
	default:
		return nil, p.unexpected(`":", a comparison, "and", "or" or the end after ` + quoteRaw(t.raw))
	}
	return Is{At: t.at, Value: t.value()}, nil
}

// value is the value that a token stands for.
func (t *token) value() Value { return Value{At: t.at, Text: t.text, Quoted: t.kind == tokenQuoted} }

// bound reads what stands after a field's name: an operator and its value.
func (p *parser) bound(field *token) (Node, error) {
	op := p.take()
	t := p.peek()
	if t.kind != tokenWords && t.kind != tokenQuoted {
		return nil, p.unexpected("a value after " + quoteRaw(op.raw))
	}
	p.take()
	return Range{At: field.at, Field: field.text, Op: op.op, Value: t.value()}, nil
}

// compared reads what stands after a field's name and its colon.
func (p *parser) compared(field *token) (Node, error) {
	p.take()
	switch p.peek().kind {
	case tokenOpenBrace:
		return p.nested(field)
	case tokenOpen:
		return p.group(func() (Node, error) { return p.is(field) })
	}
	return p.is(field)
}

func (p *parser) is(field *token) (Node, error) {
	t := p.peek()
	if t.kind != tokenWords && t.kind != tokenQuoted {
		return nil, p.unexpected("a value of " + quoteRaw(field.raw) + p.behind())
	}
	p.take()
	return Is{At: field.at, Field: field.text, Value: t.value()}, nil
}

func (p *parser) nested(path *token) (Node, error) {
	if path.text.Wild() {
		return nil, &SyntaxError{Column: path.at, Expected: "the name of a nested object without *", Found: quoteRaw(path.raw)}
	}
	open := p.take()
	if err := p.enter(); err != nil {
		return nil, err
	}
	member, err := p.or(p.clause)
	if err != nil {
		return nil, err
	}
	p.depth--
	return Nested{At: path.at, Path: path.text, Member: member}, p.closing(tokenCloseBrace, `"and", "or" or "}"`, open)
}

// behind names the operator before the cursor.
func (p *parser) behind() string {
	if p.i == 0 {
		return ""
	}
	switch t := p.tokens[p.i-1]; t.kind {
	case tokenAnd, tokenOr, tokenNot:
		return " after " + quoteRaw(t.raw)
	}
	return ""
}

// unexpected is the error of a token that cannot stand where it does.
func (p *parser) unexpected(expected string) error {
	t := p.peek()
	e := &SyntaxError{Column: t.at, Expected: expected, Found: quoteRaw(t.raw)}
	switch t.kind {
	case tokenBad:
		return t.err
	case tokenEnd:
		e.Found = "the end of the query"
	case tokenColon:
		e.Hint = `write \: for a colon in a value, or put the value in quotes; "and" or "or" stands between two comparisons`
	case tokenAnd, tokenOr, tokenNot:
		e.Hint = `write "` + t.raw + `" in quotes for the word itself`
	}
	return e
}

// shownRunes bounds what an error quotes of the query.
const shownRunes = 24

// quoteRaw puts a piece of the query in quotes, shortened, and as it was typed.
func quoteRaw(s string) string {
	if utf8.RuneCountInString(s) > shownRunes {
		s = string([]rune(s)[:shownRunes]) + "…"
	}
	return `"` + s + `"`
}
