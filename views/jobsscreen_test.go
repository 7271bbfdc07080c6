package views

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/ui/uitest"
)

func TestSeveralChangesStandInTheStatusLineTheWorstFirst(t *testing.T) {
	job := func(service string, p deploy.Progress) Job {
		p.At, p.Desired = awsxtest.Now, 4
		return Job{ID: service, Action: "deploy", Progress: p, Target: awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:service/payments/" + service}}
	}
	well := job("well", deploy.Progress{Running: 2})
	paused := job("paused", deploy.Progress{Running: 4, Stage: "BAKE_TIME", Paused: &awsx.LifecycleHook{}})
	failing := job("failing", deploy.Progress{Failed: 2})
	older := failing
	older.ID, older.Progress.Failed = "older", 9
	drain := Job{ID: "drain", Action: "drain", Progress: deploy.Progress{At: awsxtest.Now, Draining: 3}, Target: awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:container-instance/payments/i1"}}
	b := &Background{Key: func() string { return "%" }, jobs: []Job{well, paused, older, failing, drain}}
	want := "4 changes (% lists them): ! deploy failing: 0/4 new, 2 failed; deploy paused: paused, bake time, 4/4 new, 0 failed; deploy well: 2/4 new, 0 failed; drain i1: 3 tasks left"
	if got := b.Status(); got != want {
		t.Errorf("the line is %q", got)
	}
	b.jobs = []Job{well}
	if got := b.Status(); got != "deploy well: 2/4 new, 0 failed" {
		t.Errorf("of one the line is %q", got)
	}
}

func TestTheChangesAreListedAndFollowed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 100, H: 30}, tables).read()
		f.keys("%").Shows("nothing was changed or followed since gantry started")
		f.keys("esc")
		for _, service := range []string{"api-orders", "worker"} {
			f.Press("/").Type(service).Press("enter")
			f.keys("r", "enter", "y").Shows("Rollout")
			f.keys("esc", "esc")
		}
		f.Shows("2 changes (% lists them): ")
		f.keys("%").Shows("CHANGE", "restart api-orders", "restart worker", "~ rolling", "payments", "0/4 new")
		f.account.FinishRollout("api-orders")
		f.read().read().Shows("+ succeeded", "api-orders runs api-orders:1")
		f.Advance(2 * time.Second)
		f.Press("/").Type("worker").Press("enter")
		f.keys("enter").Shows("~ rolling: 0 of", "restart")
		if name := f.Row("payments worker follow"); !strings.Contains(name, "PROD") {
			t.Errorf("enter led elsewhere:\n%s", f.Text())
		}
	})
}
