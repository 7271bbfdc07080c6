package logs

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/tail"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

// words are what the screen says of its parts: they only look.
type words struct {
	deps   *views.Deps
	scope  views.LogScope
	whose  *whose
	search *search
	page   *page
}

// crumb is where the screen stands.
func (w words) crumb() string {
	var parts []string
	if w.scope.Service.ARN != "" {
		parts = append(parts, views.Crumb(w.scope.Service))
	} else {
		cluster := w.cluster()
		parts = append(parts, cluster.Context.String(), cluster.Name())
	}
	if w.scope.Task != nil {
		parts = append(parts, wording.ShortID(w.scope.Task.ID))
	}
	parts = append(parts, wording.JoinNonEmpty(" ", w.scope.Container, "logs"))
	if w.search.opening.line != nil {
		parts = append(parts, "around a line")
	}
	return strings.Join(parts, " ")
}

func (w words) cluster() awsx.Ref {
	if w.scope.Task != nil {
		return w.scope.Task.Ref.ClusterRef()
	}
	return w.scope.Service.ClusterRef()
}

// counts is what is asked for in a few words, how the lines come and what limits them,
// the most important first: what does not fit is cut. A search in force is shown behind
// it and leaves less room.
func (w words) counts(th *theme.Theme) string {
	parts := []string{text.Line(w.whose.subject.brief)}
	if !w.search.expr.IsZero() {
		parts = []string{th.Paint(theme.Accent, "Q "+text.Line(w.search.expr.String())), parts[0]}
	}
	if w.page.lines.reveal {
		parts = append([]string{th.Paint(theme.Warn, "secrets are shown")}, parts...)
	}
	if w.page.view.Search() != "" {
		return wording.JoinNonEmpty("  ", parts...)
	}
	parts = append(parts, w.rate(), w.overlap(th))
	if notes := w.whose.subject.derivation.Notes; len(notes) > 0 {
		parts = append(parts, th.Paint(theme.Warn, text.Line(notes[0])))
	}
	parts = append(parts, w.legend(th))
	if reach := w.search.status.Reach(); reach != "" && w.search.following() {
		parts = append(parts, th.Paint(theme.Dim, reach))
	}
	if w.whose.subject.fields != "" {
		parts = append(parts, th.Paint(theme.Dim, text.Line("by "+w.whose.subject.fields)))
	}
	return wording.JoinNonEmpty("  ", parts...)
}

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
	if n := len(w.page.lines.writers); !w.page.lines.merged() || w.scope.Task != nil || n > legendTasks {
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
		out = " " + th.Paint(theme.Accent, "&"+text.Line(f)) + fmt.Sprintf(" shows %d of%s", w.page.view.Shown(), out)
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
	case w.whose.subject.err != nil:
		return ui.Fresh{State: ui.FreshOffline, Text: "not searched"}, w.overLines(w.whose.subject.err)
	case !w.whose.subject.known:
		if w.whose.subject.status.Err != nil {
			return w.whose.subject.status.Fresh(w.deps.Now()), ""
		}
		return loading("reading tasks")
	case w.search.session == nil && !w.whose.subject.searchable():
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
	if w.whose.subject.ended.IsZero() {
		return ""
	}
	return "ended " + w.whose.subject.ended.In(w.page.lines.zone).Format("15:04")
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
	switch {
	case w.page.lines.ring.Len() > 0:
		d.Line(theme.Text, fmt.Sprintf("the filter hides %s (%s and an empty filter shows them)",
			wording.Count(w.page.lines.ring.Len(), "line"), w.deps.Host.Key(actFilter)))
	case w.search.sourceErr != nil:
		w.refused(&d, "the log store could not be opened", w.search.sourceErr)
	case w.whose.subject.err != nil:
		w.refused(&d, "these lines cannot be found", w.whose.subject.err)
	case !w.whose.subject.known:
		w.unknown(&d)
	case !w.whose.subject.searchable():
		d.Line(theme.Text, w.whose.subject.derivation.Description)
		d.Field("stopped", w.whose.subject.reason)
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
	err := w.whose.subject.status.Err
	if err == nil {
		d.Line(theme.Dim, "reading the tasks of "+w.scope.Service.Name())
		return
	}
	d.Line(theme.Failed, "the tasks of "+w.scope.Service.Name()+" could not be read, so nothing tells which lines are theirs")
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
	for _, note := range w.whose.subject.derivation.Notes {
		d.Field("note", note)
	}
	w.next(d, x)
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
	return typed + " of " + w.whose.subject.brief + ", " + when
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
		if _, ok := w.whose.subject.predecessor(w.scope); ok {
			tries = append(tries, key(actPredecessor)+" the task that stopped before")
		}
	}
	tries = append(tries, key(ui.ActRefresh)+" to search again", key(ui.ActDescribe)+" the query in full, and why it is that")
	d.Field("try", strings.Join(tries, "; "))
}

// found tells how the lines are searched for.
func (w words) found(d *prose.Document) {
	d.Field("typed", w.search.expr.String())
	d.Field("query", w.search.wanted(w.whose.subject).String())
	if _, ok := w.search.expr.Levelled(); ok {
		d.Field("level", "where the store has no field that names it, it is read from each line: the store is asked for the words by which levels are written, and lines of other levels are left out here")
	}
	d.Field("meaning", w.whose.subject.derivation.Description)
	for _, note := range w.whose.subject.derivation.Notes {
		d.Field("note", note)
	}
	if since := w.search.opening.window.since; since > 0 {
		d.Field("since", text.Span(since)+" before it was opened")
	}
	if reach := w.search.status.Reach(); reach != "" && w.search.following() {
		d.Field("late", reach+": the store does not count lines, and has more than are read again; a gap line tells where some came later")
	}
}
