package ui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// The smallest terminal that is drawn, and the rows around the body.
const (
	minWidth   = 60
	minHeight  = 15
	chromeTop  = 2
	chromeFoot = 2
	maxBanner  = 2

	maxGuidance = 3
)

func (s *Shell) view() tea.View {
	var v tea.View
	v.AltScreen = true
	if s.opts.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.ReportFocus = s.opts.Attended != nil
	v.BackgroundColor, v.ForegroundColor = s.theme.Ground()
	top := s.trail.top()
	if s.w <= 0 || s.h <= 0 || top == nil {
		return v
	}
	head := s.header()
	v.WindowTitle = s.windowTitle(head)
	if s.tiny() {
		v.Content = s.tooSmall()
		return v
	}
	banner := append(s.guidance(), s.banner(head)...)
	w, h := s.bodySize(len(banner))
	frame := top.screen.View(w, h)
	rows := fill(frame.Body, h)
	cursor := frame.Cursor
	if m := s.topModal(); m != nil {
		rows, cursor = s.overlay(m, rows, w, h)
	}
	above := 0
	if !s.bare {
		above = chromeTop + len(banner)
		first, whose := s.headLine(head)
		lines := append([]string{first, s.countsLine(head, whose)}, banner...)
		foot := []string{s.statusLine(head.Place), s.hintLine()}
		rows = append(append(lines, rows...), foot...)
	} else if line := s.statusLine(head.Place); line != "" && s.topModal() == nil {
		rows[len(rows)-1] = line
	}
	if note := s.longNote(); note != nil {
		copy(rows[len(rows)-len(note):], note)
	}
	v.Content = strings.Join(rows, "\n")
	switch {
	case s.prompt != nil && s.topModal() == nil:
		v.Cursor = s.prompt.input.Cursor()
		if v.Cursor != nil {
			v.Cursor.Y = s.h - chromeFoot
			if s.bare {
				v.Cursor.Y = s.h - 1
			}
		}
	case cursor != nil:
		c := *cursor
		c.Y += above
		v.Cursor = &c
	}
	return v
}

// bodySize is what a screen has to draw on under a banner of so many rows.
func (s *Shell) bodySize(banner int) (w, h int) {
	if s.bare {
		return s.w, s.h
	}
	return s.w, max(0, s.h-chromeTop-chromeFoot-banner)
}

// fill makes exactly h rows of a body.
func fill(body string, h int) []string {
	rows := make([]string, 0, h+chromeTop+chromeFoot)
	for len(rows) < h {
		line, rest, more := strings.Cut(body, "\n")
		rows = append(rows, line)
		body = rest
		if !more {
			break
		}
	}
	for len(rows) < h {
		rows = append(rows, "")
	}
	return rows
}

// overlay draws a modal over the lower rows and leaves the upper ones readable.
func (s *Shell) overlay(m *openModal, rows []string, w, h int) ([]string, *tea.Cursor) {
	body, cursor := m.View(w, h-1)
	lines := strings.Split(body, "\n")
	if len(lines) > h-1 {
		lines = lines[:h-1]
	}
	from := h - len(lines)
	rows[from-1] = s.theme.Paint(theme.Dim, strings.Repeat(s.theme.Glyphs().Rule, w))
	copy(rows[from:], lines)
	if cursor == nil {
		return rows, nil
	}
	c := *cursor
	c.Y += from
	return rows, &c
}

// tiny reports whether the terminal is too small for a frame: nobody sees then what a key
// would do.
func (s *Shell) tiny() bool { return s.w < minWidth || s.h < minHeight }

func (s *Shell) tooSmall() string {
	lines := []string{
		"The terminal is too small:",
		sizeText(s.w, s.h) + ", needed " + sizeText(minWidth, minHeight) + ".",
	}
	if s.quitting() {
		lines = append(lines, "ctrl+c again leaves.")
	}
	for i := range lines {
		lines[i] = text.Truncate(lines[i], s.w, s.theme.Glyphs().Ellipsis)
	}
	return strings.Join(lines[:min(len(lines), s.h)], "\n")
}

