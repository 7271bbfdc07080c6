package metrics

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
)

// Widget is a part of a dashboard.
type Widget struct {
	Title string
	Chart Chart
	// Queries are what is to be asked for the chart, hidden ones among them, and Shown
	// which of them each of its lines is.
	Queries []awsx.MetricQuery
	Shown   []int
	// Undrawn says why there is no chart; empty where there is one.
	Undrawn string
}

// The form of a dashboard's body (Amazon CloudWatch API reference, Dashboard Body
// Structure and Syntax).
type (
	boardBody struct {
		Widgets []boardWidget `json:"widgets"`
	}
	boardWidget struct {
		Type       string          `json:"type"`
		X          int             `json:"x"`
		Y          int             `json:"y"`
		Properties json.RawMessage `json:"properties"`
	}
	boardProperties struct {
		Title     string              `json:"title"`
		Region    string              `json:"region"`
		AccountID string              `json:"accountId"`
		View      string              `json:"view"`
		Stat      string              `json:"stat"`
		Period    int                 `json:"period"`
		Metrics   [][]json.RawMessage `json:"metrics"`
	}
	metricOptions struct {
		ID         string `json:"id"`
		Label      string `json:"label"`
		Stat       string `json:"stat"`
		Period     int    `json:"period"`
		Region     string `json:"region"`
		AccountID  string `json:"accountId"`
		Expression string `json:"expression"`
		Visible    *bool  `json:"visible"`
	}
)

// Widgets reads what a dashboard shows, from its top to its bottom, for the region that is
// looked at. What this version cannot draw comes with the reason.
func Widgets(body []byte, region string) ([]Widget, error) {
	var board boardBody
	if err := json.Unmarshal(body, &board); err != nil {
		return nil, fmt.Errorf("the dashboard's body is not of the form that is documented: %w", err)
	}
	slices.SortStableFunc(board.Widgets, func(a, b boardWidget) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	var all []Widget
	for _, w := range board.Widgets {
		var p boardProperties
		err := json.Unmarshal(w.Properties, &p)
		out := Widget{Title: p.Title}
		switch {
		case w.Type != "metric":
			out.Title = cmp.Or(out.Title, w.Type)
			out.Undrawn = map[string]string{"text": "a text", "log": "a query of logs", "alarm": "states of alarms", "explorer": "an explorer of metrics by tags", "custom": "a widget of somebody's own"}[w.Type]
			out.Undrawn = cmp.Or(out.Undrawn, "a widget of the type "+w.Type+", which this version does not know")
		case err != nil:
			out.Undrawn = "its properties are not of the form that is documented"
		default:
			out.Undrawn = out.read(p, region)
		}
		out.Title = cmp.Or(out.Title, "(no title)")
		out.Chart.Title = out.Title
		all = append(all, out)
	}
	return all, nil
}

// read takes the properties of a metric widget, and says why it cannot be drawn.
func (w *Widget) read(p boardProperties, region string) string {
	switch {
	case p.View == "pie", p.View == "table":
		return "shown as a " + p.View
	case p.Region != "" && p.Region != region:
		return "of " + p.Region + ", and this is " + region
	case p.AccountID != "":
		return "of another account"
	case len(p.Metrics) == 0:
		return "it names no metrics: an annotation, as of an alarm, is all there is"
	}
	var before []string
	for n, row := range p.Metrics {
		names, o, why := metricRow(row, before)
		switch {
		case why != "":
			return why
		case o.Region != "" && o.Region != region:
			return "with a metric of " + o.Region + ", and this is " + region
		case o.AccountID != "":
			return "with a metric of another account"
		}
		q := awsx.MetricQuery{ID: cmp.Or(o.ID, fmt.Sprintf("row%d", n)), Hidden: o.Visible != nil && !*o.Visible}
		q.Period = time.Duration(cmp.Or(o.Period, p.Period, 300)) * time.Second
		if q.Period < time.Minute {
			q.Period = time.Minute
		}
		label := o.Label
		if o.Expression != "" {
			if why := manyAnswers(o.Expression); why != "" {
				return why
			}
			q.Expression, label = o.Expression, cmp.Or(label, o.ID, o.Expression)
		} else {
			before = names
			q.Metric = awsx.Metric{Namespace: names[0], Name: names[1]}
			for pair := range slices.Chunk(names[2:], 2) {
				q.Metric.Dimensions = append(q.Metric.Dimensions, awsx.Dimension{Name: pair[0], Value: pair[1]})
			}
			q.Stat = cmp.Or(o.Stat, p.Stat, "Average")
			if label == "" {
				label = strings.Join(append([]string{q.Metric.Name}, names[2:][max(0, len(names)-3):]...), " ")
			}
		}
		w.Queries = append(w.Queries, q)
		if !q.Hidden {
			w.Shown = append(w.Shown, n)
			w.Chart.Lines = append(w.Chart.Lines, Line{Name: label, Query: q})
		}
	}
	w.Chart.Unit = unitOf(w.Chart.Lines)
	if len(w.Chart.Lines) == 0 {
		return "none of its metrics is visible"
	}
	return ""
}

// metricRow reads a row of a widget's metrics: a namespace, a name, and dimensions with
// their values, where "." stands for what the row before has in that place and "..." for
// all of it that is not said again; last of all options.
func metricRow(row []json.RawMessage, before []string) (names []string, o metricOptions, why string) {
	const odd = "a row of its metrics is not of the form that is documented"
	if len(row) == 0 {
		return nil, o, odd
	}
	if last := row[len(row)-1]; len(last) > 0 && last[0] == '{' {
		if json.Unmarshal(last, &o) != nil {
			return nil, o, odd
		}
		row = row[:len(row)-1]
	}
	for i, raw := range row {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return nil, o, odd
		}
		switch {
		case s == "..." && i == 0:
			names = append(names, before[:max(0, len(before)-len(row)+1)]...)
		case s == "." && len(names) < len(before):
			names = append(names, before[len(names)])
		default:
			names = append(names, s)
		}
	}
	if o.Expression == "" && (len(names) < 2 || len(names)%2 != 0) {
		return nil, o, odd
	}
	return names, o, ""
}

