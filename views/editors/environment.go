package editors

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/edits"
	api "gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The editor of a service's variables.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "environment", Title: "Environment",
	Bindings: append([]ui.Binding{actPlan, actReadAgain}, ui.EditorBindings()...)}})

// environmentScreen edits the variables of a service's containers in place. It
// changes nothing itself: its edits become a plan.
type environmentScreen struct {
	changes *changes.Changes
	service awsx.Ref

	ctx        context.Context
	covered    bool
	definition *awsx.TaskDefinition
	err        error
	editor     *form.Editor
	job        string // the change that carries the edits, until it is known to
	recorded   bool   // that secrets are shown, since the screen was opened
}

// NewEnvironment makes the editor of a service's variables.
func NewEnvironment(c *changes.Changes, service awsx.Ref) *environmentScreen {
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
	s.ctx, s.covered, s.recorded = ctx, false, false
	jobs := changes.WatchJobs(ctx, s.changes.Desk.Runner)
	if s.editor != nil {
		return jobs // edits outlive a walk through the history
	}
	return tea.Batch(jobs, s.read())
}

func (s *environmentScreen) read() tea.Cmd {
	ctx, service, changes := s.ctx, s.service, s.changes
	return func() tea.Msg {
		td, err := changes.DefinitionInUse(ctx, service)
		return definitionRead{td, err}
	}
}

func (s *environmentScreen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case definitionRead:
		s.take(msg)
		return nil
	case changes.JobsChanged:
		return tea.Batch(s.settle(), msg.Next())
	case revealed:
		s.reveal(msg)
		return nil
	}
	if s.editor == nil {
		return nil
	}
	return s.editor.Update(msg)
}

// take shows a definition, unless something was edited or is being typed since it
// was asked for.
func (s *environmentScreen) take(msg definitionRead) {
	switch {
	case s.editor == nil:
		s.err = msg.err
	case msg.err != nil:
		s.changes.Deps.Host.Flash(ui.Error, "%s", msg.err)
		return
	case s.editor.Capturing() || s.editor.Changes() > 0:
		return
	}
	if msg.err == nil {
		s.definition = msg.definition
		s.edit()
	}
}

// edit opens the editor on the definition that was read.
func (s *environmentScreen) edit() {
	s.editor = form.NewEditor(form.EditorOptions{
		Theme:  s.changes.Deps.Host.Theme(),
		Groups: environmentGroups(s.definition),
		Parse:  parsePairs,
		Shown:  api.MaskingOf(s.definition).Value,
	})
}

// environmentGroups gives each container a group of variables and one of references
// to secrets.
func environmentGroups(td *awsx.TaskDefinition) []form.Group {
	masking := api.MaskingOf(td)
	var groups []form.Group
	for _, c := range td.Containers {
		group := form.Group{Name: c.Name}
		for _, v := range c.Env {
			value := v.Value.Reveal()
			group.Pairs = append(group.Pairs, form.Pair{Name: v.Name, Value: value, Secret: masking.Hides(v.Name, value)})
		}
		groups = append(groups, group, secretsGroup(c))
	}
	return groups
}

