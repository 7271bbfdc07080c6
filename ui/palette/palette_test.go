package palette_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"gantry/ui/palette"
	"gantry/ui/theme"
	"gantry/ui/uitest"
)

// bench is an open palette over some items and what it ran.
type bench struct {
	*palette.Palette
	ran     []string
	refused string
}

func open(history *palette.History, names ...string) *bench {
	b := &bench{}
	b.Palette = palette.New(theme.New(theme.Options{}), palette.Options{
		History: history, Refused: func(s string) { b.refused = s },
		Sources: []palette.Source{func(text string) []palette.Item {
			var items []palette.Item
			for _, n := range names {
				items = append(items, palette.Item{Name: n, Aliases: []string{n[:1]}, Run: func() tea.Cmd { b.ran = append(b.ran, n); return nil }})
			}
			if strings.HasPrefix(text, "arn:") {
				items = append(items, palette.Item{Name: "service api", Answer: true, Run: func() tea.Cmd { b.ran = append(b.ran, text); return nil }})
			}
			return append(items, palette.Item{Name: "scale", Disabled: "read-only"})
		}},
	})
	return b
}

func (b *bench) write(s string) *bench {
	for _, r := range s {
		b.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return b
}

func (b *bench) press(keys ...string) *bench {
	for _, k := range keys {
		b.Update(uitest.Key(k))
	}
	return b
}

func (b *bench) view() string {
	s, _ := b.View(80, 10)
	return ansi.Strip(s)
}

func TestAnExactNameRunsBeforeBetterMatches(t *testing.T) {
	for typed, want := range map[string]string{"tasks": "tasks", "TASKS": "tasks", "tsk": "tasks", "t": "tasks", "serv": "services"} {
		b := open(nil, "task definitions", "tasks", "services")
		if typed == "t" {
			b = open(nil, "alerts", "tasks")
		}
		b.write(typed).press("enter")
		if !b.Done() || !slices.Equal(b.ran, []string{want}) {
			t.Errorf("%q ran %q, want %q", typed, b.ran, want)
		}
	}
}

func TestAnIdentifierIsAnsweredByItsSource(t *testing.T) {
	b := open(nil, "tasks")
	b.Update(tea.PasteMsg{Content: "arn:aws:ecs:x"})
	b.press("enter")
	if !slices.Equal(b.ran, []string{"arn:aws:ecs:x"}) {
		t.Errorf("ran %q:\n%s", b.ran, b.view())
	}
}

func TestWhatCannotRunSaysWhy(t *testing.T) {
	b := open(nil, "tasks").write("scale").press("enter")
	if !b.Done() || b.refused != "scale: read-only" {
		t.Errorf("done %v, refused %q", b.Done(), b.refused)
	}
	b = open(nil, "tasks").write("qqq").press("enter")
	if b.Done() || !strings.Contains(b.view(), `nothing is called "qqq"`) || !strings.Contains(b.view(), ":qqq") {
		t.Errorf("done %v:\n%s", b.Done(), b.view())
	}
}

func TestCommandsAreRecalledNewestFirst(t *testing.T) {
	h := palette.NewHistory([]string{"tasks", "services", "tasks"})
	open(h, "services", "logs").write("logs").press("enter")
	if want := []string{"services", "tasks", "logs"}; !slices.Equal(h.Lines(), want) {
		t.Fatalf("history %q, want %q", h.Lines(), want)
	}
	b := open(h, "services", "tasks", "logs").press("ctrl+p", "ctrl+p", "enter")
	if !slices.Equal(b.ran, []string{"tasks"}) {
		t.Errorf("ran %q, want the one before the last", b.ran)
	}
}

func TestHistoryKeepsTheLastTwoHundred(t *testing.T) {
	h := palette.NewHistory(nil)
	for i := range 300 {
		h.Add(fmt.Sprint(i))
	}
	if lines := h.Lines(); len(lines) != 200 || lines[0] != "100" || lines[199] != "299" {
		t.Errorf("%d lines from %s to %s", len(lines), lines[0], lines[len(lines)-1])
	}
}

func TestTabCompletesAndBackspaceOnNothingLeaves(t *testing.T) {
	b := open(nil, "services").write("ser").press("tab")
	if !strings.Contains(b.view(), ":services") {
		t.Errorf("after tab:\n%s", b.view())
	}
	if b = open(nil, "services").write("s").press("backspace"); b.Done() {
		t.Error("backspace left too early")
	}
	if b.press("backspace"); !b.Done() {
		t.Error("backspace on an empty field did not leave")
	}
}

func TestTheCursorStaysOnTheItemsInView(t *testing.T) {
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("item-%02d", i))
	}
	b := open(nil, names...)
	for range 30 {
		b.press("down")
		if s := b.view(); !strings.Contains(s, "\n> item-") || strings.Count(s, "\n") >= 10 {
			t.Fatalf("the chosen item is out of view:\n%s", s)
		}
	}
	b.press("enter")
	if !slices.Equal(b.ran, []string{"item-30"}) {
		t.Errorf("ran %q", b.ran)
	}
}