// header is the current screen's header, at least its name.
func (s *Shell) header() Header {
	top := s.trail.top()
	if top == nil {
		return Header{}
	}
	if h, ok := top.screen.(Headed); ok {
		head := h.Header()
		head.Crumb = cmp.Or(head.Crumb, top.screen.Name())
		return head
	}
	return Header{Crumb: top.screen.Name()}
}

func (s *Shell) windowTitle(head Header) string {
	title := text.Line(head.Crumb)
	if s.opts.Title != "" {
		title = s.opts.Title + ": " + title
	}
	return title
}

// leastFresh is what is kept of how current a screen is: its glyph, and that there is more.
// Of a trouble a quarter of the line is kept, or nobody would know which.
const leastFresh = 3

// headLine says where one is, what may be done there and how current it is. Where that is
// too much, whose account it is gives way first, as a whole, and is left to the line below;
// then the key that arms, then how current it is, then the beginning of where one is, whose
// end is cluster and service.
func (s *Shell) headLine(head Header) (line, whose string) {
	tail := s.theme.Glyphs().Ellipsis
	var badge, gate string
	if head.Badge.Text != "" {
		role := theme.NonProd
		if head.Badge.Grave {
			role = theme.Prod
		}
		badge = s.theme.PaintIn(role, head.Badge.Colour, text.Truncate(head.Badge.Text, s.w/4, tail)) + " "
	}
	label, arms := s.gateLabel(head.Scope)
	if label != "" {
		gate = "   " + s.theme.Paint(theme.Warn, text.Line(label))
	}
	right, where := s.freshness(head, s.mode(head.Scope).Past), text.Width(head.Crumb)
	arms = s.theme.Paint(theme.Warn, text.Line(arms))
	free := s.w - 1 - text.WidthPainted(badge+gate)
	between := ""
	if head.Whose != "" {
		whose = s.theme.Paint(theme.Dim, text.Line(head.Whose))
		between = "  " + whose
	}
	switch {
	case where+text.WidthPainted(between+arms+right) <= free:
		gate, whose = between+gate+arms, ""
	case where+text.WidthPainted(arms+right) <= free:
		gate += arms
	default:
		least := leastFresh
		if head.Fresh.State > FreshLive {
			least = s.w / 4
		}
		right = text.TruncatePainted(right, max(least, free-where), tail)
		where = max(0, free-text.WidthPainted(right))
	}
	crumb := s.theme.Paint(theme.Title, text.TruncateLeft(head.Crumb, where, tail))
	return spread(badge+crumb+gate, right, s.w, tail), whose
}

// gateLabel is the mode in words, with the time left, and the key that would arm.
func (s *Shell) gateLabel(scope string) (label, arms string) {
	m := s.mode(scope)
	switch {
	case m.Label == "":
		return "", ""
	case m.Left > 0:
		return m.Label + " " + minutes(m.Left), ""
	case !m.Writable && m.Armable:
		return m.Label, " (" + s.opts.Keys.Key(ActArm) + " arms)"
	}
	return m.Label, ""
}

// freshness is how current a screen is. Nothing of a recording is, however lately read.
func (s *Shell) freshness(head Header, past bool) string {
	g := s.theme.Glyphs()
	if past && head.Fresh.State == FreshLive {
		head.Fresh = Fresh{State: FreshStale, Text: "recorded"}
	}
	glyph, role := "", theme.Dim
	switch head.Fresh.State {
	case FreshNone:
	case FreshLoading:
		glyph, role = g.Stale, theme.Pending
	case FreshLive:
		glyph, role = g.Live, theme.OK
	case FreshStale:
		glyph, role = g.Stale, theme.Degraded
	case FreshOffline, FreshDenied:
		glyph, role = g.Offline, theme.Failed
	}
	var parts []string
	if glyph != "" {
		parts = append(parts, s.theme.Paint(role, glyph+" "+text.Line(head.Fresh.Text)))
	}
	if head.Note != "" {
		parts = append(parts, s.theme.Paint(theme.Warn, text.Line(head.Note)))
	}
	return strings.Join(parts, "   ")
}

