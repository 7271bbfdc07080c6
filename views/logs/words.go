package logs

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/tail"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/logs/whose"
	"gantry/views/prose"
	"gantry/views/wording"
)

// words are what the screen says of its parts: they only look.
type words struct {
	deps   *views.Deps
	scopes whose.Scopes
	whose  *whose.Whose
	search *search
	page   *page
}

// crumb is where the screen stands.
func (w words) crumb() string {
	crumb := w.scopes.Crumb() + " logs"
	if w.search.opening.line != nil {
		crumb += " around a line"
	}
	return crumb
}

// counts is what is asked for in a few words, how the lines come and what limits them,
// the most important first: what does not fit is cut. A search in force is shown behind
// it and leaves less room.
func (w words) counts(th *theme.Theme) string {
	parts := []string{wording.JoinNonEmpty("  ", w.several(th), text.Line(w.whose.Subject.Brief))}
	if !w.search.expr.IsZero() {
		parts = append([]string{th.Paint(theme.Accent, "Q "+text.Line(w.search.expr.String()))}, parts...)
	}
	if w.page.lines.reveal {
		parts = append([]string{th.Paint(theme.Warn, "secrets are shown")}, parts...)
	}
	if w.page.view.Search() != "" {
		return wording.JoinNonEmpty("  ", parts...)
	}
	parts = append(parts, w.rate(), w.overlap(th))
	if notes := w.whose.Subject.Derivation.Notes; len(notes) > 0 {
		parts = append(parts, th.Paint(theme.Warn, text.Line(notes[0])))
	}
	parts = append(parts, w.legend(th))
	if reach := w.search.status.Reach(); reach != "" && w.search.following() {
		parts = append(parts, th.Paint(theme.Dim, reach))
	}
	if w.whose.Subject.Fields != "" {
		parts = append(parts, th.Paint(theme.Dim, text.Line("by "+w.whose.Subject.Fields)))
	}
	return wording.JoinNonEmpty("  ", parts...)
}

// several names those whose lines are shown together, each in the colour of its lines.
func (w words) several(th *theme.Theme) string {
	if !w.scopes.Several() {
		return ""
	}
	names := w.scopes.Names()
	for i, name := range names {
		names[i] = th.Paint(theme.TaskColour(i), text.Line(name))
		if w.whose.Subject.Lacking.Has(name) {
			names[i] = th.Paint(theme.Warn, text.Line(name)+" (not read)")
		}
	}
	return wording.Count(len(names), w.scopes.Noun()) + ": " + strings.Join(names, ", ")
}

// names are those whose tasks are read.
func (w words) names() string { return strings.Join(w.scopes.Names(), ", ") }

// rate is how many lines come in a second, while some do.
func (w words) rate() string {
	if !w.search.following() {
		return ""
	}
	switch r := w.search.status.Rate.PerSecond(w.deps.Now()); {
	case r >= 9.5:
		return fmt.Sprintf("%.0f/s", r)
	case r >= leastRate:
		return fmt.Sprintf("%.1f/s", r)
	}
	return ""
}

// leastRate is the rate in lines a second below which none is shown.
const leastRate = 0.5

// usualOverlap is how much of what was read each poll reads again; more is worth
// saying, since lines come late then.
const usualOverlap = 30 * time.Second

func (w words) overlap(th *theme.Theme) string {
	if !w.search.following() || w.search.status.Overlap <= usualOverlap {
		return ""
	}
	return th.Paint(theme.Warn, "lines come late, overlap "+text.Span(w.search.status.Overlap))
}

// legendTasks is how many tasks a legend names.
const legendTasks = 4

// legend names the tasks whose lines are held, with their revisions, where several
// are merged.
func (w words) legend(th *theme.Theme) string {
	if n := len(w.page.lines.writers); !w.page.lines.merged() || w.scopes.Noun() != "service" || w.scopes.Several() || n > legendTasks {
		return ""
	}
	var parts []string
	for _, w := range w.page.lines.writers {
		parts = append(parts, th.Paint(theme.TaskColour(w.colour), text.Line(wording.JoinNonEmpty(":", w.label, w.revision))))
	}
	return strings.Join(parts, " ")
}

// extent is how many lines are held of which window, and the filter over them.
func (w words) extent(th *theme.Theme) string {
	held := w.page.lines.ring.Len()
	where := w.search.opening.window.Name
	switch at := w.search.opening; {
	case at.line != nil:
		where = "around " + at.line.Time.In(w.page.lines.zone).Format("15:04:05")
	case !at.at.IsZero():
		where = "at " + at.at.In(w.page.lines.zone).Format("2006-01-02 15:04:05")
	}
	out := " " + where + ", " + wording.Count(held, "line") + " " + w.deps.Now().In(w.page.lines.zone).Format("MST")
	if f := w.page.view.Filter(); f != "" {
		filtering := ""
		if percent, all := w.page.view.Sifted(); !all {
			filtering = fmt.Sprintf(" filtering %d %%,", percent)
		}
		out = " " + th.Paint(theme.Accent, "&"+text.Line(f)) + fmt.Sprintf("%s shows %d of%s", filtering, w.page.view.Shown(), out)
	}
	return out
}

