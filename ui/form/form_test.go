package form_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/internal/clean"
	"gantry/ui/form"
	"gantry/ui/theme"
	"gantry/ui/uitest"
)

type target interface{ Update(tea.Msg) tea.Cmd }

func press(m target, keys ...string) {
	for _, k := range keys {
		m.Update(uitest.Key(k))
	}
}

func write(m target, s string) {
	for _, r := range s {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func count(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 0 {
		return fmt.Errorf("count %q is not a number, expected 0 or more", s)
	}
	return nil
}

func scale(submit func([]string) (tea.Cmd, error)) *form.Form {
	return form.New(theme.New(theme.Options{}), form.Options{
		Title:  "Scale",
		Fields: []form.Field{{Label: "Count", Check: count, Help: "how many tasks"}, {Label: "Reason", Value: "load"}},
		Submit: submit,
	})
}

func view(f *form.Form, w, h int) string {
	s, _ := f.View(w, h)
	return ansi.Strip(s)
}

func TestAFormKeepsWhatWasTypedAndNamesWhatIsWrong(t *testing.T) {
	var got []string
	f := scale(func(v []string) (tea.Cmd, error) { got = v; return nil, nil })
	write(f, "3x")
	press(f, "ctrl+d")
	if s := view(f, 80, 10); f.Done() || !strings.Contains(s, `count "3x" is not a number, expected 0 or more`) || !strings.Contains(s, "Count   3x") {
		t.Fatalf("done %v:\n%s", f.Done(), s)
	}
	press(f, "backspace")
	if s := view(f, 80, 10); strings.Contains(s, "not a number") {
		t.Errorf("the complaint stays after the mistake is gone:\n%s", s)
	}
	press(f, "enter", "enter")
	if !f.Done() || !slices.Equal(got, []string{"3", "load"}) {
		t.Errorf("done %v, got %q", f.Done(), got)
	}
}

func TestSubmittingGoesToTheFieldThatIsWrong(t *testing.T) {
	f := scale(func([]string) (tea.Cmd, error) { return nil, nil })
	press(f, "tab", "ctrl+d")
	write(f, "4")
	if f.Done() || f.Values()[0] != "4" {
		t.Errorf("done %v, values %q: the focus is not on the wrong field", f.Done(), f.Values())
	}
}

func TestARefusalAtTheEndKeepsTheFormOpen(t *testing.T) {
	f := scale(func([]string) (tea.Cmd, error) { return nil, errors.New("count 900 is above the limit of 500") })
	write(f, "900")
	press(f, "ctrl+d")
	if s := view(f, 80, 10); f.Done() || !strings.Contains(s, "above the limit of 500") || !strings.Contains(s, "900") {
		t.Errorf("done %v:\n%s", f.Done(), s)
	}
	if press(f, "esc"); !f.Done() {
		t.Error("esc did not leave")
	}
}

func TestTheFieldWithTheCursorIsInViewWhateverTheHeight(t *testing.T) {
	f := scale(func([]string) (tea.Cmd, error) { return nil, nil })
	press(f, "tab")
	for h := 1; h < 8; h++ {
		body, cursor := f.View(40, h)
		if rows := strings.Split(body, "\n"); cursor == nil || cursor.Y >= len(rows) || !strings.Contains(rows[cursor.Y], "Reason") {
			t.Errorf("height %d: cursor %v in\n%s", h, cursor, body)
		}
	}
}

// parse reads NAME=value lines.
func parse(block string) ([]form.Pair, error) {
	var out []form.Pair
	for i, line := range strings.Split(strings.TrimSpace(block), "\n") {
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("line %d: %q has no =, expected NAME=value", i+1, line)
		}
		out = append(out, form.Pair{Name: name, Value: value})
	}
	return out, nil
}

func editor() *form.Editor {
	return form.NewEditor(form.EditorOptions{
		Theme: theme.New(theme.Options{}), Parse: parse,
		Shown: func(name, value string) string {
			if strings.Contains(name, "PASSWORD") {
				return clean.Mask
			}
			return strings.ReplaceAll(value, "hunter3", clean.Mask)
		},
		Groups: []form.Group{
			{Name: "api", Pairs: []form.Pair{
				{Name: "LOG_LEVEL", Value: "info"}, {Name: "DB_PASSWORD", Value: "hunter2", Secret: true},
				{Name: "CERT", Value: "a\nb\tc"}, {Name: "TOKEN", Value: "t"},
			}},
			{Name: "sidecar"},
		},
	})
}

func drawn(e *form.Editor) string {
	s, _ := e.View(100, 20)
	return ansi.Strip(s)
}

func row(e *form.Editor, part string) string {
	for _, r := range strings.Split(drawn(e), "\n") {
		if strings.Contains(r, part) {
			return strings.TrimRight(r, " ")
		}
	}
	return ""
}

func TestEditsSayWhatWasAddedChangedAndRemoved(t *testing.T) {
	e := editor()
	e.Change()
	press(e, "ctrl+u")
	write(e, "debug")
	press(e, "enter")
	e.Move(2)
	e.Remove()
	e.Bottom()
	e.Add()
	write(e, "MODE")
	press(e, "enter")
	write(e, "proxy")
	press(e, "enter")
	want := []form.Edit{
		{Group: "api", Set: map[string]string{"LOG_LEVEL": "debug"}, Unset: []string{"CERT"}},
		{Group: "sidecar", Set: map[string]string{"MODE": "proxy"}},
	}
	if diff := cmp.Diff(want, e.Edits()); diff != "" || e.Changes() != 3 {
		t.Errorf("%d changes (-want +got):\n%s\n%s", e.Changes(), diff, drawn(e))
	}
	for part, sign := range map[string]string{"LOG_LEVEL": "~ LOG_LEVEL    debug   was info", "CERT": "- CERT", "MODE": "+ MODE"} {
		if r := row(e, part); !strings.Contains(r, sign) {
			t.Errorf("row %q, want %q in it", r, sign)
		}
	}
	e.Undo()
	e.Top()
	e.Move(1)
	e.Undo()
	e.Move(2)
	e.Undo()
	if len(e.Edits()) != 0 {
		t.Errorf("after undoing each line: %v", e.Edits())
	}
}

func TestOnlyTheSecretPartOfAValueIsHidden(t *testing.T) {
	e := editor()
	e.Change()
	press(e, "ctrl+u")
	write(e, "host=db password=hunter3")
	press(e, "enter")
	if r := row(e, "LOG_LEVEL"); !strings.Contains(r, "host=db password="+clean.Mask+"   was info") {
		t.Errorf("the row is %q", r)
	}
	if e.Reveal(); !strings.Contains(row(e, "LOG_LEVEL"), "password=hunter3") {
		t.Errorf("revealed, the row is %q", row(e, "LOG_LEVEL"))
	}
}

func TestASecretIsHiddenUntilItIsRevealed(t *testing.T) {
	e := editor()
	e.Move(1)
	if s := drawn(e); strings.Contains(s, "hunter2") {
		t.Fatalf("the secret is shown:\n%s", s)
	}
	e.Change()
	write(e, "swordfish")
	if s := drawn(e); strings.Contains(s, "hunter2") || strings.Contains(s, "swordfish") {
		t.Errorf("the secret is shown while it is typed:\n%s", s)
	}
	if press(e, "ctrl+r"); !strings.Contains(drawn(e), "swordfish") {
		t.Error("ctrl+r does not show what is typed")
	}
	press(e, "enter")
	if s := drawn(e); strings.Contains(s, "hunter2") || strings.Contains(s, "swordfish") {
		t.Errorf("the secret is shown after the change:\n%s", s)
	}
	if e.Reveal(); !strings.Contains(row(e, "DB_PASSWORD"), "swordfish   was hunter2") {
		t.Errorf("revealed: %q", row(e, "DB_PASSWORD"))
	}
}

func TestAnUntouchedSecretIsKept(t *testing.T) {
	e := editor()
	e.Move(1)
	e.Change()
	press(e, "enter")
	if len(e.Edits()) != 0 {
		t.Errorf("edits %v", e.Edits())
	}
}

func TestAValueOfSeveralLinesSurvivesItsEditor(t *testing.T) {
	e := editor()
	e.Move(2)
	e.Change()
	if s := drawn(e); !strings.Contains(s, `a\nb\tc`) || !strings.Contains(s, "escaped") {
		t.Fatalf("the value is not typed with escapes:\n%s", s)
	}
	press(e, "enter")
	if len(e.Edits()) != 0 {
		t.Fatalf("an untouched value changed: %v", e.Edits())
	}
	e.Change()
	write(e, `\q`)
	if press(e, "enter"); !strings.Contains(drawn(e), `the escape at "\\q" is not known`) && !strings.Contains(drawn(e), `the escape at "\q" is not known`) {
		t.Errorf("a wrong escape is not named:\n%s", drawn(e))
	}
	press(e, "backspace", "backspace")
	write(e, `\\`)
	press(e, "enter")
	if got := e.Edits(); len(got) != 1 || got[0].Set["CERT"] != "a\nb\tc\\" {
		t.Errorf("edits %q", got)
	}
}

func TestAnyValuePastedIntoAFieldArrivesByteForByte(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(rt, "value")
		if strings.HasSuffix(value, "\n") || strings.HasSuffix(value, "\r") || strings.Contains(value, "(masked)") || value == "" {
			return
		}
		e := editor()
		e.Bottom()
		e.Add()
		write(e, "X")
		press(e, "enter")
		e.Update(tea.PasteMsg{Content: value})
		press(e, "enter")
		if got := e.Edits(); len(got) != 1 || got[0].Set["X"] != value {
			rt.Fatalf("pasted %q, got %q\n%s", value, got, drawn(e))
		}
	})
}

