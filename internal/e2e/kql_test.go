//go:build integration

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/kql/analysis"
)

// kqlMapping has a field of every kind that a query distinguishes.
const kqlMapping = `{"settings":{"number_of_shards":2,"number_of_replicas":0},"mappings":{"properties":{
 "@timestamp":{"type":"date"},
 "n":{"type":"integer"},
 "message":{"type":"text"},
 "level":{"type":"keyword"},
 "path":{"type":"text","fields":{"keyword":{"type":"keyword"}}},
 "status":{"type":"long"},
 "took":{"type":"float"},
 "ok":{"type":"boolean"},
 "addr":{"type":"ip"},
 "log":{"properties":{"level":{"type":"keyword"},"line":{"type":"long"}}},
 "items":{"type":"nested","properties":{"name":{"type":"keyword"},"n":{"type":"long"},"parts":{"type":"nested","properties":{"id":{"type":"keyword"}}}}}}}}`

// kqlDocuments are numbered by their place; each is an hour after the one before.
var kqlDocuments = []map[string]any{
	{"message": "Connection refused: db.internal:5432", "level": "error", "path": "ecs-api-3/web", "status": 503, "took": 1.5, "ok": false, "addr": "10.0.0.1", "log": map[string]any{"level": "warn", "line": 7},
		"items": []any{map[string]any{"name": "a", "n": 1}, map[string]any{"name": "b", "n": 2}}},
	{"message": "GET /orders/42 200 in 20 ms", "level": "info", "path": "ecs api", "status": 200, "took": 20, "ok": true, "log": map[string]any{"level": "debug"},
		"items": []any{map[string]any{"name": "b", "n": 1, "parts": []any{map[string]any{"id": "x"}, map[string]any{"id": "y"}}}}},
	{"message": "refused by policy AND order", "level": "err>or x", "path": "Worker", "status": 404, "tags": []any{"red", "blue sky"}},
	{"message": "rock and roll (live)", "level": "INFO line", "path": `C:\logs`, "status": -1, "ok": true},
	{"message": "café 日本語 time*out", "level": "not"},
}

