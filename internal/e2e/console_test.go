//go:build integration

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	enter  = "\r"
	escape = "\x1b"
	ctrlC  = "\x03"
)

// configured writes a configuration file for a log store and returns its path.
func configured(t *testing.T, logs string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("logs:\n  endpoints: "+logs+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// journal reads the records of the audit file of an environment.
func journal(t *testing.T, env []string) (records []map[string]any, raw []byte) {
	t.Helper()
	for _, v := range env {
		dir, ok := strings.CutPrefix(v, "XDG_STATE_HOME=")
		if !ok {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, "gantry", "audit.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(raw) {
			var r map[string]any
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("audit line %q: %v", line, err)
			}
			records = append(records, r)
		}
		return records, raw
	}
	return nil, nil
}

// TestAnIncidentFromThePageToTheWayBack is the night for which gantry is made:
// see which service is red and why, read the missing variable in its log, go
// back to what ran, and find the record of it in the morning.
func TestAnIncidentFromThePageToTheWayBack(t *testing.T) {
	aws, logs := simulator(t, "--speed", "5", "--seed", "3")
	env := account(t, aws)
	c := open(t, 80, 24, env, "--config", configured(t, logs))
	c.sees("preprod", "prod", "staging")
	c.press("/", "^prod$", enter, enter)
	c.until("api-orders failed, first of all", func(screen string) bool {
		rows := strings.Split(screen, "\n")
		return len(rows) > 3 && strings.Contains(rows[3], "api-orders") && strings.Contains(rows[3], "exit 1")
	})
	c.sees("PROD", "READ-ONLY")

	c.press("l")
	c.sees("KeyError: 'DB_URL'")
	c.press(escape)
	c.sees("api-checkout")

	c.press("u")
	c.sees("READ-ONLY", "roll back prod/api-orders", "api-orders:5", "Difference", "v2.31.0", "Calls")
	c.press(enter)
	c.sees("Arm for 15 minutes and go on?", "Yes", "No")
	typedAhead(t, c)
	c.press("y")
	c.sees("ARMED", "Rollout", "targets")
	c.sees("succeeded")
	c.press("z")
	c.sees("rolled back", "api-orders:4")
	c.press(escape)
	c.sees("Rollout")
	c.press(escape)
	c.sees("api-checkout")
	c.press(ctrlC)
	if code := c.exits(); code != 0 {
		t.Fatalf("quit with %d", code)
	}

	records, _ := journal(t, env)
	if len(records) != 3 || records[0]["kind"] != "begin" || records[1]["call"] != "ECS:StopServiceDeployment" || records[2]["outcome"] != "succeeded" {
		t.Errorf("the journal holds %v", records)
	}
}

// typedAhead lets the moment pass in which a question is deaf to keys.
func typedAhead(t *testing.T, c *console) {
	t.Helper()
	quiet := time.NewTimer(400 * time.Millisecond)
	defer quiet.Stop()
	<-quiet.C
}

// TestTheFirstRunSaysWhatIsMissing covers a machine with nothing configured.
func TestTheFirstRunSaysWhatIsMissing(t *testing.T) {
	nothing := environment(t)
	for _, tt := range []struct {
		name string
		env  []string
		args []string
		says []string
	}{
		{"no region", nothing, []string{"status"}, []string{"region", "gantry --demo"}},
		{"no credentials", append(environment(t), "AWS_REGION=eu-west-1"), []string{"status"}, []string{"credentials", "gantry --demo"}},
		{"no terminal", nothing, nil, []string{"terminal", "gantry --demo"}},
		{"no such profile", nothing, []string{"status", "--profile", "nope", "--region", "eu-west-1"}, []string{"nope"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := run(t, tt.env, tt.args...)
			if r.code != 2 {
				t.Errorf("exit %d", r.code)
			}
			for _, want := range tt.says {
				if !strings.Contains(r.stderr, want) {
					t.Errorf("%q is not in %q", want, r.stderr)
				}
			}
			if strings.Contains(r.stderr, "goroutine") {
				t.Errorf("a stack trace:\n%s", r.stderr)
			}
		})
	}
}

// TestTheDemoNeedsNothing opens the console as README tells a new user to.
func TestTheDemoNeedsNothing(t *testing.T) {
	env := environment(t, "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ENDPOINT_URL_ECS=http://127.0.0.1:1")
	c := open(t, 200, 50, env, "--demo")
	c.sees("prod", "preprod", "staging")
	c.press("/", "^prod$", enter, enter)
	c.sees("api-orders", "api-checkout", "payments")
	c.resize(60, 15)
	c.sees("api-orders")
	c.resize(50, 12)
	c.sees("60x15")
	c.resize(80, 24)
	c.sees("api-orders")
	c.press(ctrlC)
	if code := c.exits(); code != 0 {
		t.Fatalf("quit with %d", code)
	}
}

// TestNoColourMeansNone reads the bytes themselves: no sequence sets a colour.
func TestNoColourMeansNone(t *testing.T) {
	c := open(t, 80, 24, environment(t, "NO_COLOR=yes"), "--demo")
	c.sees("prod")
	for y := range 24 {
		for x := range 80 {
			cell := c.screen.CellAt(x, y)
			if cell != nil && (cell.Style.Fg != nil || cell.Style.Bg != nil) {
				t.Fatalf("the cell at %d,%d is coloured", x, y)
			}
		}
	}
}
