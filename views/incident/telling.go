package incident

import (
	"time"

	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

// paras tell a row whole.
func (r *row) paras(now time.Time, key func(ui.Binding) string) []prose.Para {
	paras := Paras(r.Trouble, now, func(do cause.Do) string {
		if b, ok := Binding(do); ok {
			return key(b)
		}
		return ""
	})
	if r.depth > 0 {
		paras = append(paras, prose.Para{Text: "it follows from what is above it", Role: theme.Dim})
	}
	return paras
}

// Paras tell a trouble whole: its cause, what to do and with which key, the change that
// explains it, and what shows it with its time and the place where it is seen.
func Paras(t diagnose.Trouble, now time.Time, key func(cause.Do) string) []prose.Para {
	paras := []prose.Para{{Text: wording.Named(t.Cause), Role: roleOf(t)}}
	for _, s := range t.Next {
		paras = append(paras, NextPara(s, key))
	}
	if t.Change != nil {
		paras = append(paras, prose.Para{Label: "changed", Text: wording.Named(t.Change.Text)})
	}
	return append(paras, Proofs(t, now, len(t.Evidence))...)
}

// NextPara is a step with the key that does it, where there is one.
func NextPara(s cause.Step, key func(cause.Do) string) prose.Para {
	text := s.Text
	if k := key(s.Do); k != "" {
		text = "<" + k + "> " + text
	}
	return prose.Para{Label: "next", Text: text, Role: theme.Accent}
}

// Proofs are the first of what shows a trouble, each with its time, or else the place where
// it is seen.
func Proofs(t diagnose.Trouble, now time.Time, most int) (paras []prose.Para) {
	for _, e := range t.Evidence[:min(most, len(t.Evidence))] {
		p := prose.Para{Label: string(e.Where), Text: wording.Named(e.Text)}
		if !e.At.IsZero() {
			p.Label = wording.Clock(e.At, now)
		}
		paras = append(paras, p)
	}
	return paras
}

// statusOf is how a trouble is shown: what is not explained is not known to be the worst.
func statusOf(t diagnose.Trouble) theme.Status {
	if t.Sure == diagnose.Unexplained {
		return theme.StatusDegraded
	}
	return theme.StatusFailed
}

func roleOf(t diagnose.Trouble) theme.Role { return statusOf(t).Role() }

// Binding is the key for what a step does; ok is false for what only a person can do.
func Binding(do cause.Do) (b ui.Binding, ok bool) {
	b, ok = bindings[do]
	return b, ok
}

var bindings = map[cause.Do]ui.Binding{
	cause.DoReadLines:       views.ActLogs,
	cause.DoRollBack:        views.ActUndo,
	cause.DoDeployImage:     views.ActImage,
	cause.DoEditEnvironment: views.ActEnv,
	cause.DoEditRevision:    views.ActEdit,
	cause.DoScale:           views.ActScale,
	cause.DoSeeTasks:        actDo,
	cause.DoSeeTargets:      views.ActTargets,
	cause.DoSeeRouting:      views.ActRouting,
	cause.DoSeeInstances:    views.ActInstances,
	cause.DoSeeGroups:       views.ActInstances,
	cause.DoSeeEvents:       views.ActDeployments,
	cause.DoSeeAlarms:       views.ActAlarms,
}
