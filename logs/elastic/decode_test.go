package elastic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/logs"
)

var gelf = Config{}.withDefaults()

func gelfLayout() layout {
	return layout{timestamp: gelf.Timestamp, message: gelf.Message, level: logs.Levels(nil).Reader(gelf.Level), container: []string{"container_id", "container.id"}}
}

func TestAnEntryOfADocument(t *testing.T) {
	ms := noon.UnixMilli()
	for name, c := range map[string]struct {
		source, sort string
		step         time.Duration
		want         logs.Entry
	}{
		"gelf": {
			`{"@timestamp":"2026-03-01T12:00:00.000Z","message":"boom","level":3,"container_id":"abc"}`, fmt.Sprintf("[%d]", ms), time.Millisecond,
			logs.Entry{Time: noon, Message: "boom", Container: "abc"},
		},
		"nanoseconds of the document within the index's millisecond": {
			`{"@timestamp":"2026-03-01T12:00:00.000123456Z","message":"WARN x"}`, fmt.Sprintf("[%d]", ms), time.Millisecond,
			logs.Entry{Time: noon.Add(123456), Message: "WARN x", Level: "WARN"},
		},
		"the index's time where the document disagrees": {
			`{"@timestamp":"2020-01-01T00:00:00Z","log":"{\"level\":\"error\"}"}`, fmt.Sprintf("[%d]", ms), time.Millisecond,
			logs.Entry{Time: noon, Message: `{"level":"error"}`, Level: "error"},
		},
		"date_nanos": {
			`{"@timestamp":"2026-03-01T12:00:00.000000007Z","short_message":"m","severity":"notice"}`, fmt.Sprintf("[%d, 12]", noon.UnixNano()+7), time.Nanosecond,
			logs.Entry{Time: noon.Add(7), Message: "m", Level: "notice"},
		},
		"a date field beside date_nanos": {
			`{"@timestamp":"2026-03-01T12:00:00.0001Z","message":"m"}`, fmt.Sprintf("[%d]", noon.UnixNano()), time.Nanosecond,
			logs.Entry{Time: noon.Add(100 * time.Microsecond), Message: "m"},
		},
		"a formatted sort value": {
			`{"message":"m","log":{"level":"custom"}}`, `["2026-03-01T12:00:00Z"]`, time.Millisecond,
			logs.Entry{Time: noon, Message: "m", Level: "custom"},
		},
		"no message field": {
			`{"event":"x"}`, fmt.Sprintf("[%d]", ms), time.Millisecond,
			logs.Entry{Time: noon, Message: `{"event":"x"}`},
		},
		"no sort": {
			`{"@timestamp":"2026-03-01T13:00:00+01:00","message":"m","container":{"id":"z"}}`, `null`, time.Millisecond,
			logs.Entry{Time: noon, Message: "m", Container: "z"},
		},
	} {
		got, _ := gelfLayout().entry(&hit{Source: json.RawMessage(c.source), Sort: json.RawMessage(c.sort)}, c.step)
		if !got.Time.Equal(c.want.Time) || got.Message != c.want.Message || got.Level != c.want.Level || got.Container != c.want.Container {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestAPartialAnswerSaysWhy(t *testing.T) {
	page, err := gelfLayout().page([]byte(`{"timed_out":true,"_shards":{"total":5,"failed":2,"failures":[{"reason":{"type":"x","reason":"disk\u0007 full"}}]},"hits":{"hits":[]}}`), 10, time.Millisecond)
	if err != nil || page.Partial == nil || page.Partial.String() != `2 of 5 shards failed: disk\x07 full` {
		t.Errorf("got %v %v", page.Partial, err)
	}
}

func TestAQueryThatNoShardUnderstandsIsAnError(t *testing.T) {
	failed := `{"_shards":{"total":2,"skipped":1,"failed":1,"failures":[{"reason":{"type":"query_shard_exception","reason":"unexpected end-of-string"}}]},"hits":{"hits":[%s]}}`
	_, err := gelfLayout().page(fmt.Appendf(nil, failed, ""), 10, time.Millisecond)
	if !errors.Is(err, errBadQuery) || !strings.Contains(err.Error(), "unexpected end-of-string") {
		t.Errorf("got %v", err)
	}
	page, err := gelfLayout().page(fmt.Appendf(nil, failed, `{"_source":{},"sort":[1]}`), 10, time.Millisecond)
	if err != nil || page.Partial == nil {
		t.Errorf("with a line found, got %v and %v", page.Partial, err)
	}
}

// FuzzDecode checks that no answer ends the program, and that what is accepted
// keeps its documents byte for byte.
func FuzzDecode(f *testing.F) {
	f.Add(hits(2))
	f.Add([]byte(`{"hits":{"hits":[{"_index":"a","_id":"b","_source":{"message":["x"]},"sort":[null]}]}}`))
	f.Add([]byte(`{"hits":{"hits":[{"sort":[1e400,"x"]},{"sort":[-9223372036854775808]}]}}`))
	f.Add([]byte(`{"hits":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := gelfLayout().page(body, 10, time.Millisecond)
		_, reason := reasonOf(body)
		if len(reason) > 8*maxReason {
			t.Errorf("a reason of %d bytes", len(reason))
		}
		if err != nil {
			return
		}
		for _, e := range page.Entries {
			if len(e.Source) > 0 && !bytes.Contains(body, e.Source) {
				t.Errorf("the document %s is not of the answer", e.Source)
			}
		}
	})
}

func hits(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"took":3,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"max_score":null,"hits":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		at := noon.Add(time.Duration(i) * time.Millisecond)
		fmt.Fprintf(&b, `{"_index":"logstash-2026.03.01","_id":"AbCdEfGhIj%010d","_score":null,"_source":{"@timestamp":%q,"@version":"1","version":"1.1","host":"ip-10-0-1-17","level":6,"tag":"3f4a5b6c7d8e","message":"GET /orders/%d 200 12ms request_id=7c9e6679-7425-40de-944b-e07fc1f90ae7","container_id":"3f4a5b6c7d8e9f001122334455667788990011223344556677889900aabbccdd","container_name":"ecs-orders-12-web-aabbccddeeff00112233","image_name":"orders:1.4.2","command":"/bin/server"},"sort":[%d]}`,
			i, at.Format(time.RFC3339Nano), i, at.UnixMilli())
	}
	b.WriteString(`]}}`)
	return []byte(b.String())
}

func BenchmarkDecode1000Hits(b *testing.B) {
	body := hits(1000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		page, err := gelfLayout().page(body, 1000, time.Millisecond)
		if err != nil || len(page.Entries) != 1000 {
			b.Fatal(err)
		}
	}
}

func TestABlankLineIsBlank(t *testing.T) {
	l := layout{timestamp: "@timestamp", message: []string{"message", "log"}}
	for source, want := range map[string]string{
		`{"log":"\r\n"}`:                   "\r\n",
		`{"log":""}`:                       "",
		`{"message":"","log":""}`:          "",
		`{"message":"","log":"said here"}`: "said here",
		`{"message":null,"log":"so"}`:      "so",
		`{"message":null}`:                 `{"message":null}`,
		`{"other":1}`:                      `{"other":1}`,
	} {
		if e, _ := l.entry(&hit{Source: json.RawMessage(source)}, time.Millisecond); e.Message != want {
			t.Errorf("%s reads %q, want %q", source, e.Message, want)
		}
	}
}
