package elastic

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/kql"
	"gantry/logs/sim"
)

func typed(t testing.TB, input string) logs.Query {
	t.Helper()
	e, err := logs.ParseExpr(input)
	if err != nil {
		t.Fatal(err)
	}
	return logs.Query{Expr: e}
}

func TestLinesAreFoundByWhatAPersonTypes(t *testing.T) {
	store := sim.New(sim.Options{})
	for i, doc := range []map[string]any{
		{"container_name": "ecs-api-3-web-00ff", "message": "GET /orders/42 200", "level": "info", "status": 200, "ok": true},
		{"container_name": "ecs-api-3-web-11ff", "message": "Connection refused: db.internal", "log": map[string]any{"level": "error"}, "status": 503},
		{"container_name": "ecs-worker-1-job-22ff", "message": "refused by policy", "items": []any{map[string]any{"name": "a", "n": 1}, map[string]any{"name": "b", "n": 2}}},
	} {
		doc["n"] = i
		put(t, store, doc, noon.Add(time.Duration(i)*time.Hour))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	where := logs.Match{Fields: []string{"container_name"}, Op: logs.Prefix, Values: []string{"ecs-api"}}
	for input, want := range map[string]string{
		``:                                     "0 1 2",
		`refused`:                              "1 2",
		`"connection refused"`:                 "1",
		`not refused`:                          "0",
		`container_name:ecs-api-*`:             "0 1",
		`container_name:*job*`:                 "2",
		`*name:worker`:                         "2",
		`log.level:*`:                          "1",
		`log:*`:                                "1",
		`l*:info`:                              "0",
		`status >= 500 or ok:true`:             "0 1",
		`status:(200 or 503) and not ok:*`:     "1",
		`@timestamp >= "2026-03-01T13:00:00Z"`: "1 2",
		`items:{name:a and n:1}`:               "2",
		`items:{name:a and n:2}`:               "",
		`items.name:a and items.n:2`:           "2",
		`levle:error`:                          "",
		`lucene:refused`:                       "1 2",
		`lucene:orders`:                        "0",
		`lucene:503`:                           "1", // a word without a field is looked for in all of them
		`lucene:refused AND NOT policy`:        "1",
		`lucene:container_name.keyword:ecs\-api* OR status:[500 TO *]`: "0 1",
		`lucene:message:/ord.*/`: "0",
	} {
		page, err := src.Since(context.Background(), typed(t, input), logs.Range{}, 100)
		if err != nil || ids(page) != want {
			t.Errorf("%s finds %q (%v), want %q", input, ids(page), err, want)
		}
	}
	q := typed(t, "refused")
	q.Where = where
	if page, err := src.Since(context.Background(), q, logs.Range{}, 100); err != nil || ids(page) != "1" {
		t.Errorf("%s finds %q (%v)", q, ids(page), err)
	}
}

// TestAQueryFindsTheSameWhateverWasAskedBefore: a field is compared by its exact
// form, also when a pattern or its subfield made it known first.
func TestAQueryFindsTheSameWhateverWasAskedBefore(t *testing.T) {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"container_name": "ecs-api-3-web-00ff", "message": "m", "n": 0}, noon)
	for _, before := range []string{`*name:worker`, `container_name.keyword:none`, `*name:ecs-api-*`} {
		src := open(t, Config{Transport: store.RoundTripper()})
		for _, step := range []struct{ input, finds string }{
			{before, ""},
			{`container_name:ecs-api-*`, "0"},
			{`container_name:web`, "0"},
			{`*name:"ecs-api-3-web-00ff"`, "0"},
		} {
			if page, err := src.Since(t.Context(), typed(t, step.input), logs.Range{}, 100); err != nil || ids(page) != step.finds {
				t.Errorf("after %s, %s finds %q (%v), want %q", before, step.input, ids(page), err, step.finds)
			}
		}
	}
}

func TestTheStoresReasonComesBackWithAQueryThatItRefuses(t *testing.T) {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"message": "m", "n": 1}, noon)
	src := open(t, Config{Transport: store.RoundTripper()})
	for input, reason := range map[string]string{
		`lucene:a AND (`: "Failed to parse query [a AND (]",
		`n:many`:         `For input string: "many"`,
		`n:1*`:           "Can only use prefix queries on keyword, text and wildcard fields",
	} {
		_, err := src.Latest(context.Background(), typed(t, input), logs.Range{}, 1)
		if fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want class invalid and %q", input, err, reason)
		}
	}
}

func TestAFieldThatDoesNotExistIsNamed(t *testing.T) {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"message": "m", "level": "info"}, noon)
	src := open(t, Config{Transport: store.RoundTripper()})
	x, err := src.Explain(context.Background(), typed(t, "levle:error and level:x or co*:y"), logs.Range{})
	if want := "logstash-* receives lines, and has no field that is named levle or co*"; err != nil || x.String() != want {
		t.Errorf("%q (%v), want %q", x, err, want)
	}
}

