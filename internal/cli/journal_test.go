package cli_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/adrg/xdg"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/audit"
)

// alone is steady with a state directory of its own, beside no other test.
func alone(t *testing.T, act func(*testing.T, *account)) {
	t.Helper()
	aloneIn(t, sim.Options{Scenario: seed.Steady}, act)
}

// aloneIn is alone with another account.
func aloneIn(t *testing.T, o sim.Options, act func(*testing.T, *account)) {
	t.Helper()
	t.Cleanup(xdg.Reload) // after the environment is what it was
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	xdg.Reload()
	synctest.Test(t, func(t *testing.T) { act(t, newAccount(t, o)) })
}

// TestReadingNeedsNoStateDirectory: a file stands where the directory should be. What
// looks works, what changes is refused, and who overrides the check goes on.
func TestReadingNeedsNoStateDirectory(t *testing.T) {
	alone(t, func(t *testing.T, a *account) {
		dir := audit.DefaultDir()
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		a.run(t, "status", "prod/catalog").wants(t, 0, "catalog")
		a.run(t, "history", "prod/catalog").wants(t, 0)
		a.run(t, "scale", "prod/catalog", "5", "--dry-run").wants(t, 0)
		a.run(t, "scale", "prod/catalog", "5", "--yes").wants(t, 5, "the audit record cannot be written", "not a directory")
		a.run(t, "env", "prod/catalog", "--reveal").lacks(t, "=")
		if got := a.changes(); got != nil {
			t.Fatalf("sent %v", got)
		}
		a.run(t, "doctor").wants(t, 1, "failed   audit file: ", "not a directory")
		a.run(t, "scale", "prod/catalog", "5", "--yes", "--no-wait", "--override", "audit").wants(t, 0, "warning: the audit file is incomplete")
	})
}

// TestAChangeWithoutAnEndIsNamed by the history of its service and by the doctor.
func TestAChangeWithoutAnEndIsNamed(t *testing.T) {
	alone(t, func(t *testing.T, a *account) {
		a.run(t, "restart", "prod/catalog", "--yes", "--no-wait").wants(t, 0)
		path := audit.Path(audit.DefaultDir())
		records, _, err := audit.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		killed := records[0]
		killed.Change, killed.Process, killed.Time = "chg-0badcafe", 0, time.Now()
		line, err := json.Marshal(killed)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(text, append(line, '\n')...), 0o600); err != nil {
			t.Fatal(err)
		}
		a.run(t, "history", "prod/catalog").wants(t, 0, "chg-0badcafe restart of prod/catalog by ", "has no end on record", "the service runs catalog:4 now")
		a.run(t, "history", "prod/web").lacks(t, "chg-0badcafe")
		a.run(t, "doctor").wants(t, 0, "warning  unended change: chg-0badcafe restart of prod/catalog")
	})
}

// TestARevealSaysToWhom: the record of a reveal names the caller and what was asked for.
func TestARevealSaysToWhom(t *testing.T) {
	alone(t, func(t *testing.T, a *account) {
		a.run(t, "env", "prod/catalog", "--reveal").wants(t, 0)
		records, _, err := audit.Read(audit.Path(audit.DefaultDir()))
		if err != nil || len(records) != 1 {
			t.Fatalf("%+v (%v)", records, err)
		}
		r := records[0]
		if r.Action != "reveal" || !strings.HasPrefix(r.Identity, "arn:aws:sts::000000000000:") || r.Account != "000000000000" || r.Tier != "name" || r.Production == nil || !*r.Production {
			t.Errorf("the record is %+v", r)
		}
	})
}
