package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/adrg/xdg"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/audit"
	"gantry/internal/canarytest"
	"gantry/internal/clean"
	"gantry/internal/cli"
	"gantry/internal/cli/command"
)

// chatHost is where the team's chat is told of changes.
const chatHost = "chat.test"

// shell runs the commands of gantry against an account with canaries in staging/web,
// and keeps what they say and what they tell the chat.
type shell struct {
	*account
	t        *testing.T
	args     []string // of every command
	env      map[string]string
	said     strings.Builder
	messages [][]byte
}

// inShell gives a test a shell with a state directory of its own, in a bubble.
func inShell(t *testing.T, act func(*testing.T, *shell)) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	synctest.Test(t, func(t *testing.T) {
		s := &shell{t: t, account: newAccount(t, sim.Options{Scenario: seed.Steady})}
		s.net[chatHost] = handled(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			s.messages = append(s.messages, body)
		})
		canarytest.Plant(t, s.RoundTripper(), "staging", "web")
		file := configured(t, fmt.Sprintf("logs: {endpoints: [http://%s]}\nnotify: {webhook: {env: HOOK}}\n", logsHost))
		s.args, s.env = []string{"--endpoint", s.url, "--config", file}, map[string]string{"HOOK": "https://" + chatHost + "/k3yOfTheHook"}
		act(t, s)
	})
}

func (s *shell) getenv(name string) string {
	if v, ok := s.env[name]; ok {
		return v
	}
	return os.Getenv(name)
}

// run runs one command, searches what it says, and returns its exit code.
func (s *shell) run(in string, terminal bool, words ...string) (code int, out string) {
	s.t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(s.t.Context(), "test", append(words, s.args...), command.Streams{
		In: strings.NewReader(in), Out: &o, Err: &e, Terminal: terminal, Getenv: s.getenv, Wire: s.net,
	})
	canarytest.Hunt(s.t, "gantry "+strings.Join(words, " "), o.String()+e.String())
	s.said.WriteString(o.String() + e.String())
	if strings.Contains(e.String(), "k3yOfTheHook") {
		s.t.Errorf("the webhook's address is told: %s", e.String())
	}
	return code, o.String() + e.String()
}

// does runs a command that has to end well.
func (s *shell) does(in string, words ...string) {
	s.t.Helper()
	if code, said := s.run(in, false, words...); code != 0 {
		s.t.Fatalf("gantry %s ended with %d:\n%s", strings.Join(words, " "), code, said)
	}
}

