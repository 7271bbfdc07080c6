// Package views holds the console's screens, one small file each beside its
// test. A screen that lists resources is a TableScreen filled by a pure
// function from domain values to rows (rows.go and its neighbours); the other
// kinds show a document or ask for a change.
package views
