package logs

import (
	"encoding/json"
	"testing"
)

func TestFieldsAreFoundNestedOrDotted(t *testing.T) {
	e := Entry{Source: json.RawMessage(`{
		"message": "a \"quoted\" {brace}, [bracket] \\",
		"log": {"level": "warn", "deep": {"er": 7}},
		"container.id": "3f4a", "container": {"name": "web"},
		"labels": {"com.amazonaws.ecs.cluster": "prod"},
		"list": [1, {"message": "inner"}], "none": null, "ok": true, "": {"x": 1}
	}`)}
	for path, want := range map[string]string{
		"message":                          `a "quoted" {brace}, [bracket] \`,
		"log.level":                        "warn",
		"log.deep.er":                      "7",
		"container.id":                     "3f4a",
		"container.name":                   "web",
		"labels.com.amazonaws.ecs.cluster": "prod",
		"list":                             `[1, {"message": "inner"}]`,
		"none":                             "",
		"ok":                               "true",
	} {
		if got, ok := e.Field(path); !ok || got != want {
			t.Errorf("%s is %q, %v; want %q", path, got, ok, want)
		}
	}
	for _, path := range []string{"", "log.lev", "log.level.x", "inner", "mess", "list.message", "x"} {
		if got, ok := e.Field(path); ok {
			t.Errorf("%s is %q, want nothing", path, got)
		}
	}
}

func TestLevelInALine(t *testing.T) {
	for line, want := range map[string]string{
		`{"level":"error","msg":"x"}`:                      "error",
		`{"log":{"level":"WARN"}}`:                         "WARN",
		`{"level":30}`:                                     "info",
		"2026-03-01T12:00:00Z ERROR [main] c.e.App - boom": "ERROR",
		"[WARNING] disk":                                   "WARNING",
		"\x1b[1;33mWARN\x1b[0m [server] slow":              "WARN",
		"2026-01-01 10:00:00.000 \x1b[31mERROR\x1b[0;39m \x1b[35m1\x1b[0;39m --- [main] c.e.Shop : order 7 failed": "ERROR",
		"no level, TERROR and ERRORS are other words":                                                              "",
		"Traceback (most recent call last):\n  File \"x\"\nKeyError: 'DB_URL'":                                     "error",
		"java.lang.IllegalStateException: cannot start\n\tat Main":                                                 "error",
		"TypeError: x is undefined":                                                                                "error",
		"panic: runtime error":                                                                                     "error",
		"there was no Error: all is well":                                                                          "",
		"FATAL":                                                                                                    "FATAL",
		"INFO_TOTAL=3":                                                                                             "",
		"":                                                                                                         "",
	} {
		if got := LevelIn(line); got != want {
			t.Errorf("%q: level %q, want %q", line, got, want)
		}
	}
}

func TestNumbersAreNoSeverity(t *testing.T) {
	if got := SeverityOf("3"); got != SeverityUnknown {
		t.Errorf("level 3 is severity %d: the gelf driver writes it for all of standard error", got)
	}
	if SeverityOf("Warning") != SeverityWarn || SeverityWarn <= SeverityInfo {
		t.Error("severities are not recognised or not ordered")
	}
}

func TestQueriesReadAsInKibana(t *testing.T) {
	ids := Match{Fields: []string{"container_id"}, Op: Exact, Values: []string{"a", "b"}}
	family := Match{Fields: []string{"container_name"}, Op: Regexp, Values: []string{"/?ecs-api-[0-9]+-.*"}}
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{}, "*"},
		{Query{Text: "boom b"}, "message:(boom and b*)"},
		{Query{Text: `"a b"`}, `message:"a b"`},
		{Query{Where: ids}, "container_id:(a or b)"},
		{Query{Where: Any{ids, family}}, `lucene:((container_id:a OR container_id:b) OR (container_name:/\/?ecs-api-[0-9]+-.*/ OR container_name.keyword:/\/?ecs-api-[0-9]+-.*/))`},
		{Query{Where: Any{ids, family}, Text: "x"}, `lucene:(((container_id:a OR container_id:b) OR (container_name:/\/?ecs-api-[0-9]+-.*/ OR container_name.keyword:/\/?ecs-api-[0-9]+-.*/)) AND message:x*)`},
		{Query{Where: All{Match{Fields: []string{"a", "b"}, Op: Prefix, Values: []string{"v"}}, ids}}, "(a:v* or a.keyword:v* or b:v* or b.keyword:v*) and container_id:(a or b)"},
		{Query{Where: Match{Fields: []string{"f"}, Values: []string{"1", "2", "3", "4", "5", "6"}}}, "f:(1 or 2 or 3 or 4 or 5 or 6)"},
	} {
		if got := c.q.String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// FuzzLookup checks that any bytes are survived, and that on JSON objects Lookup
// finds what the decoder finds.
func FuzzLookup(f *testing.F) {
	f.Add([]byte(`{"a":{"b":"c"},"d":[1,2,{"e":"\""}]}`), "a.b")
	f.Add([]byte(`{"a\u0062":1}`), "ab")
	f.Add([]byte(`{"a":"`), "a")
	f.Add([]byte(`{`), "a")
	f.Fuzz(func(t *testing.T, doc []byte, path string) {
		v, ok := Lookup(doc, path)
		_ = Text(v)
		var object map[string]json.RawMessage
		if json.Unmarshal(doc, &object) != nil {
			return
		}
		if want, top := object[path]; top && path != "" {
			if !ok {
				t.Fatalf("%q has %q and Lookup does not find it", doc, path)
			}
			if !json.Valid(v) {
				t.Fatalf("%q of %q is %q, and the decoder says %q", path, doc, v, want)
			}
		}
	})
}
