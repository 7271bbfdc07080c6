package changes

import (
	"fmt"
	"slices"
	"strings"

	"gantry/awsx/deploy/check"
	"gantry/ui/theme"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// CheckLook is how one check is read: its state, and words for what the state
// alone does not tell.
func CheckLook(c check.Finding, overridden []string) (theme.Status, string) {
	switch c.Result {
	case check.OK:
		return theme.StatusOK, c.Text
	case check.Warning:
		return theme.StatusDegraded, c.Text
	case check.Skipped:
		return theme.StatusUnknown, "skipped: " + c.Text
	}
	switch {
	case c.Advice:
		return theme.StatusDegraded, c.Text + " (advice: this change mends)"
	case slices.Contains(overridden, c.Name):
		return theme.StatusDegraded, c.Text + " (overridden)"
	}
	return theme.StatusFailed, c.Text
}

// checkParas lists the checks, the worst first.
func checkParas(checks []check.Finding, overridden []string) []prose.Para {
	if len(checks) == 0 {
		return nil
	}
	sorted := slices.Clone(checks)
	severity := func(c check.Finding) int {
		st, _ := CheckLook(c, overridden)
		return st.Severity()
	}
	slices.SortStableFunc(sorted, func(a, b check.Finding) int { return severity(b) - severity(a) })
	var d prose.Document
	d.Heading("Checks")
	for _, c := range sorted {
		st, words := CheckLook(c, overridden)
		d.FieldAs(st.Role(), c.Name, st.Glyph()+" "+words)
	}
	return append([]prose.Para{{}}, d.Paras...)
}

// checkTotals counts the checks by their state, the worst first, and names those
// that are not well.
func checkTotals(checks []check.Finding, overridden []string) []livetable.Span {
	names := map[theme.Status][]string{}
	for _, c := range checks {
		st, _ := CheckLook(c, overridden)
		names[st] = append(names[st], c.Name)
	}
	out := []livetable.Span{{Text: "checks"}}
	for _, s := range [...]struct {
		status theme.Status
		word   string
	}{{theme.StatusFailed, "failed"}, {theme.StatusDegraded, "to mind"}, {theme.StatusUnknown, "skipped"}, {theme.StatusOK, "passed"}} {
		list := names[s.status]
		if len(list) == 0 {
			continue
		}
		words := fmt.Sprintf("%s %d %s", s.status.Glyph(), len(list), s.word)
		if s.status != theme.StatusOK {
			words += " (" + strings.Join(list, ", ") + ")"
		}
		out = append(out, livetable.Span{Text: words, Role: s.status.Role()})
	}
	return out
}
