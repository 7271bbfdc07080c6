// Package document holds what can be said of the API's own JSON by itself: the tree
// that keeps every byte it was parsed from, the form in which two task definitions
// are compared, their difference, what a person may write into one, and what of a
// document may be shown.
//
// Masking is decided here and in internal/clean, and nowhere else. The package does
// no I/O and knows neither verbs nor plans: those are in deploy.
package document
