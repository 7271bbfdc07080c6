package change_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
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
		if err := a.Arm(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(14 * time.Minute)
		if w := a.Writable(); w.Left != time.Minute || !w.Needed || a.Allow(prod) != nil {
			t.Errorf("after 14 minutes: %+v, %v", w, a.Allow(prod))
		}
		time.Sleep(time.Minute)
		if w := a.Writable(); w.Left != 0 || a.Allow(prod) == nil {
			t.Errorf("after 15 minutes production is still writable: %+v", w)
		}
		if err := a.Arm(); err != nil {
			t.Fatal(err)
		}
		a.Disarm()
		if a.Allow(prod) == nil {
			t.Error("disarmed production is writable")
		}
	})
}

func TestReadOnlyCannotBeArmed(t *testing.T) {
	a := change.NewArming(true, 15*time.Minute)
	if err := a.Arm(); fault.ClassOf(err) != fault.Denied || err == nil {
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
	if err := a.Allow(planFor("prod", true)); err != nil || a.Writable().Needed {
		t.Errorf("got %v and %+v", err, a.Writable())
	}
}
