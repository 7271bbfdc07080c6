// Package written reads what programs wrote last for why they fail: the variable that they
// ask for, the port that they listen on, the architecture that they were built for, the
// errors that they repeat. It knows lines alone, and nothing of whose they are.
package written

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gantry/internal/words"
)

// Line is one message of a log, raw, which may be of several lines.
type Line struct {
	At     time.Time
	Text   string
	Severe bool // it tells of an error
}

// Last is what a container of a task wrote last.
type Last struct {
	Task, Container string // the task's id
	Lines           []Line // the oldest first
}

// OtherArchitecture is the line that says that the program was built for another processor.
func OtherArchitecture(lines []Line) (Line, bool) {
	for _, l := range slices.Backward(lines) {
		if strings.Contains(strings.ToLower(l.Text), "exec format error") {
			return l, true
		}
	}
	return Line{}, false
}

// Telling is the line that tells most of how a program ended: the last error, else the last.
func Telling(lines []Line) (last Line) {
	for i, l := range lines {
		if l.Severe || i == len(lines)-1 && !last.Severe {
			last = l
		}
	}
	return last
}

// MissingVariable finds the variable that a program asked for in vain, which is none that it
// was given. One that was taken away is certain as soon as a line names it; another has to
// be said to be missing.
func MissingVariable(lines []Line, given map[string]bool, taken func(name string) bool) (name string, line Line, certain bool) {
	for _, l := range slices.Backward(lines) {
		for _, word := range variables(l.Text) {
			switch {
			case given[word]:
			case taken(word):
				return word, l, true
			case name == "" && saysMissing(l.Text):
				name, line = word, l
			}
		}
	}
	return name, line, false
}

// variables returns the words of a text that are spelt as variables of an environment are.
func variables(text string) (names []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}) {
		if len(word) > 2 && strings.ContainsAny(word, "_") && word == strings.ToUpper(word) && word[0] > '9' && word[0] != '_' {
			names = append(names, word)
		}
	}
	return names
}

// saysMissing reports whether a line says that something is not there.
func saysMissing(text string) bool {
	low := strings.ToLower(text)
	return slices.ContainsFunc([]string{"keyerror", "not set", "is not defined", "undefined", "missing", "required", "not in the environment", "must be set", "no such", "unset", "not found", "could not resolve placeholder"},
		func(w string) bool { return strings.Contains(low, w) })
}

// listening is a line by which a program says on which port it listens: a time of day or the
// number of a process is no port.
var listening = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(listening|listens|serving|accepting|started|running)\b[^\n]*?(?:\bports?(?:\(s\))?[ =:(]+|(?:\d+(?:\.\d+){3}|localhost|\]|\*|//[\w.-]+|[ "'=@]):)(\d{2,5})\b`)
})

// Listens returns the newest line that says on which ports the program listens. What started
// or runs at a port may also be what the program calls: that is not certain.
func Listens(lines []Line) (line Line, ports []int, certain bool) {
	for _, l := range lines {
		if l.At.Before(line.At) {
			continue
		}
		var found []int
		sure := true
		for _, m := range listening().FindAllStringSubmatch(l.Text, -1) {
			if n, err := strconv.Atoi(m[2]); err == nil && n < 1<<16 {
				found = append(found, n)
				if verb := strings.ToLower(m[1]); verb == "started" || verb == "running" {
					sure = false
				}
			}
		}
		if len(found) > 0 {
			line, ports, certain = l, found, sure
		}
	}
	return line, ports, certain
}

// Repeated is an error that lines repeat but for the numbers in it.
type Repeated struct {
	Newest Line
	Times  int
}

// Errors are the errors among lines, what is repeated most first, how many there are, and
// when the first was.
func Errors(lines []Line) (kinds []Repeated, n int, first time.Time) {
	byText := map[string]Repeated{}
	for _, l := range lines {
		if !l.Severe {
			continue
		}
		if n++; first.IsZero() {
			first = l.At
		}
		what := withoutNumbers(words.Telling(l.Text))
		byText[what] = Repeated{l, byText[what].Times + 1}
	}
	texts := make([]string, 0, len(byText))
	for what := range byText {
		texts = append(texts, what)
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(byText[b].Times-byText[a].Times, strings.Compare(a, b)) })
	for _, what := range texts {
		kinds = append(kinds, byText[what])
	}
	return kinds, n, first
}

// withoutNumbers is a text in which every number is the same, so that lines of one kind
// are counted together.
func withoutNumbers(s string) string {
	var b strings.Builder
	digits := false
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits = true
			continue
		}
		if digits {
			b.WriteByte('0')
			digits = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
