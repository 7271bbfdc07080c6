package deploy

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
)

func TestTheTimeoutGrowsWithWhatSlowsARolloutDown(t *testing.T) {
	f := newFake(t)
	base := deployImage(f, t).Timeout()
	if base < follow.MinTimeout || base > time.Hour {
		t.Errorf("timeout is %s", base)
	}
	f.service.MaxPercent, f.service.MinHealthyPercent = 125, 100 // one at a time
	slow := deployImage(f, t).Timeout()
	f.service.GracePeriod = 10 * time.Minute
	graced := deployImage(f, t).Timeout()
	f.service.Desired, f.service.MaxPercent = 100, 101
	if huge := deployImage(f, t).Timeout(); !(base < slow && slow < graced && graced <= huge && huge == follow.MaxTimeout) {
		t.Errorf("timeouts are %s, %s, %s, %s", base, slow, graced, huge)
	}
}

func TestTheTimeoutOutlastsTheTimeThatTrafficRests(t *testing.T) {
	f := newFake(t)
	f.service.Strategy = "CANARY"
	scaled, base := f.plan(t, Scale{6}).Timeout(), deployImage(f, t).Timeout()
	f.service.ShiftTime = 25 * time.Hour
	if got := deployImage(f, t).Timeout(); got < base+25*time.Hour {
		t.Errorf("timeout is %s, and %s without a bake time", got, base)
	}
	if got := f.plan(t, Scale{6}).Timeout(); got != scaled {
		t.Errorf("a change of the count is waited for %s, and %s without a bake time", got, scaled)
	}
}

func TestTheTimeoutIsHalfAsMuchAgainAsExpected(t *testing.T) {
	f := newFake(t)
	base := deployImage(f, t)
	f.history, f.revisions = past("5a 6b 7c")
	for i := range f.history { // they took 35 minutes, 3 hours and 3 hours
		f.history[i].FinishedAt = f.history[i].CreatedAt.Add([]time.Duration{35 * time.Minute, 3 * time.Hour, 3 * time.Hour}[i])
	}
	if p := deployImage(f, t); p.Expected() != 3*time.Hour || p.Timeout() < p.Expected()*3/2 {
		t.Errorf("about %s are expected and at most %s waited for", p.Expected(), p.Timeout())
	}
	f.history = nil
	f.service.Alarms = awsx.DeploymentAlarms{Enabled: true, Names: []string{"slow-answers"}}
	guessed := deployImage(f, t).Timeout()
	f.alarms = []awsx.Alarm{{Name: "slow-answers", State: "OK", Window: 40 * time.Minute}}
	told := deployImage(f, t).Timeout()
	f.service.Alarms.Enabled = false
	if off := deployImage(f, t).Timeout(); off != base.Timeout() || guessed <= off || told < time.Hour {
		t.Errorf("timeouts are %s, %s with an alarm that is not known and %s with one of 40 minutes", off, guessed, told)
	}
}
