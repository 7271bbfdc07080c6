package printing

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx/diagnose"
	"gantry/internal/clean"
	"gantry/internal/words"
)

// Markdown is a text from outside, on one line, that stands for itself in Markdown.
func Markdown(s string) string { return words.Markdown(Shown(s)) }

// Fenced is a text from outside as a block of a kind of its own, which it cannot end.
func Fenced(kind, s string) string {
	s = strings.TrimRight(clean.ShownText(s), "\n")
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + kind + "\n" + s + "\n" + fence + "\n"
}

// MarkdownTroubles write what is wrong with a service as a list.
func MarkdownTroubles(b *strings.Builder, all []diagnose.Trouble, margin string) {
	for _, t := range all {
		when := ""
		if !t.Since.IsZero() {
			when = ", since " + t.Since.UTC().Format(time.TimeOnly)
		}
		fmt.Fprintf(b, "\n%s- **%s** (%s%s)\n", margin, Markdown(t.Cause), t.Sure, when)
		for _, e := range t.Evidence {
			at := ""
			if !e.At.IsZero() {
				at = e.At.UTC().Format(time.TimeOnly) + " "
			}
			fmt.Fprintf(b, "%s  - %s%s (%s)\n", margin, at, Markdown(e.Text), e.Where)
		}
		if t.Change != nil {
			fmt.Fprintf(b, "%s  - changed: %s\n", margin, Markdown(t.Change.Text))
		}
		for _, s := range t.Next {
			fmt.Fprintf(b, "%s  - next: %s\n", margin, Markdown(s.Text))
		}
		MarkdownTroubles(b, t.Follows, margin+"  ")
	}
}
