package prose

import (
	"context"
	"regexp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
)

// TextSpec is what a text screen shows.
type TextSpec struct {
	Name    string   // the screen's short name
	What    string   // what is shown, for messages: "service api"
	Subject awsx.Ref // whose text it is
	Crumb   string
	Load    func(ctx context.Context) ([]Para, error)
}

// textScreen shows a text that one command loads: a description, or JSON as the
// API gives it. A failure stands in its place, and refreshing tries again.
type textScreen struct {
	deps *views.Deps
	spec TextSpec

	ctx     context.Context
	loading bool
	err     error
	paras   []Para

	Sheet
	starts []int // the first line of each paragraph
	wrap   bool

	expr    string
	search  *regexp.Regexp
	current int // the paragraph found last
}

// The actions of a text.
var (
	actWrap    = ui.ActWrap.As("wrap", 2)
	actCopy    = ui.ActCopy.As("copy text", 3)
	actRefresh = ui.ActRefresh.As("refresh", 4)
)

// Kinds are the screens of this room: a description, and JSON as the API gives it.
func Kinds() []views.Kind {
	bindings := append([]ui.Binding{actWrap, actCopy, actRefresh, ui.ActFindNext, ui.ActFindPrev}, ui.MovementBindings()...)
	return []views.Kind{
		{Declaration: ui.Declaration{Screen: "describe", Bindings: bindings}},
		{Declaration: ui.Declaration{Screen: "json", Bindings: bindings}},
	}
}

// NewTextScreen makes the screen of a text.
func NewTextScreen(deps *views.Deps, spec TextSpec) *textScreen {
	s := &textScreen{deps: deps, spec: spec, wrap: true, current: -1}
	s.Sheet = NewSheet(deps.Host, s.layout)
	return s
}

// loaded is what the load brought.
type loaded struct {
	paras []Para
	err   error
}

func (s *textScreen) Name() string    { return s.spec.Name }
func (s *textScreen) Capturing() bool { return false }

func (s *textScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.reload()
}

func (s *textScreen) reload() tea.Cmd {
	s.loading = true
	ctx, load := s.ctx, s.spec.Load
	return func() tea.Msg {
		paras, err := load(ctx)
		return loaded{paras: paras, err: err}
	}
}

func (s *textScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(loaded); ok {
		s.loading, s.err = false, msg.err
		if msg.err == nil {
			s.paras = msg.paras
		}
		s.Pager.Changed()
	}
	return nil
}

func (s *textScreen) View(w, h int) ui.Frame { return s.Draw("", w, h) }

// layout gives the pager its lines.
func (s *textScreen) layout(th *theme.Theme, w int) []string {
	s.starts = nil
	switch {
	case s.paras != nil:
		lines, starts := Layout{Theme: th, Width: w, Wrap: s.wrap, search: s.search}.Lines(s.paras)
		s.starts = starts
		return lines
	case s.err != nil:
		return Wrapped(th, w, []Para{
			{Text: s.spec.What + " could not be read", Role: theme.Failed},
			{Text: s.err.Error()},
			{Text: s.deps.Host.Key(ui.ActRefresh) + " tries again", Role: theme.Dim},
		})
	case s.loading:
		return []string{th.Paint(theme.Dim, text.Truncate("loading "+s.spec.What, w, th.Glyphs().Ellipsis))}
	}
	return nil
}

func (s *textScreen) Header() ui.Header {
	h := ui.Header{
		Badge: s.deps.Badge(s.spec.Subject.ClusterRef()),
		Crumb: s.spec.Crumb + " " + s.spec.Name,
		Scope: s.deps.Policy.Scope(s.spec.Subject.ClusterRef()),
	}
	switch {
	case s.err != nil:
		t := TroubleOf(s.err, s.spec.Subject.Context)
		h.Fresh = ui.Fresh{State: FreshOf(t.Class), Text: t.Word}
		h.Banner = t.Banner
	case s.loading:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "loading"}
	}
	return h
}

// Filter is the expression searched for.
func (s *textScreen) Filter() string { return s.expr }

// SetFilter searches: all lines stay, matches are painted and shown.
func (s *textScreen) SetFilter(expr string) error {
	var re *regexp.Regexp
	if expr != "" {
		var err error
		if re, err = regexp.Compile("(?i)" + expr); err != nil {
			return err
		}
	}
	s.expr, s.search, s.current = expr, re, -1
	s.Pager.Changed()
	s.find(1)
	return nil
}

// find goes to the next paragraph that matches, or the previous one.
func (s *textScreen) find(step int) {
	n := len(s.paras)
	if s.search == nil || n == 0 {
		return
	}
	from := s.current
	if from < 0 && step < 0 {
		from = n
	}
	for i := 1; i <= n; i++ {
		at := ((from+step*i)%n + n) % n
		if !s.paras[at].matches(s.search) {
			continue
		}
		s.current = at
		if at < len(s.starts) {
			s.Pager.Show(s.starts[at])
		}
		return
	}
	s.deps.Host.Flash(ui.Info, "nothing matches %s", s.expr)
}

// Text is the whole text, for a file.
func (s *textScreen) Text() string { return PlainText(s.paras) }

func (s *textScreen) Actions() []ui.Action {
	var empty, searching string
	if s.paras == nil {
		empty = "nothing was read yet"
	}
	if s.search == nil {
		searching = "nothing is searched for"
	}
	return append([]ui.Action{
		actWrap.Does(func() {
			s.wrap = !s.wrap
			s.Pager.Changed()
		}),
		actCopy.Does(func() { s.deps.Host.Copy(s.spec.What, s.Text()) }).Unless(empty),
		actRefresh.Runs(s.reload),
		ui.ActFindNext.Does(func() { s.find(1) }).Unless(searching),
		ui.ActFindPrev.Does(func() { s.find(-1) }).Unless(searching),
	}, ui.Movement(s.Pager)...)
}

// JSONParas makes a paragraph of each line of laid-out JSON.
func JSONParas(s string) []Para {
	lines := strings.Split(s, "\n")
	out := make([]Para, len(lines))
	for i, line := range lines {
		out[i] = Para{Text: line}
	}
	return out
}
