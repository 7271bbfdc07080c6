package logs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"gantry/logs"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/logview"
)

const (
	// surveyLines is how many of the newest lines are looked at for their fields.
	surveyLines = 500
	// usualColumns is how many fields are shown besides the message unless somebody
	// chooses, and maxColumn the cells of one.
	usualColumns = 5
	maxColumn    = 28
)

// columnsAction shows fields of structured lines in columns, or messages again.
func (p *page) columnsAction() ui.Action {
	columns := actColumns
	if p.view.InColumns() {
		columns.Name = "raw lines"
	}
	return columns.Does(func() {
		if p.view.InColumns() {
			p.setColumns(nil)
			return
		}
		usual := p.lines.survey().usual()
		if len(usual) == 0 {
			p.deps.Host.Flash(ui.Info, "no line that is held is JSON")
			return
		}
		p.setColumns(usual)
	})
}

// chooseAction asks for the fields and their order. Then is called once they are chosen.
func (p *page) chooseAction(then func()) ui.Action {
	return actChooseColumns.Does(func() {
		found := p.lines.survey()
		names := p.lines.columns
		if names == nil {
			names = found.usual()
		}
		p.deps.Host.Modal(form.New(p.deps.Host.Theme(), form.Options{
			Title: "Columns, in this order",
			Fields: []form.Field{{
				Label: "fields", Value: strings.Join(names, " "), Help: found.help(),
				Check: func(value string) error { _, err := found.choose(value); return err },
			}},
			Submit: func(values []string) (tea.Cmd, error) {
				chosen, err := found.choose(values[0])
				if err == nil {
					p.setColumns(chosen)
					then()
				}
				return nil, err
			},
		}))
	})
}

// setColumns shows fields in columns, each as wide as the lines that are held need.
func (p *page) setColumns(names []string) {
	p.lines.columns = names
	if len(names) == 0 {
		p.view.SetColumns(nil)
		return
	}
	found := p.lines.survey()
	columns := make([]logview.Column, len(names))
	for i, name := range names {
		columns[i] = logview.Column{Name: name, Width: min(max(found.widths[name], utf8.RuneCountInString(name)), maxColumn)}
	}
	columns[len(columns)-1].Width = 0
	p.view.SetColumns(&logview.Columns{Columns: columns, Cells: p.lines.cells})
}

// cells are the values of a line's fields in the order of the columns.
func (l *lines) cells(pos uint64) ([]string, bool) {
	e := l.ring.At(pos)
	if e == nil {
		return nil, false
	}
	doc := structured(e)
	if doc == nil {
		return nil, false
	}
	out, some := make([]string, len(l.columns)), false
	for i, name := range l.columns {
		if v, ok := logs.Lookup(doc, name); ok {
			out[i], some = logs.Text(v), true
		}
	}
	return out, some
}

// structured is the JSON object that a line is, nil when it is text.
func structured(e *logs.Entry) json.RawMessage {
	if e.Gap != nil || !strings.HasPrefix(e.Message, "{") {
		return nil
	}
	return json.RawMessage(e.Message)
}

// fieldSurvey is what fields the newest lines have.
type fieldSurvey struct {
	counts map[string]int
	widths map[string]int // of the widest value, in characters
}

// survey looks at the newest lines.
func (l *lines) survey() fieldSurvey {
	found := fieldSurvey{counts: map[string]int{}, widths: map[string]int{}}
	from := l.First()
	if held := l.End() - l.First(); held > surveyLines {
		from = l.End() - surveyLines
	}
	for _, e := range l.ring.From(from) {
		if doc := structured(e); doc != nil {
			found.add("", doc)
		}
	}
	return found
}

// add counts the scalars of an object and of the objects in it.
func (f fieldSurvey) add(prefix string, doc json.RawMessage) {
	var members map[string]json.RawMessage
	if json.Unmarshal(doc, &members) != nil {
		return
	}
	for name, value := range members {
		value = bytes.TrimSpace(value)
		switch {
		case len(value) > 0 && value[0] == '{' && prefix == "":
			f.add(name+".", value)
		case len(value) > 0 && value[0] != '{' && value[0] != '[':
			f.counts[prefix+name]++
			f.widths[prefix+name] = max(f.widths[prefix+name], utf8.RuneCountInString(logs.Text(value)))
		}
	}
}

// names are the fields, the most frequent first.
func (f fieldSurvey) names() []string {
	return slices.SortedFunc(maps.Keys(f.counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.counts[b], f.counts[a]), cmp.Compare(a, b))
	})
}

// Fields that stand before every line anyway, and those that hold its text.
var (
	standing = []string{"time", "timestamp", "@timestamp", "ts", "level", "log.level", "severity", "lvl"}
	messages = []string{"message", "msg", "error", "err"}
	// leading are fields that a reader looks for first, in this order.
	leading = []string{"logger", "component", "method", "path", "url", "route", "status", "status_code", "duration", "duration_ms", "ms", "latency_ms", "took"}
)

// usual are the fields to begin with: what a reader looks for, then what most lines
// have, and the text last, where there is room for it.
func (f fieldSurvey) usual() []string {
	var out, text []string
	for _, name := range f.names() {
		switch {
		case slices.Contains(standing, name):
		case slices.Contains(messages, name):
			text = append(text, name)
		default:
			out = append(out, name)
		}
	}
	rank := func(name string) int {
		if i := slices.Index(leading, name); i >= 0 {
			return i
		}
		return len(leading)
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	out = out[:min(len(out), usualColumns)]
	slices.SortStableFunc(text, func(a, b string) int { return cmp.Compare(slices.Index(messages, a), slices.Index(messages, b)) })
	return append(out, text[:min(len(text), 1)]...)
}

// help lists the fields there are.
func (f fieldSurvey) help() string {
	names := f.names()
	if len(names) == 0 {
		return "no line that is held is JSON"
	}
	return "of " + strings.Join(names, ", ") + "; empty shows raw lines"
}

// choose reads names that are separated by spaces or commas.
func (f fieldSurvey) choose(typed string) ([]string, error) {
	names := strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == ',' })
	for i, name := range names {
		if f.counts[name] == 0 {
			return nil, fmt.Errorf("no line that is held has a field %q", name)
		}
		if slices.Contains(names[:i], name) {
			return nil, errors.New(name + " is there twice")
		}
	}
	return names, nil
}
