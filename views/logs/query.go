package logs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/views/wording"
)

// queryAction asks for a query in Kibana's language, which the store answers. Other
// than the filter it is not bound to the lines that are held.
func (s *screen) queryAction() ui.Action {
	return actQuery.Does(func() { s.askQuery(s.search.expr.String(), "") })
}

// askQuery asks for the query; wrong is why the one that is there already was refused.
func (s *screen) askQuery(typed, wrong string) {
	if words := s.page.lines.vocabulary(); len(words.counts) > 0 || s.search.words == nil {
		s.search.words = words
	}
	words := s.search.words
	s.viewer.Deps.Host.Modal(form.New(s.viewer.Deps.Host.Theme(), form.Options{
		Title: "Only the lines that the store finds by",
		Fields: []form.Field{{
			Label: "query", Value: typed, Wrong: wrong, Placeholder: `level:error and not message:"health check"`,
			Help: "Kibana's language, or lucene: before Lucene's; empty is every line",
			Check: func(value string) error {
				if _, err := logs.ParseExpr(value); err != nil {
					return &form.Mistake{Column: logs.Column(err), Says: causeOfQuery(err)}
				}
				return nil
			},
			Prompt: &form.Prompt{
				Past:  s.viewer.asked,
				Offer: func(before string) form.Offer { return form.Offer(logs.Offer(before, words)) },
				Note: func(value string) string {
					expr, err := logs.ParseExpr(value)
					if err != nil {
						return ""
					}
					return meant(expr, words)
				},
			},
		}},
		Submit: func(values []string) (tea.Cmd, error) {
			expr, err := logs.ParseExpr(values[0])
			if err != nil {
				return nil, err
			}
			return s.try(expr.In(s.page.lines.zone)), nil
		},
	}))
}

// meant says which fields a query probably means by names that no line has, and by words
// that read like assignments.
func meant(expr logs.Expr, words *vocabulary) string {
	var out []string
	if words == nil {
		words = &vocabulary{}
	}
	for typed, name := range logs.Meant(expr, words) {
		out = append(out, fmt.Sprintf("no line has %s: did you mean %s?", typed, name))
	}
	for typed, compared := range logs.Assigned(expr, words) {
		out = append(out, fmt.Sprintf("%s is looked for as text; to ask for the field: %s", typed, compared))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// causeOfQuery is what is wrong with a query, with the column where there is one.
func causeOfQuery(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Err != nil {
		return wording.JoinNonEmpty("; ", e.Err.Error(), e.Fix)
	}
	return err.Error()
}

// tried is what the store says to a query.
type tried struct {
	expr logs.Expr
	err  error
}

// try puts a query to the store before it takes the place of the one in force.
func (s *screen) try(expr logs.Expr) tea.Cmd {
	if expr.IsZero() || s.search.source == nil || !s.whose.Subject.Searchable() {
		return s.accept(tried{expr: expr})
	}
	ctx, source, q, now := s.ctx, s.search.source, s.whose.Subject.Derivation.Query, s.viewer.Deps.Now()
	q.Expr = expr
	return func() tea.Msg {
		_, err := source.Latest(ctx, q, logs.Range{To: now}, 1)
		return tried{expr, err}
	}
}

// accept searches by a query, unless the store cannot read it: then it is asked for
// again, and the last good one stays in force.
func (s *screen) accept(msg tried) tea.Cmd {
	if msg.err != nil && fault.ClassOf(msg.err) == fault.Invalid {
		s.askQuery(msg.expr.String(), causeOfQuery(msg.err))
		return nil
	}
	s.search.expr = msg.expr
	if typed := msg.expr.String(); typed != "" {
		asked := slices.DeleteFunc(s.viewer.asked, func(q string) bool { return q == typed })
		s.viewer.asked = append([]string{typed}, asked...)
	}
	if !s.whose.Subject.Searchable() {
		return nil
	}
	return s.reopen(s.search.opening)
}

// jumpAction goes to a time.
func (s *screen) jumpAction() ui.Action {
	return actJump.Does(func() {
		now := s.viewer.Deps.Now()
		parse := func(typed string) (time.Time, error) { return wording.ParseMoment(typed, now) }
		s.viewer.Deps.Host.Modal(form.New(s.viewer.Deps.Host.Theme(), form.Options{
			Title: "Go to the lines of",
			Fields: []form.Field{{
				Label: "time", Help: "14:05, 14:05:30, " + now.Format("2006-01-02T15:04") + ", or how long ago: 90s, 15m, 2h, 1d",
				Check: func(value string) error { _, err := parse(value); return err },
			}},
			Submit: func(values []string) (tea.Cmd, error) {
				at, err := parse(values[0])
				if err != nil {
					return nil, err
				}
				return s.reopen(opening{window: s.search.opening.window, at: at}), nil
			},
		}))
	})
}

// aroundAction shows the lines around the one under the cursor, whatever is searched
// for.
func (s *screen) aroundAction(pos uint64, noLine string) ui.Action {
	a := actAround.Runs(nil).Unless(noLine)
	line := s.page.lines.ring.At(pos)
	if line != nil && (line.Gap != nil || isMark(line)) {
		a.Disabled = "this is no line of the store"
	}
	a.Run = ui.Do(func() {
		around := newScreen(s.viewer, s.scopes)
		around.search.opening.line = line
		s.viewer.Deps.Host.Push(around)
	})
	return a
}
