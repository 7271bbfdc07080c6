package changes

import (
	"fmt"
	"slices"
	"strings"

	"gantry/awsx/deploy"
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

// summedCheck is what one check says of those targets of which it says the same.
type summedCheck struct {
	name    string
	status  theme.Status
	text    string
	targets []string
}

// words leave out the targets where they are all of them.
func (c summedCheck) words(all int) string {
	if len(c.targets) == all {
		return c.text
	}
	return fmt.Sprintf("%d of %d (%s): %s", len(c.targets), all, strings.Join(c.targets, ", "), c.text)
}

// sumChecks puts the checks of the plans together, the worst first.
func sumChecks(plans []deploy.Plan, overridden []string) []summedCheck {
	var sum []summedCheck
	for _, p := range plans {
		for _, c := range p.Checks {
			st, words := CheckLook(c, overridden)
			i := slices.IndexFunc(sum, func(s summedCheck) bool { return s.name == c.Name && s.status == st && s.text == words })
			if i < 0 {
				i, sum = len(sum), append(sum, summedCheck{name: c.Name, status: st, text: words})
			}
			sum[i].targets = append(sum[i].targets, p.Name())
		}
	}
	slices.SortStableFunc(sum, func(a, b summedCheck) int { return b.status.Severity() - a.status.Severity() })
	return sum
}

// checkParas lists the checks, the worst first. Of several targets those that all
// passed are only named.
func checkParas(plans []deploy.Plan, overridden []string) []prose.Para {
	sum := sumChecks(plans, overridden)
	if len(sum) == 0 {
		return nil
	}
	d := prose.Document{Paras: []prose.Para{{}}}
	d.Paras = append(d.Paras, prose.Para{Text: "Checks", Role: theme.Title})
	var named, passed []string
	for _, c := range sum {
		switch {
		case len(plans) == 1 || c.status != theme.StatusOK:
			d.FieldAs(c.status.Role(), c.name, c.status.Glyph()+" "+c.words(len(plans)))
		case !slices.Contains(named, c.name):
			passed = append(passed, c.name)
		}
		named = append(named, c.name)
	}
	if len(passed) > 0 {
		d.FieldAs(theme.OK, "passed", theme.StatusOK.Glyph()+" "+strings.Join(passed, ", "))
	}
	return d.Paras
}

// checkTotals counts the checks by their state, each as bad as it is of any target,
// and names those that are not well.
func checkTotals(plans []deploy.Plan, overridden []string) []livetable.Span {
	names := map[theme.Status][]string{}
	var counted []string
	for _, c := range sumChecks(plans, overridden) {
		if !slices.Contains(counted, c.name) {
			counted = append(counted, c.name)
			names[c.status] = append(names[c.status], c.name)
		}
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
