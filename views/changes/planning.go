package changes

import (
	"slices"

	"gantry/ui"
	"gantry/views"
	"gantry/views/prose"
)

// The actions of a plan, of one target or of several.
var (
	actCarryOut    = ui.Binding{ID: "carry-out", Name: "carry out", Keys: []string{"enter", "C"}, Changes: true, Hint: 1}
	actCarryOutAll = ui.Binding{ID: actCarryOut.ID, Name: "carry out", Keys: []string{"C"}, Changes: true, Hint: 1}
	actOpenPlan    = ui.ActEnter.As("open", 2)
	actOverride    = ui.Binding{ID: "override", Name: "override a check", Keys: []string{"O"}}
	actLeaveOut    = ui.Binding{ID: "leave-out", Name: "leave out those without a plan", Keys: []string{"x"}}
	actMend        = ui.Binding{ID: "mend", Name: "mend it", Keys: []string{"m"}, Hint: 1}
	actOther       = ui.Binding{ID: "undo-other", Name: "another change", Keys: []string{"u"}, Hint: 3}
	actPin         = ui.Binding{ID: "pin", Name: "pin images", Keys: []string{"p"}, Hint: 4}
	actCommands    = ui.Binding{ID: "copy-commands", Name: "copy commands", Keys: []string{"c"}, Hint: 5}
)

// The plan of one target, and of several, where enter opens a row.
var _ = views.Kinds.Add(
	views.Kind{Declaration: ui.Declaration{Screen: "plan", Title: "A plan", Bindings: slices.Concat([]ui.Binding{
		actCarryOut, actOverride, actOther, actPin, actMend, actCommands, actPlanAnew,
	}, prose.HunkBindings(), ui.MovementBindings())}},
	views.Kind{Declaration: ui.Declaration{Screen: "plans", Title: "A plan for several", Bindings: append([]ui.Binding{
		actCarryOutAll, actOpenPlan, actOverride, actLeaveOut, actCommands, actPlanAnew,
	}, ui.MovementBindings()...)}},
)
