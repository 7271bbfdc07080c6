//go:build integration

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/logs"
	"gantry/logs/tail"
)

// logsdb are the settings of an index whose documents are put together anew from its
// columns. What packs them by default is a library in C that no artifact brings.
const logsdb = `"index.mode":"logsdb","index.codec":"legacy_default",`

// stream follows a data stream that rolls over to nanoseconds in between, reads it
// back and counts it.
func (es indexer) stream(t *testing.T, name, settings string) {
	const n = 600
	stream := "logs-" + name + "-default"
	template := func(timestamp string) {
		es.call("PUT", "/_index_template/"+stream, fmt.Sprintf(`{"index_patterns":["logs-%s-*"],"priority":500,"data_stream":{},"template":{
			"settings":{%s"number_of_shards":2,"number_of_replicas":0},
			"mappings":{"properties":{"@timestamp":{"type":%q},"host.name":{"type":"keyword"}}}}}`, name, settings, timestamp))
	}
	template("date")
	src := es.source(t, "logs-"+name+"-*")
	id := logs.Match{Fields: []string{"container.id"}, Values: []string{"c1"}}
	begin := time.Now()
	half := func(from int) {
		var lines []line
		for i := range n {
			of := []string{"c1", "c2"}[i%2]
			lines = append(lines, line{index: stream, n: from + i, at: time.Now(), more: map[string]any{
				"container.id": of, "host": map[string]any{"name": fmt.Sprint("host-", i%3)}, "log": map[string]any{"level": "warn"},
			}})
		}
		es.write(true, lines...)
	}
	half(0)
	live := tail.Follow(t.Context(), src, logs.Query{Where: id}, tail.Options{PageSize: 50, Budget: -1, From: begin.Add(-time.Second)})
	defer live.Close()
	template("date_nanos")
	es.call("POST", "/"+stream+"/_rollover", "")
	half(n)
	c := collect(t, live, n, 30*time.Second)
	c.check(t, n)
	for _, e := range c.ring.From(0) {
		if e.Container != "c1" || e.Level != "warn" || !strings.HasPrefix(e.Message, "line ") || !strings.HasPrefix(e.Index, ".ds-"+stream+"-") || e.ID == "" {
			t.Fatalf("read as %+v", e)
		}
	}
	for _, index := range []string{stream, "logs-" + name + "-*"} {
		src := es.source(t, index)
		h := logs.OpenHistory(src, logs.Query{Where: id}, logs.Range{}, logs.Older, logs.Known{})
		var got []string
		for {
			page, err := h.Next(t.Context(), 70)
			if err != nil || page.Partial != nil {
				t.Fatalf("%s: %v, it lacks %s", index, err, page.Partial)
			}
			got = append(strings.Fields(shown(page.Entries)), got...)
			if !page.Full {
				break
			}
		}
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if slices.Sort(got); len(slices.Compact(got)) != n {
			t.Errorf("%s: read back %d of %d lines", index, len(got), n)
		}
		r := logs.Range{From: begin.Add(-time.Minute), To: time.Now().Add(time.Minute)}
		count, err := src.Count(t.Context(), logs.Query{Where: id}, r)
		if err != nil || count.Lines != n || count.Partial != nil {
			t.Errorf("%s: counted %+v (%v)", index, count, err)
		}
		bars, err := logs.ReadHistogram(t.Context(), src, logs.Query{}, r, 60)
		lines, warnings := 0, 0
		for _, b := range bars.Bars {
			lines, warnings = lines+b.Lines, warnings+b.Warnings
		}
		if err != nil || lines != 2*n || warnings != 2*n {
			t.Errorf("%s: the bars have %d lines, %d of them warnings (%v)", index, lines, warnings, err)
		}
		expr, err := logs.ParseExpr(`host.name:"host-2" and message:"line 5" and not container.id:c1`)
		if err != nil {
			t.Fatal(err)
		}
		page, err := src.Latest(t.Context(), logs.Query{Expr: expr}, logs.Range{}, 10)
		if err != nil || shown(page.Entries) != "5" {
			t.Errorf("%s: KQL finds %s (%v)", index, shown(page.Entries), err)
		}
	}
	none := "logs-" + name + "-none"
	if x, err := es.source(t, none).Explain(t.Context(), logs.Query{}, logs.Range{}); err != nil || x.Cause != logs.NoIndex {
		t.Errorf("%s: %s (%v)", none, x, err)
	}
}

// clusters reads across two clusters, of which one is the node itself and the other is
// away.
func (es indexer) clusters(t *testing.T) {
	var answer struct {
		Nodes map[string]struct {
			Transport struct {
				Bound []string `json:"bound_address"`
			} `json:"transport"`
		} `json:"nodes"`
	}
	if err := json.Unmarshal(es.call("GET", "/_nodes/_local/transport", ""), &answer); err != nil {
		t.Fatal(err)
	}
	for _, node := range answer.Nodes {
		es.call("PUT", "/_cluster/settings", fmt.Sprintf(`{"persistent":{"cluster.remote":{"near":{"seeds":[%q]},"away":{"seeds":["127.0.0.1:1"],"skip_unavailable":true}}}}`, node.Transport.Bound[0]))
	}
	defer es.call("PUT", "/_cluster/settings", `{"persistent":{"cluster.remote":{"near":{"seeds":null},"away":{"seeds":null,"skip_unavailable":null}}}}`)
	at := time.Now().Add(-time.Minute)
	var lines []line
	for i := range 40 {
		lines = append(lines, line{index: "here-lines-1", n: i, at: at.Add(time.Duration(i) * time.Second)}, line{index: "there-lines-1", n: 100 + i, at: at.Add(time.Duration(i)*time.Second + time.Millisecond)})
	}
	es.write(true, lines...)
	for index, lacks := range map[string]string{
		"near:there-lines-*,here-lines-*":                    "",
		"near:there-lines-*,away:there-lines-*,here-lines-*": "1 of 3 clusters cannot be read",
	} {
		src := es.source(t, index)
		q := logs.Query{Text: "line"}
		page, err := src.Since(t.Context(), q, logs.Range{}, 100)
		if err != nil || len(page.Entries) != 80 || !strings.HasPrefix(fmt.Sprint(page.Partial), lacks) || lacks == "" && page.Partial != nil {
			t.Errorf("%s: %d lines, it lacks %v (%v)", index, len(page.Entries), page.Partial, err)
		} else if shown(page.Entries[:4]) != "0 100 1 101" || page.Entries[1].Index != "near:there-lines-1" {
			t.Errorf("%s: first come %s, of %s", index, shown(page.Entries[:4]), page.Entries[1].Index)
		}
		h := logs.OpenHistory(src, q, logs.Range{}, logs.Older, logs.Known{})
		read := 0
		for {
			page, err := h.Next(t.Context(), 30)
			for _, e := range page.Entries {
				if e.Gap == nil {
					read++
				}
			}
			if err != nil || !strings.HasPrefix(fmt.Sprint(page.Partial), lacks) || lacks == "" && page.Partial != nil {
				t.Errorf("%s: reading back lacks %v (%v)", index, page.Partial, err)
				break
			}
			if !page.Full {
				break
			}
		}
		if err := h.Close(t.Context()); err != nil || read != 80 {
			t.Errorf("%s: read back %d lines (%v)", index, read, err)
		}
		count, err := src.Count(t.Context(), q, logs.Range{})
		if err != nil || count.Lines != 80 || (count.Partial == nil) != (lacks == "") {
			t.Errorf("%s: counted %+v (%v)", index, count, err)
		}
	}
}
