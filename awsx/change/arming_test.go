package change_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/internal/fault"
)

func planFor(cluster string, production bool) deploy.Plan {
	return deploy.Plan{Intent: deploy.Restart{}, Production: production,
		Target: awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/" + cluster, ARN: "arn:aws:ecs:eu-west-1:1:service/" + cluster + "/api"}}
}

func TestProductionIsReadOnlyUntilItIsArmedAndAgainAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := change.NewArming(false, 15*time.Minute)
		prod, staging := planFor("prod", true), planFor("staging", false)
		err := a.Allow(prod)
		if !errors.Is(err, deploy.ErrRefused) || fault.ClassOf(err) != fault.Denied || !strings.Contains(err.Error(), "cluster prod is production") {
			t.Errorf("unarmed production gives %v", err)
		}
		if err := a.Allow(staging); err != nil {
			t.Errorf("staging needs arming: %v", err)
		}
		if err := a.Arm(change.ReachOf(planFor("prod", true).Target)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(14 * time.Minute)
		if w := a.Writable(change.ReachOf(planFor("prod", true).Target)); w.Left != time.Minute || !w.Needed || a.Allow(prod) != nil {
			t.Errorf("after 14 minutes: %+v, %v", w, a.Allow(prod))
		}
		time.Sleep(time.Minute)
		if w := a.Writable(change.ReachOf(planFor("prod", true).Target)); w.Left != 0 || a.Allow(prod) == nil {
			t.Errorf("after 15 minutes production is still writable: %+v", w)
		}
		if err := a.Arm(change.ReachOf(planFor("prod", true).Target)); err != nil {
			t.Fatal(err)
		}
		a.Disarm(change.ReachOf(prod.Target))
		if a.Allow(prod) == nil {
			t.Error("disarmed production is writable")
		}
	})
}

func TestReadOnlyCannotBeArmed(t *testing.T) {
	a := change.NewArming(true, 15*time.Minute)
	if err := a.Arm(change.ReachOf(planFor("prod", true).Target)); fault.ClassOf(err) != fault.Denied || err == nil {
		t.Errorf("arming gives %v", err)
	}
	for _, p := range []deploy.Plan{planFor("prod", true), planFor("staging", false)} {
		if err := a.Allow(p); !errors.Is(err, deploy.ErrRefused) {
			t.Errorf("%s can be changed: %v", p.Target.ClusterName(), err)
		}
	}
}

func TestWithoutArmingProductionIsWritable(t *testing.T) {
	a := change.NewArming(false, 0)
	if err := a.Allow(planFor("prod", true)); err != nil || a.Writable(change.ReachOf(planFor("prod", true).Target)).Needed {
		t.Errorf("got %v and %+v", err, a.Writable(change.ReachOf(planFor("prod", true).Target)))
	}
}

// TestArmingIsOfOneContextAndAccount: it crosses to no other, and is taken back alone.
func TestArmingIsOfOneContextAndAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := change.NewArming(false, 15*time.Minute)
		here, context, account := planFor("prod", true), planFor("prod", true), planFor("prod", true)
		here.Target.Context = awsx.ContextID{Profile: "main", Region: "eu-west-1"}
		context.Target.Context = awsx.ContextID{Profile: "main", Region: "us-east-1"}
		account.Target.Context = here.Target.Context
		account.Target.Cluster = strings.Replace(account.Target.Cluster, ":1:", ":2:", 1)
		revision := planFor("prod", true)
		revision.Target = awsx.Ref{Context: here.Target.Context, ARN: "arn:aws:ecs:eu-west-1:1:task-definition/api:3"}
		if err := a.Arm(change.ReachOf(here.Target)); err != nil {
			t.Fatal(err)
		}
		if a.Allow(here) != nil || a.Allow(revision) != nil || a.Allow(context) == nil || a.Allow(account) == nil {
			t.Error("arming holds elsewhere, or not here")
		}
		if err := a.Arm(change.ReachOf(context.Target)); err != nil {
			t.Fatal(err)
		}
		a.Disarm(change.ReachOf(here.Target))
		if a.Allow(here) == nil || a.Allow(context) != nil {
			t.Error("arming was taken back elsewhere, or not here")
		}
	})
}

// TestArmingThatEndsMeanwhileStopsNothingThatWasConfirmed: it was decided with the answer,
// for a batch as a whole.
func TestArmingThatEndsMeanwhileStopsNothingThatWasConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := awsxtest.New(awsx.ContextID{Profile: "main"})
		cluster := account.Cluster("payments")
		arming := change.NewArming(false, time.Minute)
		b := &bench{account: account}
		b.runner = change.New(change.Options{Account: b.open, Gate: arming, Audit: noAudit{}, Source: func(follow.Spec) (follow.Source, func()) {
			return quiet{make(chan struct{})}, func() {}
		}})
		var plans []deploy.Plan
		for i := range 6 {
			plans = append(plans, b.scale(t, cluster.Service(fmt.Sprintf("s%d", i)), 5).Plan)
		}
		batch, err := deploy.BuildBatch(plans, policy.Policy{})
		if err != nil || !batch.Production {
			t.Fatal(batch.Production, err)
		}
		if err := arming.Arm(change.ReachOf(plans[0].Target)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Second)
		release := account.Block(awsxtest.UpdateService)
		begun := b.startBatch(t, change.BatchJob{Batch: batch, NoFollow: true})
		synctest.Wait()
		time.Sleep(time.Minute) // while four are under way and two wait
		release()
		if s, err := b.runner.WaitBatch(t.Context(), begun); err != nil || !s.Good() {
			t.Errorf("the batch ended with %s (%v)", words(s), err)
		}
		late := b.startBatch(t, change.BatchJob{Batch: batch, NoFollow: true})
		if s, _ := b.runner.WaitBatch(t.Context(), late); !strings.Contains(fmt.Sprint(s.Rows()), "until writing is armed") || account.Count(awsxtest.UpdateService) != 6 {
			t.Errorf("what came too late ended with %s after %d calls", words(s), account.Count(awsxtest.UpdateService))
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}
