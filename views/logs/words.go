package logs

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

// View draws the lines, or why there are none.
func (s *logScreen) View(w, h int) ui.Frame {
	if w <= 0 || h <= 0 {
		return ui.Frame{}
	}
	th := s.viewer.Deps.Host.Theme()
	if s.view.Shown() > 0 {
		s.showEnds()
		body := s.view.View(th, w, h)
		s.pace.drawn(body, h)
		return ui.Frame{Body: body}
	}
	lines, _ := prose.Layout{Theme: th, Width: w, Wrap: true}.Lines(s.emptiness())
	return ui.Frame{Body: strings.Join(lines[:min(len(lines), h)], "\n")}
}

// crumb is where the screen stands.
func (s *logScreen) crumb() string {
	var parts []string
	if s.scope.Service.ARN != "" {
		parts = append(parts, views.Crumb(s.scope.Service))
	} else {
		cluster := s.cluster()
		parts = append(parts, cluster.Context.String(), cluster.Name())
	}
	if s.scope.Task != nil {
		parts = append(parts, wording.ShortID(s.scope.Task.ID))
	}
	parts = append(parts, wording.JoinNonEmpty(" ", s.scope.Container, "logs"))
	if s.opening.line != nil {
		parts = append(parts, "around a line")
	}
	return strings.Join(parts, " ")
}

func (s *logScreen) cluster() awsx.Ref {
	if s.scope.Task != nil {
		return s.scope.Task.Ref.ClusterRef()
	}
	return s.scope.Service.ClusterRef()
}

// Header tells whose lines these are, how they are found and how the tail stands.
func (s *logScreen) Header() ui.Header {
	th := s.viewer.Deps.Host.Theme()
	h := ui.Header{
		Badge:  s.viewer.Deps.Badge(s.cluster()),
		Crumb:  s.crumb(),
		Scope:  s.viewer.Deps.Policy.Scope(s.cluster()),
		Counts: s.counts(th),
		Sort:   s.extent(th),
	}
	h.Fresh, h.Banner = s.fresh()
	if err := s.subject.status.Trouble(); h.Banner == "" && err != nil {
		h.Banner = prose.TroubleOf(err, s.scope.Context()).Banner
	}
	if s.following() && !s.view.Following() && h.Fresh.State != ui.FreshLive {
		h.Note = s.view.Status()
	}
	return h
}

// counts is what is asked for in a few words, how the lines come and what limits them,
// the most important first: what does not fit is cut. A search in force is shown behind
// it and leaves less room.
func (s *logScreen) counts(th *theme.Theme) string {
	parts := []string{text.Line(s.subject.brief)}
	if !s.expr.IsZero() {
		parts = []string{th.Paint(theme.Accent, "Q "+text.Line(s.expr.String())), parts[0]}
	}
	if s.lines.reveal {
		parts = append([]string{th.Paint(theme.Warn, "secrets are shown")}, parts...)
	}
	if s.view.Search() != "" {
		return wording.JoinNonEmpty("  ", parts...)
	}
	parts = append(parts, s.rate(), s.overlap(th))
	if notes := s.subject.derivation.Notes; len(notes) > 0 {
		parts = append(parts, th.Paint(theme.Warn, text.Line(notes[0])))
	}
	parts = append(parts, s.legend(th))
	if s.subject.fields != "" {
		parts = append(parts, th.Paint(theme.Dim, text.Line("by "+s.subject.fields)))
	}
	return wording.JoinNonEmpty("  ", parts...)
}

