package logs

import (
	"bytes"
	"encoding/json"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/clean"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/logview"
	"gantry/ui/theme"
	"gantry/views/logs/record"
)

// recordScreen shows everything about one line, and narrows the search by the field under
// its cursor.
type recordScreen struct {
	*ui.Document
	screen *screen
	entry  *logs.Entry
	line   record.Line
}

// newRecord makes the screen of all about the line at a position.
func (s *screen) newRecord(pos uint64) *recordScreen {
	e := s.page.lines.ring.At(pos)
	line := s.page.lines.record(e)
	return &recordScreen{s.document("record", line), s, e, line}
}

// record is everything about one line: who wrote it, the whole message with its line breaks
// in the colour of its level, and the document as the store holds it.
func (l *lines) record(e *logs.Entry) record.Line {
	var r record.Line
	safe := func(value string) string { return clean.Line(l.safe(value)) }
	about := func(label, value string) { r.About(theme.Text, label, safe(value), "", "") }
	about("time", e.Time.In(l.zone).Format("2006-01-02 15:04:05.000000000 -0700"))
	if e.Gap != nil {
		about("gap", l.gap(e.Gap))
		return r
	}
	if isMark(e) {
		about("mark", e.Message)
		return r
	}
	raw := map[string]string{}
	fieldsOf(e, func(name, value string) { raw[name] = value })
	o := l.origins.Of(e)
	role := roleOf(levelOf(e.Level))
	level := ""
	if raw[logs.FieldLevel] != "" {
		level = logs.FieldLevel
	}
	r.About(role, "level", safe(e.Level), level, raw[logs.FieldLevel])
	if l.names != nil && o.Part >= 0 {
		about("service", l.scopes[o.Part].Service.Name())
	}
	about("task", o.TaskID)
	about("container", o.Container)
	about("revision", o.Revision)
	if o.ByFamily && l.scopes[0].Task == nil {
		r.About(theme.Warn, "found by", "its family alone: another cluster or account may have written it", "", "")
	}
	about("index", e.Index)
	about("id", e.ID)
	if e.Late {
		about("late", "newer lines had come before it")
	}
	if e.Ahead {
		about("ahead", "it came before its time: the clock of its host is off, or the one here")
	}
	field := ""
	for name, value := range raw {
		if value == e.Message && name != logs.FieldLevel && (field == "" || name < field) {
			field = name
		}
	}
	if shown, ok := l.indented(e.Message); ok {
		r.JSON(shown, raw)
	} else {
		r.Message(role, strings.TrimRight(l.safe(e.Message), "\n"), field, e.Message)
	}
	if shown, ok := l.indented(string(e.Source)); ok {
		r.JSON(shown, raw)
	}
	return r
}

// indented is a document that may be shown, a field a line; ok is false for other text.
func (l *lines) indented(s string) (shown string, ok bool) {
	if !strings.HasPrefix(s, "{") {
		return "", false
	}
	if doc := clean.Document(json.RawMessage(s)); doc != nil && !l.reveal {
		s = string(doc) // keys hide what lies in lists under them too
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(s), "", "  ") != nil {
		return "", false
	}
	return strings.TrimRight(l.safe(b.String()), "\n"), true
}

// roleOf is the colour of a level's text.
func roleOf(level logview.Level) theme.Role {
	switch level {
	case logview.LevelError:
		return theme.LogError
	case logview.LevelWarn:
		return theme.LogWarn
	}
	return theme.Text
}

// Actions are those of a document and what leads on from it.
func (r *recordScreen) Actions() []ui.Action {
	return append(r.Document.Actions(), r.narrowing(actOnlyValue, false), r.narrowing(actWithoutValue, true),
		r.beside(actNextRecord, 1), r.beside(actPrevRecord, -1))
}

// narrowing searches for the lines that have the value under the cursor, or for those without.
func (r *recordScreen) narrowing(b ui.Binding, out bool) ui.Action {
	name, value, ok := r.line.Field(r.Cursor())
	why := ""
	switch {
	case r.entry.Gap != nil || isMark(r.entry):
		why = "this is no line of the store"
	case !ok:
		why = "the store has no field of this: go to one of the document below"
	case !offerable(value):
		why = name + " is masked, or empty"
	}
	return b.Runs(func() tea.Cmd {
		s := r.screen
		s.narrowed = s.search.expr.Narrowed(name, value, out).In(s.page.lines.zone)
		s.viewer.Deps.Host.Pop()
		return nil
	}).Unless(why)
}

// beside opens the record of the next line that is shown, or of the one before, with the
// cursor on the same field.
func (r *recordScreen) beside(b ui.Binding, step int) ui.Action {
	return b.Does(func() {
		s := r.screen
		from, ok := s.page.lines.find(r.entry)
		if !ok {
			s.viewer.Deps.Host.Flash(ui.Info, "the line is not held any more")
			return
		}
		s.page.anchor = nil
		s.page.view.Goto(from)
		s.page.view.Move(step)
		to, _ := s.page.view.Selected()
		if to == from || s.page.lines.ring.At(to) == nil {
			s.viewer.Deps.Host.Flash(ui.Info, "there is no line that way")
			return
		}
		next := s.newRecord(to)
		if name, _, ok := r.line.Field(r.Cursor()); ok {
			if part, ok := next.line.Find(name); ok {
				next.SetCursor(part)
			}
		}
		s.viewer.Deps.Host.Replace(next)
	})
}
