package views

import (
	"fmt"
	"strings"

	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// wideWidth is the width from which a table shows the columns of wide mode unasked:
// there they fit beside the cause.
const wideWidth = 110

// View draws the table, and the evidence beside or below it.
func (s *tableScreen[T]) View(w, h int) ui.Frame {
	if w <= 0 || h <= 0 {
		return ui.Frame{}
	}
	th := s.deps.Host.Theme()
	draw := func(w, h int) string { return s.body(th, w, h) }
	shown := s.table.Counts().Shown
	switch {
	case s.spec.evidence == nil || shown == 0:
		return ui.Frame{Body: draw(w, h)}
	case w >= sideWidth:
		return ui.Frame{Body: s.evidence.side(th, w, h, draw)}
	}
	return ui.Frame{Body: s.evidence.stack(th, w, h, shown, draw)}
}

// body is the table, with a word on why it is empty when it is.
func (s *tableScreen[T]) body(th *theme.Theme, w, h int) string {
	s.table.SetWide(w >= wideWidth != s.wide)
	out := s.table.View(th, w, h)
	if s.table.Counts().Shown > 0 || h < 2 {
		return out
	}
	lines, _ := layout{theme: th, width: w, wrap: true}.lines(s.emptiness())
	return out + "\n" + strings.Join(lines[:min(len(lines), h-1)], "\n")
}

// emptiness says why no row is shown: never an empty table without a reason.
func (s *tableScreen[T]) emptiness() []para {
	say := func(format string, args ...any) []para {
		return []para{{text: fmt.Sprintf(format, args...), depth: 1}}
	}
	hidden := s.table.Counts().Total
	st := s.load.status
	switch {
	case hidden > 0 && s.table.Filter() != "":
		return say("the filter hides %d %s (%s shows them)", hidden, s.spec.nouns, s.key(ui.ActBack, "esc"))
	case hidden > 0:
		return say("none of %d %s has a fault (%s shows all)", hidden, s.spec.nouns, s.key(ui.ActFaults, ""))
	case s.feds == 0 || st.loading(s.deps.Now()):
		if st.total > 0 {
			return say("loading %d/%d %s", st.done, st.total, s.spec.nouns)
		}
		return say("loading %s", s.spec.nouns)
	case st.err != nil:
		return s.refused(st.err)
	case s.load.foot != nil:
		return s.load.foot
	}
	return say("there are no %s here", s.spec.nouns)
}

// refused explains a listing that brought nothing.
func (s *tableScreen[T]) refused(err error) []para {
	t := troubleOf(err, s.spec.subject.Context)
	first := para{text: s.spec.nouns + " could not be read: " + t.word, role: theme.Failed, depth: 1}
	if t.class == fault.Denied {
		first.text = s.spec.nouns + " could not be read: " + s.spec.permission + " is not allowed"
	}
	return []para{
		first,
		{text: err.Error(), depth: 1},
		{text: s.key(ui.ActRefresh, "") + " tries again", role: theme.Dim, depth: 1},
	}
}

// key is the key of an action that this screen mentions.
func (s *tableScreen[T]) key(id, otherwise string) string {
	a := ui.Shared(id, nil)
	if otherwise != "" {
		a.Keys = []string{otherwise}
	}
	return s.deps.Host.Key(a)
}

// Header tells where one is, how current the rows are and how many there are.
func (s *tableScreen[T]) Header() ui.Header {
	th := s.deps.Host.Theme()
	id := s.spec.subject.Context
	h := ui.Header{
		Crumb:  s.spec.crumb,
		Counts: s.counts(th),
		Sort:   s.sortLabel(th),
	}
	if cluster := s.spec.subject.ClusterRef(); cluster.ARN != "" {
		h.Badge = s.deps.badge(cluster)
		h.Scope = s.deps.Policy.Scope(cluster)
	}
	if s.feds == 0 {
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "loading"}
		return h
	}
	h.Fresh = s.load.status.fresh(s.deps.Now())
	if err := s.load.status.trouble(); err != nil {
		h.Banner = troubleOf(err, id).banner
	}
	return h
}

// counts is the line of totals, with all that keeps rows or cells from view.
func (s *tableScreen[T]) counts(th *theme.Theme) string {
	if s.feds == 0 {
		return ""
	}
	c := s.table.Counts()
	parts := []string{s.totals.paint(th)}
	if hidden := c.Total - c.Shown; hidden > 0 {
		parts = append(parts, th.Paint(theme.Accent, fmt.Sprintf("showing %d", c.Shown)))
	}
	if s.table.FaultsOnly() {
		parts = append(parts, th.Paint(theme.Accent, "faults only"))
	}
	if c.Marked > 0 {
		marked := fmt.Sprintf("%d marked", c.Marked)
		if c.MarkedHidden > 0 {
			marked += fmt.Sprintf(" (%d hidden)", c.MarkedHidden)
		}
		parts = append(parts, th.Paint(theme.Marked, marked))
	}
	if partly := s.load.status.partly(); partly != "" {
		parts = append(parts, th.Paint(theme.Warn, text.Line(partly)))
	}
	for _, note := range [...][]span{s.picked, s.load.note} {
		if len(note) > 0 {
			parts = append(parts, paintSpans(th, note))
		}
	}
	return strings.Join(parts, "  ")
}

// sortLabel names the sorted column and its direction.
func (s *tableScreen[T]) sortLabel(th *theme.Theme) string {
	id, descending := s.table.Sort()
	if id == "" {
		return ""
	}
	arrow := th.Glyphs().Ascending
	if descending {
		arrow = th.Glyphs().Descending
	}
	return th.Paint(theme.Dim, "sort ") + strings.ToUpper(id) + arrow
}