func TestABlockIsTakenWholeOrNotAtAll(t *testing.T) {
	e := editor()
	e.Paste("LOG_LEVEL=warn\nNEW_PASSWORD=x\n")
	want := []form.Edit{{Group: "api", Set: map[string]string{"LOG_LEVEL": "warn", "NEW_PASSWORD": "x"}}}
	if diff := cmp.Diff(want, e.Edits()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := row(e, "NEW_PASSWORD"); !strings.Contains(r, "(masked)") {
		t.Errorf("a pasted secret is shown: %q", r)
	}
	for block, complaint := range map[string]string{
		"A=1\nnonsense":    "line 2",
		"A=1\nB=(masked)":  "contains the mask",
		"A=1\nTWO WORDS=2": `contains " "`,
	} {
		e := editor()
		e.Paste(block)
		if s := drawn(e); len(e.Edits()) != 0 || !e.Capturing() || !strings.Contains(s, complaint) || !strings.Contains(s, "A=1") {
			t.Errorf("%q: edits %v, want none, the block kept and %q:\n%s", block, e.Edits(), complaint, s)
		}
		if press(e, "esc"); e.Capturing() {
			t.Error("esc does not leave the block")
		}
	}
}

func TestNamesThatNoEnvironmentCanHoldAreRefused(t *testing.T) {
	for name, complaint := range map[string]string{
		"": "the name is empty", "A=B": `contains "="`, "LOG_LEVEL": "is there already",
	} {
		e := editor()
		e.Add()
		write(e, name)
		press(e, "enter")
		if s := drawn(e); !strings.Contains(s, complaint) || !strings.Contains(s, "name of the new variable") {
			t.Errorf("%q: no %q in\n%s", name, complaint, s)
		}
	}
}

func TestARenamedPairKeepsItsValueAndFreesNoName(t *testing.T) {
	e := editor()
	e.Move(1) // the secret, of which nothing may be seen
	e.Rename()
	press(e, "ctrl+u")
	write(e, "LOG_LEVEL")
	press(e, "enter")
	if !strings.Contains(drawn(e), "LOG_LEVEL is there already") {
		t.Errorf("a name that is taken is not refused:\n%s", drawn(e))
	}
	press(e, "ctrl+u")
	write(e, "DB_PW")
	press(e, "enter")
	if r := row(e, "DB_PW"); !strings.Contains(r, "~ DB_PW") || !strings.Contains(r, "was called DB_PASSWORD") || strings.Contains(r, "hunter2") {
		t.Errorf("the line says %q", r)
	}
	e.Add()
	write(e, "DB_PASSWORD")
	press(e, "enter")
	if !strings.Contains(drawn(e), "DB_PASSWORD is renamed here: undo that first") {
		t.Errorf("a name that leaves is not refused:\n%s", drawn(e))
	}
	press(e, "esc")
	want := []form.Edit{{Group: "api", Set: map[string]string{}, Rename: map[string]string{"DB_PASSWORD": "DB_PW"}}}
	if diff := cmp.Diff(want, e.Edits()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	e.Change()
	write(e, "another")
	press(e, "enter")
	want = []form.Edit{{Group: "api", Set: map[string]string{"DB_PW": "another"}, Unset: []string{"DB_PASSWORD"}}}
	if diff := cmp.Diff(want, e.Edits()); diff != "" {
		t.Errorf("renamed and set (-want +got):\n%s", diff)
	}
	e.Undo()
	if len(e.Edits()) != 0 {
		t.Errorf("%v is left", e.Edits())
	}
}

func TestTheEditorFitsAnySize(t *testing.T) {
	e := editor()
	e.Block()
	for _, size := range [][2]int{{0, 0}, {1, 1}, {20, 3}, {60, 10}, {200, 50}} {
		body, _ := e.View(size[0], size[1])
		if rows := strings.Split(body, "\n"); len(rows) > max(1, size[1]) {
			t.Errorf("%v: %d rows", size, len(rows))
		}
	}
}
