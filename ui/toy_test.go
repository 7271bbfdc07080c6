package ui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"gantry/ui"
	"gantry/ui/theme"
	"gantry/ui/uitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// toy is a list of fruit: a screen as small as one can be that uses everything.
type toy struct {
	host      *ui.Host
	name      string
	rows      []string
	at        int
	filter    string
	ctx       context.Context
	opens     int
	got       []string
	capturing bool
	covered   []bool
	unsaved   string
	head      ui.Header
	extra     []ui.Action
	open      func(ctx context.Context) tea.Cmd
	cursor    *tea.Cursor
	draws     func() // before each drawing
}

// bang is a message that acts when it arrives.
type bang func()

func newToy(h *ui.Host) *toy {
	return &toy{host: h, name: "fruit", rows: []string{"apple", "banana", "cherry", "damson"}}
}

func (s *toy) Name() string { return s.name }

func (s *toy) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	s.opens++
	if s.open != nil {
		return s.open(ctx)
	}
	return nil
}

func (s *toy) Update(msg tea.Msg) tea.Cmd {
	if f, ok := msg.(bang); ok {
		f()
	}
	s.got = append(s.got, fmt.Sprint(msg))
	return nil
}

func (s *toy) View(w, h int) ui.Frame {
	if s.draws != nil {
		s.draws()
	}
	var b strings.Builder
	for i, row := range s.visible() {
		if i == s.at {
			b.WriteString("> " + s.host.Theme().Paint(theme.Selected, row) + "\n")
		} else {
			b.WriteString("  " + row + "\n")
		}
	}
	return ui.Frame{Body: b.String(), Cursor: s.cursor}
}

func (s *toy) visible() []string {
	var out []string
	for _, row := range s.rows {
		if strings.Contains(row, s.filter) {
			out = append(out, row)
		}
	}
	return out
}

func (s *toy) Filter() string { return s.filter }

func (s *toy) SetFilter(expr string) error {
	if expr == "(" {
		return errors.New("filter ( is not a regular expression: missing )")
	}
	s.filter = expr
	return nil
}

func (s *toy) Covered(c bool) tea.Cmd {
	s.covered = append(s.covered, c)
	return nil
}

func (s *toy) Unsaved() string   { return s.unsaved }
func (s *toy) Capturing() bool   { return s.capturing }
func (s *toy) Header() ui.Header { return s.head }

func (s *toy) Move(n int) { s.at = max(0, min(s.at+n, len(s.visible())-1)) }
func (s *toy) Page(n int) { s.Move(n * 10) }
func (s *toy) Top()       { s.at = 0 }
func (s *toy) Bottom()    { s.at = len(s.visible()) - 1 }

func (s *toy) Actions() []ui.Action {
	eat := ui.Binding{ID: "eat", Name: "eat", Keys: []string{"e"}, Changes: true, Hint: 2}.Does(func() { s.got = append(s.got, "eaten") })
	peel := ui.Binding{ID: "peel", Name: "peel", Keys: []string{"p"}, Hint: 3}.Runs(nil).Unless("an apple has no peel to speak of")
	list := []ui.Action{
		ui.ActEnter.Does(func() {
			next := newToy(s.host)
			next.name = s.visible()[s.at]
			s.host.Push(next)
		}),
		eat, peel,
		ui.ActCopy.Does(func() { s.host.Copy("name", s.visible()[s.at]) }),
	}
	return append(append(list, ui.Movement(s)...), s.extra...)
}

// start runs a console whose first screen is a toy.
func start(t *testing.T, change func(*toy), opts ...func(*uitest.Options)) (*uitest.Console, *toy) {
	t.Helper()
	var root *toy
	o := uitest.Options{Shell: ui.Options{Title: "orchard"}}
	o.Shell.Root = func(h *ui.Host) ui.Screen {
		root = newToy(h)
		if change != nil {
			change(root)
		}
		return root
	}
	for _, f := range opts {
		f(&o)
	}
	return uitest.New(t, o), root
}

// gate is a Gate whose answers the test sets.
type gate struct {
	mode   ui.Mode
	arm    func(scope string) (ui.Arming, error)
	scopes []string
}

func (g *gate) Mode(scope string) ui.Mode {
	g.scopes = append(g.scopes, scope)
	return g.mode
}

func (g *gate) Arm(scope string) (ui.Arming, error) { return g.arm(scope) }
func (g *gate) Disarm(string)                       { g.mode = ui.Mode{Label: "READ-ONLY", Armable: true} }

// work is a Background that says what it is told.
type work struct {
	status, busy string
	read         int
}

func (w *work) Open(context.Context) tea.Cmd { return nil }
func (w *work) Update(tea.Msg) tea.Cmd       { return nil }
func (w *work) Status(string) string         { return w.status }
func (w *work) Read()                        { w.read++ }
func (w *work) Busy() string                 { return w.busy }
