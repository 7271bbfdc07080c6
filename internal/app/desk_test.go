package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sim"
	"gantry/internal/config"
	"gantry/internal/inquiry"
	"gantry/logs"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
	"gantry/ui/clipboard"
	"gantry/ui/uitest"
)

// desk is an operator's: the whole console on a simulated account, in a bubble
// where minutes take no time.
type desk struct {
	*uitest.Console
	t   *testing.T
	app *App
	sim *sim.Account
	// logs is the log store.
	logs *logsim.Store
	// wire lies between the SDK and the account.
	wire *wire
	dir  string // where screens are saved
}

// setting is how a desk differs from the usual one.
type setting struct {
	sim  SimOptions
	w, h int
	// profile is the context's; empty is main.
	profile string
	// configure changes the configuration.
	configure func(*config.Config)
	// opener makes what opens the account; nil takes literal keys.
	opener func(access.Options) awsx.Opener
	// replay is the file of a snapshot that is looked at in place of the account.
	replay string
	// editor is the operator's; empty is none.
	editor string
	// webhook is what the team's chat is reached by.
	webhook http.RoundTripper
	// begin is what the command line says of where to begin.
	begin []string
	// tour leads through the incident.
	tour bool
	// everyFrame draws after each message, as the program does.
	everyFrame bool
	// alone keeps other tests from running beside this one, which has changed the
	// environment.
	alone bool
}

// wire lets a test answer in the place of the account.
type wire struct {
	next    http.RoundTripper
	instead atomic.Pointer[answer]
}

// answer is given to a call of an ECS or ECR operation; nil leaves it to the
// account.
type answer func(operation string, r *http.Request) *http.Response

// answer takes the place of the account from now on; nil gives it back.
func (w *wire) answer(f answer) { w.instead.Store(&f) }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if f := w.instead.Load(); f != nil && *f != nil {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if res := (*f)(operation, r); res != nil {
			return res, nil
		}
	}
	return w.next.RoundTrip(r)
}

// says is an answer of a service, or of what stands before it.
func says(r *http.Request, status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// refuses answers with an error in the protocol of the call.
func refuses(r *http.Request, code, message string) *http.Response {
	if strings.Contains(r.URL.Path, "/operation/") {
		body := "\xa2" // a map of two texts, in CBOR
		for _, s := range []string{"__type", code, "message", message} {
			body += "\x78" + string([]byte{byte(len(s))}) + s
		}
		res := says(r, http.StatusBadRequest, "application/cbor", body)
		res.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		return res
	}
	if r.Header.Get("X-Amz-Target") == "" {
		return says(r, http.StatusForbidden, "text/xml",
			"<ErrorResponse><Error><Type>Sender</Type><Code>"+code+"</Code><Message>"+message+"</Message></Error></ErrorResponse>")
	}
	body, _ := json.Marshal(map[string]string{"__type": code, "message": message})
	return says(r, http.StatusBadRequest, "application/x-amz-json-1.1", string(body))
}

// sit gives a test a desk. The simulated account runs at the speed of the clock.
func sit(t *testing.T, s setting, act func(*testing.T, *desk)) {
	t.Helper()
	if !s.alone {
		t.Parallel()
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cfg := config.Config{
			NonProduction: policy.DefaultNonProduction(),
			Writing:       config.Writing{Arm: config.DefaultArm},
			Refresh:       config.DefaultRefresh,
			Screen:        config.Screen{Background: "dark", Sync: "auto"},
		}
		if s.configure != nil {
			s.configure(&cfg)
		}
		d := open(t, s, cfg, dir)
		defer d.leave()
		act(t, d)
	})
}

func open(t *testing.T, s setting, cfg config.Config, dir string) *desk {
	t.Helper()
	s.sim.Seed = cmp.Or(s.sim.Seed, 1)
	s.sim.Speed = cmp.Or(s.sim.Speed, 1)
	simulated, err := simulate(s.sim)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, dir: dir, sim: simulated.account, logs: simulated.logs, wire: &wire{next: simulated.account.RoundTripper()}}
	id := awsx.ContextID{Profile: cmp.Or(s.profile, "main"), Region: simRegion}
	if cfg.Context == (awsx.ContextID{}) {
		cfg.Context = id
	}
	d.app = &App{Config: cfg, Reader: inquiry.Reader{Context: id}, closers: []func() error{simulated.stop}, transport: s.webhook}
	d.app.demo, d.app.tour = s.tour, s.tour
	d.app.logStore = func(awsx.ContextID, config.Logs) (logs.Source, error) {
		return elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: simulated.logs.RoundTripper()})
	}
	if s.opener == nil {
		s.opener = func(o access.Options) awsx.Opener {
			return sdk.NewStatic(o, access.Static{Region: simRegion, AccessKey: "AKID", SecretKey: "SECRET"})
		}
	}
	d.app.codes = newCodes(d.app.notices.tell)
	d.app.closers = append(d.app.closers, d.app.codes.close)
	opener := s.opener(access.Options{Code: d.app.codes.ask, Version: "test", ReadOnly: cfg.Writing.ReadOnly, Transport: d.wire})
	if s.replay != "" {
		if opener, err = d.app.openSnapshot(t.Context(), Options{Replay: s.replay}); err != nil {
			t.Fatal(err)
		}
	}
	if o, ok := opener.(sdk.Opener); ok {
		d.app.logGroups = groupsOf(o)
	}
	if d.app.Beginning, err = ParseBeginning(s.begin); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	d.app.assemble(ctx, opener, dir)
	options, err := d.app.console(func(name string) string {
		if name == "EDITOR" {
			return s.editor
		}
		return utf8(name)
	})
	if err != nil {
		t.Fatal(err)
	}
	options.Clipboard = clipboard.Clipboard{Getenv: func(name string) string {
		if name == "SSH_TTY" {
			return "/dev/pts/0" // copies through the terminal
		}
		return ""
	}}
	options.SaveDir = dir
	d.Console = uitest.New(t, uitest.Options{Shell: options, W: s.w, H: s.h, Bubble: true, EveryFrame: s.everyFrame})
	d.read()
	return d
}

