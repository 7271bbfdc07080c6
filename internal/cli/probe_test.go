package cli_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/internal/cli/command"
)

// probeLine is what a probe prints: a word, words, and after one bar figures as Nagios reads them.
var probeLine = regexp.MustCompile(`^(ok|degraded|failed|unknown): [^|\n]+( \|( [a-z]+=(\d+|U))+)?\n$`)

// probes runs a probe, which prints one line whatever happens, and nothing else there.
func (a *account) probes(t *testing.T, code int, args ...string) result {
	t.Helper()
	r := a.run(t, append([]string{"status", "--check"}, args...)...)
	if !probeLine.MatchString(r.out) {
		t.Errorf("gantry status --check %s printed %q", strings.Join(args, " "), r.out)
	}
	if word := []string{"ok: ", "degraded: ", "failed: ", "unknown: "}[code]; !strings.HasPrefix(r.out, word) {
		t.Errorf("gantry status --check %s, which is to end with %d, printed %q", strings.Join(args, " "), code, r.out)
	}
	return r.wants(t, code)
}

func TestAProbeEndsAsMonitorsExpect(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		a.probes(t, 2).wants(t, 2, "prod/api-orders failed: ", "prod/api-checkout degraded: ", "(of 27 services in 3 clusters)", "| clusters=3 services=27 ok=25 degraded=1 failed=1 unknown=0 desired=")
		a.probes(t, 2, "prod").wants(t, 2, "(of 15 services in prod) | services=15 ok=13 ")
		a.probes(t, 0, "staging").wants(t, 0, "ok: 6 services in staging | services=6 ok=6 degraded=0 failed=0 unknown=0 desired=6 running=6\n")
		a.probes(t, 0, "prod/catalog").wants(t, 0, "ok: prod/catalog runs 3 of 3 tasks, 3/3 targets healthy | desired=3 running=3 pending=0 targets=3 healthy=3 died=0\n")
		a.probes(t, 1, "prod/api-checkout").wants(t, 1, "degraded: prod/api-checkout runs 4 of 4 tasks, 3/4 targets healthy: 503 /health", " targets=4 healthy=3 ")
		a.probes(t, 2, "prod/api-orders").wants(t, 2, "exit 1")
		o := a.run(t, "status", "--check", "prod", "-o", "json").wants(t, 2).object(t)
		if at(t, o, "status") != "failed" || at(t, o, "code") != 2.0 || at(t, o, "figures", "services") != 15.0 || at(t, o, "services", 0, "name") != "api-orders" || len(at(t, o, "services").([]any)) != 2 {
			t.Errorf("got %v", o)
		}
	})
}

// TestAProbeJudgesWhatAFilterKeeps and nothing else; what may be among it is unknown.
func TestAProbeJudgesWhatAFilterKeeps(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		a.probes(t, 2, "prod", "--filter", "tag:service=api-orders").wants(t, 2, "prod/api-orders failed: ", "(of 1 service in prod that match tag:service=api-orders)", " services=1 ")
		a.probes(t, 0, "prod", "--filter", "tag:service=catalog").wants(t, 0, "ok: 1 service in prod that match tag:service=catalog | services=1 ok=1 ")
		a.probes(t, 0, "--filter", "catalog").wants(t, 0, " failed=0 ")
		a.probes(t, 3, "prod", "--filter", "tag:team=nobody").wants(t, 3, "nothing to judge: no service in prod that match tag:team=nobody")
		a.probes(t, 3, "prod/api-orders", "--filter", "tag:service=catalog").wants(t, 3, "unknown: --filter ")
		for host, next := range a.net {
			a.net[host] = untold{next}
		}
		a.probes(t, 3, "prod", "--filter", "tag:service=catalog").wants(t, 3, "tags of 15 rows were not read")
	})
}

