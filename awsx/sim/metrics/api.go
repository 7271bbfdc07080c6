package metrics

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
)

// Operations are those of CloudWatch that tell of metrics and dashboards.
func (m *Store) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"GetMetricData": wire.Tree(m.getMetricData), "ListMetrics": wire.Tree(m.listMetrics),
		"GetDashboard": wire.Tree(m.getDashboard), "ListDashboards": wire.Tree(m.listDashboards),
	}
}

func invalid(format string, args ...any) error {
	return wire.Fail("ValidationError", fmt.Sprintf(format, args...))
}

type dimension struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

func named(all []dimension) map[string]string {
	out := make(map[string]string, len(all))
	for _, d := range all {
		out[d.Name] = d.Value
	}
	return out
}

func listed(all map[string]string) []any {
	items := []any{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		items = append(items, map[string]any{"Name": name, "Value": all[name]})
	}
	return items
}

type metricQuery struct {
	ID         string `json:"Id"`
	Expression string `json:"Expression"`
	Label      string `json:"Label"`
	Period     int    `json:"Period"`
	ReturnData *bool  `json:"ReturnData"`
	MetricStat *struct {
		Metric struct {
			Namespace  string      `json:"Namespace"`
			Name       string      `json:"MetricName"`
			Dimensions []dimension `json:"Dimensions"`
		} `json:"Metric"`
		Period int    `json:"Period"`
		Stat   string `json:"Stat"`
		Unit   string `json:"Unit"`
	} `json:"MetricStat"`
}

type getMetricDataInput struct {
	Queries       []metricQuery `json:"MetricDataQueries"`
	Start         float64       `json:"StartTime"`
	End           float64       `json:"EndTime"`
	ScanBy        string        `json:"ScanBy"`
	MaxDatapoints *int          `json:"MaxDatapoints"`
	NextToken     string        `json:"NextToken"`
}

// The limits of GetMetricData (CloudWatch API reference, GetMetricData).
const (
	maxQueries = 500
	maxPoints  = 100_800
)

var idForm = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