// utf8 is the environment of a terminal that can draw.
func utf8(name string) string {
	if name == "LANG" {
		return "C.UTF-8"
	}
	return ""
}

// leave closes the console as the end of the program does.
func (d *desk) leave() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := d.Shell.Close(ctx); err != nil {
		d.t.Errorf("commands did not end with their contexts: %v", err)
	}
	if err := d.app.Close(); err != nil {
		d.t.Error(err)
	}
}

// read lets what was asked for be read, and drawn as it lands.
func (d *desk) read() *desk {
	d.t.Helper()
	return d.wait(4 * time.Second)
}

// wait lets time pass, in steps short enough to draw what lands as it lands.
func (d *desk) wait(span time.Duration) *desk {
	d.t.Helper()
	step := 200 * time.Millisecond
	if span > 10*time.Second {
		step = time.Second
	}
	for range span / step {
		d.Advance(step)
	}
	return d
}

// until lets time pass until the screen shows all of the texts.
func (d *desk) until(most time.Duration, parts ...string) *desk {
	d.t.Helper()
	for range most / time.Second {
		if d.showing(parts...) {
			return d
		}
		d.Advance(time.Second)
	}
	d.Shows(parts...)
	d.t.Fatalf("not within %s", most)
	return d
}

func (d *desk) showing(parts ...string) bool {
	text := d.Text()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

// press presses keys, each once what the one before set off has been read.
func (d *desk) press(keys ...string) *desk {
	d.t.Helper()
	for _, k := range keys {
		d.Press(k)
		d.wait(time.Second)
	}
	return d
}

// filter narrows the table and rests on what is left.
func (d *desk) filter(expr string) *desk {
	d.t.Helper()
	d.Press("/").Type(expr)
	return d.press("enter")
}

// cluster goes from the clusters into one.
func (d *desk) cluster(name string) *desk {
	d.t.Helper()
	d.Shows("CLUSTER")
	return d.filter("^" + name + "$").press("enter").read()
}

// service puts the cursor on a service, with no filter left in force.
func (d *desk) service(name string) *desk {
	d.t.Helper()
	d.filter("^" + name + "$")
	d.Shows(name)
	return d.press("esc")
}

// selected is the name under the cursor of a table.
func (d *desk) selected() string {
	for _, row := range d.Screen() {
		if rest, ok := strings.CutPrefix(row, ">"); ok {
			return strings.Fields(rest)[0]
		}
	}
	return ""
}

// answer types what a dialog wants, once it listens.
func (d *desk) answer(text string) *desk {
	d.t.Helper()
	d.Advance(400 * time.Millisecond)
	d.Type(text)
	return d.press("enter")
}

// journal is the audit file.
func (d *desk) journal() (records []map[string]any, raw string) {
	d.t.Helper()
	b, err := os.ReadFile(d.app.journal.Path())
	if err != nil {
		d.t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var r map[string]any
		if err := json.Unmarshal(line, &r); err != nil {
			d.t.Fatalf("audit line %q: %v", line, err)
		}
		records = append(records, r)
	}
	return records, string(b)
}

// kinds names the records of the journal in their order: the kind, and the call
// or the outcome.
func (d *desk) kinds() string {
	d.t.Helper()
	records, _ := d.journal()
	var words []string
	for _, r := range records {
		w := r["kind"].(string)
		for _, more := range []string{"call", "outcome"} {
			if v, ok := r[more].(string); ok && v != "" {
				w += " " + v
			}
		}
		words = append(words, w)
	}
	return strings.Join(words, ", ")
}

// changes are the mutating calls that reached the account.
func (d *desk) changes() []string {
	var names []string
	for _, c := range d.sim.Calls() {
		if !strings.HasPrefix(c.Operation, "List") && !strings.HasPrefix(c.Operation, "Describe") && !strings.HasPrefix(c.Operation, "Get") && !strings.HasPrefix(c.Operation, "BatchGet") && !strings.HasPrefix(c.Operation, "Lookup") && c.Operation != "FilterLogEvents" && c.Operation != "SimulatePrincipalPolicy" {
			names = append(names, c.Service+":"+c.Operation)
		}
	}
	return names
}

// Shows, Hides, Press, Paste and Type are the console's, at this desk.
func (d *desk) Shows(parts ...string) *desk {
	d.t.Helper()
	d.Console.Shows(parts...)
	return d
}

func (d *desk) Hides(parts ...string) *desk {
	d.t.Helper()
	d.Console.Hides(parts...)
	return d
}

func (d *desk) Press(keys ...string) *desk {
	d.t.Helper()
	d.Console.Press(keys...)
	return d
}

func (d *desk) Paste(s string) *desk {
	d.t.Helper()
	d.Console.Paste(s)
	return d
}

func (d *desk) Type(s string) *desk {
	d.t.Helper()
	d.Console.Type(s)
	return d
}