// TestWhatAProbeCannotReadIsUnknown: and never ok, nor any code that says something is wrong.
func TestWhatAProbeCannotReadIsUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		fault sim.Fault
		says  string
	}{
		"clusters":  {sim.Fault{Operation: "ListClusters", Kind: sim.ServerError}, "unknown: ecs:ListClusters"},
		"services":  {sim.Fault{Operation: "DescribeServices", Kind: sim.Deny}, "unknown: "},
		"tasks":     {sim.Fault{Operation: "ListTasks", Kind: sim.ServerError}, "died=U"},
		"targets":   {sim.Fault{Service: "elbv2", Kind: sim.ServerError}, "targets=U healthy=U"},
		"throttled": {sim.Fault{Kind: sim.Throttle}, "throttled"},
	} {
		t.Run(name, func(t *testing.T) {
			steady(t, func(t *testing.T, a *account) {
				a.Inject(c.fault)
				r := a.run(t, "status", "--check") // of which something else may be known to be wrong
				s := a.probes(t, 3, "prod/catalog")
				a.probes(t, 3, "staging")
				if r.code == 0 || !strings.Contains(r.out+s.out, c.says) {
					t.Errorf("%q is not in\n%s%s", c.says, r.out, s.out)
				}
			})
		})
	}
}

// TestAProbeThatIsCalledWronglyIsUnknown: a monitor must not take it for an outage.
func TestAProbeThatIsCalledWronglyIsUnknown(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, words := range []string{
			"nowhere", "prod/nothing", "prod catalog", "arn:aws:ecs:eu-west-1:1:service/prod/api", "--such", "--timeout 0s", "--timeout x", "--faults", "--all", "-o xml", "prod|x", "--config /nowhere.yaml",
		} {
			r := a.probes(t, 3, strings.Fields(words)...)
			if strings.Count(r.out, "|") > 0 {
				t.Errorf("%s: figures that are none: %s", words, r.out)
			}
		}
		for _, asked := range []string{"--check", "--check=true"} {
			if r := a.run(t, "status", "--such", asked); r.code != 3 {
				t.Errorf("%s ended with %d", asked, r.code)
			}
		}
		o := a.run(t, "status", "--check", "nowhere", "-o", "json").wants(t, 3).object(t)
		if at(t, o, "error", "class") != "not found" || at(t, o, "error", "exitCode") != 3.0 {
			t.Errorf("got %v", o)
		}
	})
}

// TestAProbeIsBounded: an account that says nothing is unknown once the time is over.
func TestAProbeIsBounded(t *testing.T) {
	for _, operation := range []string{"ListClusters", "DescribeClusters", "DescribeServices", "ListTasks", "DescribeTargetHealth"} {
		t.Run(operation, func(t *testing.T) {
			steady(t, func(t *testing.T, a *account) {
				a.Inject(sim.Fault{Operation: operation, Kind: sim.Stall, Delay: 10 * time.Hour})
				for _, target := range [][]string{nil, {"staging"}, {"prod/catalog"}} {
					began := time.Now()
					r := a.run(t, append([]string{"status", "--check", "--timeout", "7s"}, target...)...)
					if took := time.Since(began); took > 12*time.Second {
						t.Errorf("%s took %s", target, took)
					}
					if served := operation == "ListClusters" && target != nil; r.code != 3 && !served || !probeLine.MatchString(r.out) {
						t.Errorf("%s ended with %d: %s%s", target, r.code, r.out, r.err)
					}
				}
			})
		})
	}
}

// TestWithoutAClusterThereIsNothingToJudge: a probe that looks at nothing is not ok.
func TestWithoutAClusterThereIsNothingToJudge(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		host := strings.TrimPrefix(a.url, "http://")
		account := a.net[host]
		a.net[host] = roundTrips(func(r *http.Request) (*http.Response, error) {
			answer, err := account.RoundTrip(r)
			if err == nil && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".ListClusters") {
				answer.Body = io.NopCloser(strings.NewReader(`{"clusterArns":[]}`))
				answer.ContentLength = -1
				answer.Header.Del("Content-Length")
				answer.Header.Del("X-Amz-Crc32")
			}
			return answer, err
		})
		a.probes(t, 3).wants(t, 3, "unknown: there is nothing to judge: no service in 0 clusters | clusters=0 services=0 ")
		a.run(t, "status", "--all").wants(t, 0, "CLUSTER  SERVICE")
	})
}

type roundTrips func(*http.Request) (*http.Response, error)

func (f roundTrips) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestADeploymentOnItsWayIsOK: with nothing going wrong.
func TestADeploymentOnItsWayIsOK(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes", "--no-wait").wants(t, command.ExitDone)
		a.probes(t, 0, "prod/catalog")
	})
}
