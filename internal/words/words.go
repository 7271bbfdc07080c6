// Package words holds how texts of gantry put numbers and names: rules of plain
// English that screens, checks and errors share. It knows nothing of the account and
// nothing of a terminal.
package words

import (
	"fmt"
	"slices"
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
