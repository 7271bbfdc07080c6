package deploy

import (
	"testing"
	"time"

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
	if got := deployImage(f, t).Timeout(); got != base+25*time.Hour {
		t.Errorf("timeout is %s, and %s without a bake time", got, base)
	}
	if got := f.plan(t, Scale{6}).Timeout(); got != scaled {
		t.Errorf("a change of the count is waited for %s, and %s without a bake time", got, scaled)
	}
}
