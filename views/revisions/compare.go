package revisions

import (
	"context"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/ui"
	"gantry/ui/diffview"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/prose"
)

// actCopyText copies the difference.
var actCopyText = ui.ActCopy.As("copy text", 3)

// The screen of what tells two revisions apart.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "compare",
	Bindings: slices.Concat(prose.HunkBindings(), []ui.Binding{actCopyText, ui.ActRefresh}, ui.MovementBindings())}})

// compareScreen shows what tells two revisions apart, secrets masked.
type compareScreen struct {
	deps          *views.Deps
	service       awsx.Ref
	before, after string // ARNs

	ctx     context.Context
	reading bool
	read    bool // there is something to show
	err     error
	diff    prose.Hunks

	prose.Sheet
}

// NewCompare makes the screen of what tells two revisions apart, by their ARNs.
func NewCompare(deps *views.Deps, service awsx.Ref, before, after string) *compareScreen {
	s := &compareScreen{deps: deps, service: service, before: before, after: after}
	s.Sheet = prose.NewSheet(deps.Host, s.layout)
	return s
}

// comparing compares the two revisions that are marked, or the one here with the marked one
// or with the one in use.
func comparing(deps *views.Deps, service awsx.Ref, marked []string, here, inUse string) ui.Action {
	two := slices.Clone(marked)
	switch len(two) {
	case 0:
		two = []string{inUse, here}
	case 1:
		two = append(two, here)
	}
	slices.SortStableFunc(two, func(a, b string) int { return revisionNumber(a) - revisionNumber(b) })
	a := actCompare.Does(func() { deps.Host.Push(NewCompare(deps, service, two[0], two[1])) })
	switch {
	case len(two) > 2:
		a.Disabled = "mark two revisions, not " + strconv.Itoa(len(two))
	case two[0] == "" || two[1] == "":
		a.Disabled = "one of the two revisions is not known"
	case two[0] == two[1]:
		a.Disabled = "mark a revision, or choose another than the one in use"
	}
	return a
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
	s.Pager.Changed()
	ctx, st, id, arns := s.ctx, s.deps.Store, s.service.Context, []string{s.before, s.after}
	return func() tea.Msg {
		found, err := readDefinitions(ctx, st, id, arns)
		if err != nil {
			return compared{err: err}
		}
		old, fresh, err := api.CompareDefinitions(found[arns[0]], found[arns[1]])
		return compared{prose.Difference(old, fresh), err}
	}
}

func (s *compareScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(compared); ok {
		s.reading, s.err = false, msg.err
		if msg.err == nil {
			s.read, s.diff = true, prose.Hunks{Lines: msg.lines}
		}
		s.Pager.Changed()
	}
	return nil
}

func (s *compareScreen) View(w, h int) ui.Frame { return s.Draw("", w, h) }

func (s *compareScreen) layout(th *theme.Theme, w int) []string {
	return s.diff.Below(prose.Wrapped(th, w, s.paras()), th, w)
}

// title names the older revision and the newer.
func (s *compareScreen) title() string {
	return awsx.ARNName(s.before) + " -> " + awsx.ARNName(s.after)
}

// paras stand above the difference, or in its place.
func (s *compareScreen) paras() []prose.Para {
	var d prose.Document
	d.Heading(s.title())
	switch {
	case s.err != nil:
		cause, fix := changes.CauseOf(s.err)
		d.Paras = append(d.Paras, prose.Para{Text: theme.StatusFailed.Glyph() + " they could not be compared: " + cause, Role: theme.Failed, Depth: 1})
		d.FieldAs(theme.Accent, "fix", fix)
	case !s.read:
		d.Line(theme.Dim, "reading both")
	default:
		d.Line(theme.Dim, diffview.Summary(s.diff.Lines)+"; what the service adds is left out, secrets are masked")
	}
	return d.Paras
}

func (s *compareScreen) Header() ui.Header {
	h := s.deps.Header(s.service, s.Name())
	switch {
	case s.err != nil:
		t := prose.TroubleOf(s.err, s.service.Context)
		h.Fresh = ui.Fresh{State: prose.FreshOf(t.Class), Text: t.Word}
	case s.reading:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "loading"}
	}
	return h
}

// Text is the difference, for a file or the clipboard.
func (s *compareScreen) Text() string {
	return strings.TrimLeft(prose.PlainText(s.paras())+prose.PlainDifference(s.diff.Lines), "\n")
}

func (s *compareScreen) Actions() []ui.Action {
	cp := actCopyText.Does(func() { s.deps.Host.Copy("difference", s.Text()) })
	if !s.read {
		cp.Disabled = "nothing was read yet"
	}
	refresh := ui.ActRefresh.Runs(s.compare)
	steps := s.diff.Actions(s.Pager)
	for i := range steps {
		steps[i].Hint = i + 1
	}
	return append(append(steps, cp, refresh), ui.Movement(s.Pager)...)
}