// kqlCases are queries and query DSL written by hand. Where a query has no plain
// counterpart, the DSL names the documents that it is to find.
var kqlCases = []struct{ kql, dsl string }{
	{``, `{"match_all":{}}`},
	{`*`, `{"match_all":{}}`},
	{`refused`, `{"terms":{"n":[0,2]}}`},
	{`REFUSED policy`, `{"terms":{"n":[0,2]}}`},
	{`"connection refused"`, `{"match_phrase":{"message":"connection refused"}}`},
	{`"refused connection"`, `{"match_none":{}}`},
	{`503`, `{"term":{"status":503}}`},
	{`10.0.0.1`, `{"term":{"addr":"10.0.0.1"}}`},
	{`refus*`, `{"prefix":{"message":"refus"}}`},
	{`*efuse*`, `{"wildcard":{"message":"*efuse*"}}`},
	{`ecs-*`, `{"prefix":{"path.keyword":"ecs-"}}`},
	{`message:connection order`, `{"bool":{"should":[{"term":{"message":"connection"}},{"term":{"message":"order"}}]}}`},
	{`message:"by policy"`, `{"match_phrase":{"message":"by policy"}}`},
	{`message:conn*`, `{"prefix":{"message":"conn"}}`},
	{`message:zzz REF*`, `{"prefix":{"message":"ref"}}`},
	{`message:db.internal\:5432`, `{"match":{"message":"db.internal:5432"}}`},
	{`message:rock \and roll`, `{"match":{"message":"rock and roll"}}`},
	{`message:\AND ord*`, `{"terms":{"message":["and","orders","order"]}}`},
	{`message:(connection or orders)`, `{"terms":{"message":["connection","orders"]}}`},
	{`message:(refused and not connection)`, `{"term":{"n":2}}`},
	{`message:caf\u00e9`, `{"term":{"message":"café"}}`},
	{`message:time\*out`, `{"term":{"n":4}}`},
	{`level:error`, `{"term":{"level":"error"}}`},
	{`level:ERROR`, `{"match_none":{}}`},
	{`level:"not"`, `{"term":{"level":"not"}}`},
	{`level:not`, `{"term":{"level":"not"}}`},
	{`@timestamp:2026-03`, `{"range":{"@timestamp":{"gte":"2026-03-01T00:00:00Z","lt":"2026-03-02T00:00:00Z"}}}`},
	{`@timestamp:2026`, `{"match_none":{}}`},
	{`@timestamp <= 2026-03-01||+1d`, `{"range":{"@timestamp":{"lte":"2026-03-02T00:00:00Z"}}}`},
	{`@timestamp >= "2026-03-02T02:00+0200"`, `{"range":{"@timestamp":{"gte":"2026-03-02T00:00:00Z"}}}`},
	{`level:INFO line`, `{"term":{"level":"INFO line"}}`},
	{`level:"INFO line"`, `{"term":{"level":"INFO line"}}`},
	{`level:INFO l*`, `{"prefix":{"level":"INFO l"}}`},
	{`level:*r`, `{"wildcard":{"level":"*r"}}`},
	{`level:err\>*`, `{"prefix":{"level":"err>"}}`},
	{`level:*`, `{"exists":{"field":"level"}}`},
	{`not ok:*`, `{"bool":{"must_not":{"exists":{"field":"ok"}}}}`},
	{`path:ecs-api-*`, `{"prefix":{"path.keyword":"ecs-api-"}}`},
	{`path:ecs a*`, `{"term":{"path":"ecs"}}`},
	{`path.keyword:ecs a*`, `{"prefix":{"path.keyword":"ecs a"}}`},
	{`path:"ecs api"`, `{"match_phrase":{"path":"ecs api"}}`},
	{`path.keyword:"ecs api"`, `{"term":{"path.keyword":"ecs api"}}`},
	{`path.keyword:C\:\\l*`, `{"prefix":{"path.keyword":"C:\\l"}}`},
	{`status:503`, `{"term":{"status":503}}`},
	{`status:-1`, `{"term":{"status":-1}}`},
	{`status:200 404`, `{"terms":{"status":[200,404]}}`},
	{`status >= 404`, `{"range":{"status":{"gte":404}}}`},
	{`status > 404 or status < 0`, `{"bool":{"should":[{"range":{"status":{"gt":404}}},{"range":{"status":{"lt":0}}}]}}`},
	{`took <= 1.5`, `{"range":{"took":{"lte":1.5}}}`},
	{`ok:true`, `{"term":{"ok":true}}`},
	{`ok:(true or false)`, `{"exists":{"field":"ok"}}`},
	{`@timestamp:2026-03-01`, `{"range":{"@timestamp":{"gte":"2026-03-01T00:00:00Z","lt":"2026-03-02T00:00:00Z"}}}`},
	{`@timestamp:"2026-03-02T01"`, `{"term":{"n":3}}`},
	{`@timestamp < "2026-03-01T23:00:00Z"`, `{"term":{"n":0}}`},
	{`@timestamp > 2026-03-01`, `{"range":{"@timestamp":{"gte":"2026-03-02T00:00:00Z"}}}`},
	{`@timestamp >= 2026-03-01||+1d`, `{"range":{"@timestamp":{"gte":"2026-03-02T00:00:00Z"}}}`},
	{`@timestamp >= now`, `{"match_none":{}}`},
	{`log.level:warn`, `{"term":{"log.level":"warn"}}`},
	{`log:*`, `{"exists":{"field":"log.level"}}`},
	{`log:{level:warn and line:7}`, `{"term":{"n":0}}`},
	{`lo*:warn`, `{"term":{"log.level":"warn"}}`},
	{`l*l:(warn or error)`, `{"term":{"n":0}}`},
	{`l*l:*`, `{"exists":{"field":"level"}}`},
	{`s*s > 403`, `{"range":{"status":{"gt":403}}}`},
	{`tags:blue`, `{"match":{"tags":"blue"}}`},
	{`tags:blue s*`, `{"term":{"n":2}}`},
	{`tags.keyword:"blue sky"`, `{"term":{"tags.keyword":"blue sky"}}`},
	{`items:{name:a and n:1}`, `{"nested":{"path":"items","query":{"bool":{"must":[{"term":{"items.name":"a"}},{"term":{"items.n":1}}]}}}}`},
	{`items:{name:a and n:2}`, `{"match_none":{}}`},
	{`items:{name:b and n > 1}`, `{"term":{"n":0}}`},
	{`items:{not name:b}`, `{"term":{"n":0}}`},
	{`not items:{name:a}`, `{"bool":{"must_not":{"term":{"n":0}}}}`},
	{`items:{n*:b}`, `{"terms":{"n":[0,1]}}`},
	{`items:{name:*}`, `{"terms":{"n":[0,1]}}`},
	{`items.name:a`, `{"term":{"n":0}}`},
	{`items:*`, `{"terms":{"n":[0,1]}}`},
	{`items:{parts:{id:(x and y)}}`, `{"match_none":{}}`},
	{`items:{parts:{id:x}}`, `{"term":{"n":1}}`},
	{`items:{parts.id:(x and y)}`, `{"term":{"n":1}}`},
	{`items.parts.id:x`, `{"term":{"n":1}}`},
	{`nope:x`, `{"match_none":{}}`},
	{`nope:*`, `{"match_none":{}}`},
	{`nope > 3 or nope:{a:b} or no*e:x or no*e:x*`, `{"match_none":{}}`},
	{`level:error or level:info and status:404`, `{"term":{"level":"error"}}`},
	{`(level:error or level:info) and status:200`, `{"term":{"level":"info"}}`},
	{`not level:error and not level:info`, `{"terms":{"n":[2,3,4]}}`},
	{`lucene:refused`, `{"terms":{"n":[0,2]}}`},
	{`lucene:refused AND NOT policy`, `{"term":{"n":0}}`},
	{`lucene:status:[200 TO 404]`, `{"range":{"status":{"gte":200,"lte":404}}}`},
	{`lucene:message:/ord.*/ OR path.keyword:ecs\-*`, `{"terms":{"n":[0,1,2]}}`},
}

