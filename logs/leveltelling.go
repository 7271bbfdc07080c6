package logs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LevelTelling is by what a store finds the lines of some severities where their levels are
// read from them: each such line is found by it, and others may be.
type LevelTelling struct {
	// Values are what a field of a document holds that names the level.
	Values []string
	// Terms are words of a message, in lower case, that tell it: numbers, letters, klog's
	// days.
	Terms []string
	// Glued is an expression for whole words of a message, in lower case, in which what tells
	// it hangs together with something else, as a class's name or after a colon.
	Glued string
}

// numbersOf are the numbers by which loggers mean a severity: syslog's, pino's, Python's
// and OpenTelemetry's.
func numbersOf(severity Severity) (numbers []string) {
	for n := range 70 {
		python, otel := Severity(n/10+1), Severity((n-1)/4+1)
		if syslogSeverity(strconv.Itoa(n)) == severity || Severity(n/10) == severity ||
			n >= 10 && n <= 59 && python == severity || n >= 1 && n <= 24 && otel == severity {
			numbers = append(numbers, strconv.Itoa(n))
		}
	}
	return numbers
}

// steps are what OpenTelemetry and slog write after a level's name: see SeverityOf.
var steps = []string{"2", "3", "4", "+1", "+2", "+3", "+4", "-1", "-2", "-3", "-4"}

// Telling returns by what lines of some severities are found.
func (l Levels) Telling(severities ...Severity) LevelTelling {
	var t LevelTelling
	var glued []string
	add := func(names ...string) {
		for _, name := range names {
			glued = append(glued, name)
			t.Values = append(t.Values, name, strings.ToUpper(name[:1])+name[1:], strings.ToUpper(name))
			for _, step := range steps {
				t.Values = append(t.Values, name+step, strings.ToUpper(name)+step)
			}
		}
	}
	for _, s := range severities {
		add(levels[s]...)
		for word, severity := range l {
			switch {
			case severity != s || word == "":
			case strings.Trim(word, "0123456789") == "":
				t.Values, t.Terms = append(t.Values, word), append(t.Terms, word)
			default:
				add(word)
			}
		}
		t.Values = append(t.Values, numbersOf(s)...)
		t.Terms = append(t.Terms, numbersOf(s)...)
		for priority := range 192 {
			if syslogSeverity(strconv.Itoa(priority%8)) == s {
				t.Terms = append(t.Terms, strconv.Itoa(priority))
			}
		}
		for _, c := range "vtdiwefc" {
			if letter(string(c)) != s {
				continue
			}
			t.Values = append(t.Values, string(c), strings.ToUpper(string(c)))
			t.Terms = append(t.Terms, string(c))
			if strings.ContainsRune("iwef", c) {
				for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2024; day = day.AddDate(0, 0, 1) {
					t.Terms = append(t.Terms, string(c)+day.Format("0102"))
				}
			}
		}
	}
	const before, after = `(.+[.:_'])?`, `([.:_'].+)?`
	t.Glued = before + `(` + strings.Join(escaped(glued), "|") + `)[234]?` + after
	if slices.Contains(severities, SeverityError) {
		t.Glued += `|.*(error|exception)` + after
	}
	slices.Sort(t.Terms)
	t.Terms = slices.Compact(t.Terms)
	return t
}

// escaped are words as parts of an expression.
func escaped(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		var b strings.Builder
		for _, r := range strings.ToLower(w) {
			if strings.ContainsRune(`.?+*|{}[]()"\\#@&<>~^$-`, r) {
				fmt.Fprintf(&b, `\%c`, r)
				continue
			}
			b.WriteRune(r)
		}
		out[i] = b.String()
	}
	return out
}

// Spelt are the values of a field that names one of some severities, as far as nothing else
// is meant by them.
func (l Levels) Spelt(severities ...Severity) []string {
	out := slices.DeleteFunc(spellings(severities...), func(name string) bool {
		own, ok := l[strings.ToLower(name)]
		return ok && !slices.Contains(severities, own)
	})
	for word, s := range l {
		if word != "" && slices.Contains(severities, s) {
			out = append(out, word, strings.ToUpper(word[:1])+word[1:], strings.ToUpper(word))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Numbers are those of a field that tells one of some severities as pino does, or as these
// levels say.
func (l Levels) Numbers(severities ...Severity) (out []string) {
	of := map[string]Severity{}
	for n := 10; n <= 69; n++ {
		of[strconv.Itoa(n)] = Severity(n / 10)
	}
	for word, s := range l {
		if word != "" && strings.Trim(word, "0123456789") == "" {
			of[word] = s
		}
	}
	for number, s := range of {
		if slices.Contains(severities, s) {
			out = append(out, number)
		}
	}
	slices.Sort(out)
	return out
}
