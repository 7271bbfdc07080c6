package kql

import "fmt"

// SyntaxError says where a query cannot be read on.
type SyntaxError struct {
	// Column is the place in characters, counted from 1; one more than the
	// query's length when it ends too early.
	Column int
	// Expected is what could stand there, Found what does: raw text of the query,
	// shortened.
	Expected, Found string
	// Hint is how to write what was probably meant; may be empty.
	Hint string
}

// Error returns all of it on one line. What it quotes of the query is raw.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("column %d: expected %s, found %s", e.Column, e.Expected, e.Found)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}
