package editors

import (
	"context"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	api "gantry/awsx/document"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/prose"
)

// The actions on a task definition.
var (
	actOpenEditor = ui.Binding{ID: views.ActEdit.ID, Name: "edit", Keys: []string{"e", "enter"}, Hint: 1}
	actPlan       = ui.Binding{ID: "plan", Name: "plan", Keys: []string{"w"}, Hint: 2}
	actDrop       = ui.Binding{ID: "drop-edits", Name: "drop the edits", Keys: []string{"x"}, Hint: 3}
	actReadAgain  = ui.ActRefresh.As("read again", 0)
)

// The screen of the task definition in the operator's editor.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "edit", Title: "Task definition",
	Bindings: append([]ui.Binding{actOpenEditor, actPlan, actDrop, actReadAgain}, ui.MovementBindings()...)}})

// Edit gives the task definition in use to the operator's editor.
func (e *Editors) Edit(service awsx.Ref) {
	e.Changes.Deps.Host.Push(NewEdit(e.Changes, e.Editor, service))
}

// editScreen shows the task definition in use, as it may be seen, and has it edited
// in the operator's own editor. What comes back becomes a plan.
type editScreen struct {
	changes *changes.Changes
	editor  Editor
	service awsx.Ref

	ctx      context.Context
	revision string
	original string // what the editor was given at first
	text     string // what came back last
	problem  error  // why that is no task definition
	shown    []prose.Para
	err      error
	busy     bool
	file     string // kept for the editor while the text has a problem
	job      string // the change that carries the edits

	prose.Sheet
}

// NewEdit makes the screen on which a service's task definition is edited.
func NewEdit(c *changes.Changes, editor Editor, service awsx.Ref) *editScreen {
	s := &editScreen{changes: c, editor: editor, service: service}
	s.Sheet = prose.NewParagraphs(c.Deps.Host, s.paras)
	return s
}

// editable is a definition as an editor may have it, and as it may be shown.
type editable struct {
	revision, text string
	shown          []prose.Para
	err            error
}

// editorEnded tells that the editor gave the terminal back.
type editorEnded struct{ err error }

// fileRead is what the editor left. The problem is that it is no definition; the
// error that it could not be read.
type fileRead struct {
	text         string
	shown        []prose.Para
	problem, err error
}

func (s *editScreen) Name() string    { return "edit" }
func (s *editScreen) Capturing() bool { return false }

func (s *editScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	if s.edited() {
		s.file = "" // it was removed when the screen was left
		return nil  // edits outlive a walk through the history
	}
	return s.read()
}

// edited tells that there is something that leaving would lose.
func (s *editScreen) edited() bool { return s.text != s.original || s.problem != nil }

// read reads the definition in use.
func (s *editScreen) read() tea.Cmd {
	s.busy = true
	s.Pager.Changed()
	ctx, changes, service := s.ctx, s.changes, s.service
	return func() tea.Msg {
		td, err := changes.DefinitionInUse(ctx, service)
		if err != nil {
			return editable{err: err}
		}
		text, err := api.Redacted(td)
		if err != nil {
			return editable{err: err}
		}
		return editable{awsx.ARNName(td.ARN), text, shownDocument(text), nil}
	}
}

// shownDocument lays a document out for reading. One that cannot be parsed cannot be
// masked either, and is not shown.
func shownDocument(text string) []prose.Para {
	masked, err := api.Shown([]byte(text))
	if err != nil {
		return nil
	}
	return append([]prose.Para{{}}, prose.JSONParas(masked)...)
}

func (s *editScreen) Update(msg tea.Msg) tea.Cmd {
	host := s.changes.Deps.Host
	defer s.Pager.Changed()
	switch msg := msg.(type) {
	case editable:
		first := s.revision == ""
		s.busy, s.err = false, msg.err
		if msg.err == nil {
			s.revision, s.original, s.text, s.shown = msg.revision, msg.text, msg.text, msg.shown
		}
		if first && msg.err == nil {
			return s.edit()
		}
	case fileWritten:
		if msg.err != nil {
			s.busy = false
			host.Flash(ui.Error, "%s", msg.err)
			return nil
		}
		s.file = msg.path
		run := host.Exec(msg.cmd, func(err error) tea.Msg { return editorEnded{err} })
		if msg.old {
			return run
		}
		return tea.Batch(run, dropAtEnd(s.ctx, msg.path))
	case editorEnded:
		return s.ended(msg.err)
	case fileRead:
		s.take(msg)
	case fileKept:
		host.Flash(ui.Error, "a file of the editor is left: %s", msg.err)
	}
	return nil
}

// edit hands the text to the editor.
func (s *editScreen) edit() tea.Cmd {
	s.busy = true
	editor, file, text := s.editor, s.file, s.text
	name := strings.ReplaceAll(s.revision, ":", "-") + ".json"
	return func() tea.Msg { return editor.open(file, name, text) }
}

