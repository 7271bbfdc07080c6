//go:build !windows

package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gantry/logs"
	"gantry/logs/tail"
)

// stream is a store to which lines come at a fixed rate. It makes them when they are
// asked for, and costs little beside what reads it.
type stream struct {
	start time.Time
	every time.Duration
	text  string
}

// at returns the number of the first line at or after a time.
func (s stream) at(t time.Time) int { return int((t.Sub(s.start) + s.every - 1) / s.every) }

func (s stream) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	var out bytes.Buffer
	if strings.HasSuffix(r.URL.Path, "_field_caps") {
		out.WriteString(`{"indices":["logstash-1"],"fields":{"@timestamp":{"date":{}},"message":{"text":{}}}}`)
	} else {
		s.answer(&out, body)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(&out), Request: r}, nil
}

func (s stream) answer(out *bytes.Buffer, body []byte) {
	var asked struct {
		Size  int                                 `json:"size"`
		Sort  []map[string]struct{ Order string } `json:"sort"`
		Aggs  json.RawMessage                     `json:"aggs"`
		Query struct {
			Bool struct {
				Filter []struct {
					Range map[string]struct{ GTE, LTE time.Time } `json:"range"`
				} `json:"filter"`
			} `json:"bool"`
		} `json:"query"`
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		fmt.Fprintf(out, "%v", err)
		return
	}
	r := asked.Query.Bool.Filter[0].Range["@timestamp"]
	from, to := s.at(r.GTE.Truncate(time.Millisecond)), s.at(time.Now())
	if !r.LTE.IsZero() {
		to = min(to, s.at(r.LTE.Truncate(time.Millisecond).Add(time.Millisecond)))
	}
	from = max(from, 0)
	out.WriteString(`{"took":1,"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0},`)
	if asked.Aggs != nil {
		s.bars(out, from, to)
		return
	}
	out.WriteString(`"hits":{"hits":[`)
	n := min(asked.Size, max(0, to-from))
	for i := range n {
		line := from + i
		if asked.Sort[0]["@timestamp"].Order == "desc" {
			line = to - 1 - i
		}
		if i > 0 {
			out.WriteByte(',')
		}
		at := s.start.Add(time.Duration(line) * s.every)
		fmt.Fprintf(out, `{"_index":"logstash-1","_id":"id%018d","_source":{"@timestamp":"`, line)
		out.Write(at.UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z"))
		out.WriteString(s.text)
		fmt.Fprintf(out, `},"sort":[%d]}`, at.UnixMilli())
	}
	out.WriteString(`]}}`)
}

func (s stream) bars(out *bytes.Buffer, from, to int) {
	out.WriteString(`"hits":{"hits":[]},"aggregations":{"time":{"buckets":[`)
	for i := from; i < to; {
		second := s.start.Add(time.Duration(i) * s.every).Truncate(time.Second)
		end := min(to, s.at(second.Add(time.Second)))
		if i > from {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, `{"key":%d,"doc_count":%d}`, second.UnixMilli(), end-i)
		i = end
	}
	out.WriteString(`]}}}`)
}

// BenchmarkSustained follows 10,000 lines a second, of 450 bytes each on the wire,
// into a full ring of 50,000. Budget: less than 50 % of a core, the making of the
// answers included, and less than 64 MiB live.
func BenchmarkSustained(b *testing.B) {
	const (
		rate  = 10_000
		warm  = 7 * time.Second
		taken = 4 * time.Second
	)
	for b.Loop() {
		store := stream{
			start: time.Now().Add(-time.Minute).Truncate(time.Second), every: time.Second / rate,
			text: `","message":"GET /orders/4211 200 17ms - request handled for customer 90210 through the edge in eu-west-1","container_id":"` +
				strings.Repeat("a1b2c3d4", 8) + `","container_name":"ecs-api-42-web-9cf0d2a1b3e4f5a6b7c8","image_name":"registry/api:1.42.7","host":"ip-10-0-3-17","tag":"a1b2c3d4a1b2","level":6,"version":"1.1"`,
		}
		src, err := Open(Config{Addresses: []string{"http://logs.invalid:9200"}, Transport: store})
		if err != nil {
			b.Fatal(err)
		}
		ring := logs.NewRing(0, 0)
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{Last: 10_000})
		read := func(d time.Duration) (lines, gaps int) {
			ctx, cancel := context.WithTimeout(context.Background(), d)
			defer cancel()
			for batch := range live.All(ctx) {
				ring.Add(batch.Entries)
				lines, gaps = lines+len(batch.Entries), batch.Status.Gaps
			}
			return lines, gaps
		}
		read(warm)
		before, began := cpu(b), time.Now()
		lines, gaps := read(taken)
		spent, took := cpu(b)-before, time.Since(began)
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		live.Close()
		src.Close()
		if gaps > 0 || ring.Len() != logs.DefaultRingLines || lines < rate*int(taken/time.Second)*8/10 {
			b.Errorf("%d lines with %d gaps, the ring holds %d", lines, gaps, ring.Len())
		}
		b.ReportMetric(100*spent.Seconds()/took.Seconds(), "%core")
		b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "MiB-live")
		b.ReportMetric(float64(lines)/took.Seconds(), "lines/s")
	}
}

// cpu returns the processor time of the process so far.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
