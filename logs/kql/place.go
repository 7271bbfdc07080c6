package kql

import "strings"

// Part is what may stand at a place of a query.
type Part uint8

// The parts.
const (
	// FieldPart is the name of a field, or a value of any.
	FieldPart Part = iota
	// OperatorPart is what stands between a field and its value.
	OperatorPart
	// ValuePart is a value of a field.
	ValuePart
	// ConjunctionPart is what stands between two comparisons.
	ConjunctionPart
	// NoPart is nothing that could be offered.
	NoPart
)

// Place is a place in a query that is being typed.
type Place struct {
	Part Part
	// Field is the field of a value.
	Field string
	// Typed is what stands there already, and From its column in characters, from 1.
	Typed string
	From  int
}

// PlaceAt returns what may stand at the end of a text, which is what a person has
// typed before the cursor.
func PlaceAt(before string) Place {
	tokens := lex(before)
	end := tokens[len(tokens)-1]
	tokens = tokens[:len(tokens)-1]
	if end.kind == tokenBad {
		// A quote that is open: the value is being typed.
		if i := strings.LastIndexByte(before, '"'); i >= 0 && len(tokens) > 0 && fieldOf(tokens) != "" {
			return Place{Part: ValuePart, Field: fieldOf(tokens), Typed: before[i:], From: len([]rune(before[:i])) + 1}
		}
		return Place{Part: NoPart}
	}
	after := len([]rune(before)) + 1
	if len(tokens) == 0 {
		return Place{Part: FieldPart, From: after}
	}
	last := tokens[len(tokens)-1]
	touches := last.at+len([]rune(last.raw)) == after
	switch last.kind {
	case tokenWords:
		return wordsPlace(tokens, last, touches, after)
	case tokenQuoted, tokenClose, tokenCloseBrace:
		if touches {
			return Place{Part: NoPart}
		}
		return Place{Part: ConjunctionPart, From: after}
	case tokenColon:
		return Place{Part: ValuePart, Field: fieldOf(tokens), From: after}
	case tokenAnd, tokenOr, tokenNot, tokenOpen, tokenOpenBrace:
		if field := fieldOf(tokens); field != "" {
			return Place{Part: ValuePart, Field: field, From: after}
		}
		return Place{Part: FieldPart, From: after}
	}
	return Place{Part: NoPart}
}

// wordsPlace is the place within or after words: the last of them may be the
// beginning of a conjunction.
func wordsPlace(tokens []token, last token, touches bool, after int) Place {
	field := fieldOf(tokens[:len(tokens)-1])
	bound := len(tokens) > 1 && tokens[len(tokens)-2].kind == tokenBound
	switch space := strings.LastIndexByte(last.raw, ' '); {
	case !touches && field == "" && !bound:
		return Place{Part: OperatorPart, From: after}
	case !touches:
		return Place{Part: ConjunctionPart, From: after}
	case space >= 0:
		word := last.raw[space+1:]
		return Place{Part: ConjunctionPart, Typed: word, From: after - len([]rune(word))}
	case bound:
		return Place{Part: NoPart}
	case field != "":
		return Place{Part: ValuePart, Field: field, Typed: last.raw, From: last.at}
	}
	return Place{Part: FieldPart, Typed: last.raw, From: last.at}
}

// fieldOf returns the field whose value is to come behind some tokens, or whose list
// of values is open there; empty when there is none.
func fieldOf(tokens []token) string {
	last := len(tokens) - 1
	if last > 0 && tokens[last].kind == tokenColon {
		return tokens[last-1].text.Raw()
	}
	closed := 0
	for i := last; i >= 0; i-- {
		switch tokens[i].kind {
		case tokenClose:
			closed++
		case tokenOpen:
			if closed--; closed < 0 {
				closed = 0
				if i > 1 && tokens[i-1].kind == tokenColon {
					return tokens[i-2].text.Raw()
				}
			}
		case tokenOpenBrace:
			return ""
		}
	}
	return ""
}
