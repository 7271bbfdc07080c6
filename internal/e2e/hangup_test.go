//go:build integration

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTheLineDiesDuringAChange cuts the ssh connection while a change that was carried out
// is followed: no call follows, the console ends by itself, and the journal says where the
// change was left.
func TestTheLineDiesDuringAChange(t *testing.T) {
	h := sshd(t)
	aws, logs := simulator(t, "--scenario", "steady", "--seed", "3")
	env := account(t, aws)
	pid := filepath.Join(t.TempDir(), "pid")
	c := seat(t, 80, 24, h.ssh("xterm-256color", "echo $$ >"+quoted(pid)+"; exec "+typed(env, "--config", configured(t, logs))))
	c.sees("preprod", "prod", "staging")
	c.press("/", "^staging$", enter, enter)
	c.sees("SERVICE", "catalog")
	c.press("/", "catalog", enter, "r")
	c.sees("restart staging/catalog", "Calls")
	c.press(enter)
	typedAhead(t, c)
	c.press("y")
	c.sees("Rollout")
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone(t, pid)
	records, raw := journal(t, env)
	t.Logf("%s", raw)
	if len(records) != 3 || records[0]["kind"] != "begin" || records[1]["call"] != "ECS:UpdateService" || records[2]["outcome"] != "done, not followed to its end" {
		t.Errorf("the journal holds %v", records)
	}
	r := run(t, env, "status", "staging/catalog")
	if strings.Contains(r.stdout+r.stderr, "without an end") {
		t.Errorf("a change is named that has an end:\n%s%s", r.stdout, r.stderr)
	}
}

// gone waits until the process of which a file holds the number has ended.
func gone(t *testing.T, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var number int
	if err := json.Unmarshal(raw, &number); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(patience); syscall.Kill(number, 0) == nil; after(50 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("the console did not end when its line was cut")
		}
	}
}
