package deploy

import (
	"fmt"
	"strconv"

	"gantry/awsx"
	"gantry/internal/words"
)

// Scale sets the number of tasks that a service should run.
type Scale struct{ Count int }

// Action names the intent.
func (Scale) Action() string { return "scale" }

func (Scale) needs() needs { return needs{scaling: true} }

func (in Scale) draft(cur Current) (draft, error) {
	svc := cur.Service
	switch {
	case in.Count < 0:
		return draft{}, invalid("a service cannot run %d tasks: expected a count of 0 or more", in.Count)
	case svc.SchedulingStrategy == "DAEMON":
		return draft{}, invalid("%s is a daemon: it runs one task on each instance and has no count", svc.Name)
	case in.Count == svc.Desired:
		return draft{}, nothingChanged("the desired count is "+strconv.Itoa(in.Count)+" already", "")
	}
	d := draft{
		before: words.Count(svc.Desired, "task"), after: words.Count(in.Count, "task"),
		steps:  []Step{&updateStep{before: svc, update: awsx.ServiceUpdate{Desired: &in.Count}}},
		effect: effect{tier: TierName},
		preconditions: []Precondition{
			minds("desired count", svc, func(s awsx.Service) string { return strconv.Itoa(s.Desired) }),
		},
	}
	switch {
	case in.Count == 0:
		d.effect.tier = TierBulk
	case in.Count > svc.Desired:
		d.effect = effect{mitigation: true, tier: TierConfirm}
	}
	d.leaves = fmt.Sprintf("leaves %d of %s", in.Count, words.Count(svc.Desired, "task"))
	if in.Count > svc.Desired {
		d.leaves = fmt.Sprintf("adds %s to %d", words.Count(in.Count-svc.Desired, "task"), svc.Desired)
	}
	// Tasks come all at once and leave all at once, and no traffic is shifted.
	cur.Service.ShiftTime = 0
	d.follow = followSpec(cur, nil, 1)
	d.follow.Count = in.Count
	return d, nil
}
