package changes

import (
	"slices"
	"strings"

	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
)

// The actions of a plan, of one target or of many.
var (
	actCarryOut = ui.Binding{ID: "carry-out", Name: "carry out", Keys: []string{"enter"}, Tier: 1, Hint: 1}
	actOverride = ui.Binding{ID: "override", Name: "override a check", Keys: []string{"O"}, Tier: 1}
	actLeaveOut = ui.Binding{ID: "leave-out", Name: "leave out those without a plan", Keys: []string{"x"}}
	actRevision = ui.Binding{ID: "another-revision", Name: "another revision", Keys: []string{"u"}, Hint: 3}
	actPin      = ui.Binding{ID: "pin", Name: "pin images", Keys: []string{"p"}, Hint: 4}
	actCommands = ui.Binding{ID: "copy-commands", Name: "copy commands", Keys: []string{"c"}}
)

// planKind declares the plan of one target and of many.
func planKind() views.Kind {
	return views.Kind{Declaration: ui.Declaration{Screen: "plan", Title: "A plan", Bindings: slices.Concat([]ui.Binding{
		actCarryOut, actOverride, actLeaveOut, actRevision, actPin, actCommands, actPlanAnew,
	}, prose.HunkBindings(), ui.MovementBindings())}}
}

// noPlan says why there is no plan, and what can be done about it.
func noPlan(d *prose.Document, err error, next string) {
	cause, fix := CauseOf(err)
	d.Paras = append(d.Paras, prose.Para{Text: theme.StatusFailed.Glyph() + " there is no plan: " + cause, Role: theme.Failed})
	d.FieldAs(theme.Accent, "fix", fix)
	d.Field("next", "nothing was changed; "+next)
}

// copyCommands is the action that copies the commands that would do the same.
func copyCommands(host *ui.Host, commands func() []string) ui.Action {
	return actCommands.Does(func() { host.Copy("plan", strings.Join(commands(), "\n")+"\n") })
}
