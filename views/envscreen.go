package views

import (
	"context"
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/clean"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// environmentScreen edits the variables of a service's containers in place. It
// changes nothing itself: its edits become a plan.
type environmentScreen struct {
	changes *Changes
	service awsx.Ref

	ctx        context.Context
	definition *awsx.TaskDefinition
	err        error
	editor     *form.Editor
}

func newEnvironment(c *Changes, service awsx.Ref) *environmentScreen {
	return &environmentScreen{changes: c, service: service}
}

// definitionRead is the definition in use, as read.
type definitionRead struct {
	definition *awsx.TaskDefinition
	err        error
}

func (s *environmentScreen) Name() string    { return "environment" }
func (s *environmentScreen) Capturing() bool { return s.editor != nil && s.editor.Capturing() }

func (s *environmentScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	if s.editor != nil {
		return nil // edits outlive a walk through the history
	}
	return s.read()
}

func (s *environmentScreen) read() tea.Cmd {
	ctx, service, st := s.ctx, s.service, s.changes.Deps.Store
	return func() tea.Msg {
		account, err := st.Account(ctx, service.Context)
		if err != nil {
			return definitionRead{err: err}
		}
		svc, err := deploy.ReadService(ctx, account, service)
		if err != nil {
			return definitionRead{err: err}
		}
		td, err := st.TaskDefinition(ctx, service.Context, svc.TaskDefinition)
		return definitionRead{td, err}
	}
}

func (s *environmentScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(definitionRead); ok {
		s.err = msg.err
		if msg.err == nil {
			s.definition = msg.definition
			s.edit()
		}
		return nil
	}
	if s.editor == nil {
		return nil
	}
	return s.editor.Update(msg)
}

// edit opens the editor on the definition that was read.
func (s *environmentScreen) edit() {
	s.editor = form.NewEditor(form.EditorOptions{
		Theme:  s.changes.Deps.Host.Theme(),
		Groups: environmentGroups(s.definition),
		Parse:  parsePairs,
		Secret: clean.LooksSecret,
	})
}

func environmentGroups(td *awsx.TaskDefinition) []form.Group {
	groups := make([]form.Group, len(td.Containers))
	for i, c := range td.Containers {
		groups[i].Name = c.Name
		for _, v := range c.Env {
			value := v.Value.Reveal()
			groups[i].Pairs = append(groups[i].Pairs, form.Pair{Name: v.Name, Value: value, Secret: clean.LooksSecret(v.Name, value)})
		}
		for _, ref := range c.Secrets {
			groups[i].Pairs = append(groups[i].Pairs, form.Pair{Name: ref.Name, Value: "from " + ref.ValueFrom,
				Locked: "a reference to a secret kept elsewhere is not a variable"})
		}
	}
	return groups
}

func parsePairs(block string) ([]form.Pair, error) {
	vars, err := deploy.ParseDotenv(block)
	if err != nil {
		return nil, err
	}
	pairs := make([]form.Pair, len(vars))
	for i, v := range vars {
		value := v.Value.Reveal()
		pairs[i] = form.Pair{Name: v.Name, Value: value, Secret: clean.LooksSecret(v.Name, value)}
	}
	return pairs, nil
}

// intent is what the edits ask for.
func (s *environmentScreen) intent() deploy.SetEnv {
	in := deploy.SetEnv{Containers: map[string]deploy.EnvEdit{}}
	for _, e := range s.editor.Edits() {
		edit := deploy.EnvEdit{Unset: e.Unset}
		for _, name := range slices.Sorted(maps.Keys(e.Set)) {
			edit.Set = append(edit.Set, awsx.EnvVar{Name: name, Value: clean.Secret(e.Set[name])})
		}
		in.Containers[e.Group] = edit
	}
	return in
}

func (s *environmentScreen) View(w, h int) ui.Frame {
	th := s.changes.Deps.Host.Theme()
	switch {
	case s.editor != nil:
		body, cursor := s.editor.View(w, h)
		return ui.Frame{Body: body, Cursor: cursor}
	case s.err != nil:
		lines, _ := layout{theme: th, width: w, wrap: true}.lines([]para{
			{text: "the environment could not be read", role: theme.Failed}, {text: s.err.Error()},
		})
		return ui.Frame{Body: joinLines(lines, h)}
	}
	return ui.Frame{Body: th.Paint(theme.Dim, text.Truncate("reading the task definition", w, ""))}
}

func joinLines(lines []string, h int) string {
	body := ""
	for i, line := range lines[:min(len(lines), h)] {
		if i > 0 {
			body += "\n"
		}
		body += line
	}
	return body
}

func (s *environmentScreen) Header() ui.Header {
	h := s.changes.header(s.service, "environment")
	switch {
	case s.editor != nil:
		h.Counts = awsx.ARNName(s.definition.ARN)
		if n := s.editor.Changes(); n > 0 {
			h.Counts += ": " + count(n, "edit")
		}
	case s.err != nil:
		t := troubleOf(s.err, s.service.Context)
		h.Fresh, h.Banner = ui.Fresh{State: freshOf(t.class), Text: t.word}, t.banner
	default:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "loading"}
	}
	return h
}

// Hints are the editor's while it takes all keys.
func (s *environmentScreen) Hints() []ui.Hint {
	if s.editor == nil {
		return nil
	}
	return s.editor.Hints()
}

// Unsaved tells what leaving would lose.
func (s *environmentScreen) Unsaved() string {
	if s.editor == nil || s.editor.Changes() == 0 {
		return ""
	}
	n := s.editor.Changes()
	if n == 1 {
		return "1 edit was not carried out"
	}
	return fmt.Sprintf("%d edits were not carried out", n)
}

func (s *environmentScreen) Actions() []ui.Action {
	refresh := ui.Shared(ui.ActRefresh, s.read)
	refresh.Name = "read again"
	if s.editor == nil {
		refresh.Hint = 1
		return []ui.Action{refresh}
	}
	if s.editor.Changes() > 0 {
		refresh.Disabled = s.Unsaved() + ": undo them first"
	}
	plan := ui.Action{ID: "plan", Name: "plan", Keys: []string{"w"}, Hint: 1, Run: func() tea.Cmd {
		s.changes.propose(s.service, s.intent(), s.applied)
		return nil
	}}
	if s.editor.Changes() == 0 {
		plan.Disabled = "nothing was edited"
	}
	out := []ui.Action{plan, refresh}
	for _, a := range ui.EditorActions(s.editor) {
		if a.ID == ui.ActReveal {
			a = s.guarded(a)
		}
		out = append(out, a)
	}
	return out
}

// guarded makes revealing a value an act that leaves a record.
func (s *environmentScreen) guarded(reveal ui.Action) ui.Action {
	show := reveal.Run
	reveal.Tier = int(deploy.TierName)
	reveal.Run = func() tea.Cmd {
		if err := s.changes.Changer.Reveal(s.service); err != nil {
			s.changes.Deps.Host.Flash(ui.Error, "%s", err)
			return nil
		}
		return show()
	}
	return reveal
}

// applied forgets the edits once they are on their way. What runs is read anew
// when the screen is seen again.
func (s *environmentScreen) applied() { s.editor, s.definition = nil, nil }

// Covered reads again when the screen comes back without edits.
func (s *environmentScreen) Covered(covered bool) tea.Cmd {
	if covered || s.editor != nil {
		return nil
	}
	return s.read()
}