// countsLine holds the screen's totals, the filter in force and the sort, and whose account
// it is where that found no room above and finds some here.
func (s *Shell) countsLine(head Header, whose string) string {
	left := head.Counts
	if f, ok := s.trail.top().screen.(Filterable); ok && f.Filter() != "" {
		if left != "" {
			left += "   "
		}
		left += s.theme.Paint(theme.Accent, "/"+text.Line(f.Filter()))
	}
	right := head.Sort
	if whose != "" && right != "" {
		whose += "  "
	}
	if text.WidthPainted(left+whose+right)+2 <= s.w {
		right = whose + right
	}
	return spread(left, right, s.w, s.theme.Glyphs().Ellipsis)
}

// spread puts painted text at both edges; the left gives way.
func spread(left, right string, w int, tail string) string {
	rw := text.WidthPainted(right)
	if rw == 0 {
		return text.TruncatePainted(left, w, tail)
	}
	if rw >= w {
		return text.TruncatePainted(right, w, tail)
	}
	return text.FitPainted(left, w-rw, tail) + right
}

// guidance is what the guide says, above all else.
func (s *Shell) guidance() []string {
	if s.bare || s.opts.Guide == nil {
		return nil
	}
	said := s.opts.Guide.Text(s.host)
	if said == "" {
		return nil
	}
	lines := s.theme.Wrap(theme.Key, said, 0, s.w)
	return lines[:min(len(lines), maxGuidance)]
}

// banner is a lasting trouble above the body.
func (s *Shell) banner(head Header) []string {
	if s.bare || head.Banner == "" {
		return nil
	}
	banner := head.Banner
	switch {
	case len(head.Mend) > 0:
		banner += " (" + s.opts.Keys.Key(ActMend) + " runs it)"
	case head.Again && s.opts.Again != nil:
		banner = "(" + s.opts.Keys.Key(ActMend) + " tries again) " + banner // which may be cut
	}
	lines := text.Wrap(banner, max(1, s.w))
	if len(lines) > maxBanner {
		lines = lines[:maxBanner]
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = s.theme.Paint(theme.Banner, text.Pad(l, s.w))
	}
	return out
}

// longNote is a message in the last rows of the screen, for one that does not fit the
// status line: what to do about it stands at its end.
func (s *Shell) longNote() []string {
	n := s.notes.current
	if n.text == "" || s.prompt != nil || s.topModal() != nil {
		return nil
	}
	role, mark := n.level.sign()
	rows := s.theme.Wrap(role, mark+n.text, 0, s.w)
	if len(rows) < 2 {
		return nil
	}
	for i := range rows { // what lies below is not to be seen beside it
		rows[i] = text.FitPainted(rows[i], s.w, "")
	}
	most := s.h / 2
	return rows[:min(len(rows), most)]
}

// sign is how a message of a level is painted, and what stands before it.
func (l Level) sign() (role theme.Role, mark string) {
	switch l {
	case Warn:
		return theme.Warn, "! "
	case Error:
		return theme.Failed, "x "
	}
	return theme.Text, ""
}

// statusLine is the prompt, the last message or what runs, in this order.
func (s *Shell) statusLine(place string) string {
	tail := s.theme.Glyphs().Ellipsis
	if p := s.prompt; p != nil {
		room := s.w - 2
		if p.err != "" {
			room = s.w / 2
		}
		p.input.SetWidth(max(1, min(text.Width(p.input.Value())+1, room)))
		line := p.input.View()
		if p.err != "" {
			line += "  " + s.theme.Paint(theme.Failed, text.Line(p.err))
		}
		return text.TruncatePainted(line, s.w, tail)
	}
	if n := s.notes.current; n.text != "" {
		role, mark := n.level.sign()
		return s.theme.Paint(role, text.Truncate(mark+n.text, s.w, tail))
	}
	if s.opts.Background != nil {
		return text.Truncate(s.opts.Background.Status(place), s.w, tail)
	}
	return ""
}