// kql compares what queries in KQL find with what query DSL written by hand finds.
func (es indexer) kql(t *testing.T) {
	es.call("PUT", "/kql-lines-1", kqlMapping)
	// Another index of the pattern keeps some fields in other ways and lacks most.
	es.call("PUT", "/kql-lines-2", `{"mappings":{"properties":{"@timestamp":{"type":"date"},"n":{"type":"integer"}}}}`)
	start := time.Date(2026, 3, 1, 22, 30, 0, 0, time.UTC)
	for i, doc := range kqlDocuments {
		es.write(true, line{index: "kql-lines-1", n: i, at: start.Add(time.Duration(i) * time.Hour), more: doc})
	}
	src := es.source(t, "kql-lines-*")
	find := func(t *testing.T, input string) ([]string, error) {
		t.Helper()
		expr, err := logs.ParseExpr(input)
		if err != nil {
			t.Fatal(err)
		}
		page, err := src.Since(t.Context(), logs.Query{Expr: expr}, logs.Range{}, 100)
		if err == nil && page.Partial != nil {
			err = fmt.Errorf("the answer is partial: %s", page.Partial)
		}
		found := []string{}
		for _, e := range page.Entries {
			n, _ := e.Field("n")
			found = append(found, n)
		}
		return found, err
	}
	t.Run("hits are those of query DSL", func(t *testing.T) {
		for _, c := range kqlCases {
			got, err := find(t, c.kql)
			if want := es.hits(t, c.dsl); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s finds %v (%v), %s finds %v", c.kql, got, err, c.dsl, want)
			}
		}
	})
	t.Run("the store's reason comes back", func(t *testing.T) {
		for input, reason := range map[string]string{
			`lucene:refused AND (`: "Failed to parse query [refused AND (]",
			`status:many`:          `For input string: "many"`,
			`ok:perhaps`:           "Can't parse boolean value [perhaps]",
			`status:5*`:            "Can only use prefix queries on keyword",
		} {
			if _, err := find(t, input); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), reason) {
				t.Errorf("%s: %v, want class invalid and %q", input, err, reason)
			}
		}
	})
	t.Run("a field of several kinds", func(t *testing.T) {
		es.call("PUT", "/kql-mixed-1", `{"mappings":{"properties":{"level":{"type":"long"}}}}`)
		es.call("PUT", "/kql-mixed-2", `{"mappings":{"properties":{"level":{"type":"text"}}}}`)
		es.write(true, line{index: "kql-mixed-1", n: 1, at: start, more: map[string]any{"level": 3}}, line{index: "kql-mixed-2", n: 2, at: start, more: map[string]any{"level": "error 3"}})
		src = es.source(t, "kql-mixed-*")
		for input, want := range map[string]string{`level:error`: "[2]", `level:3`: "[1 2]", `level:err*`: "[2]", `level:"error 3"`: "[2]"} {
			if got, err := find(t, input); err != nil || fmt.Sprint(got) != want {
				t.Errorf("%s finds %v (%v), want %s", input, got, err, want)
			}
		}
	})
	t.Run("words are those of the standard analyser", es.standardWords)
}

// post sends a body and decodes the answer.
func (es indexer) post(t *testing.T, path string, body, answer any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(es.url+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s with %s answers %d (%v)", path, raw, res.StatusCode, err)
	}
}

// hits returns the numbers of the documents that query DSL finds, in order.
func (es indexer) hits(t *testing.T, dsl string) []string {
	t.Helper()
	var answer struct {
		Hits struct {
			Hits []struct {
				Source struct{ N int } `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	es.post(t, "/kql-lines-1/_search", map[string]any{"size": 100, "query": json.RawMessage(dsl), "sort": "@timestamp"}, &answer)
	found := []string{}
	for _, h := range answer.Hits.Hits {
		found = append(found, fmt.Sprint(h.Source.N))
	}
	return found
}

// standardWords holds the words that are compared here to those of the engine.
func (es indexer) standardWords(t *testing.T) {
	for _, text := range []string{
		"GET /orders/42?x=1 [ERR] ecs-api-3 key=val", "foo:bar db.internal:5432 a::b a.:b k:v:w", "a.b 1.2 1,2 1;2 a,b a.1 1.a v1.2 12:30",
		"don't can’t 'x' l·l", "_x a_b _.a a_ __ _", "日本語 ひら カタカナ 한국어 aカ", "é e\u0301x Straße", "😀 foo😀 a@b.com #1",
		"2026-03-01T12:00:00.123Z 10.0.0.1:80 ::1 C:\\x", strings.Repeat("é", 300), "",
	} {
		var answer struct{ Tokens []struct{ Token string } }
		es.post(t, "/_analyze", map[string]any{"analyzer": "standard", "text": text}, &answer)
		want := []string{}
		for _, token := range answer.Tokens {
			want = append(want, token.Token)
		}
		if got := analysis.Lower(text); strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q has the words %q here and %q there", text, got, want)
		}
	}
}
