package incident

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	tl "gantry/awsx/timeline"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/timeline"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The actions on a timeline.
var (
	actWhole     = ui.ActEnter.As("the whole entry", 1)
	actLinesThen = views.ActLogs.As("lines of then", 2)
	actChartThen = views.ActMetrics.As("charts of then", 3)
	actSince     = ui.Binding{ID: "since", Name: "how far back", Keys: []string{"t"}, Hint: 5}
	actAllKinds  = ui.Binding{ID: "kinds-all", Name: "all kinds", Keys: []string{"0"}}
)

// kindBindings choose what kinds of entries are shown: 1 for changes.
func kindBindings() (all []ui.Binding) {
	for i, k := range tl.Kinds() {
		b := ui.Binding{ID: "kind-" + string(k), Name: "only " + string(k), Keys: []string{strconv.Itoa(i + 1)}}
		if i == 0 {
			b.Hint = 4
		}
		all = append(all, b)
	}
	return all
}

func timelineBindings() []ui.Binding {
	return livetable.Bindings(append([]ui.Binding{actWhole, actLinesThen, actChartThen, views.ActWhy, views.ActDeployments, actSince, actAllKinds}, kindBindings()...)...)
}

// What happened to a cluster, and to a service.
var _ = views.Kinds.Add(
	views.Kind{
		Declaration: ui.Declaration{Screen: "events", Title: "What happened", Bindings: timelineBindings()},
		Of:          views.OfCluster, Short: []string{"event", "ev", "timeline"},
		Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewTimeline(deps, of)) },
	},
	views.Kind{
		Declaration: ui.Declaration{Screen: "service-events", Bindings: timelineBindings()},
		Of:          views.OfService, Short: []string{"events"},
		Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewTimeline(deps, of)) },
	},
)

// entry is a row: an entry that no other load changed stays the row that it was.
type entry struct{ tl.Entry }

// events is the screen.
type events struct {
	*livetable.Screen[*entry]
	deps   *views.Deps
	of     awsx.Ref
	teller *timeline.Teller
	at     *livetable.Moment
	kinds  []tl.Kind // that are shown, none for all

	mu     sync.Mutex
	rows   []*entry // of the last load
	unread []string
}

// NewTimeline makes the screen of what happened to a service or a cluster.
func NewTimeline(deps *views.Deps, of awsx.Ref) ui.Screen {
	s := &events{deps: deps, of: of, at: &livetable.Moment{}, teller: &timeline.Teller{
		Reader: inquiry.Reader{Context: of.Context, Store: deps.Store, Clock: deps.Now}, Of: of, Journal: deps.Journal,
	}}
	s.teller.Since(deps.Now().Add(-timeline.Span))
	name := "service-events"
	if s.whole() {
		name = "events"
	}
	s.Screen = livetable.New(deps, livetable.Spec[*entry]{
		Name: name, Nouns: "entries", Permission: "ecs:DescribeServices", Subject: of, Crumb: views.Crumb(of) + " events",
		Table: table.Options[*entry]{
			Key: func(e *entry) string { return e.ID }, Columns: s.columns(), Sort: livetable.ColAge,
			Fault: func(e *entry) bool { return e.Severity.Trouble() }, Same: func(a, b *entry) bool { return a == b },
		},
		Moment:   s.at,
		Open:     s.open,
		Pick:     s.pick,
		Lead:     s.lead,
		Evidence: func(e *entry) []prose.Para { return entryParas(&e.Entry, s.at.Time()) },
		Actions:  s.actions,
		Ref:      func(e *entry) awsx.Ref { return e.Service },
		Describe: func(_ context.Context, e *entry) ([]prose.Para, error) {
			return entryParas(&e.Entry, deps.Now()), nil
		},
	})
	return s
}

func (s *events) whole() bool { return s.of.ARN == s.of.Cluster }

// open watches what the store reads by itself, and has the rest read step by step.
func (s *events) open() livetable.Feed[*entry] {
	feed := livetable.Feed[*entry]{Details: func(ctx context.Context, _ []string) bool { return s.teller.Next(ctx) }}
	if s.whole() {
		services, tasks := s.deps.Store.Services(s.of), s.deps.Store.Tasks(s.of)
		feed.Watches = []livetable.Watch{services, tasks}
		feed.Build = func(time.Time) livetable.Load[*entry] {
			snapshot, ran := services.Snapshot(), tasks.Snapshot()
			s.teller.Services(snapshot, ran)
			return s.load(livetable.StatusOf(snapshot).Beside(ran))
		}
		return feed
	}
	w := s.deps.Store.Service(s.of)
	feed.Watches = []livetable.Watch{w}
	feed.Build = func(time.Time) livetable.Load[*entry] {
		snapshot := w.Snapshot()
		s.teller.Service(snapshot)
		return s.load(livetable.StatusOf(snapshot))
	}
	return feed
}

// load makes rows of what is told, and says what could not be read.
func (s *events) load(status livetable.Status) livetable.Load[*entry] {
	told := s.teller.Tell()
	s.mu.Lock()
	defer s.mu.Unlock()
	known := make(map[string]*entry, len(s.rows))
	for _, e := range s.rows {
		known[e.ID] = e
	}
	rows, same := make([]*entry, len(told.Entries)), len(told.Entries) == len(s.rows)
	for i := range told.Entries {
		e := &told.Entries[i]
		old := known[e.ID]
		if old == nil || !alike(&old.Entry, e) {
			old, same = &entry{*e}, false
		}
		rows[i] = old
		same = same && s.rows[i] == old
	}
	if !same {
		s.rows = rows
	}
	l := livetable.Load[*entry]{Rows: s.rows, Status: status}
	s.unread = nil
	for _, err := range told.Unread {
		s.unread = append(s.unread, err.Error())
		l.Note = append(l.Note, livetable.Span{Text: livetable.ReasonUnread(err), Role: theme.Unknown})
	}
	if told.Reading {
		l.Note = append(l.Note, livetable.Span{Text: "reading on", Role: theme.Dim})
	}
	l.Foot = []prose.Para{{Text: "nothing is on record " + sinceWords(told.From, s.deps.Now()), Depth: 1}}
	return l
}

