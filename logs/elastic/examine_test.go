package elastic

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/sim"
)

func examine(t *testing.T, cfg Config) logs.Examination {
	t.Helper()
	return open(t, cfg).Examine(context.Background(), time.Now(), time.Hour, []string{"container_id", "ecs_task_arn"})
}

func TestAStoreIsExamined(t *testing.T) {
	store := sim.New(sim.Options{})
	for i := range 3 {
		put(t, store, map[string]any{"message": "m", "container_id": "c", "n": i}, time.Now().Add(-time.Duration(i)*40*time.Minute))
	}
	ours := newAuthority(t, "ours")
	server := httptest.NewUnstartedServer(store)
	server.TLS = tlsOf(ours.leaf(time.Now().Add(time.Hour)))
	server.StartTLS()
	defer server.Close()
	x := examine(t, Config{
		Addresses: []string{strings.Replace(server.URL, "//", "//reader:s3cret@", 1)}, Fingerprint: print(ours.cert),
	})
	for what, err := range map[string]error{"greeting": x.GreetingErr, "search": x.SearchErr, "fields": x.FieldErr, "count": x.CountErr, "point": x.PointErr} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	g := x.Greeting
	if g.Product != "Elasticsearch" || g.Version == "" || g.Cluster == "" || g.Local.Sub(g.Server).Abs() > 2*time.Second {
		t.Errorf("the greeting is %+v", g)
	}
	if g.Security == nil || g.Security.Version != "TLS 1.3" || g.Security.Issuer != "CN=ours" || g.Security.Until.Before(time.Now()) {
		t.Errorf("the connection's encryption is %+v", g.Security)
	}
	if x.Access != "user and password" || !slices.Equal(x.Addresses, []string{server.URL}) || x.Index != "logstash-*" {
		t.Errorf("reached at %q (%s) with %q", x.Addresses, x.Index, x.Access)
	}
	if len(x.Newest) != 3 || x.Count.Lines != 2 || x.NoIndex || x.Unreached {
		t.Errorf("%d documents, %d of them of the last hour", len(x.Newest), x.Count.Lines)
	}
	found := map[logs.Role]string{}
	for _, u := range x.Fields {
		found[u.Role] = strings.Join(u.Found, " ")
	}
	if found[logs.RoleTimestamp] != "@timestamp" || found[logs.RoleMessage] != "message" || found[logs.RoleLevel] != "" ||
		found[logs.RoleSource] != "container_id" {
		t.Errorf("found %v", found)
	}
}

func TestWhatCannotBeExaminedIsTold(t *testing.T) {
	refuses := func(status int, body string, paths ...string) http.RoundTripper {
		return lacking(one(t), status, body, paths...)
	}
	for name, c := range map[string]struct {
		transport http.RoundTripper
		err       func(logs.Examination) error
		says      string
		unreached bool
	}{
		"nothing answers": {roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }),
			func(x logs.Examination) error { return x.GreetingErr }, "greet logstash-*: offline: ", true},
		"something else": {canned(map[string]string{"": `{"hello":"I am a teapot"}`}),
			func(x logs.Examination) error { return x.GreetingErr }, "names no version of a search engine (check the address", true},
		"a web page": {canned(map[string]string{"": `<html><title>Log in</title>`}),
			func(x logs.Examination) error { return x.GreetingErr }, "a web page answers: Log in (check the address", true},
		"no search": {refuses(403, notAllowed, "_search"),
			func(x logs.Examination) error { return x.SearchErr }, "denied: HTTP 403", false},
		"no fields": {refuses(403, notAllowed, "_field_caps"),
			func(x logs.Examination) error { return x.FieldErr }, "does not tell which fields there are", false},
		"no count": {refuses(403, notAllowed, "_count"),
			func(x logs.Examination) error { return x.CountErr }, "denied: HTTP 403", false},
		"no points": {refuses(400, `{"error":"no handler found","status":400}`, "_pit", "point_in_time"),
			func(x logs.Examination) error { return x.PointErr }, logs.ErrNoPoints.Error(), false},
	} {
		x := examine(t, Config{Transport: c.transport})
		if err := c.err(x); err == nil || !strings.Contains(err.Error(), c.says) || x.Unreached != c.unreached {
			t.Errorf("%s: %v (unreached %t)\nwant %s", name, err, x.Unreached, c.says)
		}
	}
	if x := examine(t, Config{Transport: sim.New(sim.Options{}).RoundTripper()}); !x.NoIndex {
		t.Errorf("without an index: %+v", x)
	}
	x := examine(t, Config{Tiebreak: "event.sequence", Transport: one(t).RoundTripper()})
	if tiebreak := x.Fields[len(x.Fields)-1]; fault.ClassOf(x.SearchErr) != fault.Invalid || tiebreak.Role != logs.RoleTiebreak || len(tiebreak.Found) > 0 {
		t.Errorf("with a tiebreak that is not there: %v, %+v", x.SearchErr, x.Fields)
	}
	x = examine(t, Config{Index: "app", Transport: one(t).RoundTripper()})
	if !x.NoIndex || fault.ClassOf(x.SearchErr) != fault.NotFound {
		t.Errorf("with another index: %+v", x)
	}
}

func TestOpenSearchIsKnownByItsDistribution(t *testing.T) {
	x := examine(t, Config{Transport: canned(map[string]string{"": `{"cluster_name":"c","version":{"distribution":"opensearch","number":"3.3.0"},"_shards":{"total":0},"fields":{},"hits":{"hits":[]}}`})})
	if x.Greeting.Product != "OpenSearch" || x.Greeting.Version != "3.3.0" {
		t.Errorf("got %+v (%v)", x.Greeting, x.GreetingErr)
	}
}
