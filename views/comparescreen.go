package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/ui"
	"gantry/ui/diffview"
	"gantry/ui/theme"
)

// compareScreen shows what tells two revisions apart, secrets masked.
type compareScreen struct {
	deps          *Deps
	service       awsx.Ref
	before, after string // ARNs

	ctx     context.Context
	reading bool
	read    bool // there is something to show
	err     error
	diff    hunks

	sheet
}

func newCompare(deps *Deps, service awsx.Ref, before, after string) *compareScreen {
	s := &compareScreen{deps: deps, service: service, before: before, after: after}
	s.sheet = newSheet(deps.Host, s.layout)
	return s
}

// compared is what tells two revisions apart, or why that is not known.
type compared struct {
	lines []diffview.Line
	err   error
}

func (s *compareScreen) Name() string    { return "compare" }
func (s *compareScreen) Capturing() bool { return false }

func (s *compareScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.compare()
}

func (s *compareScreen) compare() tea.Cmd {
	s.reading = true
	s.pager.Changed()
	ctx, st, id, arns := s.ctx, s.deps.Store, s.service.Context, []string{s.before, s.after}
	return func() tea.Msg {
		found, err := readDefinitions(ctx, st, id, arns)
		if err != nil {
			return compared{err: err}
		}
		old, fresh, err := api.CompareDefinitions(found[arns[0]], found[arns[1]])
		return compared{difference(old, fresh), err}
	}
}

func (s *compareScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(compared); ok {
		s.reading, s.err = false, msg.err
		if msg.err == nil {
			s.read, s.diff = true, hunks{lines: msg.lines}
		}
		s.pager.Changed()
	}
	return nil
}

func (s *compareScreen) View(w, h int) ui.Frame { return s.draw("", w, h) }

func (s *compareScreen) layout(th *theme.Theme, w int) []string {
	return s.diff.below(wrapped(th, w, s.paras()), th, w)
}

// title names the older revision and the newer.
func (s *compareScreen) title() string {
	return awsx.ARNName(s.before) + " -> " + awsx.ARNName(s.after)
}

// paras stand above the difference, or in its place.
func (s *compareScreen) paras() []para {
	var d document
	d.heading(s.title())
	switch {
	case s.err != nil:
		cause, fix := causeOf(s.err)
		d.paras = append(d.paras, para{text: theme.StatusFailed.Glyph() + " they could not be compared: " + cause, role: theme.Failed, depth: 1})
		d.fieldAs(theme.Accent, "fix", fix)
	case !s.read:
		d.line(theme.Dim, "reading both")
	default:
		d.line(theme.Dim, diffview.Summary(s.diff.lines)+"; what the service adds is left out, secrets are masked")
	}
	return d.paras
}

func (s *compareScreen) Header() ui.Header {
	h := ui.Header{
		Badge: s.deps.badge(s.service.ClusterRef()),
		Crumb: crumb(s.service) + " " + s.Name(),
		Scope: s.deps.Policy.Scope(s.service.ClusterRef()),
	}
	switch {
	case s.err != nil:
		t := troubleOf(s.err, s.service.Context)
		h.Fresh = ui.Fresh{State: freshOf(t.class), Text: t.word}
	case s.reading:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "loading"}
	}
	return h
}

// Text is the difference, for a file or the clipboard.
func (s *compareScreen) Text() string {
	return strings.TrimLeft(plainText(s.paras())+plainDifference(s.diff.lines), "\n")
}

func (s *compareScreen) Actions() []ui.Action {
	cp := ui.Shared(ui.ActCopy, ui.Do(func() { s.deps.Host.Copy("difference", s.Text()) }))
	cp.Name, cp.Hint = "copy text", 3
	if !s.read {
		cp.Disabled = "nothing was read yet"
	}
	refresh := ui.Shared(ui.ActRefresh, s.compare)
	steps := s.diff.actions(s.pager)
	for i := range steps {
		steps[i].Hint = i + 1
	}
	return append(append(steps, cp, refresh), ui.Movement(s.pager)...)
}
