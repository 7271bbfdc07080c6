package changes

import (
	"fmt"
	"strings"

	"gantry/awsx/deploy/check"
	"gantry/internal/cli/printing"
	"gantry/internal/words"
)

// page writes a change as a page of Markdown, for the summary of a job or a ticket: what came
// of it first, then what was to be done, and what the failing container wrote last.
func (o *outcome) page(b *strings.Builder, level string) {
	fmt.Fprintf(b, "%s %s %s: %s\n", level, printing.Markdown(o.Action), printing.Markdown(o.name()), printing.Markdown(o.Outcome))
	if o.Text != "" {
		fmt.Fprintf(b, "\n%s\n", printing.Markdown(o.Text))
	}
	if len(o.Details) > 0 {
		b.WriteString("\n")
	}
	for _, d := range o.Details {
		fmt.Fprintf(b, "- %s\n", printing.Markdown(d))
	}
	where := o.Context + ", non-production"
	if o.Production {
		where = o.Context + ", production"
	}
	b.WriteString("\n| | |\n|---|---|\n")
	for _, row := range [][2]string{
		{"where", where + ": " + o.JudgedBy}, {"before", o.Before}, {"after", o.After}, {"tasks", o.Leaves}, {"revision", o.Revision}, {"deployment", o.Deployment},
		{"ended revisions", strings.Join(o.Pruned, ", ")}, {"change", o.ID},
	} {
		if row[1] != "" {
			fmt.Fprintf(b, "| %s | %s |\n", row[0], printing.Markdown(row[1]))
		}
	}
	for _, t := range o.Tasks {
		fmt.Fprintf(b, "| task | %s |\n", printing.Markdown(t.String()))
	}
	o.pageChecks(b, level)
	if o.Diff != "" {
		fmt.Fprintf(b, "\n%s# Difference\n\n%s", level, printing.Fenced("diff", o.Diff))
	}
	if len(o.troubles) > 0 {
		fmt.Fprintf(b, "\n%s# What is wrong\n", level)
		printing.MarkdownTroubles(b, o.troubles, "")
	}
	if w := o.LastLines; w != nil {
		title := w.title()
		fmt.Fprintf(b, "\n%s# %s\n\n%s", level, printing.Markdown(strings.ToUpper(title[:1])+title[1:]), printing.Fenced("text", strings.Join(w.Lines, "\n")))
	}
	if o.Outcome == outcomeDryRun && len(o.Calls) > 0 {
		fmt.Fprintf(b, "\n%s# Calls\n\n%s", level, printing.Fenced("sh", strings.Join(o.Calls, "\n")))
	}
	if o.Rollback != nil {
		b.WriteString("\n")
		o.Rollback.page(b, level+"#")
	}
}

// pageChecks writes the checks that want a look, and counts the others.
func (o *outcome) pageChecks(b *strings.Builder, level string) {
	var rows []string
	well := 0
	for _, c := range o.Checks {
		if c.Result == string(check.OK) {
			well++
			continue
		}
		advice := ""
		if c.Advice && c.Result == string(check.Broken) {
			advice = " (advice: it does not stand in the way)"
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s%s |\n", c.Result, c.Name, printing.Markdown(c.Text), advice))
	}
	switch {
	case len(o.Checks) == 0:
	case len(rows) == 0:
		fmt.Fprintf(b, "\n%s are ok.\n", words.Count(well, "check"))
	default:
		fmt.Fprintf(b, "\n%s# Checks\n\n| | | |\n|---|---|---|\n%s\n%s are ok.\n", level, strings.Join(rows, ""), words.Count(well, "other check"))
	}
}
