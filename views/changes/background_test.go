package changes

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
)

// TestTheEndOfAChangeGoesOnceItWasSeen, wherever the change was made; one of another account
// names that.
func TestTheEndOfAChangeGoesOnceItWasSeen(t *testing.T) {
	there := awsx.ContextID{Profile: "other", Region: "eu-central-1"}
	j := change.Status{ID: "chg-1", Action: "deploy", Stage: change.Following, Target: awsx.Ref{Context: there, ARN: "arn:aws:ecs:eu-central-1:210987654321:service/front/web"},
		Progress: follow.Progress{At: awsxtest.Now, Desired: 2, Running: 1}}
	b := &Background{jobs: []change.Status{j}}
	says := func(place awsx.ContextID, want string) {
		t.Helper()
		if got := b.Status(place.String()); got != want {
			t.Errorf("the line is %q, want %q", got, want)
		}
	}
	here := awsx.ContextID{Profile: "main", Region: "eu-west-1"}
	b.Read()
	says(here, "deploy web in other/eu-central-1 (account 210987654321): 1/2 new, 0 failed")
	says(there, "deploy web: 1/2 new, 0 failed")
	j.Stage, j.Result.Verdict = change.Ended, &follow.Verdict{Outcome: follow.Succeeded}
	b.jobs = []change.Status{j}
	says(here, "deploy web in other/eu-central-1 (account 210987654321): succeeded")
	says(there, "deploy web: succeeded")
	b.Read()
	says(here, "")
	says(there, "")
	// While another runs its end is not said, and so was not seen.
	next, other := j, j
	next.ID, other.ID, other.Stage = "chg-2", "chg-3", change.Following
	b.jobs = []change.Status{j, other, next}
	b.Read()
	says(there, "deploy web: 1/2 new, 0 failed")
	b.jobs = []change.Status{j, next}
	says(there, "deploy web: succeeded")
	failed := next
	failed.ID, failed.Action, failed.Result.Verdict = "chg-4", "scale", &follow.Verdict{Outcome: follow.Failed}
	b.jobs = []change.Status{j, failed, next}
	says(there, "scale web: failed")
	b.Read()
	says(there, "")
}

func TestSeveralChangesStandInTheStatusLineTheWorstFirst(t *testing.T) {
	job := func(service string, p follow.Progress) change.Status {
		p.At, p.Desired = awsxtest.Now, 4
		return change.Status{ID: service, Action: "deploy", Progress: p, Target: awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:service/payments/" + service}}
	}
	well := job("well", follow.Progress{Running: 2})
	paused := job("paused", follow.Progress{Running: 4, Stage: "BAKE_TIME", Paused: &awsx.LifecycleHook{}})
	failing := job("failing", follow.Progress{Failed: 2})
	older := failing
	older.ID, older.Progress.Failed = "older", 9
	drain := change.Status{ID: "drain", Action: "drain", Progress: follow.Progress{At: awsxtest.Now, Draining: 3}, Target: awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:container-instance/payments/i1"}}
	b := &Background{Key: func() string { return "%" }, jobs: []change.Status{well, paused, older, failing, drain}}
	place := awsx.ContextID{}.String()
	want := "4 changes (% lists them): ! deploy failing: 0/4 new, 2 failed; deploy paused: paused, bake time, 4/4 new, 0 failed; deploy well: 2/4 new, 0 failed; drain i1: 3 tasks left"
	if got := b.Status(place); got != want {
		t.Errorf("the line is %q", got)
	}
	b.jobs = []change.Status{well}
	if got := b.Status(place); got != "deploy well: 2/4 new, 0 failed" {
		t.Errorf("of one the line is %q", got)
	}
}