// alike reports whether two entries of one name are told in the same way.
func alike(a, b *tl.Entry) bool {
	return a.Text == b.Text && a.Who == b.Who && a.At.Equal(b.At) && a.Until.Equal(b.Until) && a.Severity == b.Severity && a.Count == b.Count && len(a.Facts) == len(b.Facts)
}

func sinceWords(from, now time.Time) string { return "since " + wording.Clock(from, now) }

// pick leaves the kinds that are chosen.
func (s *events) pick(rows []*entry) ([]*entry, []livetable.Span) {
	if len(s.kinds) == 0 {
		return rows, nil
	}
	return slices.DeleteFunc(slices.Clone(rows), func(e *entry) bool { return !slices.Contains(s.kinds, e.Kind) }), nil
}

// kindNames are the names of kinds, as they are told.
func kindNames(kinds []tl.Kind) string {
	var names []string
	for _, kind := range tl.Kinds() {
		if slices.Contains(kinds, kind) {
			names = append(names, string(kind))
		}
	}
	return strings.Join(names, ", ")
}

// lead tells which kinds there are, with the key that chooses each, and which are chosen.
func (s *events) lead(all []*entry) []prose.Para {
	here := map[tl.Kind]bool{}
	for _, e := range all {
		here[e.Kind] = true
	}
	var keys []string
	for i, b := range kindBindings() {
		kind := tl.Kinds()[i]
		chosen := slices.Contains(s.kinds, kind)
		if here[kind] || chosen {
			keys = append(keys, "<"+s.deps.Host.Key(b)+">"+string(kind))
		}
	}
	line := strings.Join(keys, " ")
	switch {
	case len(s.kinds) > 0:
		return []prose.Para{{Text: "only " + kindNames(s.kinds) + "  <" + s.deps.Host.Key(actAllKinds) + ">all  " + line, Role: theme.Accent}}
	case len(keys) < 2:
		return nil
	}
	return []prose.Para{{Text: line, Role: theme.Dim}}
}

// columns: the newest stands first, since that is what an operator asks for.
func (s *events) columns() []table.Column[*entry] {
	type e = *entry
	return []table.Column[e]{
		{ID: livetable.ColAge, Title: "TIME", Frozen: true, Descending: true, Cell: func(x e) table.Cell {
			if x.At.IsZero() {
				return table.Cell{Text: "?", Role: theme.Unknown}
			}
			return table.Cell{Text: clock(x.At, s.at.Time()), Role: roleFor(x.Severity)}
		}, Compare: func(a, b e) int { return tl.Compare(&a.Entry, &b.Entry) }},
		{ID: "kind", Title: "KIND", Cell: func(x e) table.Cell {
			return table.Cell{Text: x.Severity.Mark() + " " + string(x.Kind), Role: roleFor(x.Severity)}
		}, Compare: func(a, b e) int { return strings.Compare(string(a.Kind), string(b.Kind)) }},
		{ID: livetable.ColName, Title: "OF", Max: 22, Min: 10, Middle: true, Sparse: true, Cell: func(x e) table.Cell {
			if x.Service == s.of {
				return table.Cell{}
			}
			return table.Cell{Text: x.Subject}
		}, Compare: func(a, b e) int { return strings.Compare(a.Subject, b.Subject) }},
		{ID: "who", Title: "WHO", Max: 24, Min: 10, Priority: 1, Middle: true, Sparse: true, Cell: func(x e) table.Cell { return table.Cell{Text: x.Who} }},
		{ID: "what", Title: "WHAT", Grow: true, Min: 32, Figures: true, Cell: func(x e) table.Cell {
			return table.Cell{Text: whatOf(&x.Entry, s.at.Time()), Role: roleFor(x.Severity)}
		}},
	}
}

// clock is when something happened, to the second: so that what followed in the same minute
// is told apart.
func clock(at, now time.Time) string {
	return wording.Clock(at, now) + at.In(now.Location()).Format(":05")
}

// whatOf is the text of an entry with when the last of several was.
func whatOf(e *tl.Entry, now time.Time) string {
	if e.Count > 1 && e.Until.After(e.At) {
		return e.Text + ", until " + wording.Clock(e.Until, now)
	}
	return e.Text
}

func roleFor(s tl.Severity) theme.Role {
	switch s {
	case tl.Failure:
		return theme.Failed
	case tl.Warning:
		return theme.Degraded
	case tl.Good:
		return theme.OK
	case tl.Everyday:
		return theme.Dim
	}
	return theme.Text
}

// entryParas tell an entry whole.
func entryParas(e *tl.Entry, now time.Time) []prose.Para {
	head := wording.JoinNonEmpty("  ", e.Subject, whatOf(e, now))
	paras := []prose.Para{{Text: head, Role: roleFor(e.Severity)}}
	if e.Who != "" {
		paras = append(paras, prose.Para{Label: "by", Text: e.Who})
	}
	for _, f := range e.Facts {
		p := prose.Para{Label: f.Name, Text: f.Text}
		if !f.At.IsZero() {
			p.Label = clock(f.At, now)
			if f.Name != "said" {
				p.Text = f.Name + "  " + f.Text
			}
		}
		paras = append(paras, p)
	}
	return paras
}
