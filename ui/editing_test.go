package ui_test

import (
	"context"
	"errors"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/uitest"
)

// variables is a screen that is little more than an editor.
type variables struct {
	*form.Editor
}

func newVariables(h *ui.Host) *variables {
	return &variables{form.NewEditor(form.EditorOptions{
		Theme:  h.Theme(),
		Groups: []form.Group{{Name: "api", Pairs: []form.Pair{{Name: "MODE", Value: "fast"}}}},
		Parse: func(block string) ([]form.Pair, error) {
			if block != "A=1" {
				return nil, errors.New("line 1 is not NAME=value")
			}
			return []form.Pair{{Name: "A", Value: "1"}}, nil
		},
	})}
}

func (v *variables) Name() string                 { return "variables" }
func (v *variables) Open(context.Context) tea.Cmd { return nil }
func (v *variables) Actions() []ui.Action         { return ui.EditorActions(v.Editor) }
func (v *variables) Paste(s string) tea.Cmd       { v.Editor.Paste(s); return nil }

func (v *variables) View(w, h int) ui.Frame {
	body, cursor := v.Editor.View(w, h)
	return ui.Frame{Body: body, Cursor: cursor}
}

func TestAnEditorIsAScreenOfFewLines(t *testing.T) {
	var v *variables
	c := uitest.New(t, uitest.Options{Shell: ui.Options{Root: func(h *ui.Host) ui.Screen { v = newVariables(h); return v }}})
	c.Shows("<a>add <enter>change").Press("enter", "ctrl+u").Type("slow?:/").Shows("<enter>take <esc>cancel")
	if _, y, ok := c.Cursor(); !ok || y != 21 {
		t.Errorf("the cursor is in row %d, shown %v; want 21, where the value is typed", y, ok)
	}
	c.Press("enter").Shows("~ MODE  slow?:/   was fast")
	c.Paste("A=1").Shows("+ A").Paste("nonsense").Shows("line 1 is not NAME=value").Press("esc")
	want := []form.Edit{{Group: "api", Set: map[string]string{"MODE": "slow?:/", "A": "1"}}}
	if diff := cmp.Diff(want, v.Edits()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheColonQQuits(t *testing.T) {
	c, _ := start(t, nil)
	if c.Type(":q").Press("enter"); !c.Quit {
		t.Errorf(":q did not quit:\n%s", c.Text())
	}
}

func TestThePaletteRunsAScreensActionForTheScreenAndRefusesWhatTheGateDoes(t *testing.T) {
	g := &gate{mode: ui.Mode{Writable: true}}
	c, s := start(t, nil, func(o *uitest.Options) { o.Shell.Gate = g })
	c.Type(":eat").Press("enter")
	g.mode = ui.Mode{Why: "started with --readonly"}
	c.Type(":eat").Shows("started with --readonly").Press("enter").Shows("eat: started with --readonly")
	if diff := cmp.Diff([]string{"eaten"}, s.got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func BenchmarkKey(b *testing.B) {
	c := uitest.New(b, uitest.Options{W: 200, H: 50, Shell: ui.Options{Root: func(h *ui.Host) ui.Screen {
		s := newToy(h)
		orchard(s)
		return s
	}}})
	down, up := uitest.Key("j"), uitest.Key("k")
	for i := 0; b.Loop(); i++ {
		msg := down
		if i%2 == 1 {
			msg = up
		}
		c.Shell.Update(msg)
		c.Shell.View()
	}
}

func BenchmarkWire(b *testing.B) {
	o := ui.Options{Title: "orchard"}
	o.Root = func(h *ui.Host) ui.Screen { s := newToy(h); orchard(s); return s }
	w := uitest.Dial(b, o, 80, 24)
	moved := 0
	for i := 0; b.Loop(); i++ {
		key := "j"
		if i%2 == 1 {
			key = "k"
		}
		moved += w.Bytes(uitest.Key(key))
	}
	b.ReportMetric(float64(moved)/float64(b.N), "B/move")
}
