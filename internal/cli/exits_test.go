package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/awsx/deploy"
	"gantry/awsx/sim"
	"gantry/internal/fault"
)

// TestExitIsOneOnceACallWasMade: what is bad input, or refused, before anything is sent is
// a failure after it.
func TestExitIsOneOnceACallWasMade(t *testing.T) {
	for _, c := range []struct {
		err          error
		before, sent int
	}{
		{fault.Errorf(fault.Invalid, "ecs:RegisterTaskDefinition", "", "no"), exitUsage, exitFailed},
		{fault.Errorf(fault.NotFound, "ecs:UpdateService", "", "no"), exitUsage, exitFailed},
		{fault.Errorf(fault.Expired, "ecs:UpdateService", "", "no"), exitUsage, exitFailed},
		{fault.Errorf(fault.Drift, "deploy", "", "%w: moved", deploy.ErrRefused), exitRefused, exitFailed},
		{fault.Errorf(fault.Failed, "ecs:UpdateService", "", "no"), exitFailed, exitFailed},
		{errors.Join(context.Canceled, errors.New("x")), exitInterrupt, exitInterrupt},
		{nil, exitDone, exitDone},
	} {
		if got := codeOfRun(deploy.Result{}, c.err); got != c.before {
			t.Errorf("%v, nothing sent: %d, want %d", c.err, got, c.before)
		}
		if got := codeOfRun(deploy.Result{Sent: 1}, c.err); got != c.sent {
			t.Errorf("%v, one call sent: %d, want %d", c.err, got, c.sent)
		}
	}
	steady(t, func(t *testing.T, a *account) {
		doc := strings.Replace(a.document(t, "catalog"), `"memory": 1024`, `"memory": 1`, 1)
		s := Streams{In: strings.NewReader(doc)}
		a.runWith(t.Context(), s, "edit", "prod/catalog", "--yes", "--no-wait").wants(t, exitFailed, "ecs:RegisterTaskDefinition")
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
		r := a.runWith(ctx, Streams{Err: errs}, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes")
		r.err = errs.all.String()
		r.wants(t, exitInterrupt, "gantry: interrupted: deploy catalog: failed: gantry was told to end (not done: update service catalog: deploy the new revision; ",
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
			r := a.runWith(t.Context(), Streams{In: strings.NewReader(doc)}, "edit", "prod/catalog", "--dry-run")
			r.wants(t, exitUsage, "nothing changed")
		}
	})
}

// TestAServiceThatIsBeingDeletedIsRefused: with the check named, and nothing to override.
func TestAServiceThatIsBeingDeletedIsRefused(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		if err := a.DeleteService("prod", "catalog"); err != nil {
			t.Fatal(err)
		}
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes").wants(t, exitRefused,
			"failed   status: the service is being deleted", "(final: nothing overrides it)").lacks(t, "--override status")
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes", "--override", "status").wants(t, exitUsage, "expected one of")
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

// TestACallThatIsRepeatedIsTold: nobody waits for half a minute without knowing why.
func TestACallThatIsRepeatedIsTold(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.Throttle, Times: 1})
		r := a.run(t, "restart", "prod/catalog", "--yes", "--no-wait").wants(t, exitDone, "- update service catalog: force a new deployment: throttled, sent again in 1s")
		if n := strings.Count(r.err, "- update service catalog"); n != 2 {
			t.Errorf("told %d times\n%s", n, r.err)
		}
	})
}
