//go:build integration

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wants fails the test unless the program ended with a code and said the texts.
func (r result) wants(t *testing.T, code int, texts ...string) result {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.stdout+r.stderr, text) {
			t.Errorf("%q was not said", text)
		}
	}
	if r.code != code || t.Failed() {
		t.Fatalf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", r.code, code, r.stdout, r.stderr)
	}
	return r
}

// written writes a file for a test and returns its path.
func written(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExitCodes has the built program end in each way that scripts branch on.
func TestExitCodes(t *testing.T) {
	aws, logs := simulator(t, "--scenario", "steady", "--seed", "7", "--speed", "20")
	env := account(t, aws)
	config := configured(t, logs)
	gantry := func(args ...string) result { return run(t, env, append([]string{"--config", config}, args...)...) }

	t.Run("0 done", func(t *testing.T) {
		r := gantry("scale", "prod/users", "4", "--yes").wants(t, 0)
		if r.stdout != "prod/users: succeeded: users runs 4 tasks\n" {
			t.Errorf("standard output has %q", r.stdout)
		}
		gantry("breaker", "prod/api-orders", "on", "--yes").wants(t, 0, "prod/api-orders: done")
		gantry("run", "prod/orders-migrate", "--yes", "--", "migrate", "--all").wants(t, 0, "1 task ended with exit code 0", "migrate exit 0")
	})
	t.Run("1 failed", func(t *testing.T) {
		gantry("run", "prod/orders-migrate:1", "--yes").wants(t, 1, "ended with exit code 1", "last lines of migrate in task ")
	})
	t.Run("2 bad usage or input", func(t *testing.T) {
		gantry("scale", "prod/users", "many").wants(t, 2, "expected a whole number")
		gantry("restart", "prod/nobody", "--yes").wants(t, 2, "no such service in cluster prod")
		gantry("scale", "prod/users", "4", "--yes").wants(t, 2, "nothing changed")
		gantry("edit", "prod/users", "--yes").wants(t, 2, "standard input is empty")
		gantry().wants(t, 2, "the console needs a terminal")
	})
	t.Run("3 rolled back by the breaker", func(t *testing.T) {
		gantry("deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes").wants(t, 3,
			"prod/api-orders: rolled back: ECS gave api-orders:6 up and runs api-orders:5 again", "last lines of api-orders in task ", "DB_URL")
	})
	t.Run("3 rolled back by --rollback", func(t *testing.T) {
		gantry("breaker", "prod/api-orders", "off", "--yes").wants(t, 0)
		gantry("deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes", "--rollback", "--timeout", "8s").wants(t, 3,
			"note: --rollback is this process's doing", "gantry breaker prod/api-orders on", "going back to api-orders:5", "; went back to api-orders:5")
		r := gantry("status", "prod/api-orders").wants(t, 0)
		if !strings.Contains(r.stdout, "api-orders:5") {
			t.Errorf("it runs\n%s", r.stdout)
		}
	})
	t.Run("4 timed out", func(t *testing.T) {
		gantry("restart", "prod/search", "--yes", "--timeout", "100ms").wants(t, 4, "timed out: no end after 100ms; the deployment goes on in ECS")
	})
	t.Run("5 refused", func(t *testing.T) {
		gantry("restart", "prod/web", "--yes", "--readonly").wants(t, 5, "gantry is read-only")
		gantry("restart", "prod/web").wants(t, 5, "not confirmed: without a terminal")
		gantry("restart", "prod/web", "--confirm", "wab").wants(t, 5, "does not match")
		gantry("deploy", "prod/web", "--image", "web=:never-pushed", "--yes").wants(t, 5, "refused: image: ")
		rules := written(t, "rules.yaml", "rules:\n  - {cluster: prod, service: web, action: restart, deny: true, reason: frozen until Monday}\n")
		denied := run(t, env, "restart", "prod/web", "--config", rules, "--confirm", "web", "--yes")
		denied.wants(t, 5, "a rule of the configuration denies restart here: frozen until Monday")
	})
	t.Run("5 refused, as it moved meanwhile", func(t *testing.T) {
		c := open(t, 200, 50, env, "--config", config, "scale", "prod/pricing", "4")
		c.sees("Carry it out? y/N")
		gantry("scale", "prod/pricing", "3", "--yes", "--no-wait").wants(t, 0)
		c.press("y" + enter)
		if code := c.exits(); code != 5 {
			t.Errorf("exit code %d\n%s", code, c.text())
		}
		c.sees("drift", "was 2 and is 3")
	})
}

// TestTheEditorKeepsItsInterruptKey edits a task definition in a terminal: the
// interrupt key is the editor's, and ends gantry only when no editor runs.
func TestTheEditorKeepsItsInterruptKey(t *testing.T) {
	aws, _ := simulator(t, "--scenario", "steady", "--seed", "7", "--speed", "20")
	editor := written(t, "editor.sh", `trap 'sed -i s/LOG_LEVEL/LOGLEVEL/ "$1"; exit 0' INT
echo editing
while :; do read line; done
`)
	env := append(account(t, aws), "EDITOR=bash "+editor)
	c := open(t, 200, 50, env, "edit", "staging/catalog", "--no-wait")
	c.sees("editing")
	c.press(ctrlC)
	c.sees("LOGLEVEL", "Carry it out? y/N")
	c.press(ctrlC)
	if code := c.exits(); code != 130 {
		t.Errorf("exit code %d\n%s", code, c.text())
	}
	c.sees("the edit is kept in ")
}

// TestTmuxIsAskedOnceAndByTheConsoleAlone has a tmux in the path that notes each time
// it is run, and that does not end before the test: nothing waits for its answer.
func TestTmuxIsAskedOnceAndByTheConsoleAlone(t *testing.T) {
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes")
	if err := os.WriteFile(filepath.Join(dir, "tmux"), []byte("#!/bin/sh\necho \"$@\" >>"+notes+"\nwhile [ -e "+notes+" ]; do sleep 0.1; done\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	env := environment(t, "TMUX=/tmp/tmux,1,0", "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	asked := func() string {
		text, err := os.ReadFile(notes)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return string(text)
	}
	if code := open(t, 80, 24, env, "--version").exits(); code != 0 || asked() != "" {
		t.Errorf("exit %d, and tmux was asked for %q", code, asked())
	}
	c := open(t, 80, 24, env, "--demo")
	c.sees("prod")
	defer c.kill()
	for limit := time.Now().Add(patience); asked() == "" && time.Now().Before(limit); {
		after(50 * time.Millisecond)
	}
	if got := asked(); got != "info\n" {
		t.Errorf("the console asked tmux for %q", got)
	}
}
