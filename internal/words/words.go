// Package words holds how texts of gantry put numbers and names: rules of plain
// English that screens, checks and errors share. It knows nothing of the account and
// nothing of a terminal.
package words

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Count returns a number with its noun: 1 task, 2 tasks, 3 matches, 4 families.
func Count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, Plural(one))
}

// Plural is several of what a noun names, of which the last word is told as several.
func Plural(one string) string {
	for _, end := range [...]string{"s", "x", "ch", "sh"} {
		if strings.HasSuffix(one, end) {
			return one + "es"
		}
	}
	if stem, ok := strings.CutSuffix(one, "y"); ok && !strings.HasSuffix(stem, "e") && !strings.HasSuffix(stem, "a") {
		return stem + "ies"
	}
	return one + "s"
}

// days are the weeks and days that a duration begins with.
var days = regexp.MustCompile(`^(?:([0-9]+)w)?(?:([0-9]+)d)?(.*)$`)

// Duration reads a duration as people write it: 90s, 1h30m, of days 2d or 1d12h, of weeks 2w
// or 1w2d.
func Duration(s string) (time.Duration, error) {
	m := days.FindStringSubmatch(s)
	if m == nil || m[1]+m[2] == "" {
		return time.ParseDuration(s)
	}
	var n int
	for i, each := range []int{7, 1} {
		many, err := strconv.Atoi(cmp.Or(m[i+1], "0"))
		if n += each * many; err != nil || many > 100*365 || n > 100*365 {
			return 0, fmt.Errorf("%q is no duration: more days than anything lasts", s)
		}
	}
	d := time.Duration(n) * 24 * time.Hour
	if m[3] == "" {
		return d, nil
	}
	rest, err := time.ParseDuration(m[3])
	if err != nil || rest < 0 {
		return 0, fmt.Errorf("%q is no duration: expected such as 30m, 6h, 2d, 1d12h or 2w", s)
	}
	return d + rest, nil
}

// marks are the characters that mean something in Markdown.
var marks = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "&", "&amp;", "<", "&lt;", "[", `\[`, "|", `\|`, "#", `\#`,
	"$", `\$`) // of two of these GitHub and GitLab make a formula

// Markdown is a text that stands for itself in Markdown.
func Markdown(s string) string { return marks.Replace(s) }

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

// Telling returns the line of a message of several that says what happened: how Go's panics
// begin, and else the last line that is not indented, which is Python's exception and Java's
// innermost cause; of what Node throws, the line of the error.
func Telling(message string) string {
	message = strings.TrimRight(message, "\r\n")
	head, rest, several := strings.Cut(message, "\n")
	if !several || strings.HasPrefix(head, "panic: ") || strings.HasPrefix(head, "fatal error: ") {
		return strings.TrimRight(head, "\r")
	}
	tail := head
	for line := range strings.SplitSeq(rest, "\n") {
		if line = strings.TrimRight(line, "\r"); line != "" && line[0] != ' ' && line[0] != '\t' {
			tail = line
		}
	}
	return tail
}

// Prefixed is a text behind a prefix, and empty where the text is.
func Prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