// manyAnswers says why an expression is answered by any number of series, which no line
// of a chart stands for.
func manyAnswers(expression string) string {
	switch e := strings.ToUpper(expression); {
	case strings.Contains(e, "SEARCH("):
		return "a SEARCH for metrics"
	case strings.HasPrefix(strings.TrimSpace(e), "SELECT "):
		return "a query of Metrics Insights"
	case strings.Contains(e, "ANOMALY_DETECTION_BAND("):
		return "a band of what is expected"
	}
	return ""
}

// unitOf is what all lines of a chart are in, as far as their names tell.
func unitOf(lines []Line) Unit {
	of := func(l Line) Unit {
		switch m := l.Query.Metric; {
		case strings.HasSuffix(m.Name, "Utilization"), strings.HasSuffix(m.Name, "Reservation"):
			return Percent
		case m.Namespace == spaceALB && strings.HasSuffix(m.Name, "Time") && l.Query.Stat != "SampleCount":
			return Seconds
		}
		return Count
	}
	for _, l := range lines {
		if of(l) != of(lines[0]) {
			return Count
		}
	}
	if len(lines) == 0 {
		return Count
	}
	return of(lines[0])
}

// Over puts what was answered to a widget's Queries in the steps of a window.
func (w Widget) Over(answers []awsx.MetricSeries, from, to time.Time) Drawn {
	d := Drawn{Title: w.Title, Unit: w.Chart.Unit}
	for i, l := range w.Chart.Lines {
		s := Series{Name: l.Name}
		if n := w.Shown[i]; n < len(answers) {
			s.Values, s.Trouble = Align(answers[n].Points, l.Query.Period, from, to), answers[n].Trouble
		}
		d.Series = append(d.Series, s)
	}
	return d
}
