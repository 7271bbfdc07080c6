// Package livetable is what every screen with a table is: its spec, the feed that
// keeps its rows fresh, the line of totals, the state of what was read, and the
// panel with evidence on the row under the cursor.
//
// It knows no kind of resource. What a table shows and what can be done with its
// rows, its spec says.
package livetable
