package logs

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/logs"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views/logs/whose"
	"gantry/views/prose"
)

// histogram counts the lines of a log over time. It is read once for each range;
// enter goes to the lines of a bar.
type histogram struct {
	log    *screen
	held   logs.Range // what the log holds, for the range of that name
	window window

	ctx     context.Context
	bars    int // as many as fit the width that was drawn
	asked   int // the latest reading
	loading bool
	read    logs.Histogram
	err     error
	cursor  int
	changes []whose.Rollout
}

// histogramAction counts the lines over time.
func (s *screen) histogramAction() ui.Action {
	return actHistogram.Does(func() {
		s.viewer.Deps.Host.Push(&histogram{log: s, held: s.stretch(), window: s.search.opening.window, bars: max(minBars, s.width-axisCells)})
	}).Unless(unless(s.search.session != nil, "nothing is searched for"))
}

// counted is a histogram that was read.
type counted struct {
	asked int
	read  logs.Histogram
	err   error
}

// Name is the screen's name.
func (x *histogram) Name() string { return "histogram" }

// Capturing is false: all keys are actions.
func (x *histogram) Capturing() bool { return false }

// Open counts.
func (x *histogram) Open(ctx context.Context) tea.Cmd {
	x.ctx = ctx
	x.changes = x.log.whose.Subject.Rollouts
	return x.count(x.window)
}

// count reads the bars of a window.
func (x *histogram) count(w window) tea.Cmd {
	x.window, x.loading, x.asked = w, true, x.asked+1
	ctx, asked, source, q, n := x.ctx, x.asked, x.log.search.source, x.log.search.wanted(x.log.whose.Subject), x.bars
	now := x.log.viewer.Deps.Now()
	r := x.held
	if w.since > 0 {
		r = logs.Range{From: now.Add(-w.since), To: now}
	}
	return func() tea.Msg {
		msg := counted{asked: asked}
		if w.head {
			r = logs.Range{To: now}
			page, err := source.Since(ctx, q, r, 1)
			if err != nil || len(page.Entries) == 0 {
				msg.err = err
				return msg
			}
			r.From = page.Entries[0].Time
		}
		msg.read, msg.err = logs.ReadHistogram(ctx, source, q, r, n)
		return msg
	}
}

// Update takes the bars. The cursor stays at its time.
func (x *histogram) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(counted)
	if !ok || m.asked != x.asked {
		return nil
	}
	x.loading, x.err = false, m.err
	if m.err != nil {
		return nil
	}
	at, had := x.at()
	x.read = m.read
	x.cursor = len(x.read.Bars) - 1
	if had {
		for i, b := range x.read.Bars {
			if !b.Start.After(at) {
				x.cursor = i
			}
		}
	}
	return nil
}

// at is when the bar under the cursor begins.
func (x *histogram) at() (time.Time, bool) {
	if x.cursor < 0 || x.cursor >= len(x.read.Bars) {
		return time.Time{}, false
	}
	return x.read.Bars[x.cursor].Start, true
}

// Header tells what is counted.
func (x *histogram) Header() ui.Header {
	deps := x.log.viewer.Deps
	h := deps.Within(x.log.cluster(), x.log.words().crumb()+" histogram")
	h.Counts, h.Sort = x.log.words().counts(deps.Host.Theme()), " "+x.windowName()
	switch {
	case x.loading:
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "counting"}
	case x.err != nil:
		h.Fresh = ui.Fresh{State: ui.FreshOffline, Text: "not counted"}
	case x.read.Partial != nil:
		h.Fresh, h.Banner = ui.Fresh{State: ui.FreshStale, Text: "partial"}, "partial: "+x.read.Partial.String()
	}
	return h
}

// windowName says what the range is, since a tail and a head have no length.
func (x *histogram) windowName() string {
	switch {
	case x.window.head:
		return "all there is"
	case x.window.since == 0:
		return "the lines held"
	}
	return x.window.Name
}

// Actions move the cursor, choose the range and go to a bar's lines.
func (x *histogram) Actions() []ui.Action {
	at, ok := x.at()
	none := unless(ok, "nothing is counted")
	out := []ui.Action{
		actLinesOfBar.Does(func() {
			x.log.goTo = at
			x.log.viewer.Deps.Host.Pop()
		}).Unless(none),
		actCountAnew.Runs(func() tea.Cmd { return x.count(x.window) }),
		actEarlierBar.Does(func() { x.move(-1) }),
		actLaterBar.Does(func() { x.move(1) }),
		actNextBar.Does(func() { x.seekError(1) }).Unless(none),
		actPreviousBar.Does(func() { x.seekError(-1) }).Unless(none),
	}
	return append(out, windowActions(x.count)...)
}

func (x *histogram) move(n int) {
	x.cursor = max(0, min(x.cursor+n, len(x.read.Bars)-1))
}

func (x *histogram) seekError(step int) {
	for i := x.cursor + step; i >= 0 && i < len(x.read.Bars); i += step {
		if x.read.Bars[i].Errors > 0 {
			x.cursor = i
			return
		}
	}
	x.log.viewer.Deps.Host.Flash(ui.Info, "no bar that way has errors")
}

// View draws the bars over their times, the deployments, and the bar under the cursor
// in words.
func (x *histogram) View(w, h int) ui.Frame {
	if w <= 0 || h <= 0 {
		return ui.Frame{}
	}
	th := x.log.viewer.Deps.Host.Theme()
	x.bars = max(minBars, w-axisCells)
	if len(x.read.Bars) == 0 || x.err != nil {
		lines := prose.Wrapped(th, w, x.emptiness())
		return ui.Frame{Body: strings.Join(lines[:min(len(lines), h)], "\n")}
	}
	d := barDrawing{th: th, w: w, h: h, zone: x.log.page.lines.zone, histogram: x.read, cursor: x.cursor, changes: x.changes}
	return ui.Frame{Body: d.draw()}
}

// emptiness says why there are no bars.
func (x *histogram) emptiness() []prose.Para {
	var d prose.Document
	switch {
	case x.err != nil:
		d.Line(theme.Failed, "the lines could not be counted")
		d.Field("cause", x.err.Error())
	case x.loading:
		d.Line(theme.Dim, "counting lines")
	default:
		d.Line(theme.Text, "there are no lines to count")
	}
	return d.Paras
}

// Text is the bars as a table, for a file.
func (x *histogram) Text() string {
	var d prose.Document
	for _, b := range x.read.Bars {
		d.Line(theme.Text, fmt.Sprintf("%s  %6d lines  %6d errors  %6d warnings",
			b.Start.In(x.log.page.lines.zone).Format("2006-01-02 15:04:05"), b.Lines, b.Errors, b.Warnings))
	}
	for _, c := range x.changes {
		d.Line(theme.Text, rolloutWords(c, x.log.page.lines.zone))
	}
	return prose.PlainText(d.Paras)
}

func rolloutWords(r whose.Rollout, zone *time.Location) string {
	return "deployment " + r.At.In(zone).Format("15:04:05") + " of " + r.What
}
