package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/sim"
	"gantry/logs/tail"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // there is memory enough, and a sixth of the time went into collecting it
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, cfg Config) *Source {
	t.Helper()
	if len(cfg.Addresses) == 0 {
		cfg.Addresses = []string{"http://logs.invalid:9200"}
	}
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func ids(p logs.Page) string {
	var out []string
	for _, e := range p.Entries {
		n, _ := e.Field("n")
		out = append(out, n)
	}
	return strings.Join(out, " ")
}

func put(t testing.TB, s *sim.Store, doc map[string]any, at time.Time) {
	t.Helper()
	if err := s.Index("", doc, at); err != nil {
		t.Fatal(err)
	}
}

func TestLinesAreFoundByWhatAQuerySays(t *testing.T) {
	store := sim.New(sim.Options{})
	a, b := strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	for i, doc := range []map[string]any{
		{"container_id": a, "container_name": "ecs-api-3-web-00ff", "message": "server started", "level": 6},
		{"container_id": b, "container_name": "/ecs-api-3-web-11ff", "message": "connection refused", "level": 3},
		{"container_id": "cc", "container_name": "ecs-api-worker-1-job-22ff", "message": "job done"},
		{"log": map[string]any{"level": "warn"}, "container": map[string]any{"id": a}, "message": "refused by policy"},
	} {
		doc["n"] = i
		put(t, store, doc, noon.Add(time.Duration(i)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	match := func(op logs.Op, fields, value string) logs.Match {
		return logs.Match{Fields: strings.Split(fields, ","), Op: op, Values: strings.Split(value, ",")}
	}
	for _, c := range []struct {
		name string
		q    logs.Query
		r    logs.Range
		want string
	}{
		{"everything", logs.Query{}, logs.Range{}, "0 1 2 3"},
		{"exact on a keyword subfield", logs.Query{Where: match(logs.Exact, "container_id", a)}, logs.Range{}, "0"},
		{"alternative fields", logs.Query{Where: match(logs.Exact, "container_id,container.id,no.such", a+","+b)}, logs.Range{}, "0 1 3"},
		{"prefix", logs.Query{Where: match(logs.Prefix, "container_name", "ecs-api-")}, logs.Range{}, "0 2"},
		{"family, not its namesake", logs.Query{Where: match(logs.Regexp, "container_name", "/?ecs-api-[0-9]+-.*")}, logs.Range{}, "0 1"},
		{"either", logs.Query{Where: logs.Any{match(logs.Exact, "container_id", a), match(logs.Prefix, "container_id", "c")}}, logs.Range{}, "0 2"},
		{"both", logs.Query{Where: logs.All{match(logs.Exact, "container_id", b), match(logs.Prefix, "container_name", "/ecs")}}, logs.Range{}, "1"},
		{"exact on text without keyword", logs.Query{Where: match(logs.Exact, "message", "job done")}, logs.Range{}, "2"},
		{"prefix on text without keyword", logs.Query{Where: match(logs.Prefix, "message", "server sta")}, logs.Range{}, "0"},
		{"a number", logs.Query{Where: match(logs.Exact, "level", "3")}, logs.Range{}, "1"},
		{"absent field", logs.Query{Where: match(logs.Exact, "no.such", a)}, logs.Range{}, ""},
		{"any of none", logs.Query{Where: logs.Any{}}, logs.Range{}, ""},
		{"words", logs.Query{Text: "refused connection"}, logs.Range{}, "1"},
		{"unfinished word", logs.Query{Text: "refu"}, logs.Range{}, "1 3"},
		{"phrase", logs.Query{Text: `"refused connection"`}, logs.Range{}, ""},
		{"range", logs.Query{}, logs.Range{From: noon.Add(time.Second), To: noon.Add(2 * time.Second)}, "1 2"},
	} {
		page, err := src.Since(context.Background(), c.q, c.r, 100)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := ids(page); got != c.want {
			t.Errorf("%s (%s) finds %q, want %q", c.name, c.q, got, c.want)
		}
	}
}

func TestPagesTellTheirEdge(t *testing.T) {
	store := sim.New(sim.Options{})
	for i := range 5 {
		put(t, store, map[string]any{"n": i, "message": "m"}, noon.Add(time.Duration(i)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	page, err := src.Latest(context.Background(), logs.Query{}, logs.Range{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if ids(page) != "4 3" || !page.Full || !page.Last.Equal(noon.Add(3*time.Second)) {
		t.Errorf("latest is %s, full %v, last %s", ids(page), page.Full, page.Last)
	}
	if string(page.Entries[0].Sort) != fmt.Sprintf("[%d]", noon.Add(4*time.Second).UnixMilli()) {
		t.Errorf("sort is kept as %s", page.Entries[0].Sort)
	}
	if page, _ = src.Since(context.Background(), logs.Query{}, logs.Range{From: noon.Add(3 * time.Second)}, 5); page.Full {
		t.Error("two lines filled a page of five")
	}
	if page, _ = open(t, Config{Transport: store.RoundTripper(), Index: "nothing-*"}).Latest(context.Background(), logs.Query{}, logs.Range{}, 5); !page.NoShards {
		t.Error("a pattern without an index searched something")
	}
}

func TestWhyThereAreNoLines(t *testing.T) {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"message": "m", "container_id": "x"}, noon)
	where := logs.Match{Fields: []string{"container_id"}, Values: []string{"y"}}
	other := logs.Match{Fields: []string{"ecs_task_arn", "labels.arn"}, Values: []string{"y"}}
	for _, c := range []struct {
		cfg  Config
		q    logs.Query
		r    logs.Range
		want string
	}{
		{Config{}, logs.Query{Where: where}, logs.Range{}, "logstash-* receives lines, and none of them is of this query"},
		{Config{}, logs.Query{Where: other}, logs.Range{}, "logstash-* has none of the fields looked for: ecs_task_arn, labels.arn"},
		{Config{}, logs.Query{Where: where}, logs.Range{From: noon.Add(time.Hour)}, "logstash-* has no documents in this range; its newest is of 2026-03-01T12:00:00Z"},
		{Config{Index: "app-*"}, logs.Query{}, logs.Range{}, "no index matches app-*, or these credentials may not see it"},
		{Config{Index: "app"}, logs.Query{}, logs.Range{}, "no index matches app, or these credentials may not see it"},
		{Config{Timestamp: "time"}, logs.Query{}, logs.Range{}, ""},
	} {
		c.cfg.Transport = store.RoundTripper()
		x, err := open(t, c.cfg).Explain(context.Background(), c.q, c.r)
		if c.want == "" {
			if fault.ClassOf(err) != fault.Invalid {
				t.Errorf("a timestamp the store refuses gives %v", err)
			}
			continue
		}
		if err != nil || x.String() != c.want {
			t.Errorf("got  %s (%v)\nwant %s", x, err, c.want)
		}
	}
}

// server answers every request with one status and body.
func server(t *testing.T, status int, body string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestErrorsHaveAClassAReasonAndAFix(t *testing.T) {
	long := `{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [app]"}],"type":"index_not_found_exception","reason":"no such index [app]"},"status":404}`
	for _, c := range []struct {
		status int
		body   string
		class  fault.Class
		text   string
	}{
		{401, `{"error":{"type":"security_exception","reason":"missing authentication credentials"}}`, fault.Expired, "HTTP 401: missing authentication credentials (check the log store's credentials, of which none are set)"},
		{403, `{"error":{"root_cause":[{"type":"security_exception","reason":"action is unauthorized"}]}}`, fault.Denied, "action is unauthorized"},
		{404, long, fault.NotFound, "no such index [app] (check the index setting)"},
		{404, `{"status":"no such route"}`, fault.NotFound, "this path is not a search API"},
		{404, `<html>nothing here</html>`, fault.Invalid, "HTTP 404 and a web page answer (check the address: something else answers there"},
		{401, "<!DOCTYPE html>\n<html><head><title>Sign in\x1b[31m</title>", fault.Invalid, `a web page answer: Sign in\x1b[31m (check the address`},
		{400, `<ErrorResponse>Missing Action</ErrorResponse>`, fault.Invalid, "HTTP 400 and no answer of a search engine: <ErrorResponse>Missing Action"},
		{405, `Method Not Allowed`, fault.Invalid, "something else answers there"},
		{407, ``, fault.Denied, "give the proxy's user and password"},
		{503, `{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":503}`, fault.Failed, "the cluster is red: have its unassigned shards looked at"},
		{400, `{"error":{"type":"x","reason":"all shards failed","caused_by":{"reason":"bad regexp"}}}`, fault.Invalid, "all shards failed: bad regexp"},
		{429, `{"error":{"type":"circuit_breaking_exception","reason":"too large"}}`, fault.Throttled, "too large"},
		{503, `{"error":"no master"}`, fault.Failed, "HTTP 503: no master"},
		{500, "\x1b[31mred\u202e Authorization: Bearer abcdefgh.ijk", fault.Failed, `HTTP 500: \x1b[31mred\u202e Authorization: `},
		{302, ``, fault.Invalid, "use the address that it redirects to"},
		{200, `<html>login</html>`, fault.Invalid, "something else answers there"},
		{200, `{"hits":{"hits":[`, fault.Failed, "unreadable answer"},
		{200, ``, fault.Failed, "unreadable answer"},
	} {
		src := open(t, Config{Addresses: []string{server(t, c.status, c.body).URL}})
		_, err := src.Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
		if c.class == fault.Denied {
			// A store that refuses to tell its fields may still be searched.
			_, err = src.Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
		}
		if err == nil || fault.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.text) {
			t.Errorf("HTTP %d %s\ngives %v\nwant %s with %q", c.status, c.body, err, c.class, c.text)
		}
		if err != nil && strings.Contains(err.Error(), "abcdefgh") {
			t.Errorf("the error shows a credential: %v", err)
		}
		if e, ok := err.(*fault.Error); ok && c.status == 429 && e.RetryAfter != 7*time.Second {
			t.Errorf("retry after %s, want 7s", e.RetryAfter)
		}
	}
}

func TestAStalledNodeTimesOutAndAnotherAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sim.New(sim.Options{})
		put(t, store, map[string]any{"n": 1, "message": "m"}, noon)
		store.Inject(sim.Fault{Stall: time.Minute, Times: 1})
		src := open(t, Config{Addresses: []string{"http://one", "http://two"}, Transport: store.RoundTripper(), Timeout: 3 * time.Second})
		began := time.Now()
		page, err := src.Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
		if err != nil || ids(page) != "1" || time.Since(began) != 3*time.Second {
			t.Errorf("got %q after %s: %v", ids(page), time.Since(began), err)
		}
		store.Inject(sim.Fault{Stall: time.Minute})
		_, err = src.Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
		if fault.ClassOf(err) != fault.Offline || !strings.Contains(err.Error(), "no answer within 3s") {
			t.Errorf("a store that stalls gives %v", err)
		}
	})
}

func TestCredentialsAreSentAndNotShown(t *testing.T) {
	for want, cfg := range map[string]Config{
		"":                            {},
		"Basic ZWxhOnMzY3JldHBhc3M=":  {Auth: Auth{Username: "ela", Password: "s3cretpass"}},
		"ApiKey aWQ6czNjcmV0cGFzcw==": {Auth: Auth{APIKey: "id:s3cretpass"}},
		"ApiKey s3cretpass":           {Auth: Auth{APIKey: "s3cretpass"}},
		"Bearer s3cretpass":           {Auth: Auth{Bearer: "s3cretpass"}},
		"Basic dTpzM2NyZXRwYXNz":      {Addresses: []string{"http://u:s3cretpass@logs.invalid:9200"}},
	} {
		var got []string
		cfg.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			got = append(got, r.Header.Get("Authorization"))
			if r.URL.User != nil {
				t.Errorf("credentials stand in the URL %s", r.URL)
			}
			return nil, fmt.Errorf("dial %s: refused", r.URL)
		})
		_, err := open(t, cfg).Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
		if len(got) == 0 || got[0] != want {
			t.Errorf("sent %q, want %q", got, want)
		}
		if strings.Contains(fmt.Sprintf("%v %+v", err, cfg.Auth), "s3cretpass") {
			t.Errorf("a credential is shown: %v %+v", err, cfg.Auth)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestABadConfigurationIsNamed(t *testing.T) {
	for want, cfg := range map[string]Config{
		"no address":                            {},
		`address "logs:9200"`:                   {Addresses: []string{"logs:9200"}},
		`want no query`:                         {Addresses: []string{"http://logs?x=1"}},
		`index "a/b"`:                           {Addresses: []string{"http://logs"}, Index: "a/b"},
		`index "_all"`:                          {Addresses: []string{"http://logs"}, Index: "_all"},
		"more than one kind of credentials":     {Addresses: []string{"http://logs"}, Auth: Auth{APIKey: "k", Bearer: "b"}},
		"the credentials contain a line break":  {Addresses: []string{"http://logs"}, Auth: Auth{Bearer: "b\r\nX: y"}},
		"CA file: open /nowhere/ca.pem":         {Addresses: []string{"http://logs"}, CAFile: "/nowhere/ca.pem"},
		"elastic_test.go: no certificate in it": {Addresses: []string{"http://logs"}, CAFile: "elastic_test.go"},
		"keep one of user and password":         {Addresses: []string{"http://logs"}, Auth: Auth{APIKey: "k"}, Signer: &stamp{}},
		"both a CA file and a fingerprint":      {Addresses: []string{"http://logs"}, CAFile: "ca.pem", Fingerprint: strings.Repeat("ab", 32)},
		"want the 64 hexadecimal digits":        {Addresses: []string{"http://logs"}, Fingerprint: "ab:cd"},
		"wanted together, one of them is set":   {Addresses: []string{"http://logs"}, KeyFile: "key.pem"},
		"client certificate client.pem: open ":  {Addresses: []string{"http://logs"}, CertFile: "client.pem", KeyFile: "key.pem"},
		"both addresses and a cloud id":         {Addresses: []string{"http://logs"}, CloudID: "x:eA"},
		`cloud id "x:!": want it as`:            {CloudID: "x:!"},
	} {
		_, err := Open(cfg)
		if err == nil || fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestARequestAsksForWhatATailNeeds(t *testing.T) {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"message": "m"}, noon)
	var preferences []string
	var body map[string]any
	src := open(t, Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "_search") {
			preferences = append(preferences, r.URL.Query().Get("preference"))
			rc, _ := r.GetBody()
			_ = json.NewDecoder(rc).Decode(&body)
		}
		return store.RoundTripper().RoundTrip(r)
	})})
	for range 2 {
		if _, err := src.Latest(context.Background(), logs.Query{}, logs.Range{}, 7); err != nil {
			t.Fatal(err)
		}
	}
	if preferences[0] == "" || preferences[0] != preferences[1] {
		t.Errorf("the preferences were %q, want one for all", preferences)
	}
	if body["track_total_hits"] != false || body["timeout"] != "8000ms" || body["size"] != 8.0 {
		t.Errorf("the body was %v", body)
	}
}

// TestATailOverTheStore follows a store through the whole client, faults
// included, in no time.
func TestATailOverTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sim.New(sim.Options{})
		src := open(t, Config{Transport: store.RoundTripper()})
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{PageSize: 10})
		defer live.Close()
		seen := map[string]int{}
		go func() {
			for i := range 300 {
				switch i {
				case 50:
					store.Inject(sim.Fault{Status: 503, Times: 3})
				case 100:
					store.Inject(sim.Fault{Status: 429, Times: 2})
				case 150:
					store.Inject(sim.Fault{Partial: true, Times: 4})
				case 200:
					store.Inject(sim.Fault{Stall: time.Minute, Times: 1})
				}
				late := time.Duration(i%7) * time.Second
				_ = store.Index("", map[string]any{"message": "m", "n": i}, time.Now().Add(-late).Truncate(5*time.Second))
				time.Sleep(200 * time.Millisecond)
			}
		}()
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		defer cancel()
		for b := range live.All(ctx) {
			for _, e := range b.Entries {
				if e.Gap != nil {
					t.Errorf("a gap %+v without need", *e.Gap)
					continue
				}
				n, _ := e.Field("n")
				seen[n]++
			}
		}
		if len(seen) != 300 {
			t.Errorf("%d of 300 lines came", len(seen))
		}
		for n, times := range seen {
			if times != 1 {
				t.Errorf("line %s came %d times", n, times)
			}
		}
	})
}