// capabilities are an answer of _field_caps.
const capabilities = `{"fields":{
 "@timestamp":{"date":{}},"message":{"text":{}},"level":{"keyword":{},"long":{}},"code":{"scaled_float":{}},"ok":{"boolean":{}},"addr":{"ip":{}},
 "path":{"text":{}},"path.keyword":{"keyword":{}},"_index":{"_index":{}},"gone":{"unmapped":{}},
 "log":{"object":{}},"log.level":{"keyword":{}},
 "items":{"nested":{}},"items.name":{"keyword":{}},"items.parts":{"nested":{}},"items.parts.id":{"keyword":{}},"items.plain":{"object":{}},"items.plain.x":{"date_nanos":{}}}}`

func TestFieldsAreWhatTheStoreSaysOfThem(t *testing.T) {
	var a fieldCaps
	if err := json.Unmarshal([]byte(capabilities), &a); err != nil {
		t.Fatal(err)
	}
	c := newCaps()
	c.learn([]string{"*"}, a, noon)
	for name, want := range map[string][]kql.Field{
		"@timestamp":     {{Name: "@timestamp", Kinds: kql.Date}},
		"level":          {{Name: "level", Kinds: kql.Whole | kql.Number}},
		"code":           {{Name: "code", Kinds: kql.Number}},
		"ok":             {{Name: "ok", Kinds: kql.Boolean}},
		"addr":           {{Name: "addr", Kinds: kql.Opaque}},
		"path":           {{Name: "path", Kinds: kql.Analysed, Keyword: "path.keyword"}},
		"p*":             {{Name: "path", Kinds: kql.Analysed, Keyword: "path.keyword"}, {Name: "path.keyword", Kinds: kql.Whole}},
		"log":            {{Name: "log", Kinds: kql.Object}},
		"items":          {{Name: "items", Kinds: kql.NestedObject}},
		"items.name":     {{Name: "items.name", Kinds: kql.Whole, Nested: "items"}},
		"items.parts.id": {{Name: "items.parts.id", Kinds: kql.Whole, Nested: "items.parts"}},
		"items.plain.x":  {{Name: "items.plain.x", Kinds: kql.Date, Nested: "items"}},
		"_index":         {{Name: "_index", Kinds: kql.Opaque}},
		"*ndex":          nil,
		"gone":           nil,
	} {
		if diff := cmp.Diff(want, c.Find(kql.Text(strings.Split(name, "*")))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if c.found("log") || c.found("items") || !c.found("path") {
		t.Error("an object passes for a field with values")
	}
}

func TestFieldsAreAskedForOnceAndThenNowAndThen(t *testing.T) {
	c := newCaps()
	named := kql.Names(typed(t, `items.parts.id:x or log.level:y or lo*:z`).Expr.Tree())
	ask := func(at time.Time) string {
		names, _ := c.wanted([]string{"@timestamp"}, named, at, kept)
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	if got, want := ask(noon), "@timestamp @timestamp.keyword items items.parts items.parts.id items.parts.id.keyword lo* log log.level log.level.keyword"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	var a fieldCaps
	if err := json.Unmarshal([]byte(capabilities), &a); err != nil {
		t.Fatal(err)
	}
	delete(a.Fields, "log.level")
	c.learn(strings.Fields(ask(noon)), a, noon)
	if got := ask(noon.Add(reprobe / 2)); got != "" {
		t.Errorf("asked again for %s", got)
	}
	if got, want := ask(noon.Add(reprobe)), "lo* log.level log.level.keyword"; got != want {
		t.Errorf("later asked for %s, want %s", got, want)
	}
	c.learn(strings.Fields(ask(noon.Add(reprobe))), fieldCaps{}, noon.Add(reprobe))
	if got, want := ask(noon.Add(kept)), "@timestamp @timestamp.keyword items.parts.id items.parts.id.keyword lo* log.level log.level.keyword"; got != want {
		t.Errorf("after minutes asked for %s, want %s", got, want)
	}
	c.refuse(noon.Add(kept))
	if got := ask(noon.Add(kept + kept/2)); got != "" {
		t.Errorf("asked for %s of a store that refuses to tell", got)
	}
	if got := ask(noon.Add(2 * kept)); got == "" {
		t.Error("a store that refused once is never asked again")
	}
	if got := c.unknown(named); got != nil {
		t.Errorf("%v are unknown to a store that refuses to tell", got)
	}
}

// TestDatesAreReadInTheZoneThatTheScreenShows: the store is told the zone with each
// date that has none of its own.
func TestDatesAreReadInTheZoneThatTheScreenShows(t *testing.T) {
	store := sim.New(sim.Options{MaxAge: 100 * time.Hour})
	for i := range 3 {
		put(t, store, map[string]any{"message": "m", "n": i, "due": noon.Add(time.Duration(i) * 24 * time.Hour).Format(time.RFC3339)}, noon.Add(time.Duration(i)*24*time.Hour))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	zone := time.FixedZone("", 13*3600) // noon in UTC is the next day there
	for input, want := range map[string]string{
		`@timestamp:2026-03-02`:        "0",
		`@timestamp:"2026-03-02"`:      "0",
		`@timestamp < 2026-03-02`:      "",
		`@timestamp < 2026-03-02T00Z`:  "0",
		`due >= 2026-03-03`:            "1 2",
		`du*:2026-03-03`:               "1",
		`due:2026`:                     "",
		`lucene:due:[2026-03-03 TO *]`: "1 2",
		`not @timestamp > 2026-03-03`:  "0 1",
		`due >= 2026-03-02||+1d`:       "1 2",
		`due > 1772452800000`:          "2", // milliseconds are the same everywhere
	} {
		q := typed(t, input)
		q.Expr = q.Expr.In(zone)
		if page, err := src.Since(t.Context(), q, logs.Range{}, 100); err != nil || ids(page) != want {
			t.Errorf("%s finds %q (%v), want %q", input, ids(page), err, want)
		}
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		zone       *time.Location
		date, want string
	}{
		{nil, "2026-03-01", ""}, {time.UTC, "now/d", ""}, {berlin, "2026-03-01", "Europe/Berlin"}, {berlin, "1772366400000", ""}, {berlin, "2026", "Europe/Berlin"}, {zone, "2026-03-01", "+13:00"},
	} {
		if got := kql.ZoneName(c.zone, c.date); got != c.want {
			t.Errorf("the zone of %s in %v is %q, want %q", c.date, c.zone, got, c.want)
		}
	}
}

func TestAnInvalidDateIsAnErrorBeforeTheStoreIsSearched(t *testing.T) {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"message": "m", "due": "2026-03-01T12:00:00Z"}, noon)
	src := open(t, Config{Transport: store.RoundTripper()})
	for input, column := range map[string]string{
		`due > tomorrow`:               "column 7",
		`message:m and due:2026-02-30`: "column 19",
		`due:"2026-3-1" or message:m`:  "column 5",
		`not (due >= now-1x)`:          "column 13",
	} {
		_, err := src.Latest(t.Context(), typed(t, input), logs.Range{}, 1)
		if fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), column+": expected a date") {
			t.Errorf("%s: %v, want class invalid and %s", input, err, column)
		}
	}
}

