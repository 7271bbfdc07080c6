package cli_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gantry/awsx/sim"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
)

func TestStatusOfClusters(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "status").wants(t, 0)
		if got := regexp.MustCompile(` +`).ReplaceAllString(r.out, " "); got != "CLUSTER STATUS SERVICES RUNNING PENDING INSTANCES WORST\n"+
			"preprod ACTIVE 6 11 0 4 ok\nprod ACTIVE 15 41 0 9 ok\nstaging ACTIVE 6 6 0 3 ok\n" {
			t.Errorf("got\n%s", r.out)
		}
		o := a.run(t, "status", "-o", "json").wants(t, 0).object(t)
		if o["context"] != "default/eu-west-1@"+a.url || at(t, o, "clusters", 1, "name") != "prod" || at(t, o, "clusters", 1, "running") != 41.0 {
			t.Errorf("got %v", o)
		}
	})
}

func TestStatusOfServicesPutsTheWorstFirst(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		r := a.run(t, "status", "prod").wants(t, 0)
		lines := strings.Split(r.out, "\n")
		if !strings.HasPrefix(lines[1], "api-orders ") || !strings.Contains(lines[1], " failed ") || !strings.HasPrefix(lines[2], "api-checkout ") {
			t.Errorf("got\n%s", r.out)
		}
		if strings.Contains(r.out, "?") {
			t.Errorf("something was not read:\n%s", r.out)
		}
		o := a.run(t, "status", "prod", "-o", "json").wants(t, 0).object(t)
		if n := len(o["services"].([]any)); n != 15 || o["cluster"] != "prod" {
			t.Errorf("%d services of cluster %v", n, o["cluster"])
		}
		worst := at(t, o, "services", 0).(map[string]any)
		if worst["status"] != "failed" || at(t, worst, "rollout", "failed") == 0.0 || worst["why"] == nil || worst["since"] == nil {
			t.Errorf("the worst is %v", worst)
		}
	})
}

func TestTheFaultsOfAllClusters(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		r := a.run(t, "status", "--faults").wants(t, 0, "CLUSTER", "prod", "api-orders", "api-checkout")
		if strings.Contains(r.out, "catalog") || strings.Contains(r.out, "CONTEXT") {
			t.Errorf("got\n%s", r.out)
		}
		o := a.run(t, "status", "--faults", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "faults", 0, "name") != "api-orders" || at(t, o, "faults", 0, "cluster") != "prod" || at(t, o, "clusters") != 3.0 || at(t, o, "services") != 27.0 || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
		a.run(t, "status", "--faults", "@all").wants(t, 0, "api-orders") // the one there is, where none is configured
		a.run(t, "status", "--faults", "@nowhere").wants(t, 2, "@nowhere is no context of the configuration")
		a.run(t, "status", "--faults", "prod").wants(t, 2, "prod is no context of the configuration")
		a.Inject(sim.Fault{Service: "ecs", Operation: "ListClusters", Kind: sim.ServerError})
		a.run(t, "status", "--faults").wants(t, 1, "ListClusters")
	})
}

func TestThereAreNoFaults(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "status", "--faults").wants(t, 0, "none of 27 services in 3 clusters wants attention")
	})
}

func TestStatusOfOneService(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "status", "prod/legacy").wants(t, 0, "TASK", "RUNNING", "legacy:8080>10.2", ":8080  healthy", "(no task)", "foreign")
		if n := strings.Count(r.out, "RUNNING"); n != 2 {
			t.Errorf("%d running tasks\n%s", n, r.out)
		}
		o := a.run(t, "status", "prod/legacy", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "service", "status") != "ok" || at(t, o, "tasks", 0, "targets", 0, "state") != "healthy" ||
			at(t, o, "otherTargets", 0, "state") != "foreign" || at(t, o, "cluster") != "prod" {
			t.Errorf("got %v", o)
		}
	})
}

func TestWhatWasNotReadIsAQuestionMarkAndAWarning(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Service: "elbv2", Kind: sim.ServerError})
		r := a.run(t, "status", "staging/catalog").wants(t, 0, "warning: partial: elasticloadbalancing:")
		if !regexp.MustCompile(`(?m)^catalog +unknown +1/1 +- +\? `).MatchString(r.out) || !strings.Contains(r.out, "  ?\n") {
			t.Errorf("targets that were not read:\n%s", r.out)
		}
		if strings.Contains(r.out, "warning") {
			t.Errorf("the warning stands among the results:\n%s", r.out)
		}
		o := a.run(t, "status", "staging/catalog", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "service", "targets", "unreadGroups") != 1.0 || at(t, o, "tasks", 0, "targets", 0, "state") != "?" {
			t.Errorf("got %v", o)
		}
	})
}

