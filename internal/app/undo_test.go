package app

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
)

// scaled scales the service under the cursor, outside production.
func (d *desk) scaled(count string) *desk {
	d.t.Helper()
	d.press("s").read()
	d.Press("ctrl+u").Type(count)
	d.press("enter").read().press("enter").read()
	d.Advance(400 * time.Millisecond)
	d.press("y")
	return d.until(10*time.Minute, "+ succeeded")
}

// TestUndoAfterAScaleGoesBackToTheCount, and the next time to what was changed before that.
func TestUndoAfterAScaleGoesBackToTheCount(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("web")
		if row := d.Row("> web "); !strings.Contains(row, "1/1") {
			t.Fatalf("web is %q", row)
		}
		d.scaled("0")
		d.press("u").read().Shows("scale staging/web", "0 tasks", "1 task", "undoes", "scale: 1 task -> 0 tasks by ", "<u>another change")
		d.press("enter").answer("y").until(10*time.Minute, "+ succeeded")
		if svc, err := d.app.FindService(t.Context(), "staging", "web"); err != nil || svc.Desired != 1 {
			t.Fatalf("web wants %d tasks, %v", svc.Desired, err)
		}
		// Both are off the record: what is left is the deployment.
		d.press("esc", "u").read().Hides("1 task -> 0 tasks")
		records, _ := d.journal()
		undoes := 0
		for _, r := range records {
			if r["undoes"] == records[0]["change"] && r["kind"] == "begin" {
				undoes++
			}
		}
		if undoes != 1 {
			t.Errorf("the journal does not say what was undone: %v", records)
		}
	})
}

// TestUndoAfterAnEditGoesBackToTheRevisionThatStood says whose change that was.
func TestUndoAfterAnEditGoesBackToTheRevisionThatStood(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("web").press("v").read().press("a").Type("TRACE_ALL").press("enter")
		d.Type("yes").press("enter").press("w").read().Shows("Difference", "TRACE_ALL")
		before := d.now("staging", "web").TaskDefinition
		d.press("enter").answer("y").until(20*time.Minute, "+ succeeded")
		d.press("u").read().Shows("roll back staging/web", "undoes", "env", awsx.ARNName(before), "@")
		d.press("enter").answer("y").until(20*time.Minute, "+ succeeded")
		if now := d.now("staging", "web").TaskDefinition; now != before {
			t.Errorf("web runs %s, want %s", now, before)
		}
	})
}

// TestUndoDoesNotGuess: a count that something else changed since is no evidence of which
// change was the last one.
func TestUndoDoesNotGuess(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("web").scaled("3").press("esc").read()
		ref := d.now("staging", "web").Ref
		account, err := d.app.Store.Account(t.Context(), ref.Context)
		if err != nil {
			t.Fatal(err)
		}
		count := 5 // another operator's
		if _, err := account.UpdateService(awsx.WithChange(t.Context(), &awsx.Change{ID: deploy.NewID(), Record: func(awsx.Call) error { return nil }}), awsx.ServiceUpdate{Service: ref, Desired: &count}); err != nil {
			t.Fatal(err)
		}
		d.press("u").read().Shows("which change was the last is not known", "the count is not the 3 that it set", "scale: 1 task -> 3", "no", "WHEN", "BACK TO")
		d.press("enter").read().Shows("scale staging/web", "5 tasks", "1 task", "undoes")
		d.press("u").read().Shows("WHEN").press("u").read().Shows("LAST DEPLOYED HERE")
	})
}

// TestUndoOffersTheOthers lists the deployment below a scale that came after it.
func TestUndoOffersTheOthers(t *testing.T) {
	sit(t, setting{w: 200, h: 50}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("api-orders").press("s").read()
		d.Press("ctrl+u").Type("5")
		d.press("enter").read().press("enter").answer("y").wait(10 * time.Second)
		d.press("u").read().Shows("undoes", "scale: 4 tasks -> 5 tasks").press("u").read()
		d.Shows("deployment of api-orders:6, registered by", "api-orders:5", "scale: 4 tasks -> 5 tasks")
		d.press("j", "enter").read().Shows("roll back prod/api-orders", "deployment of api-orders:6")
	})
}

// now is a service as the account has it.
func (d *desk) now(cluster, service string) awsx.Service {
	d.t.Helper()
	svc, err := d.app.FindService(d.t.Context(), cluster, service)
	if err != nil {
		d.t.Fatal(err)
	}
	return svc
}
