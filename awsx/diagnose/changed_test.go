package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

// TestWhatChangedBesideTheRevisionIsNamed: the machine image of the instances that are hit, the
// count and its bounds; not what came after the trouble, or hit others too.
func TestWhatChangedBesideTheRevisionIsNamed(t *testing.T) {
	machines := func(newest time.Duration, hit ...bool) func(*diagnose.Around) {
		return func(a *diagnose.Around) {
			for i, away := range hit {
				host := host("i-"+string(rune('1'+i)), !away, 100)
				host.Attributes, host.RegisteredAt = map[string]string{"ecs.ami-id": "ami-0old"}, ago(90*24*time.Hour)
				if i > 0 {
					host.Attributes, host.RegisteredAt = map[string]string{"ecs.ami-id": "ami-0new"}, ago(newest)
				}
				a.Instances = append(a.Instances, host)
			}
			a.InstancesRead = true
		}
	}
	set := func(bound string, was, is int, since time.Duration) func(*diagnose.Around) {
		return func(a *diagnose.Around) {
			a.SetByHand = []diagnose.CountSet{{At: ago(since), Was: was, Count: is, By: "ops", Bound: bound}}
		}
	}
	crowded := starved("was unable to place a task. Reason: RESOURCE:MEMORY")
	atMaximum := func(a *diagnose.Around) {
		a.Scaling = &awsx.ScalableTarget{Min: 2, Max: 4}
		a.Ringing = []diagnose.Ringing{{Name: "high", Why: "CPUUtilization 97", Since: ago(10 * time.Minute), Scales: true}}
	}
	for name, c := range map[string]struct {
		does func(*diagnose.Around)
		want string
	}{
		"the agents of the new image are away":  {and(starved("was unable to place a task. Reason: AGENT"), machines(time.Hour, false, true)), "instances' image ami-0old -> ami-0new"},
		"the agents of both are away":           {and(starved("was unable to place a task. Reason: AGENT"), machines(time.Hour, true, true)), ""},
		"the new image came after it":           {and(starved("was unable to place a task. Reason: AGENT"), machines(time.Second, false, true)), ""},
		"the count was raised, and has no room": {and(crowded, set("", 2, 4, 5*time.Minute)), "count 2 -> 4, by ops"},
		"the count was raised afterwards":       {and(crowded, set("", 2, 4, time.Second)), ""},
		"the maximum was lowered":               {and(atMaximum, set("maximum", 9, 4, 20*time.Minute)), "scaling maximum 9 -> 4, by ops"},
		"a schedule lowered it": {and(atMaximum, func(a *diagnose.Around) {
			a.Scalings = []awsx.ScalingActivity{{StartedAt: ago(20 * time.Minute), Description: "Setting min capacity to 1 and max capacity to 4."}}
		}), "scaling bounds: Setting min capacity to 1 and max capacity to 4"},
	} {
		a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
		a.Evidence.Service.MinHealthyPercent, a.Evidence.Service.MaxPercent = 100, 200
		c.does(&a)
		s := a.Judge()
		got := ""
		if len(s.Troubles) > 0 && s.Troubles[0].Change != nil {
			got = s.Troubles[0].Change.Text
		}
		if len(s.Troubles) == 0 || !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q of %q", name, got, c.want, kinds(s.Troubles))
		}
	}
}
