package changes

import (
	tea "charm.land/bubbletea/v2"

	"gantry/awsx/deploy/check"
	"gantry/ui/modal"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/prose"
)

// askOverride asks for the name of what is passed over, so that it is a decision:
// a failed check, or without one the record in the audit file.
func (c *Changes) askOverride(failed check.Finding, yes func(name string)) {
	question := "Go on although the check " + text.Line(failed.Name) + " failed?"
	if failed.Name == "" {
		failed = check.Finding{Name: check.Audit, Text: "Without it a change is refused when the audit file cannot be written, as on a full disk."}
		question = "Go on even without an audit record?"
	}
	c.Deps.Host.Modal(modal.NewTyped(c.Deps.Host.Theme(), modal.Question{
		Title: question,
		Body:  c.questionBody(func(d *prose.Document) { d.Line(theme.Text, failed.Text) }),
		Yes: func() tea.Cmd {
			yes(failed.Name)
			return nil
		},
	}, "the check's name", failed.Name))
}

// questionBody makes the text of a question.
func (c *Changes) questionBody(write func(*prose.Document)) modal.Body {
	th := c.Deps.Host.Theme()
	var d prose.Document
	write(&d)
	return func(w int) []string { return prose.Wrapped(th, w, d.Paras) }
}
