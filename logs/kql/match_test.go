package kql

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const documents = `[
 {"@timestamp":"2026-03-01T12:00:00.5Z","message":"Connection refused: db.internal:5432","level":"error","code":503,"ok":false,"path":"ecs-api-3/web",
  "log":{"level":"warn","line":7},"tags":["red","blue"],"items":[{"name":"a","n":1},{"name":"b","n":2}],"empty":null,"none":[]},
 {"@timestamp":"2026-03-02T00:00:00Z","message":"GET /orders/42 200","level":"INFO line","code":200,"ok":true,"path":"ecs api","log.level":"debug",
  "items":[{"name":"b","n":1,"parts":[{"id":"x"},{"id":"y"}]}],"text":"6"},
 {"message":"plain","nested":{"a.b":{"c":"deep"}},"when":"2026-03-05"}
]`

// matching returns the numbers of the documents that a query matches.
func matching(t *testing.T, query string, fields Fields) string {
	t.Helper()
	m := Compile(parsed(t, query), fields, nil)
	var got []string
	for i, doc := range decoded(t, documents).([]any) {
		if m.Match(doc.(map[string]any)) {
			got = append(got, strconv.Itoa(i))
		}
	}
	return strings.Join(got, " ")
}

func TestDocumentsAreComparedWithoutAMapping(t *testing.T) {
	for query, want := range map[string]string{
		``:                                     "0 1 2",
		`refused`:                              "0",
		`nothing REFUSED`:                      "0",
		`"connection refused"`:                 "0",
		`"refused connection"`:                 "",
		`refu* or 42`:                          "0 1",
		`503`:                                  "0",
		`true`:                                 "1",
		`deep`:                                 "2",
		`message:conn*`:                        "0",
		`message:*fused`:                       "0",
		`message:zzz ord*`:                     "1",
		`message:GET*00`:                       "1",
		`level:error`:                          "0",
		`level:ERROR`:                          "0",
		`level.keyword:ERROR`:                  "",
		`level.keyword:"INFO line"`:            "1",
		`level.keyword:INFO*`:                  "1",
		`path:ecs-api-*`:                       "0",
		`not level:*`:                          "2",
		`empty:* or none:*`:                    "",
		`log:*`:                                "0",
		`log.level:*`:                          "0 1",
		`log.level:debug`:                      "1",
		`nested.a.b.c:deep`:                    "2",
		`nested.a.b:*`:                         "2",
		`tags:blue`:                            "0",
		`tags:(red and blue)`:                  "0",
		`tags:"red blue"`:                      "",
		`code:200`:                             "1",
		`code:200.0`:                           "1",
		`code:200 503`:                         "0 1",
		`code:"200 503"`:                       "",
		`code:2*`:                              "",
		`code >= 200 and code < 503`:           "1",
		`code > many`:                          "",
		`ok:false`:                             "0",
		`ok >= true`:                           "1",
		`ok:fal*`:                              "",
		`text:6`:                               "1",
		`text > 5`:                             "1",
		`@timestamp:2026-03-01`:                "0",
		`@timestamp >= 2026-03-02`:             "1",
		`@timestamp > 2026-03-01`:              "1",
		`@timestamp <= "2026-03-01"`:           "0",
		`@timestamp < 2026-03-01`:              "",
		`@timestamp:noon`:                      "",
		`@timestamp > noon`:                    "",
		`when:2026-03`:                         "",
		`when >= 2026 and when < 2027`:         "2",
		`items.name:a`:                         "0",
		`items.name:(a and b)`:                 "0",
		`items:{name:(a and b)}`:               "",
		`items:{name:b and n:1}`:               "1",
		`items:{not name:a}`:                   "0 1",
		`not items:{name:a}`:                   "1 2",
		`items:{parts:{id:x}}`:                 "1",
		`items:{parts.id:(x and y)}`:           "1",
		`items:{parts:{id:(x and y)}}`:         "",
		`items:{n > 1}`:                        "0",
		`items:{*:2}`:                          "0",
		`items:{n*:*}`:                         "0 1",
		`lo*.l*:warn`:                          "0",
		`*.keyword:"ecs api"`:                  "1",
		`l*:*`:                                 "0 1",
		`i*.n > 1`:                             "0",
		`"200" and not "503"`:                  "1",
		`none:x or not (code:200 or code:503)`: "2",
	} {
		if got := matching(t, query, nil); got != want {
			t.Errorf("%s matches %q, want %q", query, got, want)
		}
	}
}

func TestAMappingDecidesHowValuesAreCompared(t *testing.T) {
	fields := append(index{
		{Name: "text", Kinds: Number}, {Name: "when", Kinds: Whole}, {Name: "tags", Kinds: Opaque}, {Name: "n", Kinds: Analysed},
	}, sample...)
	for query, want := range map[string]string{
		`level:ERROR`:                 "",
		`level:error`:                 "0",
		`level:line`:                  "",
		`level:INFO l*`:               "1",
		`level > J`:                   "0",
		`message:GET*00`:              "",
		`message > z`:                 "",
		`message > REF`:               "0",
		`path:ecs-api-*`:              "0",
		`path.keyword:ecs*`:           "0 1",
		`pa*:"ecs api"`:               "0 1",
		`text:6.0`:                    "1",
		`text > 10`:                   "",
		`when:2026-03`:                "",
		`when:2026*`:                  "2",
		`tags:red`:                    "0",
		`log:{level:warn and line:7}`: "0",
		`log:{l*:warn}`:               "0",
		`items:{name:b and n:1}`:      "1",
		`items:{parts:{id:x}}`:        "1",
		`items:*`:                     "0 1",
		`both:1`:                      "",
	} {
		if got := matching(t, query, fields); got != want {
			t.Errorf("%s matches %q, want %q", query, got, want)
		}
	}
	numbers := index{{Name: "code", Kinds: Analysed, Keyword: "code.keyword"}, {Name: "ok", Kinds: Whole}, {Name: "log.line", Kinds: Date}, {Name: "level", Kinds: Boolean | Number}}
	for query, want := range map[string]string{
		`code:5*`: "0", `code > 3`: "0", `ok:tr*`: "1", `log.line < 2026-03`: "0", `level:true`: "",
	} {
		if got := matching(t, query, numbers); got != want {
			t.Errorf("kept otherwise, %s matches %q, want %q", query, got, want)
		}
	}
}

func TestNowIsWhenItIsCompared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // time begins at 2000-01-01
		m := Compile(parsed(t, `@timestamp > now-1h`), nil, nil)
		doc := map[string]any{"@timestamp": "1999-12-31T23:30:00Z"}
		if !m.Match(doc) {
			t.Error("half an hour ago is not within the hour")
		}
		time.Sleep(2 * time.Hour) // of the bubble
		if m.Match(doc) {
			t.Error("two and a half hours ago is within the hour")
		}
	})
}

func TestNoTreeMatchesEverything(t *testing.T) {
	if !Compile(nil, nil, nil).Match(nil) {
		t.Error("no tree refuses a document")
	}
}