// ended reads what the editor left. An editor that ends with an error says that the
// edit was given up.
func (s *editScreen) ended(err error) tea.Cmd {
	path := s.file
	if err != nil {
		s.busy, s.file = false, ""
		s.changes.Deps.Host.Flash(ui.Warn, "the editor ended with %s: nothing was taken over", err)
		return func() tea.Msg { return keptOr(dropFile(path)) }
	}
	return func() tea.Msg {
		b, err := os.ReadFile(path)
		if err != nil {
			return fileRead{err: err}
		}
		text := string(b)
		if err := api.CheckJSON(b); err != nil {
			return fileRead{text: text, problem: err}
		}
		return fileRead{text: text, shown: shownDocument(text), err: dropFile(path)}
	}
}

func keptOr(err error) tea.Msg {
	if err != nil {
		return fileKept{err}
	}
	return nil
}

// take shows what came back and plans it. A text that is no definition keeps its
// file, to be put right.
func (s *editScreen) take(msg fileRead) {
	host := s.changes.Deps.Host
	s.busy = false
	if msg.err != nil {
		host.Flash(ui.Error, "%s", msg.err)
	}
	if msg.text == "" && msg.err != nil {
		return
	}
	s.text, s.shown, s.problem = msg.text, msg.shown, msg.problem
	if s.problem != nil {
		return
	}
	s.file = ""
	if !s.edited() {
		host.Flash(ui.Info, "nothing was edited")
		return
	}
	s.plan()
}

func (s *editScreen) plan() {
	s.changes.Propose(s.service, deploy.EditDefinition{Document: awsx.Document(s.text)}, func(job string) { s.job = job })
}

// drop takes the edits back.
func (s *editScreen) drop() tea.Cmd {
	path := s.file
	s.text, s.problem, s.file, s.shown = s.original, nil, "", shownDocument(s.original)
	s.Pager.Changed()
	return func() tea.Msg { return keptOr(dropFile(path)) }
}

// Covered reads what runs now once the edits were carried out. Those of a change that
// was refused stay, to be planned again.
func (s *editScreen) Covered(covered bool) tea.Cmd {
	if covered || s.job == "" {
		return nil
	}
	job, known := s.changes.Desk.Status(s.job)
	s.job = ""
	if known && job.Over() && job.Err != nil && !job.Result.State.Applied {
		return nil
	}
	s.text, s.problem = s.original, nil
	return s.read()
}

func (s *editScreen) View(w, h int) ui.Frame { return s.Draw("", w, h) }

func (s *editScreen) paras() []prose.Para {
	var d prose.Document
	key := s.changes.Deps.Host.Key
	switch {
	case s.err != nil:
		d.Paras = append(d.Paras, prose.Para{Text: "the task definition could not be read", Role: theme.Failed}, prose.Para{Text: s.err.Error()})
		return d.Paras
	case s.revision == "":
		d.Line(theme.Dim, "reading the task definition")
		return d.Paras
	case s.problem != nil:
		cause, _ := changes.CauseOf(s.problem)
		d.Paras = append(d.Paras, prose.Para{Text: theme.StatusFailed.Glyph() + " this is no task definition: " + cause, Role: theme.Failed})
		d.Field("next", key(actOpenEditor)+" opens it again as it was left, "+key(actDrop)+" drops the edits")
		d.Field("file", s.file)
	case s.edited():
		d.Paras = append(d.Paras, prose.Para{Text: theme.StatusPending.Glyph() + " edited, and not carried out", Role: theme.Pending})
		d.Field("next", key(actPlan)+" plans it, "+key(actOpenEditor)+" edits on, "+key(actDrop)+" drops the edits")
	default:
		d.Paras = append(d.Paras, prose.Para{Text: s.revision + " runs now", Role: theme.Title})
		d.Field("next", key(actOpenEditor)+" opens it in your editor, with a placeholder for each value that looks like a secret")
	}
	return append(d.Paras, s.shown...)
}

func (s *editScreen) Header() ui.Header {
	h := s.changes.Deps.Header(s.service, "edit")
	h.Counts = s.revision
	switch {
	case s.busy:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "reading"}
	case s.err != nil:
		prose.Refused(s.service.Context)(&h, s.err)
	}
	return h
}

// Text is what is shown, for a file.
func (s *editScreen) Text() string { return prose.PlainText(s.paras()) }

// Unsaved tells what leaving would lose.
func (s *editScreen) Unsaved() string {
	if !s.edited() {
		return ""
	}
	return "the edited task definition is not carried out"
}

func (s *editScreen) Actions() []ui.Action {
	edit, plan, drop := actOpenEditor.Runs(s.edit), actPlan.Does(s.plan), actDrop.Runs(s.drop)
	refresh := actReadAgain.Runs(s.read)
	switch {
	case s.busy:
		why := "the task definition is being read"
		edit.Disabled, plan.Disabled, drop.Disabled, refresh.Disabled = why, why, why, why
	case s.revision == "":
		why := "no task definition was read"
		edit.Disabled, plan.Disabled, drop.Disabled = why, why, why
	case !s.edited():
		plan.Disabled, drop.Disabled = "nothing was edited", "nothing was edited"
	default:
		refresh.Disabled = s.Unsaved() + ": drop the edits first"
		if s.problem != nil {
			plan.Disabled = "this is no task definition"
		}
	}
	return append([]ui.Action{edit, plan, drop, refresh}, ui.Movement(s.Pager)...)
}
