package livetable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/viewstest"
)

// least is the least that a table of words must say.
func least(load livetable.Load[string]) livetable.Spec[string] {
	return livetable.Spec[string]{
		Name: "words",
		Table: table.Options[string]{
			Key:     func(s string) string { return s },
			Columns: []table.Column[string]{{ID: "word", Title: "WORD", Cell: func(s string) table.Cell { return table.Cell{Text: s} }}},
		},
		Open: func() livetable.Feed[string] {
			return livetable.Feed[string]{Build: func(time.Time) livetable.Load[string] { return load }}
		},
	}
}

// TestATableThatSaysTheLeastWorks: what a spec may leave out is missed by no key.
func TestATableThatSaysTheLeastWorks(t *testing.T) {
	read := livetable.Load[string]{Rows: []string{"alpha", "beta"}, Status: livetable.AnswerStatus(true, true, nil)}
	viewstest.Bubble(t, func(t *testing.T) {
		d := viewstest.Sit(t, awsxtest.New(awsx.ContextID{Profile: "main"}), uitest.Look{W: 100, H: 30}, func(deps *views.Deps) ui.Screen {
			return livetable.New(deps, least(read))
		})
		d.Read()
		d.Shows("default/ words", "WORD", "alpha", "beta", "2")
		for _, b := range livetable.Bindings() {
			for _, key := range b.Keys {
				d.Press(key)
				d.Read()
				d.Press("esc")
			}
		}
		d.Shows("alpha", "beta")
	})
}

// TestWhatCannotBeReadIsToldWithoutAPermission: no half of a sentence is left over.
func TestWhatCannotBeReadIsToldWithoutAPermission(t *testing.T) {
	refused := livetable.Load[string]{Status: livetable.AnswerStatus(false, true, &fault.Error{Class: fault.Denied, Op: "ListWords", Err: errors.New("no")})}
	viewstest.Bubble(t, func(t *testing.T) {
		d := viewstest.Sit(t, awsxtest.New(awsx.ContextID{Profile: "main"}), uitest.Look{W: 100, H: 30}, func(deps *views.Deps) ui.Screen {
			return livetable.New(deps, least(refused))
		})
		d.Read()
		d.Shows("words could not be read: ").Hides("read:  is", "none of")
	})
}

// TestASpecOfWhichNoTableCanBeMadeIsRefused by the name of what it lacks, when the screen
// is made and not at some key.
func TestASpecOfWhichNoTableCanBeMadeIsRefused(t *testing.T) {
	for _, c := range []struct {
		lacks string
		spoil func(*livetable.Spec[string])
	}{
		{"no Name", func(s *livetable.Spec[string]) { s.Name = "" }},
		{"no Open", func(s *livetable.Spec[string]) { s.Open = nil }},
		{"no Columns", func(s *livetable.Spec[string]) { s.Table.Columns = nil }},
		{"neither Table.Key nor Ref", func(s *livetable.Spec[string]) { s.Table.Key = nil }},
		{"column 1 (WORD) lacks its ID or its Cell", func(s *livetable.Spec[string]) { s.Table.Columns[0].Cell = nil }},
		{"column 1 (WORD) lacks its ID or its Cell", func(s *livetable.Spec[string]) { s.Table.Columns[0].ID = "" }},
		{"sorts by age, which is none of its columns", func(s *livetable.Spec[string]) { s.Table.Sort = "age" }},
	} {
		spec := least(livetable.Load[string]{})
		c.spoil(&spec)
		if got := refusal(func() { livetable.New(nil, spec) }); !strings.Contains(got, c.lacks) {
			t.Errorf("%s: refused with %q", c.lacks, got)
		}
	}
	spec := least(livetable.Load[string]{})
	spec.Table.Key, spec.Ref = nil, func(s string) awsx.Ref { return awsx.Ref{ARN: s} }
	if got := refusal(func() { livetable.New(nil, spec) }); got != "" {
		t.Errorf("rows that are told apart by their resource are refused: %s", got)
	}
}

// TestAKindThatCouldNotBeUsedIsRefused where it is declared.
func TestAKindThatCouldNotBeUsedIsRefused(t *testing.T) {
	open := func(*views.Deps, awsx.Ref) {}
	for _, c := range []struct {
		says string
		kind views.Kind
	}{
		{"without the name", views.Kind{}},
		{"words needs both Of and Open", views.Kind{Declaration: ui.Declaration{Screen: "words"}, Of: views.OfCluster}},
		{"words needs both Of and Open", views.Kind{Declaration: ui.Declaration{Screen: "words"}, Open: open}},
	} {
		if got := refusal(func() { views.Kinds.Add(c.kind) }); !strings.Contains(got, c.says) {
			t.Errorf("%s: refused with %q", c.says, got)
		}
	}
	words := views.Kind{Declaration: ui.Declaration{Screen: "words"}}
	if got := refusal(func() { views.Kinds.Add(words, words) }); !strings.Contains(got, "words is declared twice") {
		t.Errorf("a second kind of one name is refused with %q", got)
	}
}

// refusal is what a function panics with, empty if it does not.
func refusal(f func()) (why string) {
	defer func() {
		if r := recover(); r != nil {
			why = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}