// rate is how many lines come in a second, while some do.
func (s *logScreen) rate() string {
	if !s.following() {
		return ""
	}
	switch r := s.status.Rate.PerSecond(s.viewer.Deps.Now()); {
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

func (s *logScreen) overlap(th *theme.Theme) string {
	if !s.following() || s.status.Overlap <= usualOverlap {
		return ""
	}
	return th.Paint(theme.Warn, "lines come late, overlap "+text.Span(s.status.Overlap))
}

// legendTasks is how many tasks a legend names.
const legendTasks = 4

// legend names the tasks whose lines are held, with their revisions, where several
// are merged.
func (s *logScreen) legend(th *theme.Theme) string {
	if n := len(s.lines.writers); !s.lines.merged() || s.scope.Task != nil || n > legendTasks {
		return ""
	}
	var parts []string
	for _, w := range s.lines.writers {
		parts = append(parts, th.Paint(theme.TaskColour(w.colour), text.Line(wording.JoinNonEmpty(":", w.label, w.revision))))
	}
	return strings.Join(parts, " ")
}

// extent is how many lines are held of which window, and the filter over them.
func (s *logScreen) extent(th *theme.Theme) string {
	held := s.lines.ring.Len()
	where := s.opening.window.Name
	switch at := s.opening; {
	case at.line != nil:
		where = "around " + at.line.Time.In(s.lines.zone).Format("15:04:05")
	case !at.at.IsZero():
		where = "at " + at.at.In(s.lines.zone).Format("2006-01-02 15:04:05")
	}
	out := " " + where + ", " + wording.Count(held, "line")
	if f := s.view.Filter(); f != "" {
		out = " " + th.Paint(theme.Accent, "&"+text.Line(f)) + fmt.Sprintf(" shows %d of%s", s.view.Shown(), out)
	}
	return out
}

// fresh puts the tail's state in the header's words; what takes more of them is
// the banner.
func (s *logScreen) fresh() (ui.Fresh, string) {
	loading := func(words string) (ui.Fresh, string) {
		return ui.Fresh{State: ui.FreshLoading, Text: words}, ""
	}
	st := s.status
	switch {
	case s.sourceErr != nil:
		return ui.Fresh{State: ui.FreshOffline, Text: "no log store"}, s.overLines(s.sourceErr)
	case s.subject.err != nil:
		return ui.Fresh{State: ui.FreshOffline, Text: "not searched"}, s.overLines(s.subject.err)
	case !s.subject.known:
		if s.subject.status.Err != nil {
			return s.subject.status.Fresh(s.viewer.Deps.Now()), ""
		}
		return loading("reading tasks")
	case s.session == nil && !s.subject.searchable():
		return ui.Fresh{State: ui.FreshNone}, ""
	case s.source == nil:
		return loading("opening the log store")
	case s.session == nil || st.State == logs.Opening:
		return loading("searching")
	}
	words := strings.ReplaceAll(st.Words(s.viewer.Deps.Now()), " · ", ", ")
	short, _, _ := strings.Cut(words, ": ")
	switch st.State {
	case logs.Following:
		return ui.Fresh{State: ui.FreshLive, Text: s.view.Status() + strings.TrimPrefix(words, "following")}, ""
	case logs.Behind:
		return ui.Fresh{State: ui.FreshStale, Text: short}, words
	case logs.PartialAnswers:
		return ui.Fresh{State: ui.FreshStale, Text: short}, words
	case logs.NoStore:
		return ui.Fresh{State: ui.FreshDenied, Text: "not found"}, s.overLines(st.Err)
	case logs.Retrying:
		state := ui.FreshStale
		if fault.ClassOf(st.Err) == fault.Offline {
			state = ui.FreshOffline
		}
		return ui.Fresh{State: state, Text: short}, s.overLines(st.Err)
	}
	if st.Err != nil {
		return ui.Fresh{State: ui.FreshDenied, Text: "stopped, " + fault.ClassOf(st.Err).String()}, s.overLines(st.Err)
	}
	if st.Partial != nil {
		return ui.Fresh{State: ui.FreshStale, Text: "partial"}, "partial: " + st.Partial.String()
	}
	return ui.Fresh{State: ui.FreshLive, Text: "not following"}, ""
}

// overLines is an error as a banner above lines; without lines the body tells it.
func (s *logScreen) overLines(err error) string {
	if err == nil || s.view.Shown() == 0 {
		return ""
	}
	return clean.Redact(err.Error())
}

// emptiness says why no line is shown.
func (s *logScreen) emptiness() []prose.Para {
	var d prose.Document
	st := s.status
	switch {
	case s.lines.ring.Len() > 0:
		d.Line(theme.Text, fmt.Sprintf("the filter hides %s (%s and an empty filter shows them)",
			wording.Count(s.lines.ring.Len(), "line"), s.viewer.Deps.Host.Key(actFilter)))
	case s.sourceErr != nil:
		s.refused(&d, "the log store could not be opened", s.sourceErr)
	case s.subject.err != nil:
		s.refused(&d, "these lines cannot be found", s.subject.err)
	case !s.subject.known:
		s.unknown(&d)
	case !s.subject.searchable():
		d.Line(theme.Text, s.subject.derivation.Description)
		d.Field("stopped", s.subject.reason)
	case st.Err != nil:
		s.refused(&d, failedSearch(fault.ClassOf(st.Err)), st.Err)
	case st.Explanation != nil:
		s.explain(&d, *st.Explanation)
	case st.State == logs.NoStore:
		d.Line(theme.Failed, "no index has the configured name, or these credentials may not see it")
	case st.State == logs.Opening:
		d.Line(theme.Dim, "searching the log store")
		s.found(&d)
	default:
		d.Line(theme.Text, "no lines")
		s.found(&d)
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
func (s *logScreen) unknown(d *prose.Document) {
	err := s.subject.status.Err
	if err == nil {
		d.Line(theme.Dim, "reading the tasks of "+s.scope.Service.Name())
		return
	}
	d.Line(theme.Failed, "the tasks of "+s.scope.Service.Name()+" could not be read, so nothing tells which lines are theirs")
	d.Line(theme.Text, err.Error())
	s.again(d)
}

// refused tells of an error with its cause and its remedy apart.
func (s *logScreen) refused(d *prose.Document, what string, err error) {
	d.Line(theme.Failed, what)
	var e *fault.Error
	if errors.As(err, &e) && e.Err != nil {
		d.Field("cause", wording.JoinNonEmpty(": ", e.Op, e.Err.Error()))
		d.Field("remedy", e.Fix)
	} else {
		d.Field("cause", err.Error())
	}
	if s.status.State == logs.Retrying || s.status.State == logs.NoStore {
		d.Line(theme.Dim, "it is tried again by itself")
		return
	}
	s.again(d)
}

func (s *logScreen) again(d *prose.Document) {
	d.Line(theme.Dim, s.viewer.Deps.Host.Key(ui.ActRefresh)+" tries again")
}

// explain says why a search that worked found nothing.
func (s *logScreen) explain(d *prose.Document, x logs.Explanation) {
	d.Line(theme.Degraded, "no lines: "+x.String())
	if x.Cause != logs.NoIndex {
		if !x.Newest.IsZero() {
			d.Field("newest", wording.Moment(x.Newest, s.viewer.Deps.Now()))
		}
		d.Field("looked for", strings.Join(x.Looked, ", "))
		d.Field("found", strings.Join(x.Found, ", "))
	}
	s.found(d)
}

// found tells how the lines are searched for.
func (s *logScreen) found(d *prose.Document) {
	d.Field("typed", s.expr.String())
	d.Field("query", s.wanted().String())
	d.Field("meaning", s.subject.derivation.Description)
	for _, note := range s.subject.derivation.Notes {
		d.Field("note", note)
	}
	if since := s.opening.window.since; since > 0 {
		d.Field("since", text.Span(since)+" before it was opened")
	}
}
