package printing

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx/diagnose"
	"gantry/ui/text"
)

// Trouble is what is wrong with a service, as JSON has it.
type Trouble struct {
	Kind     string     `json:"kind"`
	Short    string     `json:"short"` // as a row says it
	Cause    string     `json:"cause"`
	Sure     string     `json:"sure"`
	Since    *time.Time `json:"since,omitempty"`
	Evidence []Proof    `json:"evidence"`
	Change   string     `json:"change,omitempty"`
	Next     []Step     `json:"next"`
	Follows  []Trouble  `json:"follows"`
}

// Proof is one piece of evidence, as JSON has it.
type Proof struct {
	At    *time.Time `json:"at,omitempty"`
	Text  string     `json:"text"`
	Where string     `json:"where"`
}

// Step is something to check or to do, as JSON has it.
type Step struct {
	Do   string `json:"do,omitempty"`
	Text string `json:"text"`
}

// Troubles makes what is wrong ready for JSON.
func Troubles(all []diagnose.Trouble) []Trouble {
	out := []Trouble{}
	for _, t := range all {
		one := Trouble{
			Kind: string(t.Kind), Short: Shown(t.Short), Cause: Shown(t.Cause), Sure: string(t.Sure), Since: Moment(t.Since),
			Evidence: []Proof{}, Next: []Step{}, Follows: Troubles(t.Follows),
		}
		for _, e := range t.Evidence {
			one.Evidence = append(one.Evidence, Proof{Moment(e.At), Shown(e.Text), string(e.Where)})
		}
		if t.Change != nil {
			one.Change = Shown(t.Change.Text)
		}
		for _, s := range t.Next {
			one.Next = append(one.Next, Step{string(s.Do), Shown(s.Text)})
		}
		out = append(out, one)
	}
	return out
}

// Moment is a time for JSON, nil where there is none.
func Moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// TroubleLines tell what is wrong, what follows from it further in: they are fit for a
// terminal.
func TroubleLines(all []diagnose.Trouble, now time.Time) (lines []string) {
	add := func(form string, args ...any) { lines = append(lines, fmt.Sprintf(form, args...)) }
	for _, t := range all {
		since := ""
		if !t.Since.IsZero() {
			since = ", for " + text.Age(now.Sub(t.Since))
		}
		add("%s (%s%s)", Shown(t.Cause), t.Sure, since)
		for _, e := range t.Evidence {
			at := ""
			if !e.At.IsZero() {
				at = e.At.Local().Format(time.TimeOnly)
			}
			add("  %-8s  %s (%s)", at, Shown(e.Text), e.Where)
		}
		if t.Change != nil {
			add("  changed   %s", Shown(t.Change.Text))
		}
		for _, s := range t.Next {
			add("  next      %s", Shown(s.Text))
		}
		if len(t.Follows) > 0 {
			add("  from this follows")
			for _, line := range TroubleLines(t.Follows, now) {
				add("    %s", line)
			}
		}
	}
	return lines
}

// Indented are lines under another, each with its end.
func Indented(lines []string, margin string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(margin + line + "\n")
	}
	return b.String()
}