// fresh puts the tail's state in the header's words; what takes more of them is
// the banner.
func (w words) fresh() (ui.Fresh, string) {
	loading := func(words string) (ui.Fresh, string) {
		return ui.Fresh{State: ui.FreshLoading, Text: words}, ""
	}
	st := w.search.status
	switch {
	case w.search.sourceErr != nil:
		return ui.Fresh{State: ui.FreshOffline, Text: "no log store"}, w.overLines(w.search.sourceErr)
	case w.whose.Subject.Err != nil:
		return ui.Fresh{State: ui.FreshOffline, Text: "not searched"}, w.overLines(w.whose.Subject.Err)
	case !w.whose.Subject.Known:
		if w.whose.Subject.Status.Err != nil {
			return w.whose.Subject.Status.Fresh(w.deps.Now()), ""
		}
		return loading("reading tasks")
	case w.search.session == nil && !w.whose.Subject.Searchable():
		return ui.Fresh{State: ui.FreshNone}, ""
	case w.search.source == nil:
		return loading("opening the log store")
	case w.search.session == nil || st.State == tail.Opening:
		return loading("searching")
	}
	words := strings.ReplaceAll(st.Words(w.deps.Now()), " · ", ", ")
	short, _, _ := strings.Cut(words, ": ")
	switch st.State {
	case tail.Following:
		return ui.Fresh{State: ui.FreshLive, Text: cmp.Or(w.ended(), w.page.view.Status()+strings.TrimPrefix(words, "following"))}, ""
	case tail.Behind:
		if ended := w.ended(); ended != "" { // nobody writes any more
			return ui.Fresh{State: ui.FreshLive, Text: ended}, ""
		}
		return ui.Fresh{State: ui.FreshStale, Text: short}, words
	case tail.PartialAnswers:
		return ui.Fresh{State: ui.FreshStale, Text: short}, words
	case tail.NoStore:
		return ui.Fresh{State: ui.FreshDenied, Text: "not found"}, w.overLines(st.Err)
	case tail.Retrying:
		state := ui.FreshStale
		if fault.ClassOf(st.Err) == fault.Offline {
			state = ui.FreshOffline
		}
		if w.deps.Still {
			short = "retrying at " + st.RetryAt.Format("15:04:05")
		}
		return ui.Fresh{State: state, Text: short}, w.overLines(st.Err)
	}
	if st.Err != nil {
		return ui.Fresh{State: ui.FreshDenied, Text: "stopped, " + fault.ClassOf(st.Err).String()}, w.overLines(st.Err)
	}
	if st.Partial != nil {
		return ui.Fresh{State: ui.FreshStale, Text: "partial"}, "partial: " + st.Partial.String()
	}
	return ui.Fresh{State: ui.FreshLive, Text: "not following"}, ""
}

// ended says when the task of the scope ended, empty while it has not.
func (w words) ended() string {
	if w.whose.Subject.Ended.IsZero() {
		return ""
	}
	return "ended " + w.whose.Subject.Ended.In(w.page.lines.zone).Format("15:04")
}

// overLines is an error as a banner above lines; without lines the body tells it.
func (w words) overLines(err error) string {
	if err == nil || w.page.view.Shown() == 0 {
		return ""
	}
	return clean.Redact(err.Error())
}

// emptiness says why no line is shown.
func (w words) emptiness() []prose.Para {
	var d prose.Document
	st := w.search.status
	percent, all := w.page.view.Sifted()
	switch {
	case !all:
		d.Line(theme.Text, fmt.Sprintf("filtering %d %%", percent))
	case w.page.lines.ring.Len() > 0:
		d.Line(theme.Text, fmt.Sprintf("the filter hides %s (%s and an empty filter shows them)",
			wording.Count(w.page.lines.ring.Len(), "line"), w.deps.Host.Key(actFilter)))
	case w.search.sourceErr != nil:
		w.refused(&d, "the log store could not be opened", w.search.sourceErr)
	case w.whose.Subject.Err != nil:
		w.refused(&d, "these lines cannot be found", w.whose.Subject.Err)
	case !w.whose.Subject.Known:
		w.unknown(&d)
	case !w.whose.Subject.Searchable():
		d.Line(theme.Text, w.whose.Subject.Derivation.Description)
		d.Field("stopped", w.whose.Subject.Reason)
	case st.Err != nil:
		w.refused(&d, failedSearch(fault.ClassOf(st.Err)), st.Err)
	case st.Explanation != nil:
		w.explain(&d, *st.Explanation)
	case st.State == tail.NoStore:
		d.Line(theme.Failed, "no index has the configured name, or these credentials may not see it")
	case st.State == tail.Opening:
		d.Line(theme.Dim, "searching the log store")
		w.found(&d)
	default:
		d.Line(theme.Text, "no lines")
		w.found(&d)
	}
	return d.Paras
}

