package elastic

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/sim"
)

// one is a store with one document.
func one(t *testing.T) *sim.Store {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"n": 1, "message": "m"}, noon)
	return store
}

// newest asks for a line and returns the ids of what came.
func newest(t *testing.T, cfg Config) (string, error) {
	t.Helper()
	page, err := open(t, cfg).Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
	return ids(page), err
}

func TestANodeThatDoesNotDoIsPassedOver(t *testing.T) {
	dead := server(t, 200, "")
	dead.Close()
	gateway := server(t, 502, "bad gateway")
	sick := server(t, 503, `{"error":"no master"}`)
	live := httptest.NewServer(one(t))
	defer live.Close()

	for name, c := range map[string]struct {
		nodes []string
		class fault.Class
		says  string
	}{
		"one of four lives":          {[]string{dead.URL, gateway.URL, sick.URL, live.URL + "/"}, fault.Failed, ""},
		"the only one is dead":       {[]string{dead.URL}, fault.Offline, "connect: connection refused (check the address and that the store is up)"},
		"all are dead":               {[]string{dead.URL, "http://" + unresolvable}, fault.Offline, "offline: none of the 2 nodes answers; " + strings.TrimPrefix(dead.URL, "http://") + ": dial tcp"},
		"an answer says more":        {[]string{sick.URL, dead.URL}, fault.Failed, "HTTP 503: no master"},
		"a name that does not exist": {[]string{"http://" + unresolvable}, fault.Offline, "(check the host name in the address)"},
	} {
		src := open(t, Config{Addresses: c.nodes})
		for range 2 {
			page, err := src.Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
			if c.says == "" && (err != nil || ids(page) != "1") {
				t.Fatalf("%s: %v", name, err)
			}
			if c.says != "" && (err == nil || fault.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%s: %v\nwant %s with %s", name, err, c.class, c.says)
			}
		}
	}
}

// unresolvable is in the top-level domain that RFC 6761 keeps from ever existing.
const unresolvable = "logs.invalid"

func TestAPathPrefixStandsBeforeEveryPath(t *testing.T) {
	var paths []string
	store := one(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		http.StripPrefix("/es/logs", store).ServeHTTP(w, r)
	}))
	defer proxy.Close()
	src := open(t, Config{Addresses: []string{proxy.URL + "/es/logs/"}, Index: "logstash-*"})
	page, err := src.Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
	if err != nil || ids(page) != "1" {
		t.Fatalf("%v; asked for %q", err, paths)
	}
	p, err := src.OpenPoint(context.Background())
	if err != nil {
		t.Fatalf("%v; asked for %q", err, paths)
	}
	if err := p.Close(context.Background()); err != nil {
		t.Error(err)
	}
	for _, path := range paths {
		if !strings.HasPrefix(path, "/es/logs/") || strings.HasPrefix(path, "/es/logs//") {
			t.Errorf("asked for %s", path)
		}
	}
}

func TestACloudIDIsAnAddress(t *testing.T) {
	id := func(plain string) string { return base64.StdEncoding.EncodeToString([]byte(plain)) }
	for in, want := range map[string]string{
		"prod:" + id("eu-west-1.aws.found.io$abc123$def456"):    "https://abc123.eu-west-1.aws.found.io",
		id("eu-west-1.aws.found.io$abc123$def456"):              "https://abc123.eu-west-1.aws.found.io",
		"a:b:" + id("found.io$abc$"):                            "https://abc.found.io",
		"prod:" + strings.TrimRight(id("found.io$abc$de"), "="): "https://abc.found.io",
		"prod:" + id("found.io:9243$abc$def"):                   "https://abc.found.io:9243",
		"prod:" + id("found.io:9243$abc:443$def:9244"):          "https://abc.found.io",
		"prod:" + id("found.io$abc"):                            "https://abc.found.io",
		"prod:" + id("found.io"):                                "want host and cluster in it",
		"prod:" + id("found.io$"):                               "a host name in it is wrong",
		"prod:" + id("evil.example/x?$abc$def"):                 "a host name in it is wrong",
		"prod:" + id("found.io:$abc$def"):                       "a port in it is wrong",
		"prod:\x1b[31m":                                         `cloud id "prod:\\x1b[31m": want it as`,
	} {
		got, err := cloudAddress(in)
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != want || err != nil && !strings.Contains(got, want) {
			t.Errorf("%q gives %s, want %s", in, got, want)
		}
	}
	nodes, _, err := endpoints(Config{CloudID: "prod:" + id("found.io$abc$def")})
	if err != nil || len(nodes) != 1 || nodes[0].String() != "https://abc.found.io" {
		t.Errorf("the nodes are %v (%v)", nodes, err)
	}
}

// proxied is set in the environment of the test's second process: Go reads the
// variables of proxies once, and never asks one for an address of this machine.
const proxied = "GANTRY_TEST_PROXIED"

func TestTheProxyOfTheEnvironmentIsAsked(t *testing.T) {
	if os.Getenv(proxied) != "" {
		id, err := newest(t, Config{Addresses: []string{"http://" + unresolvable + ":9200"}})
		if err != nil || id != "1" {
			t.Fatal(err)
		}
		_, err = newest(t, Config{Addresses: []string{"https://" + unresolvable}})
		if err == nil || !strings.Contains(err.Error(), "(check the proxy of HTTP_PROXY and HTTPS_PROXY") {
			t.Fatalf("a proxy that is down gives %v", err)
		}
		return
	}
	store := one(t)
	var hosts []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.URL.Host)
		store.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	down := server(t, 200, "")
	down.Close()
	again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	again.Env = append(os.Environ(), proxied+"=1", "HTTP_PROXY="+proxy.URL, "HTTPS_PROXY="+down.URL, "NO_PROXY=")
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(hosts) == 0 || hosts[0] != unresolvable+":9200" {
		t.Errorf("the proxy was asked for %q", hosts)
	}
}
