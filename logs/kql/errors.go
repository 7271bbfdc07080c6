package kql

import (
	"fmt"
	"time"

	"gantry/logs/kql/analysis"
)

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

// CheckDates returns what is wrong with the first value that is compared with a
// field of dates and is none, as a *SyntaxError: a store would refuse the query, and
// one that keeps no mapping would find nothing.
func CheckDates(n Node, fields Fields) error {
	var wrong error
	walk(n, "", func(n Node, prefix string) {
		var name Text
		var v Value
		switch n := n.(type) {
		case Is:
			name, v = n.Field, n.Value
		case Range:
			name, v = n.Field, n.Value
		}
		if wrong != nil || len(name) == 0 || name.Wild() || v.wild() || !found(fields, name.prefixed(prefix))[0].Kinds.only(Date) {
			return
		}
		if _, err := analysis.Date(v.Text.Raw(), time.Time{}, time.UTC); err != nil {
			wrong = &SyntaxError{Column: v.At, Expected: "a date, such as 2026-03-01T12:30, 2026-03-01||+1d or now-15m", Found: quoteRaw(v.Text.Raw())}
		}
	})
	return wrong
}