func (in *getMetricDataInput) validate() error {
	switch {
	case len(in.Queries) == 0:
		return invalid("The parameter MetricDataQueries is required.")
	case len(in.Queries) > maxQueries:
		return invalid("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	case in.Start >= in.End:
		return invalid("The parameter StartTime must be less than the parameter EndTime.")
	case in.ScanBy != "" && in.ScanBy != "TimestampAscending" && in.ScanBy != "TimestampDescending":
		return invalid("The value %s for parameter ScanBy is not valid.", in.ScanBy)
	case in.MaxDatapoints != nil && (*in.MaxDatapoints < 1 || *in.MaxDatapoints > maxPoints):
		return invalid("The parameter MaxDatapoints must be between 1 and %d.", maxPoints)
	}
	ids := map[string]bool{}
	for _, q := range in.Queries {
		switch {
		case !idForm.MatchString(q.ID):
			return invalid("The value %s for parameter Id is not valid: it must start with a lowercase letter.", q.ID)
		case ids[q.ID]:
			return invalid("The values for parameter id in MetricDataQueries are not unique.")
		case (q.MetricStat == nil) == (q.Expression == ""):
			return invalid("Either MetricStat or Expression must be given for %s, and not both.", q.ID)
		}
		ids[q.ID] = true
		if q.MetricStat == nil {
			continue
		}
		if p := q.MetricStat.Period; p <= 0 || p%60 != 0 && !slices.Contains([]int{1, 5, 10, 20, 30}, p) {
			return invalid("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
		}
		if _, known := statistic(q.MetricStat.Stat); !known {
			return invalid("The value %s for parameter Stat is not valid.", q.MetricStat.Stat)
		}
	}
	return nil
}

// statistic is how a value is made of what was seen in a period.
func statistic(name string) (func(point) float64, bool) {
	switch name {
	case "Average":
		return func(p point) float64 { return p.sum / p.count }, true
	case "Sum":
		return func(p point) float64 { return p.sum }, true
	case "Minimum":
		return func(p point) float64 { return p.low }, true
	case "Maximum":
		return func(p point) float64 { return p.high }, true
	case "SampleCount":
		return func(p point) float64 { return p.count }, true
	}
	percent, err := strconv.ParseFloat(strings.TrimPrefix(name, "p"), 64)
	if !strings.HasPrefix(name, "p") || err != nil || percent <= 0 || percent > 100 {
		return nil, false
	}
	return func(p point) float64 {
		if percent <= 50 {
			return p.low + (p.p50-p.low)*percent/50
		}
		return p.p50 + (p.p99-p.p50)*min(1, (percent-50)/49)
	}, true
}

// values are those of one query, by the second at which their period begins.
type values map[int64]float64

// getMetricData answers with the newest value first, unless it is asked otherwise. A
// period that is not over has no value yet, and one without data none at all.
func (m *Store) getMetricData(in *getMetricDataInput) (any, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	computed, err := m.compute(in)
	if err != nil {
		return nil, err
	}
	skip := 0
	if in.NextToken != "" {
		text, ok := wire.DecodeToken(in.NextToken)
		if skip, err = strconv.Atoi(text); !ok || err != nil {
			return nil, wire.Fail("InvalidNextToken", "The next token specified is invalid.")
		}
	}
	left, next, at := maxPoints, "", 0
	if in.MaxDatapoints != nil {
		left = *in.MaxDatapoints
	}
	results := []any{}
	for _, q := range in.Queries {
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		of := computed[q.ID]
		moments := slices.Sorted(maps.Keys(of))
		if in.ScanBy != "TimestampAscending" {
			slices.Reverse(moments)
		}
		begin := min(len(moments), max(0, skip-at))
		end := min(len(moments), begin+left)
		at += len(moments)
		if begin == len(moments) && len(moments) > 0 || next != "" {
			continue // shown already, or on a page that comes
		}
		stamps, numbers, status := []any{}, []any{}, "Complete"
		for _, s := range moments[begin:end] {
			stamps = append(stamps, wire.At(time.Unix(s, 0)))
			numbers = append(numbers, of[s])
		}
		left -= end - begin
		if end < len(moments) {
			status, next = "PartialData", wire.EncodeToken(strconv.Itoa(at-len(moments)+end))
		}
		results = append(results, map[string]any{
			"Id": q.ID, "Label": q.label(), "Timestamps": stamps, "Values": numbers, "StatusCode": status,
		})
	}
	answer := map[string]any{"MetricDataResults": results, "Messages": []any{}}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}

func (q *metricQuery) label() string {
	if q.MetricStat != nil {
		return cmp.Or(q.Label, q.MetricStat.Metric.Name)
	}
	return cmp.Or(q.Label, q.ID)
}

// compute works all queries out, expressions after what they name.
func (m *Store) compute(in *getMetricDataInput) (map[string]values, error) {
	wanted := map[string]bool{}
	for _, q := range in.Queries {
		if s := q.MetricStat; s != nil {
			wanted[key(s.Metric.Namespace, s.Metric.Name, named(s.Metric.Dimensions))] = true
		}
	}
	found := m.find(wanted)
	out := map[string]values{}
	maths := calculator{known: out, period: 60}
	for _, q := range in.Queries {
		if s := q.MetricStat; s != nil {
			x := found[key(s.Metric.Namespace, s.Metric.Name, named(s.Metric.Dimensions))]
			out[q.ID] = m.sample(x, s.Stat, max(60, s.Period), in.Start, in.End)
			maths.period = max(maths.period, s.Period)
			maths.metrics = append(maths.metrics, q.ID)
		} else {
			maths.open = append(maths.open, q)
		}
	}
	return out, maths.solve()
}

// sample puts a metric's minutes together to periods.
func (m *Store) sample(x metric, stat string, period int, from, to float64) values {
	out := values{}
	read, _ := statistic(stat)
	if x.at == nil {
		return out
	}
	step := int64(period)
	start := int64(math.Floor(from)) / step * step
	for begin := start; float64(begin) < to; begin += step {
		var whole point
		for minute := begin; minute < begin+step; minute += 60 {
			end := time.Unix(minute+60, 0)
			if end.After(m.Now) {
				break
			}
			if p, ok := x.at(end); ok {
				whole = whole.plus(p)
			}
		}
		if whole.count > 0 {
			out[begin] = read(whole)
		}
	}
	return out
}

type listMetricsInput struct {
	Namespace  string      `json:"Namespace"`
	Name       string      `json:"MetricName"`
	Dimensions []dimension `json:"Dimensions"`
	Recently   string      `json:"RecentlyActive"`
	NextToken  string      `json:"NextToken"`
}

// listMetrics lists those that have every dimension that is asked for, one without a
// value whatever that is.
func (m *Store) listMetrics(in *listMetricsInput) (any, error) {
	if in.Recently != "" && in.Recently != "PT3H" {
		return nil, invalid("The value %s for parameter RecentlyActive is not valid.", in.Recently)
	}
	var chosen []metric
	m.all(func(x metric) bool {
		fits := (in.Namespace == "" || x.namespace == in.Namespace) && (in.Name == "" || x.name == in.Name)
		for _, d := range in.Dimensions {
			has, ok := x.dimensions[d.Name]
			fits = fits && ok && (d.Value == "" || d.Value == has)
		}
		if fits {
			chosen = append(chosen, x)
		}
		return true
	})
	by := func(x metric) string { return key(x.namespace, x.name, x.dimensions) }
	slices.SortFunc(chosen, func(a, b metric) int { return cmp.Compare(by(a), by(b)) })
	p := wire.Paging[metric]{Key: by, Fallback: 500, Max: 500}
	page, next, err := p.Cut(chosen, in.NextToken, nil)
	if err != nil {
		return nil, wire.Fail("InvalidParameterValue", "The next token specified is invalid.")
	}
	items := []any{}
	for _, x := range page {
		items = append(items, map[string]any{"Namespace": x.namespace, "MetricName": x.name, "Dimensions": listed(x.dimensions)})
	}
	answer := map[string]any{"Metrics": items}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}
