package app

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/internal/config"
	"gantry/internal/fault"
)

// TestTheFaultsOfAllClustersStandInOneTable, the others behind a key, and each row is what
// it is in the table of its own cluster.
func TestTheFaultsOfAllClustersStandInOneTable(t *testing.T) {
	sit(t, setting{w: 120, h: 40, begin: []string{"faults"}}, func(t *testing.T, d *desk) {
		d.read().read().Shows("CLUSTER", "api-orders", "faults only").Hides("worker-mail")
		d.filter("^api-orders$").Shows("prod", "next")
		d.press("w").read().Shows("exit 1")
		d.press("esc", "esc", "!").Shows("worker-mail", "preprod")
		d.press("enter").Shows("TASK")
	})
}

// shut is an account of which one context cannot be opened.
type shut struct {
	awsx.Opener
	id awsx.ContextID
}

func (s shut) Open(ctx context.Context, id awsx.ContextID) (awsx.Account, error) {
	if id == s.id {
		return nil, fault.Errorf(fault.Denied, "open", id.String(), "not allowed")
	}
	return s.Opener.Open(ctx, id)
}

// TestContextsStandInOneTable of which one refuses to be read: the other's rows are there.
// An account that two contexts reach stands once.
func TestContextsStandInOneTable(t *testing.T) {
	west, east := awsx.ContextID{Profile: "main", Region: "eu-west-1"}, awsx.ContextID{Profile: "main", Region: "us-east-1"}
	again := awsx.ContextID{Profile: "other", Region: "eu-west-1"}
	contexts := func(cfg *config.Config) {
		cfg.Contexts = []config.NamedContext{{Name: "west", ID: west}, {Name: "east", ID: east}, {Name: "again", ID: again},
			{Name: "twin", ID: awsx.ContextID{Profile: "main", Region: "eu-west-1", Endpoint: "http://twin.invalid"}}}
	}
	shutting := func(o access.Options) awsx.Opener {
		return shut{sdk.NewStatic(o, access.Static{Region: simRegion, AccessKey: "AKID", SecretKey: "SECRET"}), east}
	}
	sit(t, setting{w: 140, h: 50, configure: contexts, opener: shutting}, func(t *testing.T, d *desk) {
		d.command("services @west @east").read().read().Shows("services west/eu-west-1 + east/us-east-1 ", "CONTEXT", " west ", "denied", "worker-mail").Hides("000000000000")
		d.press("esc").command("faults @west @east @again").read().read().Shows("api-orders", "faults only")
		if n := strings.Count(d.Text(), "api-checkout "); n != 1 {
			t.Errorf("api-checkout stands %d times\n%s", n, d.Text())
		}
		d.press("esc").command("faults @west @twin").read().read()
		if n := strings.Count(d.Text(), "api-checkout "); n != 2 {
			t.Errorf("of two accounts that call themselves alike api-checkout stands %d times\n%s", n, d.Text())
		}
		d.press("esc").command("faults @nowhere").Shows("@nowhere is no context of the configuration")
	})
}

// TestAPlanFromARowOfAnotherContextIsCarriedOutThere: the row, the plan and the calls are of
// one context, and the arming for it holds for that account alone.
func TestAPlanFromARowOfAnotherContextIsCarriedOutThere(t *testing.T) {
	west := awsx.ContextID{Profile: "main", Region: "eu-west-1"}
	twin := awsx.ContextID{Profile: "main", Region: "eu-west-1", Endpoint: "http://twin.invalid"}
	contexts := func(cfg *config.Config) {
		cfg.Contexts = []config.NamedContext{{Name: "west", ID: west}, {Name: "twin", ID: twin}}
	}
	sit(t, setting{w: 140, h: 50, configure: contexts}, func(t *testing.T, d *desk) {
		var mu sync.Mutex
		hosts := map[string]bool{}
		d.wire.answer(func(operation string, r *http.Request) *http.Response {
			if operation == "UpdateService" {
				mu.Lock()
				defer mu.Unlock()
				hosts[r.URL.Host] = true
			}
			return nil
		})
		d.command("services @west @twin").read().read().Shows("services west/eu-west-1 + twin/eu-west-1")
		d.filter("^catalog$").Shows("catalog", " twin ")
		for range 6 {
			if row := strings.Fields(d.Row(">")); len(row) > 3 && row[2] == "prod" && row[3] == "twin" {
				break
			}
			d.press("j")
		}
		d.press("r").read()
		d.Shows("PROD twin/eu-west-1 prod catalog plan", "READ-ONLY")
		d.press("C").Shows("Arm for 15 minutes and go on?").press("y")
		d.until(time.Minute, "PROD twin/eu-west-1 prod catalog", "ARMED")
		mu.Lock()
		if len(hosts) != 1 || !hosts["twin.invalid"] {
			t.Errorf("the change went to %v", hosts)
		}
		mu.Unlock()
		d.command("ctx west").read().Shows("services west").press("esc", "esc").read()
		d.cluster("prod").Shows("PROD west/eu-west-1 prod", "READ-ONLY").Hides("ARMED")
	})
}
