package kql

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// index is what is known of an index, by field.
type index []Field

func (ix index) Find(name Text) []Field {
	var found []Field
	for _, f := range ix {
		if name.Matches(f.Name) {
			found = append(found, f)
		}
	}
	return found
}

var sample = index{
	{Name: "@timestamp", Kinds: Date},
	{Name: "message", Kinds: Analysed},
	{Name: "level", Kinds: Whole},
	{Name: "code", Kinds: Number},
	{Name: "ok", Kinds: Boolean},
	{Name: "path", Kinds: Analysed, Keyword: "path.keyword"},
	{Name: "path.keyword", Kinds: Whole},
	{Name: "both", Kinds: Number | Analysed},
	{Name: "log", Kinds: Object},
	{Name: "log.level", Kinds: Whole},
	{Name: "log.line", Kinds: Number},
	{Name: "items", Kinds: NestedObject},
	{Name: "items.name", Kinds: Whole, Nested: "items"},
	{Name: "items.n", Kinds: Number, Nested: "items"},
	{Name: "items.parts", Kinds: NestedObject, Nested: "items"},
	{Name: "items.parts.id", Kinds: Whole, Nested: "items.parts"},
}

func TestTreesBecomeTheStoresQueries(t *testing.T) {
	for query, want := range map[string]string{
		``:                        `{"match_all":{}}`,
		`*:*`:                     `{"match_all":{}}`,
		`connection refused`:      `{"multi_match":{"query":"connection refused","type":"best_fields","lenient":true}}`,
		`*:x`:                     `{"multi_match":{"query":"x","type":"best_fields","lenient":true}}`,
		`"connection refused"`:    `{"multi_match":{"query":"connection refused","type":"phrase","lenient":true}}`,
		`conn* ref`:               `{"query_string":{"query":"conn* ref","default_field":"*","lenient":true}}`,
		`message:connection`:      `{"match":{"message":"connection"}}`,
		`message:"two words"`:     `{"match_phrase":{"message":"two words"}}`,
		`nope:x`:                  `{"match":{"nope":"x"}}`,
		`nope:*`:                  `{"exists":{"field":"nope"}}`,
		`level:*`:                 `{"exists":{"field":"level"}}`,
		`log:*`:                   `{"exists":{"field":"log"}}`,
		`lo*:*`:                   `{"bool":{"should":[{"exists":{"field":"log.level"}},{"exists":{"field":"log.line"}}],"minimum_should_match":1}}`,
		`code:200`:                `{"match":{"code":"200"}}`,
		`code:400 401`:            `{"terms":{"code":["400","401"]}}`,
		`code:"400 401"`:          `{"match_phrase":{"code":"400 401"}}`,
		`@timestamp:2026-03`:      `{"range":{"@timestamp":{"gte":"2026-03","lte":"2026-03"}}}`,
		`@timestamp:"2026-03-01"`: `{"range":{"@timestamp":{"gte":"2026-03-01","lte":"2026-03-01"}}}`,
		`@timestamp > now-1d`:     `{"range":{"@timestamp":{"gt":"now-1d"}}}`,
		`code <= 5`:               `{"range":{"code":{"lte":"5"}}}`,
		`both:x`:                  `{"multi_match":{"query":"x","fields":["both"],"type":"best_fields","lenient":true}}`,
		`message:conn* ref`:       `{"query_string":{"query":"conn* ref","fields":["message"]}}`,
		`level:a b*`:              `{"query_string":{"query":"a\\ b*","fields":["level"]}}`,
		`path:ecs-*`:              `{"query_string":{"query":"ecs\\-*","fields":["path","path.keyword"]}}`,
		`path:a b*`:               `{"bool":{"should":[{"query_string":{"query":"a b*","fields":["path"]}},{"query_string":{"query":"a\\ b*","fields":["path.keyword"]}}],"minimum_should_match":1}}`,
		`both:5*`:                 `{"query_string":{"query":"5*","fields":["both"],"lenient":true}}`,
		`pa*:x*`:                  `{"query_string":{"query":"x*","fields":["path","path.keyword"],"lenient":true}}`,
		`pa*:"x y"`:               `{"multi_match":{"query":"x y","fields":["path","path.keyword"],"type":"phrase","lenient":true}}`,
		`zz*:x`:                   `{"multi_match":{"query":"x","fields":["zz*"],"type":"best_fields","lenient":true}}`,
		`l*.l* > 5`:               `{"bool":{"should":[{"range":{"log.level":{"gt":"5"}}},{"range":{"log.line":{"gt":"5"}}}],"minimum_should_match":1}}`,
		`log.l* > x`:              `{"range":{"log.level":{"gt":"x"}}}`,
		`ok > x or code > y`:      `{"bool":{"should":[{"range":{"ok":{"gt":"x"}}},{"range":{"code":{"gt":"y"}}}],"minimum_should_match":1}}`,
		`co* > y`:                 `{"match_none":{}}`,
		`a:1 and not b:2`:         `{"bool":{"filter":[{"match":{"a":"1"}},{"bool":{"must_not":[{"match":{"b":"2"}}]}}]}}`,
		`items:{name:a and n>1}`: `{"nested":{"path":"items","score_mode":"none","ignore_unmapped":true,"query":
			{"bool":{"filter":[{"match":{"items.name":"a"}},{"range":{"items.n":{"gt":"1"}}}]}}}}`,
		`items.name:a`: `{"nested":{"path":"items","score_mode":"none","ignore_unmapped":true,"query":{"match":{"items.name":"a"}}}}`,
		`items:*`:      `{"nested":{"path":"items","score_mode":"none","ignore_unmapped":true,"query":{"match_all":{}}}}`,
		`items:{parts:{id:x}}`: `{"nested":{"path":"items","score_mode":"none","ignore_unmapped":true,"query":
			{"nested":{"path":"items.parts","score_mode":"none","ignore_unmapped":true,"query":{"match":{"items.parts.id":"x"}}}}}}`,
		`items:{parts.id:x}`: `{"nested":{"path":"items","score_mode":"none","ignore_unmapped":true,"query":
			{"nested":{"path":"items.parts","score_mode":"none","ignore_unmapped":true,"query":{"match":{"items.parts.id":"x"}}}}}}`,
		`log:{level:warn}`: `{"match":{"log.level":"warn"}}`,
		`zz:{a:x}`:         `{"nested":{"path":"zz","score_mode":"none","ignore_unmapped":true,"query":{"match":{"zz.a":"x"}}}}`,
	} {
		raw, err := json.Marshal(Translate(parsed(t, query), sample, nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded(t, want), decoded(t, string(raw))); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
}

func decoded(t *testing.T, raw string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}

func TestTheRestOfAPatternIsEscaped(t *testing.T) {
	for _, c := range []struct {
		text   Text
		spaces bool
		want   string
	}{
		{Text{"", "."}, false, `*.`},
		{Text{`+-=&|><!(){}[]^"~*?:\/`, ""}, false, `\+\-\=\&\|\>\<\!\(\)\{\}\[\]\^\"\~\*\?\:\\\/*`},
		{Text{"a b", ""}, true, `a\ b*`},
		{Text{"a AND b OR NOT", ""}, false, `a \AND b \OR NOT*`},
		{Text{"AND", " NOT"}, false, `AND* \NOT`},
		{Text{"", "OR x"}, false, `*OR x`},
		{Text{"BAND ANDY x ", ""}, false, `BAND ANDY x *`},
		{Text{"\u3000", "é"}, true, "\\\u3000*é"},
	} {
		if got := queryString(c.text, c.spaces); got != c.want {
			t.Errorf("%q is written %s, want %s", c.text, got, c.want)
		}
	}
}
