// Package kibana makes addresses at which a browser shows the lines of a query: in
// Kibana, or in OpenSearch Dashboards.
package kibana

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// Site is where a store's lines can be looked at. One of the addresses is set.
type Site struct {
	// Kibana is the address of Kibana 8.5 or newer, with its space where it has one:
	// https://host/s/space.
	Kibana string
	// Dashboards is the address of OpenSearch Dashboards 2.10 or newer.
	Dashboards string
	// Index is the index, pattern or alias that has the lines, Timestamp its field
	// with a line's time.
	Index, Timestamp string
}

// Name is what answers at the site.
func (s Site) Name() string {
	if s.Kibana != "" {
		return "Kibana"
	}
	return "OpenSearch Dashboards"
}

// Link returns the address of a query's lines in a range, both of whose ends are set.
// What was derived is a filter and what a person typed is the query, in its language.
// The error is of class invalid: without a site, and for lines that are in CloudWatch
// Logs.
func (s Site) Link(q logs.Query, r logs.Range) (string, error) {
	const op = "link to the lines"
	switch {
	case logs.Scattered(q.Where):
		return "", fault.Errorf(fault.Invalid, op, "", "they are in several log stores")
	case slices.Contains(logs.Fields(q.Where), logs.FieldGroup):
		return "", fault.Errorf(fault.Invalid, op, "", "they are in CloudWatch Logs")
	case s.Kibana != "":
		return s.locator(q, r)
	case s.Dashboards != "":
		return s.dashboards(q, r)
	}
	return "", &fault.Error{Class: fault.Invalid, Op: op, Err: errors.New("no address of Kibana is known"),
		Fix: "set logs.kibana or logs.dashboards"}
}

// locatorVersion is the version of Kibana whose parameters these are; newer ones
// convert them.
const locatorVersion = "8.4.0"

// locator asks Kibana's redirect application for Discover. It names the index as it is,
// where an address of Discover itself would need the id of a data view.
func (s Site) locator(q logs.Query, r logs.Range) (string, error) {
	params := map[string]any{
		"timeRange":    map[string]string{"from": instant(r.From), "to": instant(r.To), "mode": "absolute"},
		"query":        map[string]string{"language": language(q.Expr), "query": q.Expr.Printed()},
		"dataViewSpec": map[string]any{"title": s.Index, "timeFieldName": s.Timestamp},
		"filters":      s.filters(q),
	}
	p, err := json.Marshal(params)
	if err != nil {
		return "", err
	}
	v := url.Values{"l": {"DISCOVER_APP_LOCATOR"}, "v": {locatorVersion}, "p": {string(p)}}
	return strings.TrimSuffix(s.Kibana, "/") + "/app/r?" + v.Encode(), nil
}

// dashboards writes the state of OpenSearch Dashboards' Discover into its address. The
// index pattern is the one that it opens with: patterns have ids that nothing tells.
func (s Site) dashboards(q logs.Query, r logs.Range) (string, error) {
	global, err := rison(map[string]any{"filters": []any{}, "time": map[string]string{"from": instant(r.From), "to": instant(r.To)}})
	if err != nil {
		return "", err
	}
	query, err := rison(map[string]any{"filters": s.filters(q), "query": map[string]string{"language": language(q.Expr), "query": q.Expr.Printed()}})
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(s.Dashboards, "/") + "/app/data-explorer/discover#?_g=" + escape(global) + "&_q=" + escape(query), nil
}

// filters is what was derived, as one filter of the application.
func (s Site) filters(q logs.Query) []any {
	if q.Where == nil {
		return []any{}
	}
	return []any{map[string]any{
		"meta":   map[string]any{"alias": "gantry", "type": "custom", "disabled": false, "negate": false, "index": s.Index},
		"query":  condition(q.Where),
		"$state": map[string]any{"store": "appState"},
	}}
}

func language(e logs.Expr) string {
	if e.Language() == logs.Lucene {
		return "lucene"
	}
	return "kuery"
}

// instant is a time as both write it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
