package timeline

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gantry/internal/words"
)

// Report is what a timeline is written down with.
type Report struct {
	Title    string
	From, To time.Time
	Zone     *time.Location
	Entries  []Entry   // the oldest first
	Findings []string  // what is wrong now, in a sentence each; nil where nobody looked
	Found    time.Time // when that was read
	Unread   []string  // what could not be read
	// Clean makes a text fit to be shown.
	Clean func(string) string
}

// Markdown is the beginning of an incident's report: what is wrong, what happened in a table,
// and the headings that somebody has to fill in.
func (r Report) Markdown() string {
	var b strings.Builder
	cell := func(s string) string { return words.Markdown(strings.Join(strings.Fields(r.Clean(s)), " ")) }
	fmt.Fprintf(&b, "# %s\n\nFrom %s to %s, times in %s.\n", cell(r.Title), r.From.In(r.Zone).Format("2006-01-02 15:04"), r.To.In(r.Zone).Format("2006-01-02 15:04"), zoneName(r.Zone, r.To))
	list := func(title, none string, items []string) {
		fmt.Fprintf(&b, "\n## %s\n\n", title)
		for _, item := range items {
			b.WriteString("- " + cell(item) + "\n")
		}
		if len(items) == 0 && none != "" {
			b.WriteString(none + "\n")
		}
	}
	if r.Findings != nil {
		list("What is wrong", "Nothing is found.", append([]string{}, r.Findings...))
		fmt.Fprintf(&b, "\nAs of %s.\n", r.Found.In(r.Zone).Format("2006-01-02 15:04:05"))
	}
	b.WriteString("\n## What happened\n\n| Time | Kind | Of | What | Who |\n|---|---|---|---|---|\n")
	for _, e := range r.Entries {
		what := cell(e.Text)
		if e.Severity == Failure {
			what = "**" + what + "**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", e.When(r.Zone), e.Kind, cell(e.Subject), what, cell(e.Who))
	}
	if len(r.Entries) == 0 {
		b.WriteString("\nNothing is on record.\n")
	}
	if len(r.Unread) > 0 {
		list("What could not be read", "", r.Unread)
	}
	list("Impact", "_Who noticed what, from when to when._", nil)
	list("What was done", "_By whom, and what came of it._", nil)
	list("What to change", "_So that it does not happen again._", nil)
	return b.String()
}

func zoneName(zone *time.Location, at time.Time) string {
	name, _ := at.In(zone).Zone()
	return cmp.Or(name, zone.String())
}

// When is the time of an entry as it is written down, with that of the last of several.
func (e Entry) When(zone *time.Location) string {
	if e.At.IsZero() {
		return "?"
	}
	when := e.At.In(zone).Format("2006-01-02 15:04:05")
	if e.Until.After(e.At) {
		if last := e.Until.In(zone); last.Format(time.DateOnly) == e.At.In(zone).Format(time.DateOnly) {
			return when + "–" + last.Format("15:04:05")
		}
		when += "–" + e.Until.In(zone).Format("2006-01-02 15:04:05")
	}
	return when
}
