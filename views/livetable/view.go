package livetable

import (
	"fmt"
	"strings"

	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/prose"
)

// wideWidth is the width from which a table shows the columns of wide mode unasked:
// there they fit beside the cause.
const wideWidth = 110

// View draws the table, and the evidence beside or below it.
func (s *Screen[T]) View(w, h int) ui.Frame {
	if w <= 0 || h <= 0 {
		return ui.Frame{}
	}
	th := s.Deps.Host.Theme()
	draw := func(w, h int) string {
		s.Table.SetWide(s.widened(w))
		return s.body(th, w, h)
	}
	shown := s.Table.Counts().Shown
	switch {
	case s.spec.Evidence == nil || shown == 0:
		return ui.Frame{Body: draw(w, h)}
	case w >= sideWidth:
		// The table takes what its columns need, the evidence the rest.
		most := w - leastBeside - gutter
		s.Table.SetWide(s.widened(most))
		left := s.Table.Fit(most, h)
		return ui.Frame{Body: s.evidence.side(th, w, h, left, func(w, h int) string { return s.body(th, w, h) })}
	}
	return ui.Frame{Body: s.evidence.stack(th, w, h, shown, draw)}
}

// body is the table, with a word on why it is empty when it is.
func (s *Screen[T]) body(th *theme.Theme, w, h int) string {
	lead := ""
	if h > 2*len(s.lead)+2 {
		lines, _ := prose.Lines(s.lead, ui.Drawing{Theme: th, Width: w})
		for _, line := range lines {
			lead += line + "\n"
			h--
		}
	}
	out := lead + s.Table.View(th, w, h)
	if s.Table.Counts().Shown > 0 || h < 2 {
		return out
	}
	lines := prose.Wrapped(th, w, s.emptiness())
	return out + "\n" + strings.Join(lines[:min(len(lines), h-1)], "\n")
}

// emptiness says why no row is shown: never an empty table without a reason.
func (s *Screen[T]) emptiness() []prose.Para {
	say := func(format string, args ...any) []prose.Para {
		return []prose.Para{{Text: fmt.Sprintf(format, args...), Depth: 1}}
	}
	hidden := s.Table.Counts().Total
	matching := "/" + s.Table.Filter()
	if untold := s.untold(); untold != "" {
		matching += ", " + untold
	}
	st := s.load.Status
	switch {
	case hidden > 0 && s.Table.Filter() != "" && s.Table.FaultsOnly():
		return say("nothing with a fault matches %s (%d hidden): %s clears, %s shows those without", matching, hidden, s.Deps.Host.Key(ui.ActBack), s.Deps.Host.Key(ui.ActFaults))
	case hidden > 0 && s.Table.Filter() != "":
		return say("nothing matches %s (%d hidden): %s clears", matching, hidden, s.Deps.Host.Key(ui.ActBack))
	case hidden > 0:
		return say("%s, without a fault (%s shows all)", s.number(hidden), s.Deps.Host.Key(ui.ActFaults))
	case s.taken == 0 || st.loading(s.Deps.Host.Now()):
		if st.total > 0 {
			return say("loading %d/%d %s", st.done, st.total, s.spec.Nouns)
		}
		return say("loading %s", s.spec.Nouns)
	case st.Err != nil:
		return s.refused(st.Err)
	case s.load.Foot != nil:
		return s.load.Foot
	}
	return say("there are no %s here", s.spec.Nouns)
}

// number is how many of what the rows are.
func (s *Screen[T]) number(n int) string {
	return words.Count(n, strings.TrimSuffix(s.spec.Nouns, "s"))
}

// refused explains a listing that brought nothing.
func (s *Screen[T]) refused(err error) []prose.Para {
	t := prose.TroubleOf(err, s.spec.Subject.Context)
	first := prose.Para{Text: s.spec.Nouns + " could not be read: " + t.Word, Role: theme.Failed, Depth: 1}
	if t.Class == fault.Denied && s.spec.Permission != "" {
		first.Text = s.spec.Nouns + " could not be read: " + s.spec.Permission + " is not allowed"
	}
	return []prose.Para{
		first,
		{Text: err.Error(), Depth: 1},
		{Text: s.Deps.Host.Key(ui.ActRefresh) + " tries again", Role: theme.Dim, Depth: 1},
	}
}

// Header tells where one is, how current the rows are and how many there are.
func (s *Screen[T]) Header() ui.Header {
	th := s.Deps.Host.Theme()
	id := s.spec.Subject.Context
	h := s.Deps.Within(s.spec.Subject.ClusterRef(), s.spec.Crumb)
	if s.spec.Several {
		h.Whose = ""
	}
	h.Counts, h.Sort = s.counts(th), s.sortLabel(th)
	if s.taken == 0 {
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "loading"}
		return h
	}
	h.Fresh = s.load.Status.Fresh(s.Deps.Host.Now())
	if err := s.load.Status.Trouble(); err != nil {
		prose.TroubleOf(err, id).On(&h)
	}
	return h
}

// counts is the line of totals, with all that keeps rows or cells from view.
func (s *Screen[T]) counts(th *theme.Theme) string {
	if s.taken == 0 {
		return ""
	}
	c := s.Table.Counts()
	parts := []string{s.totals.paint(th)}
	if s.Table.Narrowing() {
		parts = append(parts, th.Paint(theme.Accent, "narrowing"))
	}
	if hidden := c.Total - c.Shown; hidden > 0 {
		parts = append(parts, th.Paint(theme.Accent, fmt.Sprintf("showing %d", c.Shown)))
	}
	if untold := s.untold(); untold != "" {
		parts = append(parts, th.Paint(theme.Unknown, text.Line(untold)))
	}
	if s.Table.FaultsOnly() {
		parts = append(parts, th.Paint(theme.Accent, "faults only"))
	}
	if c.Marked > 0 {
		marked := fmt.Sprintf("%d marked", c.Marked)
		if c.MarkedHidden > 0 {
			marked += fmt.Sprintf(" (%d hidden)", c.MarkedHidden)
		}
		parts = append(parts, th.Paint(theme.Marked, marked))
	}
	if partly := s.load.Status.partly(); partly != "" {
		parts = append(parts, th.Paint(theme.Warn, text.Line(partly)))
	}
	for _, note := range [...][]Span{s.picked, s.load.Note} {
		if len(note) > 0 {
			parts = append(parts, PaintSpans(th, note))
		}
	}
	return strings.Join(parts, "  ")
}

// sortLabel names the sorted column and its direction.
func (s *Screen[T]) sortLabel(th *theme.Theme) string {
	id, descending := s.Table.Sort()
	if id == "" {
		return ""
	}
	arrow := th.Glyphs().Ascending
	if descending {
		arrow = th.Glyphs().Descending
	}
	return th.Paint(theme.Dim, "sort ") + strings.ToUpper(id) + arrow
}