// TestTheCommandsShowNoCanary runs every command about a service whose environment
// is full of secrets, and searches whatever was written by them.
func TestTheCommandsShowNoCanary(t *testing.T) {
	tmp, copies, editor := canarytest.Drafts(t)
	inShell(t, func(t *testing.T, s *shell) {
		s.env["EDITOR"] = editor
		time.Sleep(time.Minute) // until what was planted runs

		for _, words := range []string{
			"status", "status staging", "status staging/web", "env staging/web", "secrets staging/web", "history staging/web",
			"export staging/web", "diff staging-web:2 staging-web:3", "diff staging-web:3 staging/web", "logs staging/web",
			"deploy staging/web --image :v5.2.0 --dry-run", "deploy staging/web --image :nope --dry-run",
			"env set staging/web NEW_TOKEN=" + canarytest.Typed + " UPSTREAM=postgres://a:" + canarytest.Typed + "@db/x --dry-run",
			"env set staging/web --unset SESSION --unset CERTIFICATE --dry-run", "env set staging/web ONLY=1 --replace --dry-run",
			"secrets staging/web SESSION=/staging/session --move --dry-run",
			"scale staging/web 2 --dry-run", "restart staging/web --dry-run", "rollback staging/web --dry-run", "rollback staging/web --to 2 --dry-run",
			"run staging/staging-web --env NEW_TOKEN=" + canarytest.Typed + " --dry-run", "deregister staging-web:1 --dry-run", "breaker staging/web off --dry-run",
		} {
			fields := strings.Fields(words)
			s.run("", false, fields...)
			s.run("", false, append(fields, "-o", "json")...)
		}
		s.run("", false, "env", "staging/web", "-o", "dotenv")

		// Pages, probes, waits and failures as documents, as a job of a pipeline too.
		for _, host := range []string{"", "GITHUB_ACTIONS", "GITLAB_CI"} {
			s.env[host] = "true"
			for _, words := range []string{
				"status --check", "status --check staging/web", "status --check staging/web -o json", "status --all -o json", "wait staging/web", "wait staging/web -o json",
				"deploy staging/web --image :v5.2.0 --dry-run -o markdown", "env set staging/web NEW_TOKEN=" + canarytest.Typed + " UPSTREAM=postgres://a:" + canarytest.Typed + "@db/x --dry-run -o markdown",
				"env set staging/web --unset SESSION --dry-run -o markdown", "run staging/staging-web --env NEW_TOKEN=" + canarytest.Typed + " --dry-run -o markdown", "restart staging/web staging/users --dry-run -o markdown",
				"env set staging/web " + canarytest.Typed + " -o json", "env set staging/nobody NEW_TOKEN=" + canarytest.Typed + " -o json", "env set staging/web 1NEW=" + canarytest.Typed + " -o markdown",
				"deploy staging/web --image postgres://a:" + canarytest.Typed + "@b/c -o json", "deploy staging/web --image postgres://a:" + canarytest.Typed + "@b/c -o markdown --wait-for-image 5s", "secrets staging/web A=password=" + canarytest.Typed + " -o json",
			} {
				s.run("", false, strings.Fields(words)...)
			}
			delete(s.env, host)
		}

		// Changes, to their ends.
		pem := "PRIVATE=\"" + canarytest.Secrets()[4].Value + "\"\nNEW_TOKEN='" + canarytest.Typed + "'\n"
		s.does(pem, "env", "set", "staging/web", "--from-file=-", "--yes")
		s.does("", "restart", "staging/web", "--yes")
		s.does("", "rollback", "staging/web", "--to", "3", "--yes")
		s.does("", "run", "staging/staging-web", "--env", "NEW_TOKEN="+canarytest.Typed, "--yes", "--no-wait")

		// The definition in an editor, and on standard input.
		s.run("y\n", true, "edit", "staging/web", "--dry-run")
		if code, said := s.run("", true, "edit", "staging/web", "--yes"); code != 0 {
			t.Errorf("the edit ended with %d:\n%s", code, said)
		}
		if edited := canarytest.HuntFiles(t, copies); len(edited) != 2 {
			t.Errorf("the editor was given %d definitions", len(edited))
		}
		canarytest.HuntFiles(t, tmp)
		for _, document := range []string{
			`{"family": "staging-web", "containerDefinitions": [{"name": "web", "image": "a", "memory": 1, "environment": [{"name": "TOKEN", "value": "` + canarytest.Typed + `"}]}]}`,
			`{"containerDefinitions": [{"name": "web", "environment": [{"name": "TOKEN", "value": "` + canarytest.Typed + `" "x"}]}]}`,
			`{"containerDefinitions": [{"environment": [{"name": "TOKEN", "value": "` + canarytest.Typed + `\q"}]}]}`,
			`{"containerDefinitions": {"TOKEN": "` + canarytest.Typed + `"}}`, `"` + canarytest.Typed, canarytest.Typed,
			`{"taskDefinitionArn": "password=` + canarytest.Typed + `"}`, `{"family": "token=` + canarytest.Typed + `"}`,
		} {
			s.run(document, false, "edit", "staging/web", "--dry-run")
			s.run(document, false, "edit", "staging/web", "--dry-run", "-o", "json")
		}

		// What is wrong near a secret.
		for _, c := range []struct{ in, words string }{
			{"", "env set staging/web --container nobody NEW_TOKEN=" + canarytest.Typed}, {"", "env set NEW_TOKEN=" + canarytest.Typed}, {"", "env set staging/web " + canarytest.Typed},
			{"", "env set staging/web 1NEW=" + canarytest.Typed}, {"", "env set staging/nobody NEW_TOKEN=" + canarytest.Typed}, {"", "deploy staging/web --image postgres://a:" + canarytest.Typed + "@b/c"},
			{"A='" + canarytest.Typed, "env set staging/web --from-file=-"}, {"A B=" + canarytest.Typed, "env set staging/web --from-file=-"}, {"=" + canarytest.Typed, "env set staging/web --from-file=-"},
			{"A=(masked)" + canarytest.Typed, "env set staging/web --from-file=-"}, {"", "env set staging/web --from-file=/" + "nowhere"},
			{"", "run staging/staging-web --env " + canarytest.Typed + " --yes"}, {"", "run staging/staging-web --env 1A=" + canarytest.Typed + " --yes"},
			{"", "secrets staging/web A=password=" + canarytest.Typed},
		} {
			if code, said := s.run(c.in, false, strings.Fields(c.words)...); code == 0 {
				t.Errorf("gantry %s ended well:\n%s", c.words, said)
			}
		}

		if len(s.messages) < 8 {
			t.Errorf("the webhook got %d messages", len(s.messages))
		}
		for _, m := range s.messages {
			canarytest.Hunt(t, "the webhook", string(m))
		}
		if names := canarytest.HuntFiles(t, audit.DefaultDir()); len(names) != 4 { // the journal, its key, what was seen, and what was listed by name
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
	})
}

// TestARevealPrintsAndIsOnRecord: --reveal prints the values, and the record of it
// is there before.
func TestARevealPrintsAndIsOnRecord(t *testing.T) {
	inShell(t, func(t *testing.T, s *shell) {
		var out bytes.Buffer
		words := append([]string{"env", "staging/web", "--reveal", "-o", "json"}, s.args...)
		if code := cli.Run(t.Context(), "test", words, command.Streams{In: strings.NewReader(""), Out: &out, Err: io.Discard, Getenv: s.getenv, Wire: s.net}); code != 0 {
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
		for _, c := range canarytest.Secrets() {
			if values[c.Name] != c.Value {
				t.Errorf("%s is %q", c.Name, values[c.Name])
			}
		}
		records, _, err := audit.Read(filepath.Join(audit.DefaultDir(), "audit.jsonl"))
		if err != nil || len(records) != 1 || records[0].Action != "reveal" || records[0].Service != "web" || records[0].Who == "" {
			t.Errorf("on record: %+v (%v)", records, err)
		}
		canarytest.HuntFiles(t, audit.DefaultDir())
	})
}

// TestACommandEndsAsItDoesWithoutAWebhook: one that nobody answers at is a warning
// on standard error, after the result.
func TestACommandEndsAsItDoesWithoutAWebhook(t *testing.T) {
	inShell(t, func(t *testing.T, s *shell) {
		delete(s.net, chatHost)
		code, said := s.run("", false, "restart", "staging/users", "--yes")
		if code != 0 || !strings.Contains(said, "staging/users: succeeded") {
			t.Errorf("ended with %d:\n%s", code, said)
		}
		if n := strings.Count(said, "warning: notify: a message was not sent: "); n != 2 || strings.Contains(said, s.env["HOOK"]) {
			t.Errorf("%d warnings in\n%s", n, said)
		}
	})
}
