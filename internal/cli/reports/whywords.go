package reports

import (
	"fmt"
	"io"
	"strings"
	"time"

	"gantry/internal/cli/printing"
	"gantry/internal/inquiry/why"
	"gantry/internal/words"
	"gantry/ui/text"
)

// print writes the answer for a terminal: services that are well are counted.
func (q asked) print(w io.Writer, now time.Time) error {
	var b strings.Builder
	well := 0
	for _, why := range q.whys {
		if len(why.Troubles) == 0 && why.Told() {
			well++
			continue
		}
		fmt.Fprintf(&b, "%s/%s  %s\n", printing.Shown(q.cluster), printing.Shown(why.Service().Name), standing(why, now))
		b.WriteString(printing.Indented(printing.TroubleLines(why.Troubles, now), "  "))
		b.WriteByte('\n')
	}
	switch {
	case well == len(q.whys) && well == 1:
		w := q.whys[0]
		fmt.Fprintf(&b, "%s/%s is well: nothing is found%s\n", printing.Shown(q.cluster), printing.Shown(w.Service().Name), inBrackets(printing.Shown(w.Finding.Why)))
	case well > 0 && q.all:
		fmt.Fprintf(&b, "nothing is found of %s, whose lines and scaling were not read: name one of them for that\n", words.Count(well, "service"))
	case well > 0:
		fmt.Fprintf(&b, "nothing is found of %s\n", words.Count(well, "service"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// standing says how a service stands and since when.
func standing(w why.Answer, now time.Time) string {
	s := w.Finding.Status.String()
	if !w.Told() {
		return s + ": what decides could not be read"
	}
	if at := w.Finding.Since; !at.IsZero() {
		s += " for " + text.Age(now.Sub(at))
	}
	return s
}

// markdown writes the answer as a page: what is wrong with each service, for a ticket.
func (q asked) markdown(w io.Writer, now time.Time) error {
	var b strings.Builder
	well := 0
	fmt.Fprintf(&b, "# Why: %s at %s\n", printing.Markdown(q.cluster), now.UTC().Format("2006-01-02 15:04:05 MST"))
	for _, why := range q.whys {
		if len(why.Troubles) == 0 && why.Told() && len(q.whys) > 1 {
			well++
			continue
		}
		fmt.Fprintf(&b, "\n## %s: %s\n", printing.Markdown(why.Service().Name), standing(why, now))
		if len(why.Troubles) == 0 && why.Told() {
			b.WriteString("\nNothing is found.\n")
		}
		printing.MarkdownTroubles(&b, why.Troubles, "")
	}
	if well > 0 {
		fmt.Fprintf(&b, "\nNothing is found of %s.\n", words.Count(well, "service"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
