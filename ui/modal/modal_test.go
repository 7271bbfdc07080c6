package modal_test

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"gantry/ui/modal"
	"gantry/ui/theme"
	"gantry/ui/uitest"
)

// asked is any modal of this package.
type asked interface {
	Update(tea.Msg) tea.Cmd
	View(w, h int) (string, *tea.Cursor)
	Done() bool
}

func press(m asked, keys ...string) {
	for _, k := range keys {
		m.Update(uitest.Key(k))
	}
}

func write(m asked, s string) {
	for _, r := range s {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func view(m asked, w, h int) string {
	body, _ := m.View(w, h)
	return ansi.Strip(body)
}

func question(yes *bool) modal.Question {
	return modal.Question{
		Title: "Deploy api?", Body: modal.Plain("RegisterTaskDefinition\nUpdateService"),
		Yes: func() tea.Cmd { *yes = true; return nil },
	}
}

func TestConfirmTakesYOnlyForYes(t *testing.T) {
	for _, tc := range []struct {
		keys []string
		yes  bool
	}{
		{[]string{"y"}, true}, {[]string{"n"}, false}, {[]string{"esc"}, false}, {[]string{"enter"}, false},
		{[]string{"tab", "enter"}, true}, {[]string{"right", "left", "enter"}, false},
	} {
		yes := false
		m := modal.NewConfirm(theme.New(theme.Options{}), question(&yes))
		press(m, "x")
		if m.Done() {
			t.Fatalf("%v: a key that means nothing answered", tc.keys)
		}
		press(m, tc.keys...)
		if !m.Done() || yes != tc.yes {
			t.Errorf("%v: done %v, yes %v, want %v", tc.keys, m.Done(), yes, tc.yes)
		}
	}
}

func TestTheNameMustBeTypedExactly(t *testing.T) {
	yes := false
	m := modal.NewTyped(theme.New(theme.Options{}), question(&yes), "the service's name", "api-orders")
	write(m, "api-order")
	press(m, "enter")
	if m.Done() || yes {
		t.Fatal("a part of the name was enough")
	}
	if s := view(m, 80, 20); !strings.Contains(s, "this is not the service's name, expected api-orders") || !strings.Contains(s, "> api-order") {
		t.Errorf("the mistake is not named or what was typed is gone:\n%s", s)
	}
	write(m, "s")
	press(m, "enter")
	if !m.Done() || !yes {
		t.Error("the name was typed and not accepted")
	}
}

// TestWhatIsAskedIsWhole: what has to be typed is wrapped and not cut, and what a yes does
// besides stands above the answer.
func TestWhatIsAskedIsWhole(t *testing.T) {
	yes := false
	q := question(&yes)
	q.Ask = "Arm for 15 minutes and go on?"
	word := "12 payments-europe-west-production"
	m := modal.NewTyped(theme.New(theme.Options{}), q, "the number of services and the cluster's name", word)
	if s := strings.Join(strings.Fields(view(m, 60, 20)), " "); !strings.Contains(s, q.Ask+" To go on, type the number of services and the cluster's name: "+word+" >") {
		t.Errorf("the question is\n%s", view(m, 60, 20))
	}
	if s := view(modal.NewConfirm(theme.New(theme.Options{}), q), 60, 20); !strings.Contains(s, " "+q.Ask+"\n   Yes    [ No ]") {
		t.Errorf("the question is\n%s", s)
	}
}

func TestATallBodyScrollsAndTheAnswersStayInView(t *testing.T) {
	var lines []string
	for i := range 100 {
		lines = append(lines, fmt.Sprint("call ", i))
	}
	m := modal.NewConfirm(theme.New(theme.Options{}), modal.Question{Title: "Deploy?", Body: modal.Plain(strings.Join(lines, "\n"))})
	s := view(m, 80, 10)
	if strings.Count(s, "\n") != 9 || !strings.Contains(s, "call 0") || !strings.Contains(s, "[ No ]") || !strings.Contains(s, "lines 1-8 of 100") {
		t.Fatalf("at first:\n%s", s)
	}
	press(m, "G")
	if s := view(m, 80, 10); !strings.Contains(s, "call 99") || !strings.Contains(s, "[ No ]") {
		t.Errorf("at the end:\n%s", s)
	}
	for h := range 4 {
		if s := view(m, 20, h); h > 0 && strings.Count(s, "\n") >= h {
			t.Errorf("%d rows were given, drawn:\n%s", h, s)
		}
	}
}

func options() modal.ChoiceOptions {
	return modal.ChoiceOptions{
		Title:   "Image",
		Options: []modal.Option{{Name: "v2.31.0", Detail: "yesterday"}, {Name: "v2.32.0", Detail: "today"}, {Name: "v1", Disabled: "it was deleted"}},
		Chosen:  func(int) {},
	}
}

func TestChoiceNarrowsAsOneTypesAndChoosesTheOptionInView(t *testing.T) {
	chosen := -1
	o := options()
	o.Chosen = func(i int) { chosen = i }
	m := modal.NewChoice(theme.New(theme.Options{}), o)
	write(m, "tod")
	if s := view(m, 80, 10); !strings.Contains(s, "> v2.32.0") || strings.Contains(s, "v2.31.0") || !strings.Contains(s, "1 of 3") {
		t.Errorf("narrowed:\n%s", s)
	}
	press(m, "enter")
	if !m.Done() || chosen != 1 {
		t.Errorf("done %v, chosen %d", m.Done(), chosen)
	}
}

func TestChoiceRefusesADisabledOptionWithItsReason(t *testing.T) {
	m := modal.NewChoice(theme.New(theme.Options{}), options())
	press(m, "down", "down", "down", "enter")
	if s := view(m, 80, 10); m.Done() || !strings.Contains(s, "v1: it was deleted") {
		t.Errorf("done %v:\n%s", m.Done(), s)
	}
}

// TestADigitTakesItsOptionAtOnce while nothing is typed, and where options are called so; it
// narrows otherwise.
func TestADigitTakesItsOptionAtOnce(t *testing.T) {
	for _, c := range []struct {
		digits bool
		typed  string
		chosen int
	}{{true, "2", 1}, {true, "/2", -1}, {true, "7", -1}, {false, "2", -1}, {true, "3", -1}} {
		chosen := -1
		m := modal.NewChoice(theme.New(theme.Options{}), modal.ChoiceOptions{
			Title: "Which digit?", Digits: c.digits, Chosen: func(i int) { chosen = i },
			Options: []modal.Option{{Name: "1", Detail: "prod on 2"}, {Name: "2", Detail: "-"}, {Name: "3", Disabled: "it is taken"}},
		})
		write(m, c.typed)
		if chosen != c.chosen || m.Done() != (chosen >= 0) {
			t.Errorf("%+v: chosen %d, done %v:\n%s", c, chosen, m.Done(), view(m, 80, 10))
		}
	}
}

func TestChoiceTakesNoTextThatNothingMatches(t *testing.T) {
	m := modal.NewChoice(theme.New(theme.Options{}), options())
	write(m, "zzz")
	press(m, "enter")
	if s := view(m, 80, 10); m.Done() || !strings.Contains(s, `nothing matches "zzz"`) {
		t.Errorf("done %v:\n%s", m.Done(), s)
	}
}

func TestHostileTextIsCleaned(t *testing.T) {
	evil := "a\x1b[2Jb\nc"
	th := theme.New(theme.Options{})
	for _, m := range []asked{
		modal.NewConfirm(th, modal.Question{Title: evil, Body: modal.Plain(evil)}),
		modal.NewTyped(th, modal.Question{Title: evil}, evil, evil),
		modal.NewChoice(th, modal.ChoiceOptions{Title: evil, Options: []modal.Option{{Name: evil, Detail: evil}, {Name: evil, Disabled: evil}}}),
		modal.NewMessage(th, evil, modal.Plain(evil)),
	} {
		if body, _ := m.View(80, 10); strings.Contains(body, "\x1b[2J") {
			t.Errorf("%T draws what came from outside: %q", m, body)
		}
	}
}

// TestARefusalIsToldToItsEnd: what to do about it stands there.
func TestARefusalIsToldToItsEnd(t *testing.T) {
	th := theme.New(theme.Options{})
	reason := strings.Repeat("it is not to be chosen as long as the season lasts, ", 3) + "so wait for the next"
	choice := modal.NewChoice(th, modal.ChoiceOptions{Title: "Which?", Options: []modal.Option{{Name: "a", Disabled: reason}}, Chosen: func(int) {}})
	press(choice, "enter")
	typed := modal.NewTyped(th, modal.Question{Title: "Sure?"}, "the number of trees and the name of the orchard that they stand in", "12 orchard-of-the-northern-valley")
	press(typed, "x", "enter")
	for _, m := range []asked{choice, typed} {
		want := reason
		if m == asked(typed) {
			want = "expected 12 orchard-of-the-northern-valley"
		}
		if got := strings.Join(strings.Fields(view(m, 60, 20)), " "); !strings.Contains(got, want) {
			t.Errorf("%T says\n%s", m, view(m, 60, 20))
		}
	}
}