func TestTasksThatWereNotRead(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Operation: "ListTasks", Kind: sim.ServerError})
		o := a.run(t, "status", "staging", "-o", "json").wants(t, 0, "warning: partial: ecs:ListTasks").object(t)
		if died, ok := at(t, o, "services", 0).(map[string]any)["diedInLastHour"]; !ok || died != nil {
			t.Errorf("diedInLastHour is %v", died)
		}
		a.run(t, "status", "staging").wants(t, 0, "   ?     ")
	})
}

func TestNamesThatAreNotThere(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, words := range [][]string{
			{"status"}, {"env"}, {"logs"}, {"restart", "--yes"}, {"rollback"}, {"rollback", "--to=3"},
			{"env", "set", "A=b"}, {"deploy", "--image=:v1"},
		} {
			with := func(target string) []string {
				i := min(len(words), 1)
				if words[0] == "env" && len(words) > 1 {
					i = 2
				}
				return slices.Insert(slices.Clone(words), i, target)
			}
			a.run(t, with("prud/catalog")...).wants(t, 2, "no such cluster in default/eu-west-1", "it has prod, preprod, staging")
			a.run(t, with("prod/catlog")...).wants(t, 2, "no such service in cluster prod; it has catalog, ", " and 5 others")
			a.run(t, with("arn:aws:ecs:eu-west-1:1:service/prod/api")...).wants(t, 2, "such as prod/api")
			a.run(t, with("/catalog")...).wants(t, 2, `"/catalog": expected CLUSTER/SERVICE`)
		}
		a.run(t, "status", "prud").wants(t, 2, "it has prod, ")
		a.run(t, "scale", "prod", "3").wants(t, 2, `"prod": expected CLUSTER/SERVICE, such as prod/api`)
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

func TestThrottlingIsToldNotWaitedForEver(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Operation: "ListClusters", Kind: sim.Throttle})
		r := a.run(t, "status").wants(t, 1, "gantry: ecs:ListClusters: throttled")
		if strings.Count(r.err, "\n") != 1 || r.out != "" {
			t.Errorf("more than one line:\n%s%s", r.out, r.err)
		}
	})
}

func TestOutputIsSafeForTerminals(t *testing.T) {
	for in, want := range map[string]string{
		"plain":       `"plain"`,
		"esc \x1b[2J": `"esc \u001b[2J"`,
		"del \x7f":    `"del \u007f"`,
		"c1 \u009b":   `"c1 \u009b"`,
		"bidi \u202e": `"bidi \u202e"`,
	} {
		var b strings.Builder
		if err := printing.JSONLine(&b, in); err != nil || b.String() != want+"\n" {
			t.Errorf("%q prints as %s, want %s", in, b.String(), want)
		}
	}
}

func TestAListingThatFailsIsNoEmptyList(t *testing.T) {
	for operation, words := range map[string][]string{
		"DescribeServices": {"status", "staging", "-o", "json"},
		"ListServices":     {"status", "staging", "-o", "json"},
		"DescribeClusters": {"status", "-o", "json"},
	} {
		t.Run(operation, func(t *testing.T) {
			steady(t, func(t *testing.T, a *account) {
				a.Inject(sim.Fault{Operation: operation, Kind: sim.ServerError})
				o := a.run(t, words...).wants(t, command.ExitFailed, "gantry: ", operation).object(t)
				if at(t, o, "partial") != true || !strings.Contains(at(t, o, "errors", 0).(string), operation) {
					t.Errorf("the JSON says partial %v, errors %v", o["partial"], o["errors"])
				}
			})
		})
	}
}

func TestWhatIsReadInPartSaysSo(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		o := a.run(t, "status", "staging", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "partial") != false || len(at(t, o, "errors").([]any)) != 0 {
			t.Errorf("all was read, and the JSON says partial %v, errors %v", o["partial"], o["errors"])
		}
		a.Inject(sim.Fault{Operation: "ListTasks", Kind: sim.ServerError})
		o = a.run(t, "status", "staging", "-o", "json").wants(t, 0, "warning: partial: ").object(t)
		if at(t, o, "partial") != true || !strings.Contains(at(t, o, "errors", 0).(string), "ListTasks") {
			t.Errorf("the tasks were not read, and the JSON says partial %v, errors %v", o["partial"], o["errors"])
		}
	})
}
