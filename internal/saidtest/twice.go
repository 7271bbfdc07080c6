// Package saidtest reads the sentences of screens and commands as their reader does, for
// the tests of both.
package saidtest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// longest is how many words a name with its noun has at most.
const longest = 4

// cells are what a line of a table has side by side: columns stand two blanks apart.
var cells = regexp.MustCompile(`  +`)

// Twice returns what a text says twice in a row, "service api: service api" or "prod prod",
// with what stands around it.
func Twice(text string) (found []string) {
	for line := range strings.Lines(text) {
		for _, cell := range cells.Split(strings.TrimSpace(line), -1) {
			said := strings.Fields(cell)
			bare := make([]string, len(said)) // a comma stays: a list may have two alike
			for i, word := range said {
				bare[i] = strings.Trim(word, `:"'()`)
			}
			if repeats(bare) {
				found = append(found, cell)
			}
		}
	}
	return found
}

// repeats reports whether some words, of which one is a name, follow each other again.
func repeats(said []string) bool {
	for n := 1; n <= longest; n++ {
		for i := 0; i+2*n <= len(said); i++ {
			if slices.Equal(said[i:i+n], said[i+n:i+2*n]) && slices.ContainsFunc(said[i:i+n], named) {
				return true
			}
		}
	}
	return false
}

// named tells words from numbers and signs.
func named(word string) bool { return len(word) > 1 && strings.ContainsFunc(word, unicode.IsLetter) }
