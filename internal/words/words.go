// Package words holds how texts of gantry put numbers and names: rules of plain
// English that screens, checks and errors share. It knows nothing of the account and
// nothing of a terminal.
package words

import (
	"fmt"
	"slices"
	"strings"
)

// Count returns a number with its noun: 1 task, 2 tasks.
func Count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// AddNew appends a name to a list unless the list has it.
func AddNew(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// Unlike counts the letters to insert, delete or replace to make one name of
// another, case aside (the Levenshtein distance). A name that holds the other is
// close, whatever its length.
func Unlike(wanted, name string) int {
	a, b := strings.ToLower(wanted), strings.ToLower(name)
	if strings.Contains(b, a) {
		return 0
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
