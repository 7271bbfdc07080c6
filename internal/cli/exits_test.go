package cli_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/internal/cli/command"
)

// TestExitIsOneWhenTheFirstCallIsRefused: what is bad input before anything is sent is a
// failure after it.
func TestExitIsOneWhenTheFirstCallIsRefused(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		doc := strings.Replace(a.document(t, "catalog"), `"memory": 1024`, `"memory": 1`, 1)
		s := command.Streams{In: strings.NewReader(doc)}
		a.runWith(t.Context(), s, "edit", "prod/catalog", "--yes", "--no-wait").wants(t, command.ExitFailed, "ecs:RegisterTaskDefinition")
		if got := strings.Join(a.changes(), " "); got != "RegisterTaskDefinition" {
			t.Errorf("sent %s", got)
		}
	})
}

// TestASignalDuringACallEndsTheChangeAfterIt: and the revision that it left is named.
func TestASignalDuringACallEndsTheChangeAfterIt(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Operation: "RegisterTaskDefinition", Kind: sim.Stall, Delay: 3 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		errs := &watched{marks: []string{"- register a new revision"}, seen: func(int) { time.AfterFunc(time.Second, cancel) }}
		r := a.runWith(ctx, command.Streams{Err: errs}, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes")
		r.err = errs.all.String()
		r.wants(t, command.ExitInterrupt, "gantry: interrupted: deploy catalog: failed: gantry was told to end (not done: update service catalog: deploy the new revision; ",
			"revision catalog:5 was registered and is not in use: deploy it or deregister it", "(see gantry status prod/catalog)")
		if got := strings.Join(a.changes(), " "); got != "RegisterTaskDefinition" {
			t.Errorf("sent %s", got)
		}
		_, kinds := a.journal(t)
		if !strings.HasSuffix(kinds, "end ended before the next call, left catalog:5\n") {
			t.Errorf("the journal says\n%s", kinds)
		}
	})
}

// TestADocumentThatOnlyIsSpelledAnotherWayIsNoChange: what other tools print of a
// definition comes back as it was.
func TestADocumentThatOnlyIsSpelledAnotherWayIsNoChange(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "env", "set", "prod/catalog", "GREETING=smørrebrød\u2028", "--yes", "--no-wait").wants(t, 0)
		given := a.document(t, "catalog")
		escaped := strings.NewReplacer("ø", `\u00f8`, "\u2028", `\u2028`, "/", `\/`).Replace(given)
		if escaped == given {
			t.Fatal("there is nothing to spell another way")
		}
		for _, doc := range []string{given, escaped} {
			r := a.runWith(t.Context(), command.Streams{In: strings.NewReader(doc)}, "edit", "prod/catalog", "--dry-run")
			r.wants(t, command.ExitUsage, "nothing changed")
		}
	})
}

// TestAServiceThatIsBeingDeletedIsRefused: with the check named, and nothing to override.
func TestAServiceThatIsBeingDeletedIsRefused(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		if err := a.DeleteService("prod", "catalog"); err != nil {
			t.Fatal(err)
		}
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes").wants(t, command.ExitRefused,
			"failed   status: the service is being deleted", "(final: nothing overrides it)").lacks(t, "--override status")
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes", "--override", "status").wants(t, command.ExitUsage, "expected one of")
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

// TestACallThatIsRepeatedIsTold: nobody waits for half a minute without knowing why.
func TestACallThatIsRepeatedIsTold(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.Throttle, Times: 1})
		r := a.run(t, "restart", "prod/catalog", "--yes", "--no-wait").wants(t, command.ExitDone, "- update service catalog: force a new deployment: throttled, sent again in 1s")
		if n := strings.Count(r.err, "- update service catalog"); n != 2 {
			t.Errorf("told %d times\n%s", n, r.err)
		}
	})
}

// TestWhyEndsWithWhatItFound: 6 when something was found, 0 when nothing was, 1 when that
// could not be told, whatever the service is called to stand.
func TestWhyEndsWithWhatItFound(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		code := func(target string) (int, map[string]any) {
			r := a.run(t, "why", target, "-o", "json")
			return r.code, at(t, r.object(t), "services", 0).(map[string]any)
		}
		for name, want := range map[string]int{"api-orders": 6, "api-checkout": 6, "legacy": 6, "catalog": 0, "worker-mail": 0} {
			got, s := code("prod/" + name)
			if n := len(s["troubles"].([]any)); got != want || (n > 0) != (want == 6) || s["told"] != true {
				t.Errorf("%s ends with %d and has %d findings: %v", name, got, n, s)
			}
		}
		if _, s := code("prod/legacy"); s["status"] != "ok" {
			t.Errorf("legacy serves, and stands %v", s["status"])
		}
		a.run(t, "why", "staging").wants(t, 0, "nothing is found of 6 services")
		a.run(t, "why", "prod").wants(t, 6, "prod/api-orders", "prod/legacy  ok")
		a.Inject(sim.Fault{Operation: "ListTasks", Kind: sim.Deny})
		a.run(t, "why", "prod/catalog").wants(t, 1, "what decides could not be read", "ecs:ListTasks")
		a.run(t, "restart", "prod/web", "--yes", "--no-wait").wants(t, 0)
		a.run(t, "why", "prod/web").wants(t, 1, "what decides could not be read") // pending, and its deaths are not known
		a.Inject(sim.Fault{Operation: "DescribeServices", Kind: sim.Deny})
		a.run(t, "why", "prod/catalog").wants(t, 1, "ecs:DescribeServices")
	})
}
