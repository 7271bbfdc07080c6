package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adrg/xdg"

	"gantry/awsx/sim"
	"gantry/internal/app"
	"gantry/internal/audit"
	"gantry/internal/clean"
	"gantry/internal/cli"
)

const typed = "cAnFr3shV4lue" // a canary that is typed during the test

// shell runs the commands of gantry against a simulated account, and keeps what
// they say.
type shell struct {
	t        *testing.T
	args     []string // of every command
	env      map[string]string
	said     strings.Builder
	webhook  *httptest.Server
	mu       sync.Mutex
	messages [][]byte
}

// newShell serves an account with canaries in staging/web, and gives the test a
// machine of its own.
func newShell(t *testing.T) *shell {
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "XDG_STATE_HOME": filepath.Join(home, "state"), "XDG_CONFIG_HOME": filepath.Join(home, "config"),
		"AWS_CONFIG_FILE": filepath.Join(home, "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, "none"),
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "", "AWS_ENDPOINT_URL": "",
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
	} {
		t.Setenv(name, value)
	}
	xdg.Reload()
	t.Cleanup(xdg.Reload)

	account, err := sim.New(sim.Options{Scenario: sim.Steady, Speed: 200, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var lives sync.WaitGroup
	lives.Go(func() { _ = account.Run(ctx) })
	aws := httptest.NewServer(account)
	s := &shell{t: t}
	s.webhook = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.messages = append(s.messages, body)
	}))
	t.Cleanup(func() {
		s.webhook.Close()
		aws.Close()
		cancel()
		lives.Wait()
	})
	app.Plant(t, account.RoundTripper(), "staging", "web")
	config := filepath.Join(home, "gantry.yaml")
	if err := os.WriteFile(config, []byte("notify: {webhook: {env: HOOK}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.args, s.env = []string{"--endpoint", aws.URL, "--config", config}, map[string]string{"HOOK": s.webhook.URL + "/k3yOfTheHook"}
	return s
}

// run runs one command, searches what it says, and returns its exit code.
func (s *shell) run(in string, terminal bool, command ...string) (code int, out string) {
	s.t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(s.t.Context(), "test", append(command, s.args...), cli.Streams{
		In: strings.NewReader(in), Out: &o, Err: &e, Terminal: terminal,
		Getenv: func(name string) string {
			if v, ok := s.env[name]; ok {
				return v
			}
			return os.Getenv(name)
		},
	})
	app.Hunt(s.t, "gantry "+strings.Join(command, " "), o.String()+e.String())
	s.said.WriteString(o.String() + e.String())
	if strings.Contains(e.String(), "k3yOfTheHook") {
		s.t.Errorf("the webhook's address is told: %s", e.String())
	}
	return code, o.String() + e.String()
}

// does runs a command that has to end well.
func (s *shell) does(in string, command ...string) {
	s.t.Helper()
	if code, said := s.run(in, false, command...); code != 0 {
		s.t.Fatalf("gantry %s ended with %d:\n%s", strings.Join(command, " "), code, said)
	}
}

// TestTheCommandsShowNoCanary runs every command about a service whose environment
// is full of secrets, and searches whatever was written by them.
func TestTheCommandsShowNoCanary(t *testing.T) {
	tmp, copies, editor := app.Drafts(t)
	s := newShell(t)
	s.env["EDITOR"] = editor
	deadline := time.Now().Add(time.Minute)
	for {
		if _, said := s.run("", false, "history", "staging/web"); !strings.Contains(said, "in progress") || time.Now().After(deadline) {
			break
		}
	}

	for _, command := range []string{
		"status", "status staging", "status staging/web", "env staging/web", "secrets staging/web", "history staging/web",
		"diff staging-web:2 staging-web:3", "diff staging-web:3 staging/web", "logs staging/web",
		"deploy staging/web --image :v5.2.0 --dry-run", "deploy staging/web --image :nope --dry-run",
		"env set staging/web NEW_TOKEN=" + typed + " UPSTREAM=postgres://a:" + typed + "@db/x --dry-run",
		"env set staging/web --unset SESSION --unset CERTIFICATE --dry-run", "env set staging/web ONLY=1 --replace --dry-run",
		"secrets staging/web SESSION=/staging/session --move --dry-run",
		"scale staging/web 2 --dry-run", "restart staging/web --dry-run", "rollback staging/web --dry-run", "rollback staging/web --to 2 --dry-run",
		"run staging/staging-web --env NEW_TOKEN=" + typed + " --dry-run", "deregister staging-web:1 --dry-run", "breaker staging/web off --dry-run",
	} {
		fields := strings.Fields(command)
		s.run("", false, fields...)
		s.run("", false, append(fields, "-o", "json")...)
	}
	s.run("", false, "env", "staging/web", "-o", "dotenv")

	// Changes, to their ends.
	pem := "PRIVATE=\"" + app.Canaries()[4].Value + "\"\nNEW_TOKEN='" + typed + "'\n"
	s.does(pem, "env", "set", "staging/web", "--from-file=-", "--yes")
	s.does("", "restart", "staging/web", "--yes")
	s.does("", "rollback", "staging/web", "--to", "3", "--yes")
	s.does("", "run", "staging/staging-web", "--env", "NEW_TOKEN="+typed, "--yes", "--no-wait")

	// The definition in an editor, and on standard input.
	s.run("y\n", true, "edit", "staging/web", "--dry-run")
	if code, said := s.run("", true, "edit", "staging/web", "--yes"); code != 0 {
		t.Errorf("the edit ended with %d:\n%s", code, said)
	}
	if edited := app.HuntFiles(t, copies); len(edited) != 2 {
		t.Errorf("the editor was given %d definitions", len(edited))
	}
	app.HuntFiles(t, tmp)
	for _, document := range []string{
		`{"family": "staging-web", "containerDefinitions": [{"name": "web", "image": "a", "memory": 1, "environment": [{"name": "TOKEN", "value": "` + typed + `"}]}]}`,
		`{"containerDefinitions": [{"name": "web", "environment": [{"name": "TOKEN", "value": "` + typed + `" "x"}]}]}`,
		`{"containerDefinitions": [{"environment": [{"name": "TOKEN", "value": "` + typed + `\q"}]}]}`,
		`{"containerDefinitions": {"TOKEN": "` + typed + `"}}`, `"` + typed, typed,
		`{"taskDefinitionArn": "password=` + typed + `"}`, `{"family": "token=` + typed + `"}`,
	} {
		s.run(document, false, "edit", "staging/web", "--dry-run")
		s.run(document, false, "edit", "staging/web", "--dry-run", "-o", "json")
	}

	// What is wrong near a secret.
	for _, c := range []struct{ in, command string }{
		{"", "env set staging/web --container nobody NEW_TOKEN=" + typed}, {"", "env set NEW_TOKEN=" + typed}, {"", "env set staging/web " + typed},
		{"", "env set staging/web 1NEW=" + typed}, {"", "env set staging/nobody NEW_TOKEN=" + typed}, {"", "deploy staging/web --image postgres://a:" + typed + "@b/c"},
		{"A='" + typed, "env set staging/web --from-file=-"}, {"A B=" + typed, "env set staging/web --from-file=-"}, {"=" + typed, "env set staging/web --from-file=-"},
		{"A=(masked)" + typed, "env set staging/web --from-file=-"}, {"", "env set staging/web --from-file=/" + "nowhere"},
		{"", "run staging/staging-web --env " + typed + " --yes"}, {"", "run staging/staging-web --env 1A=" + typed + " --yes"},
		{"", "secrets staging/web A=password=" + typed},
	} {
		if code, said := s.run(c.in, false, strings.Fields(c.command)...); code == 0 {
			t.Errorf("gantry %s ended well:\n%s", c.command, said)
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.messages) < 8 {
		t.Errorf("the webhook got %d messages", len(s.messages))
	}
	for _, m := range s.messages {
		app.Hunt(t, "the webhook", string(m))
	}
	if names := app.HuntFiles(t, audit.DefaultDir()); len(names) != 2 {
		t.Errorf("under the state directory are %s", names)
	}
	records, torn, err := audit.Read(filepath.Join(audit.DefaultDir(), "audit.jsonl"))
	if err != nil || torn > 0 {
		t.Fatalf("%d torn lines (%v)", torn, err)
	}
	sealed := 0
	for _, r := range records {
		sealed += len(r.Env)
	}
	if masked := strings.Count(s.said.String(), clean.Mask[:len(clean.Mask)-1]); masked < 100 || sealed < 2 {
		t.Errorf("%d masks were shown and %d variables recorded: the canaries did not go everywhere", masked, sealed)
	}
}

// TestARevealPrintsAndIsOnRecord: --reveal prints the values, and the record of it
// is there before.
func TestARevealPrintsAndIsOnRecord(t *testing.T) {
	s := newShell(t)
	var out bytes.Buffer
	command := append([]string{"env", "staging/web", "--reveal", "-o", "json"}, s.args...)
	if code := cli.Run(t.Context(), "test", command, cli.Streams{In: strings.NewReader(""), Out: &out, Err: io.Discard, Getenv: func(name string) string {
		if v, ok := s.env[name]; ok {
			return v
		}
		return os.Getenv(name)
	}}); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	var shown struct {
		Variables []struct{ Name, Value string }
	}
	if err := json.Unmarshal(out.Bytes(), &shown); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, v := range shown.Variables {
		values[v.Name] = v.Value
	}
	for _, c := range app.Canaries() {
		if values[c.Name] != c.Value {
			t.Errorf("%s is %q", c.Name, values[c.Name])
		}
	}
	records, _, err := audit.Read(filepath.Join(audit.DefaultDir(), "audit.jsonl"))
	if err != nil || len(records) != 1 || records[0].Action != "reveal" || records[0].Service != "web" || records[0].Who == "" {
		t.Errorf("on record: %+v (%v)", records, err)
	}
	app.HuntFiles(t, audit.DefaultDir())
}