// TestLuceneFindsWhatKibanasLanguageFinds: a query that is printed in the other
// language finds the same.
func TestLuceneFindsWhatKibanasLanguageFinds(t *testing.T) {
	store := sim.New(sim.Options{MaxAge: 100 * time.Hour})
	for i, doc := range []map[string]any{
		{"message": `GET /orders/42 "ok"`, "level": "info", "status": 200, "log": map[string]any{"level": "info"}},
		{"message": "Connection refused: db", "level": "error", "status": 503, "ok": false},
		{"message": "refused by policy AND order", "level": "NOT", "a b": "x"},
	} {
		doc["n"] = i
		put(t, store, doc, noon.Add(time.Duration(i)*time.Hour))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	for _, input := range []string{
		`*`, `level:error`, `refused policy`, `"refused by"`, `message:(refused and order)`, `not level:error`, `not (level:error or status < 500)`,
		`status >= 200 and status <= 503`, `status > 200`, `log.level:*`, `not ok:*`, `message:refu*`, `message:conn* zzz`, `level:"NOT"`, `message:"\"ok\""`,
		`l*l:(info or error)`, `a b:x`, `@timestamp > "2026-03-01T12:30:00Z"`, `@timestamp:2026-03-01`, `message:order or level:info and not status:200`,
	} {
		q := typed(t, input)
		printed, ok := kql.Lucene(q.Expr.Tree())
		want, err := src.Since(t.Context(), q, logs.Range{}, 100)
		if err != nil || !ok {
			t.Fatalf("%s: %v, %v", input, err, ok)
		}
		if got, err := src.Since(t.Context(), typed(t, "lucene:"+printed), logs.Range{}, 100); err != nil || ids(got) != ids(want) {
			t.Errorf("%s finds %q, and %s finds %q (%v)", input, ids(want), printed, ids(got), err)
		}
	}
	if printed, ok := kql.Lucene(typed(t, `a:1 or items:{ n:1 }`).Expr.Tree()); ok {
		t.Errorf("nested objects are written in Lucene's syntax: %s", printed)
	}
}
