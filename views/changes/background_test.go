package changes

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
)

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
	want := "4 changes (% lists them): ! deploy failing: 0/4 new, 2 failed; deploy paused: paused, bake time, 4/4 new, 0 failed; deploy well: 2/4 new, 0 failed; drain i1: 3 tasks left"
	if got := b.Status(); got != want {
		t.Errorf("the line is %q", got)
	}
	b.jobs = []change.Status{well}
	if got := b.Status(); got != "deploy well: 2/4 new, 0 failed" {
		t.Errorf("of one the line is %q", got)
	}
}
