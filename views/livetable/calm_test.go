package livetable_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/viewstest"
)

// pulse is a watch that tells of news when a test says so.
type pulse chan struct{}

func (p pulse) Changed() <-chan struct{} { return p }
func (p pulse) Need(store.Need)          {}
func (p pulse) Refresh()                 {}
func (p pulse) Close()                   {}

// word is a row.
type word struct{ text string }

// words is a table of words, of which each load brings what rows returns.
func words(news pulse, rows func() []*word, evidence func(*word) []prose.Para) livetable.Spec[*word] {
	return livetable.Spec[*word]{
		Name: "words", Evidence: evidence,
		Table: table.Options[*word]{
			Key: func(w *word) string { return w.text }, Same: table.Identical[*word],
			Columns: []table.Column[*word]{{ID: "word", Title: "WORD", Cell: func(w *word) table.Cell { return table.Cell{Text: w.text} }}},
		},
		Open: func() livetable.Feed[*word] {
			return livetable.Feed[*word]{Watches: []livetable.Watch{news}, Build: func(time.Time) livetable.Load[*word] {
				return livetable.Load[*word]{Rows: rows(), Status: livetable.AnswerStatus(true, true, nil)}
			}}
		},
	}
}

// TestEvidenceIsGatheredWhenItsRowChanges, or when what it says of time may have grown old:
// other rows that land cost the one under the cursor nothing.
func TestEvidenceIsGatheredWhenItsRowChanges(t *testing.T) {
	rows := []*word{{"alpha"}, {"beta"}, {"gamma"}}
	gathered := 0
	evidence := func(w *word) []prose.Para {
		gathered++
		return []prose.Para{{Text: "about " + w.text}}
	}
	viewstest.Bubble(t, func(t *testing.T) {
		news := make(pulse, 1)
		d := viewstest.Sit(t, awsxtest.New(awsx.ContextID{Profile: "main"}), uitest.Look{W: 80, H: 24}, func(deps *views.Deps) ui.Screen {
			return livetable.New(deps, words(news, func() []*word { return rows }, evidence))
		})
		d.Read().Advance(time.Second).Shows("about alpha")
		start := gathered
		lands := func(at int) {
			rows = slices.Clone(rows)
			rows[at] = &word{rows[at].text}
			news <- struct{}{}
			d.Advance(200 * time.Millisecond)
		}
		for range 5 {
			lands(2)
		}
		if gathered != start {
			t.Errorf("other rows that landed had the evidence gathered %d times", gathered-start)
		}
		if lands(0); gathered != start+1 {
			t.Errorf("the row itself landed, and its evidence was gathered %d times", gathered-start)
		}
		d.Advance(15 * time.Second)
		if lands(2); gathered != start+2 {
			t.Errorf("after a while it was gathered %d times", gathered-start)
		}
	})
}

// TestNewsThatComeFastAreLoadedTogether: however often watches tell of readings that brought
// nothing, two loads a second are made of them, and of what brought something ten.
func TestNewsThatComeFastAreLoadedTogether(t *testing.T) {
	for _, c := range []struct {
		name        string
		changes     bool
		least, most int
	}{{"nothing new", false, 2, 6}, {"a row each time", true, 15, 21}} {
		t.Run(c.name, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				rows := []*word{{"alpha"}, {"beta"}}
				news, built := make(pulse, 1), 0
				d := viewstest.Sit(t, awsxtest.New(awsx.ContextID{Profile: "main"}), uitest.Look{W: 80, H: 24}, func(deps *views.Deps) ui.Screen {
					return livetable.New(deps, words(news, func() []*word {
						built++
						if c.changes {
							rows = []*word{{"alpha"}, {"beta"}}
						}
						return rows
					}, nil))
				})
				d.Read()
				built = 0
				for range 100 {
					select {
					case news <- struct{}{}:
					default:
					}
					d.Advance(20 * time.Millisecond)
				}
				if built < c.least || built > c.most {
					t.Errorf("in two seconds %d loads were made", built)
				}
			})
		})
	}
}

// TestTheFirstRowsAreNotHeldBack: nothing was known before them, which is no sign of calm.
func TestTheFirstRowsAreNotHeldBack(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		var rows []*word
		news := make(pulse, 1)
		d := viewstest.Sit(t, awsxtest.New(awsx.ContextID{Profile: "main"}), uitest.Look{W: 80, H: 24}, func(deps *views.Deps) ui.Screen {
			spec := words(news, nil, nil)
			spec.Open = func() livetable.Feed[*word] {
				return livetable.Feed[*word]{Watches: []livetable.Watch{news}, Build: func(time.Time) livetable.Load[*word] {
					return livetable.Load[*word]{Rows: rows, Status: livetable.AnswerStatus(rows != nil, rows != nil, nil)}
				}}
			}
			return livetable.New(deps, spec)
		})
		d.Read().Hides("alpha")
		news <- struct{}{} // something was read, and no row yet
		d.Advance(20 * time.Millisecond)
		rows = []*word{{"alpha"}}
		news <- struct{}{}
		d.Advance(20 * time.Millisecond).Shows("alpha")
	})
}

// TestWhatIsTypedOverManyRowsIsSaidToNarrow until it has, and nobody acts on rows before.
func TestWhatIsTypedOverManyRowsIsSaidToNarrow(t *testing.T) {
	var rows []*word
	for i := range 20_000 {
		rows = append(rows, &word{fmt.Sprintf("word-%05d", i)})
	}
	viewstest.Bubble(t, func(t *testing.T) {
		var s *livetable.Screen[*word]
		d := viewstest.Sit(t, awsxtest.New(awsx.ContextID{Profile: "main"}), uitest.Look{W: 80, H: 24}, func(deps *views.Deps) ui.Screen {
			s = livetable.New(deps, words(make(pulse), func() []*word { return rows }, nil))
			return s
		})
		d.Read()
		if err := s.SetFilter("7"); err != nil {
			t.Fatal(err)
		}
		if counts := s.Header().Counts; !s.Table.Narrowing() || !strings.Contains(counts, "narrowing") || s.Table.Counts().Shown != len(rows) {
			t.Errorf("narrowing %v, and the header says %q", s.Table.Narrowing(), counts)
		}
		s.Actions()
		if counts := s.Header().Counts; s.Table.Narrowing() || strings.Contains(counts, "narrowing") || s.Table.Counts().Shown >= len(rows) {
			t.Errorf("what can be done was asked for: narrowing %v, and the header says %q", s.Table.Narrowing(), counts)
		}
		_ = s.SetFilter("")
		d.Press("/").Type("-00042").Press("enter").Shows("word-00042", "showing 1").Hides("narrowing", "word-00041")
	})
}
