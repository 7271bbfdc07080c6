package changes

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views/prose"
)

// The actions of a plan.
const (
	actCarryOut = "carry-out"
	actOverride = "override"
	actCommands = "copy-commands"
)

// noPlan says why there is no plan, and what can be done about it.
func noPlan(d *prose.Document, err error, next string) {
	cause, fix := CauseOf(err)
	d.Paras = append(d.Paras, prose.Para{Text: theme.StatusFailed.Glyph() + " there is no plan: " + cause, Role: theme.Failed})
	d.FieldAs(theme.Accent, "fix", fix)
	d.Field("next", "nothing was changed; "+next)
}

// carryOut is the action that asks for a plan to be carried out.
func carryOut(confirm func()) ui.Action {
	return ui.Action{ID: actCarryOut, Name: "carry out", Keys: []string{"enter"}, Tier: 1, Hint: 1, Run: ui.Do(confirm)}
}

// overrideCheck is the action that passes over a failed check.
func overrideCheck(override func()) ui.Action {
	return ui.Action{ID: actOverride, Name: "override a check", Keys: []string{"O"}, Tier: 1, Run: ui.Do(override)}
}

// copyCommands is the action that copies the commands that would do the same.
func copyCommands(host *ui.Host, commands func() []string) ui.Action {
	return ui.Action{ID: actCommands, Name: "copy commands", Keys: []string{"c"},
		Run: ui.Do(func() { host.Copy("plan", strings.Join(commands(), "\n")+"\n") })}
}

// planAnew is the action that makes the plan again.
func planAnew(replan func() tea.Cmd) ui.Action {
	a := ui.Shared(ui.ActRefresh, replan)
	a.Name = "plan anew"
	return a
}
