package cli_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/sim"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
	"gantry/internal/audit"
	"gantry/internal/cli"
	"gantry/internal/cli/clitest"
	"gantry/internal/cli/command"
	logsim "gantry/logs/sim"
)

// TestMain gives the tests a machine of their own: keys, no shared config, no
// instance metadata, a state directory.
func TestMain(m *testing.M) {
	// There is memory enough, and time goes into collecting it.
	debug.SetGCPercent(400)
	clitest.Main(m)
}

// account is a simulated account that lives in the bubble of a test, its log store,
// and a configuration file that names the store.
type account struct {
	*sim.Account
	url, file string
	logs      *logsim.Store
	net       network
}

// network is who answers at each host. At every other one nobody listens.
type network map[string]http.RoundTripper

func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	host := n[r.URL.Host]
	if host == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	answer, err := host.RoundTrip(r)
	if err == nil && answer.Header.Get("Date") == "" {
		answer.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	return answer, err
}

// handled is a host at which a handler answers.
type handled http.HandlerFunc

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), nil
}

const logsHost = "logs.test"

// fast is how much faster than the clock the accounts of these tests live.
const fast = 200

// live runs a test beside others, with an account of its own, in a bubble in which
// waiting takes no time.
func live(t *testing.T, o sim.Options, act func(*testing.T, *account)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { act(t, newAccount(t, o)) })
}

// steady is live with the demo account that has nothing wrong.
func steady(t *testing.T, act func(*testing.T, *account)) {
	t.Helper()
	live(t, sim.Options{Scenario: seed.Steady}, act)
}

func newAccount(t *testing.T, o sim.Options) *account {
	t.Helper()
	a := &account{logs: logsim.New(logsim.Options{})}
	o.Speed = cmp.Or(o.Speed, fast)
	o.Seed, o.Logs = 1, sink{a.logs}
	var err error
	if a.Account, err = sim.New(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var lives sync.WaitGroup
	lives.Go(func() { _ = a.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		lives.Wait()
	})
	// The tests share a journal, in which the address says whose a record is. What they have
	// to do with a memory they do alone.
	host := fmt.Sprintf("aws-%x.test", crc32.ChecksumIEEE([]byte(t.Name())))
	a.net = network{host: a.RoundTripper(), logsHost: a.logs.RoundTripper()}
	a.url = "http://" + host
	a.file = filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(a.file, []byte("memory: off\nlogs:\n  endpoints: [http://"+logsHost+"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

type sink struct{ store *logsim.Store }

func (s sink) WriteLog(d output.Doc) { s.store.Put("", d.Document, d.Time) }

// result is what came of a run.
type result struct {
	code     int
	out, err string
}

// wants fails the test unless the run ended with a code, and said each of the
// texts on one of its streams.
func (r result) wants(t *testing.T, code int, texts ...string) result {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d", r.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(r.out+r.err, text) {
			t.Errorf("%q was not said", text)
		}
	}
	if t.Failed() {
		t.Fatalf("stdout:\n%s\nstderr:\n%s", r.out, r.err)
	}
	return r
}

// lacks fails the test when one of the texts was said.
func (r result) lacks(t *testing.T, texts ...string) result {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.out+r.err, text) {
			t.Fatalf("%q was said\nstdout:\n%s\nstderr:\n%s", text, r.out, r.err)
		}
	}
	return r
}

// run runs gantry in a pipeline: nobody is there to be asked.
func (a *account) run(t *testing.T, args ...string) result {
	t.Helper()
	return a.runWith(t.Context(), command.Streams{In: strings.NewReader("")}, args...)
}

// answering runs gantry at a terminal at which somebody types.
func (a *account) answering(t *testing.T, typed io.Reader, args ...string) result {
	t.Helper()
	return a.runWith(t.Context(), command.Streams{In: typed, Terminal: true}, args...)
}

// through is run over another way to the network.
func (a *account) through(t *testing.T, wire http.RoundTripper, args ...string) result {
	t.Helper()
	return run(t.Context(), command.Streams{In: strings.NewReader(""), Wire: wire}, append([]string{"--endpoint", a.url, "--config", a.file}, args...)...)
}

func (a *account) runWith(ctx context.Context, s command.Streams, args ...string) result {
	s.Wire = a.net
	return run(ctx, s, append([]string{"--endpoint", a.url, "--config", a.file}, args...)...)
}

// run runs gantry with what it writes gathered, unless the streams say where it
// goes.
func run(ctx context.Context, s command.Streams, args ...string) result {
	var out, err bytes.Buffer
	if s.Out == nil {
		s.Out = &out
	}
	if s.Err == nil {
		s.Err = &err
	}
	if s.Getenv == nil {
		s.Getenv = os.Getenv
	}
	code := cli.Run(ctx, "test", args, s)
	return result{code, out.String(), err.String()}
}

// object decodes a result's JSON.
func (r result) object(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.out), &v); err != nil {
		t.Fatalf("%v in\n%s%s", err, r.out, r.err)
	}
	return v
}

// at follows keys and indices into decoded JSON.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v
}

// changes are the calls that were sent and did not only read.
func (a *account) changes() []string {
	var sent []string
	for _, c := range a.Calls() {
		reads := false
		for _, prefix := range []string{"Describe", "List", "Get", "BatchGet", "Lookup"} {
			reads = reads || strings.HasPrefix(c.Operation, prefix)
		}
		if !reads {
			sent = append(sent, c.Operation)
		}
	}
	return sent
}

// journal returns the lines of the audit file that are about this account.
func (a *account) journal(t *testing.T) (lines []string, kinds string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(audit.DefaultDir(), "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var r audit.Record
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(r.Context, a.url) {
			lines = append(lines, line)
			kinds += strings.TrimSpace(fmt.Sprintf("%s %s%s", r.Kind, r.Call, r.Outcome)) + "\n"
		}
	}
	return lines, kinds
}
