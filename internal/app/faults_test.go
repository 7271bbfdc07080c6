package app

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	logsim "gantry/logs/sim"
)

// TestFaultsAreStatesOfALiveScreen injects what goes wrong between a console and
// AWS. The rows stay, the header says what is the matter, keys still work, and
// the end of the trouble is seen without being asked for.
func TestFaultsAreStatesOfALiveScreen(t *testing.T) {
	for name, c := range map[string]struct {
		fault sim.Fault
		shows string
	}{
		"throttled":     {sim.Fault{Service: "ecs", Kind: sim.Throttle}, "◐ throttled, retry"},
		"server error":  {sim.Fault{Service: "ecs", Kind: sim.ServerError}, "◐ failed"},
		"reset":         {sim.Fault{Service: "ecs", Kind: sim.Reset}, "○ OFFLINE"},
		"stalled":       {sim.Fault{Service: "ecs", Kind: sim.Stall, Delay: 10 * time.Second}, "s old"},
		"never answers": {sim.Fault{Service: "ecs", Kind: sim.Stall}, "○ OFFLINE"},
	} {
		t.Run(name, func(t *testing.T) {
			sit(t, setting{}, func(t *testing.T, d *desk) {
				d.cluster("prod").Shows("● live", "api-orders")
				remove := d.sim.Inject(c.fault)
				d.until(3*time.Minute, c.shows)
				d.wait(2*time.Minute).Shows("api-orders", "api-checkout", "catalog", "15:")
				d.press("j", "k", "/", "esc", "d", "esc", "enter")
				d.Shows("main/eu-west-1 prod api-orders")
				d.press("esc").Shows("15:", "api-orders")
				remove()
				d.until(6*time.Minute, "● live").Shows("15:", "api-orders")
				if d.Quit {
					t.Error("a fault ended the program")
				}
			})
		})
	}
}

// TestFaultsAtTheStartAreWaitedOut opens the console in the middle of trouble.
func TestFaultsAtTheStartAreWaitedOut(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		remove := d.sim.Inject(sim.Fault{Service: "ecs", Operation: "ListServices", Kind: sim.Reset})
		d.cluster("prod").until(time.Minute, "○ OFFLINE").Hides("no services", "none exist")
		remove()
		d.until(2*time.Minute, "● live", "api-orders")
	})
}

// containing matches the calls of an operation whose body holds a text.
func containing(r *http.Request, text string) bool {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return strings.Contains(string(body), text)
}

func TestAFailedBatchKeepsTheOthersRows(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.wire.answer(func(op string, r *http.Request) *http.Response {
			if op == "DescribeServices" && containing(r, "worker-mail") {
				return says(r, 500, "application/x-amz-json-1.1", `{"__type":"ServerException","message":"oh"}`)
			}
			return nil
		})
		// The list of clusters has read the services once, before the fault: what the
		// failed batch would have brought stays as it was.
		d.cluster("prod").press("ctrl+r").wait(20 * time.Second)
		d.Shows("1 part failed: ecs:DescribeServices failed", "api-orders", "catalog").filter("worker").Shows("worker-mail")
		d.wire.answer(nil)
		d.wait(time.Minute)
		d.Shows("● live", "worker-mail").Hides("part failed")
	})
}

// TestDeploymentsThatCannotBeListedAreBorne: an emulator, and a proxy on a bad
// day, answer with a page of HTML.
func TestDeploymentsThatCannotBeListedAreBorne(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.wire.answer(func(op string, r *http.Request) *http.Response {
			if op == "ListServiceDeployments" {
				return says(r, 500, "text/html", "<!doctype html><title>500 Internal Server Error</title>")
			}
			return nil
		})
		d.cluster("staging").service("catalog").press("u").read()
		d.Shows("catalog:2", "catalog:1", "in use", "no record").Hides("<!doctype")
		d.filter(":1$").press("enter").read().Shows("Calls", "Difference")
		d.press("enter").answer("y")
		d.until(15*time.Minute, "succeeded").Hides("rolled back", "<!doctype")
	})
}

func TestDeniedNamesWhatIsMissing(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.wire.answer(func(op string, r *http.Request) *http.Response {
			if op == "ListServices" {
				return refuses(r, "AccessDeniedException", "User: arn:aws:iam::000000000000:user/op is not authorized to perform: ecs:ListServices on resource: *")
			}
			return nil
		})
		d.cluster("prod").Shows("denied: ecs:ListServices is missing", "○ denied").Hides("no services exist")
		d.wire.answer(nil)
		d.press("ctrl+r").read().Shows("● live", "api-orders").Hides("denied")
	})
}

func TestAnEmptyClusterSaysSo(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.wire.answer(func(op string, r *http.Request) *http.Response {
			if op == "ListServices" {
				return says(r, 200, "application/x-amz-json-1.1", `{"serviceArns":[]}`)
			}
			return nil
		})
		d.cluster("staging").Shows("no services", "● live").Hides("denied", "the filter")
		d.press("enter", "l", "i", "d", "y", "c", "space")
		d.Shows("staging")
	})
}

// TestALogStoreInTroubleKeepsTheLines takes the log store away and gives it back.
func TestALogStoreInTroubleKeepsTheLines(t *testing.T) {
	for name, fault := range map[string]logsim.Fault{
		"unavailable": {Status: 503},
		"too many":    {Status: 429, RetryAfter: 5 * time.Second},
		"refused":     {Status: 403},
		"stalled":     {Stall: 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			sit(t, setting{}, func(t *testing.T, d *desk) {
				d.cluster("prod").press("l").until(time.Minute, "KeyError: 'DB_URL'", "● following")
				remove := d.logs.Inject(fault)
				d.wait(2*time.Minute).Shows("KeyError", "logs").Hides("● following")
				d.press("k", "/").Type("KeyError").press("enter").press("n", "w", "esc").Shows("logs", "KeyError")
				remove()
				d.press("ctrl+r").until(3*time.Minute, "● following", "KeyError")
				d.press("esc").Shows("SERVICE")
			})
		})
	}
}

func TestAPartialAnswerOfTheLogStoreIsSaid(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.logs.Inject(logsim.Fault{Partial: true})
		d.cluster("prod").press("l").read().Shows("partial")
	})
}

// TestABusyAccountStillFills: the rest of the account eats the quota.
func TestABusyAccountStillFills(t *testing.T) {
	sit(t, setting{sim: SimOptions{Scenario: "throttled", Latency: 30 * time.Millisecond}}, func(t *testing.T, d *desk) {
		d.until(3*time.Minute, "prod", "staging")
		d.cluster("prod").until(5*time.Minute, "15:", "worker-mail", "api-orders")
		seen := false
		for range 120 {
			seen = seen || d.showing("throttled, retry")
			d.wait(5*time.Second).Shows("15:", "api-orders")
		}
		if !seen {
			t.Error("no throttling was ever shown")
		}
	})
}