// failedSearch says what a class of failure means for the search.
func failedSearch(c fault.Class) string {
	switch c {
	case fault.Denied:
		return "the log store does not allow this search"
	case fault.Expired:
		return "the log store does not accept the credentials"
	case fault.NotFound:
		return "there is no index, or log group, of that name"
	case fault.Offline:
		return "the log store does not answer"
	case fault.Throttled:
		return "the log store asks for fewer searches"
	case fault.Invalid:
		return "the log store cannot read the search"
	case fault.Failed:
	}
	return "the search failed"
}

// unknown says why it is not known yet what to search for.
func (w words) unknown(d *prose.Document) {
	err := w.whose.Subject.Status.Err
	if err == nil {
		d.Line(theme.Dim, "reading the tasks of "+w.names())
		return
	}
	d.Line(theme.Failed, "the tasks of "+w.names()+" could not be read, so nothing tells which lines are theirs")
	d.Line(theme.Text, err.Error())
	w.again(d)
}

// refused tells of an error with its cause and its remedy apart.
func (w words) refused(d *prose.Document, what string, err error) {
	d.Line(theme.Failed, what)
	var e *fault.Error
	if errors.As(err, &e) && e.Err != nil {
		d.Field("cause", wording.JoinNonEmpty(": ", e.Op, e.Err.Error()))
		d.Field("remedy", e.Fix)
	} else {
		d.Field("cause", err.Error())
	}
	if w.search.status.State == tail.Retrying || w.search.status.State == tail.NoStore {
		d.Line(theme.Dim, "it is tried again by itself")
		return
	}
	w.again(d)
}

func (w words) again(d *prose.Document) {
	d.Line(theme.Dim, w.deps.Host.Key(ui.ActRefresh)+" tries again")
}

// explain says why a search that worked found nothing, what was searched for, and what to
// try next. The query whole, with the ids in it, has a screen of its own.
func (w words) explain(d *prose.Document, x logs.Explanation) {
	d.Line(theme.Degraded, "no lines: "+x.String())
	d.Field("searched", w.searched())
	if x.Cause != logs.NoIndex {
		if !x.Newest.IsZero() {
			d.Field("newest", wording.Moment(x.Newest, w.deps.Now()))
		}
		d.Field("hint", meant(w.search.expr, w.search.words))
	}
	w.notes(d)
	w.next(d, x)
}

// notes say which of several are lacking, and what limits the search.
func (w words) notes(d *prose.Document) {
	for _, lack := range w.whose.Subject.Lacking {
		d.FieldAs(theme.Warn, "lacking", lack.Name+": "+lack.Why)
	}
	for _, note := range w.whose.Subject.Derivation.Notes {
		d.Field("note", note)
	}
}

// searched is what was searched for, in a few words.
func (w words) searched() string {
	typed := "every line"
	if !w.search.expr.IsZero() {
		typed = "lines with " + w.search.expr.String()
	}
	when := "the newest there are"
	switch at := w.search.opening; {
	case !at.at.IsZero():
		when = "about " + at.at.In(w.page.lines.zone).Format("2006-01-02 15:04:05")
	case at.window.head:
		when = "the oldest there are"
	case at.window.since > 0:
		when = "since " + text.Span(at.window.since) + " before it was opened"
	}
	of := w.whose.Subject.Brief
	if w.scopes.Several() {
		of = w.names() + " (" + of + ")"
	}
	return typed + " of " + of + ", " + when
}

// next says what to try, each with its key.
func (w words) next(d *prose.Document, x logs.Explanation) {
	key := w.deps.Host.Key
	var tries []string
	if !w.search.expr.IsZero() {
		tries = append(tries, key(actQuery)+" another query, or none")
	}
	if x.Cause != logs.NoIndex {
		if w.search.opening.window.since > 0 || w.search.opening.about() {
			tries = append(tries, key(windows[0].Binding)+" the newest lines there are")
		}
		if _, ok := w.whose.Subject.Before(); ok {
			tries = append(tries, key(actPredecessor)+" the task that stopped before")
		}
	}
	tries = append(tries, key(ui.ActRefresh)+" to search again", key(ui.ActDescribe)+" the query in full, and why it is that")
	d.Field("try", strings.Join(tries, "; "))
}

// found tells how the lines are searched for.
func (w words) found(d *prose.Document) {
	d.Field("typed", w.search.expr.String())
	d.Field("query", w.search.wanted(w.whose.Subject).String())
	if _, ok := w.search.expr.Levelled(); ok {
		d.Field("level", "where the store has no field that names it, it is read from each line: the store is asked for the words by which levels are written, and lines of other levels are left out here")
	}
	d.Field("meaning", w.whose.Subject.Derivation.Description)
	w.notes(d)
	if since := w.search.opening.window.since; since > 0 {
		d.Field("since", text.Span(since)+" before it was opened")
	}
	if reach := w.search.status.Reach(); reach != "" && w.search.following() {
		d.Field("late", reach+": the store does not count lines, and has more than are read again; a gap line tells where some came later")
	}
}