func parsePairs(block string) ([]form.Pair, error) {
	vars, err := api.ParseDotenv(block)
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

// intent is what the edits ask for: of variables, of references, or of both in one
// revision.
func (s *environmentScreen) intent() deploy.Intent {
	env, secrets := deploy.SetEnv{Containers: map[string]edits.Env{}}, deploy.SetSecrets{Containers: map[string]edits.Secrets{}}
	for _, e := range s.editor.Edits() {
		if c, ok := secretsOf(s.definition, e.Group); ok {
			secrets.Containers[c.Name] = secretEdit(c, e)
			continue
		}
		edit := edits.Env{Unset: e.Unset, Rename: e.Rename}
		for _, name := range slices.Sorted(maps.Keys(e.Set)) {
			edit.Set = append(edit.Set, awsx.EnvVar{Name: name, Value: clean.Secret(e.Set[name])})
		}
		env.Containers[e.Group] = edit
	}
	switch {
	case len(secrets.Containers) == 0:
		return env
	case len(env.Containers) == 0:
		return secrets
	}
	return deploy.SetVariables{Env: env, Secrets: secrets}
}

func (s *environmentScreen) View(w, h int) ui.Frame {
	th := s.changes.Deps.Host.Theme()
	switch {
	case s.editor != nil:
		body, cursor := s.editor.View(w, h)
		return ui.Frame{Body: body, Cursor: cursor}
	case s.err != nil:
		lines := prose.Wrapped(th, w, []prose.Para{
			{Text: "the environment could not be read", Role: theme.Failed}, {Text: s.err.Error()},
		})
		return ui.Frame{Body: strings.Join(lines[:min(len(lines), h)], "\n")}
	}
	return ui.Frame{Body: th.Paint(theme.Dim, text.Truncate("reading the task definition", w, ""))}
}

func (s *environmentScreen) Header() ui.Header {
	h := s.changes.Deps.Header(s.service, "environment")
	switch {
	case s.editor != nil:
		h.Counts = awsx.ARNName(s.definition.ARN)
		if n := s.editor.Changes(); n > 0 {
			h.Counts += ", " + wording.Count(n, "edit")
		}
	case s.err != nil:
		prose.Refused(s.service.Context)(&h, s.err)
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

// Filter is the filter in force.
func (s *environmentScreen) Filter() string {
	if s.editor == nil {
		return ""
	}
	return s.editor.Filter()
}

// SetFilter narrows the variables.
func (s *environmentScreen) SetFilter(expr string) error {
	if s.editor == nil {
		return errors.New("the environment is not read yet")
	}
	return s.editor.SetFilter(expr)
}

// Unsaved tells what leaving would lose.
func (s *environmentScreen) Unsaved() string {
	if s.editor == nil || s.editor.Changes() == 0 {
		return ""
	}
	return wording.Count(s.editor.Changes(), "edit") + " not carried out"
}

func (s *environmentScreen) Actions() []ui.Action {
	refresh := actReadAgain.Runs(s.read)
	if s.editor == nil {
		refresh.Hint = 1
		return []ui.Action{refresh}
	}
	if s.editor.Changes() > 0 {
		refresh.Disabled = s.Unsaved() + ": undo them first"
	}
	plan := actPlan.As("plan", 1).Runs(func() tea.Cmd {
		s.changes.Propose(s.service, s.intent(), s.carried)
		return nil
	})
	if s.editor.Changes() == 0 {
		plan.Disabled = "nothing was edited"
	}
	out := []ui.Action{plan, refresh}
	for _, a := range ui.EditorActions(s.editor) {
		if a.ID == ui.ActReveal.ID && !s.recorded {
			a.Run = ui.Do(s.askToReveal)
		}
		out = append(out, a)
	}
	return out
}

// Paste takes lines of NAME=value into the container under the cursor.
func (s *environmentScreen) Paste(text string) tea.Cmd {
	if s.editor != nil {
		s.editor.Paste(text)
	}
	return nil
}

// revealed is whether showing secrets was recorded.
type revealed struct{ err error }

// askToReveal makes showing a value an act that is confirmed and leaves a record:
// once for as long as the screen is open.
func (s *environmentScreen) askToReveal() {
	s.changes.Deps.Reveal([]awsx.Ref{s.service}, "Show secrets", s.changes.Reveal, func(err error) tea.Msg { return revealed{err} })
}

// reveal shows the value under the cursor once that is recorded.
func (s *environmentScreen) reveal(msg revealed) {
	if msg.err != nil {
		s.changes.Deps.Host.Flash(ui.Error, "%s", msg.err)
		return
	}
	s.recorded = true
	if s.editor != nil && s.editor.OnLine() == "" {
		s.editor.Reveal()
	}
}

// Revealing reports whether values may be shown.
func (s *environmentScreen) Revealing() bool { return s.recorded }

// carried notes the change that carries the edits.
func (s *environmentScreen) carried(job string) { s.job = job }

// settle forgets the edits once the change was made. One that was refused leaves
// them, to be planned again.
func (s *environmentScreen) settle() tea.Cmd {
	if s.job == "" {
		return nil
	}
	job, known := s.changes.Desk.Status(s.job)
	switch {
	case known && !job.Over() && job.Progress.At.IsZero():
		return nil // calls are being made
	case known && job.Over() && job.Err != nil && !job.Result.State.Applied:
		s.job = ""
		return nil
	}
	s.job, s.editor, s.definition = "", nil, nil
	if s.covered {
		return nil
	}
	return s.read()
}

// Covered reads again when the screen comes back without edits.
func (s *environmentScreen) Covered(covered bool) tea.Cmd {
	s.covered = covered
	if covered || s.editor != nil {
		return nil
	}
	return s.read()
}
