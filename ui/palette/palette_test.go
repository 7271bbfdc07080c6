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
	if !slices.Equal(b.ran, []string{"item-29"}) {
		t.Errorf("ran %q", b.ran)
	}
}

// offers are the names that an open palette lists.
func (b *bench) offers() []string {
	var names []string
	for _, line := range strings.Split(b.view(), "\n")[1:] {
		names = append(names, strings.TrimSpace(strings.TrimPrefix(line, ">")))
	}
	return names
}

// writing is a palette over items of which some write.
func writing(typed string, ran *[]string) *bench {
	b := &bench{}
	b.Palette = palette.New(theme.New(theme.Options{}), palette.Options{
		Text: typed,
		Sources: []palette.Source{func(string) []palette.Item {
			var items []palette.Item
			for _, n := range []string{"save screen", "arm writing", "wrap", "services", "service prod/web-shop", "service prod/worker"} {
				items = append(items, palette.Item{
					Name: n, Writes: n == "save screen" || n == "arm writing", Aliases: map[string][]string{"save screen": {"w"}}[n],
					Run: func() tea.Cmd { *ran = append(*ran, n); return nil },
				})
			}
			return append(items, palette.Item{Name: "look in the account", Resort: strings.HasPrefix(typed, "x"), Writes: !strings.HasPrefix(typed, "x")})
		}},
	})
	return b
}

func TestWhatWritesRunsByItsNameAloneAndIsNeverFirst(t *testing.T) {
	for typed, want := range map[string]string{"w": "save screen", "save screen": "save screen", "sa": "", "arm": "", "s": "services", "wri": "", "wr": "wrap"} {
		var ran []string
		if writing(typed, &ran).press("enter"); strings.Join(ran, ",") != want {
			t.Errorf("%q ran %q, want %q", typed, ran, want)
		}
	}
	var ran []string
	b := writing("s", &ran)
	if offers := b.offers(); offers[0] != "services" || offers[len(offers)-1] != "save screen" {
		t.Errorf("offers %q", offers)
	}
	b = writing("arm", &ran).press("enter")
	if b.Done() || !strings.Contains(b.view(), `nothing is called "arm"`) {
		t.Errorf("what writes is carried out:\n%s", b.view())
	}
	if b.press("down", "enter"); !slices.Equal(ran, []string{"arm writing"}) {
		t.Errorf("what was chosen by hand ran %q", ran)
	}
}

func TestAScatteredMatchIsNone(t *testing.T) {
	for typed, want := range map[string][]string{
		"web": {"service prod/web-shop"}, "shop": {"service prod/web-shop"}, "od/w": {"service prod/web-shop", "service prod/worker"},
		"wkr": {"service prod/worker"}, "prow": {"service prod/worker", "service prod/web-shop"}, "sec": {"services", "service prod/worker", "service prod/web-shop"},
	} {
		var ran []string
		if got := writing(typed, &ran).offers(); !slices.Equal(got, want) {
			t.Errorf("%q offers %q, want %q", typed, got, want)
		}
	}
	var ran []string
	b := writing("svp", &ran)
	if b.press("enter"); b.Done() || len(ran) > 0 {
		t.Errorf("letters here and there ran %q", ran)
	}
}

func TestWithNoMatchTheNearestThreeAreOffered(t *testing.T) {
	var ran []string
	b := writing("servixes", &ran)
	if got := b.offers(); len(got) != 4 || !strings.HasPrefix(got[0], "nothing matches; most like it") || got[1] != "services" {
		t.Errorf("offers %q", got)
	}
	if b.press("enter"); b.Done() || len(ran) > 0 {
		t.Errorf("what was not typed ran: %q", ran)
	}
	if b.press("down", "enter"); !slices.Equal(ran, []string{"services"}) {
		t.Errorf("ran %q", ran)
	}
}

func TestUpRecallsEarlierCommandsFromTheTop(t *testing.T) {
	h := palette.NewHistory([]string{"tasks", "services"})
	b := open(h, "services", "tasks", "logs").press("up", "up")
	if !strings.Contains(b.view(), ":tasks") {
		t.Fatalf("two ups show\n%s", b.view())
	}
	if b.press("down"); !strings.Contains(b.view(), ":services") {
		t.Errorf("down shows\n%s", b.view())
	}
	if b.press("down", "down", "down", "up", "enter"); !slices.Equal(b.ran, []string{"services"}) {
		t.Errorf("past the newest the arrows choose: ran %q\n%s", b.ran, b.view())
	}
}

func TestNothingTypedRunsNothing(t *testing.T) {
	if b := open(nil, "tasks").press("enter"); !b.Done() || len(b.ran) > 0 {
		t.Errorf("ran %q", b.ran)
	}
}

// TestWhatItOpensWithIsWrittenOn by the first key: the name that a key puts there stays apart
// from what is typed behind it.
func TestWhatItOpensWithIsWrittenOn(t *testing.T) {
	var asked string
	b := &bench{Palette: palette.New(theme.New(theme.Options{}), palette.Options{
		Text:    "ctx ",
		Sources: []palette.Source{func(text string) []palette.Item { asked = text; return nil }},
	})}
	if b.write("lab"); asked != "ctx lab" {
		t.Errorf("asked for %q", asked)
	}
}
