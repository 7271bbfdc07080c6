package finding

import (
	"cmp"
	"context"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// actOpen opens what was found.
var actOpen = ui.ActEnter.As("open", 1)

// The table of what a text may mean.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "found", Bindings: livetable.Bindings(actOpen)}})

// Options say where to look, and how to open what is found.
type Options struct {
	Deps       *views.Deps
	Reader     inquiry.Reader
	Configured []inquiry.Configured
	// Screen makes the screen of what was found.
	Screen func(inquiry.Named) ui.Screen
	// Show puts the only thing that was found in the place of the screen that looked for
	// it; nil puts its screen there.
	Show func(inquiry.Named)
}

// screen lists what a text may mean, and gives way to the only one if it is of this context.
type screen struct {
	*livetable.Screen[inquiry.Named]
	o       Options
	query   atomic.Pointer[livetable.Query[[]inquiry.Named]]
	place   atomic.Pointer[string] // says that it is in another place; nil until that is known
	covered bool
	given   bool // it has given way once: who comes back wants to see the list
}

// New makes the screen that looks for an identifier, or for a name.
func New(o Options, id inquiry.Identifier, name string) ui.Screen {
	s := &screen{o: o}
	load := func(ctx context.Context, publish func([]inquiry.Named)) error {
		home, words, err := o.Reader.Home(ctx, id, o.Configured)
		s.place.Store(&words)
		if err != nil {
			return err
		}
		found, err := home.Named(ctx, id, name)
		if len(found) > 0 {
			publish(found)
		}
		return err
	}
	title := cmp.Or(name, id.String())
	s.Screen = livetable.New(o.Deps, livetable.Spec[inquiry.Named]{
		Name: "found", Nouns: "resources", Permission: "ecs:ListClusters",
		Subject: awsx.Ref{Context: o.Reader.Context}, Crumb: o.Reader.Context.String() + " find " + title,
		Table: table.Options[inquiry.Named]{
			Key: inquiry.Named.String, Sort: livetable.ColName,
			Columns: []table.Column[inquiry.Named]{
				{ID: livetable.ColName, Title: "FOUND", Frozen: true, Min: 20,
					Cell:    func(n inquiry.Named) table.Cell { return table.Cell{Text: n.String()} },
					Compare: func(a, b inquiry.Named) int { return strings.Compare(a.String(), b.String()) }},
				{ID: "context", Title: "IN", Cell: func(n inquiry.Named) table.Cell { return table.Cell{Text: o.Deps.ContextName(n.Cluster.Context)} }},
				{ID: "because", Title: "BECAUSE", Grow: true, Min: 10, Priority: 1, Cell: func(n inquiry.Named) table.Cell { return table.Cell{Text: n.Because} }},
			},
		},
		Status: func(inquiry.Named) (theme.Status, bool) { return theme.StatusOK, true },
		Open: func() livetable.Feed[inquiry.Named] {
			q := livetable.Ask(load)
			s.query.Store(q)
			return livetable.Feed[inquiry.Named]{Watches: []livetable.Watch{q}, Build: func(time.Time) livetable.Load[inquiry.Named] {
				a := q.Answer()
				l := livetable.Load[inquiry.Named]{Rows: a.Value, Status: livetable.AnswerStatus(a.Read, a.Done, a.Err)}
				if !a.Done {
					l.Foot = []prose.Para{{Text: "looking in the account", Role: theme.Dim}}
				}
				return l
			}}
		},
		Actions: func(n inquiry.Named, ok bool) []ui.Action {
			return []ui.Action{actOpen.Does(func() { o.Deps.Host.Push(o.Screen(n)) }).Unless(livetable.Nothing(ok))}
		},
		Ref: func(n inquiry.Named) awsx.Ref { return n.Cluster },
	})
	return s
}

// Update takes what was found.
func (s *screen) Update(msg tea.Msg) tea.Cmd {
	cmd := s.Screen.Update(msg)
	s.giveWay()
	return cmd
}

// Covered notes that another screen lies above, in whose place none must come.
func (s *screen) Covered(covered bool) tea.Cmd {
	s.covered = covered
	return s.Screen.Covered(covered)
}

// giveWay puts the only thing that was found in this screen's place. What is in another
// place the operator opens: nobody acts in another account by mistake.
func (s *screen) giveWay() {
	q, place := s.query.Load(), s.place.Load()
	if q == nil || place == nil || *place != "" || s.covered || s.given {
		return
	}
	if a := q.Answer(); a.Done && a.Err == nil && len(a.Value) == 1 {
		s.given = true
		if s.o.Show != nil {
			s.o.Show(a.Value[0])
			return
		}
		s.o.Deps.Host.Replace(s.o.Screen(a.Value[0]))
	}
}

// Header says whose it is that was found, where that is not this context.
func (s *screen) Header() ui.Header {
	h := s.Screen.Header()
	if place := s.place.Load(); h.Banner == "" && place != nil {
		h.Banner = *place
	}
	return h
}
