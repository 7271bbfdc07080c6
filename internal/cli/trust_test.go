package cli_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// hosts notes who is asked.
type hosts struct {
	http.RoundTripper
	mu    sync.Mutex
	asked map[string]int
}

func (h *hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	h.asked[r.URL.Host]++
	h.mu.Unlock()
	return h.RoundTripper.RoundTrip(r)
}

// TestOnlyTheAccountAndTheLogStoreAreAsked looks, deploys, goes back and reads lines: no
// other host hears of it.
func TestOnlyTheAccountAndTheLogStoreAreAsked(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		h := &hosts{RoundTripper: a.net, asked: map[string]int{}}
		for _, args := range [][]string{
			{"status"}, {"why", "prod"}, {"doctor", "prod/web"}, {"logs", "prod/web"}, {"routing", "prod"}, {"alarms"}, {"images", "prod/web"},
			{"events", "prod/web"}, {"deploy", "prod/catalog", "--image", ":v3.3.1", "--yes", "--confirm", "catalog"}, {"rollback", "prod/catalog", "--yes", "--confirm", "catalog"},
		} {
			a.through(t, h, args...)
		}
		own, err := url.Parse(a.url)
		if err != nil {
			t.Fatal(err)
		}
		if asked := slices.Sorted(maps.Keys(h.asked)); !slices.Equal(asked, slices.Sorted(slices.Values([]string{own.Host, logsHost}))) {
			t.Errorf("%v were asked, and only %s and %s are configured", asked, own.Host, logsHost)
		}
	})
}

// deployerPolicy are the actions that docs/iam.md grants a deployer.
func deployerPolicy(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/iam.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "<!-- policy deployer -->\n```json\n")
	text, _, _ = strings.Cut(text, "```")
	var policy struct {
		Statement []struct {
			Action    []string
			Condition any
		}
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatal(err)
	}
	return policy.Statement[0].Action
}

// prefixes are the names of services in policies, by those of the simulator.
var prefixes = map[string]string{"elbv2": "elasticloadbalancing"}

// TestADeployerCallsWhatItsPolicyGrants does what the page says that the policy is for.
func TestADeployerCallsWhatItsPolicyGrants(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, args := range [][]string{
			{"deploy", "prod/catalog", "--image", ":v3.3.1"}, {"rollback", "prod/catalog"}, {"env", "set", "prod/catalog", "MODE=quick"},
			{"restart", "prod/catalog"}, {"scale", "prod/catalog", "4"}, {"secrets", "prod/catalog"}, {"history", "prod/catalog"},
			{"diff", "prod/catalog", "catalog:1"},
		} {
			if !slices.Contains([]string{"secrets", "history", "diff"}, args[0]) {
				args = append(args, "--yes", "--confirm", "catalog")
			}
			a.run(t, args...).wants(t, 0)
		}
		// One that fails, and is taken back from here.
		a.run(t, "deploy", "prod/api-orders", "--image", ":v2.32.0", "--rollback", "--timeout", "20s", "--yes", "--confirm", "api-orders").wants(t, 3)
		called := map[string]bool{}
		for _, c := range a.Calls() {
			prefix := c.Service
			if p := prefixes[prefix]; p != "" {
				prefix = p
			}
			if prefix != "sts" {
				called[prefix+":"+c.Operation] = true
			}
		}
		if got := slices.Sorted(maps.Keys(called)); !slices.Equal(got, deployerPolicy(t)) {
			t.Errorf("a deployer calls\n\"%s\"\nand may call\n%s", strings.Join(got, `", "`), deployerPolicy(t))
		}
	})
}
