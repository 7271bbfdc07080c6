package deploy

import (
	"fmt"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/words"
)

// Scale sets the number of tasks that a service should run.
type Scale struct{ Count int }

var _ = verbs.Add(Scale{})

// Action names the intent.
func (Scale) Action() string { return step.VerbScale }

func (Scale) reads() []read.Read {
	count := read.Mind[awsx.Service]{What: "desired count", Fact: func(s awsx.Service) string { return strconv.Itoa(s.Desired) }}
	return []read.Read{read.Service(count), read.Scaling().Beside()}
}

func (in Scale) draft(cur read.Current) (draft, error) {
	svc := cur.Service
	switch {
	case in.Count < 0:
		return draft{}, invalid("a service cannot run %s: expected a count of 0 or more", words.Count(in.Count, "task"))
	case svc.SchedulingStrategy == "DAEMON":
		return draft{}, invalid("%s is a daemon: it runs one task on each instance and has no count", svc.Name)
	case in.Count == svc.Desired:
		return draft{}, nothingChanged("the desired count is "+strconv.Itoa(in.Count)+" already", "")
	}
	d := draft{
		before: words.Count(svc.Desired, "task"), after: words.Count(in.Count, "task"),
		steps: []step.Step{&step.Update{Before: svc, Set: awsx.ServiceUpdate{Desired: &in.Count}}},
	}
	d.leaves = fmt.Sprintf("leaves %d of %s", in.Count, words.Count(svc.Desired, "task"))
	if in.Count > svc.Desired {
		d.leaves = fmt.Sprintf("adds %s to %d", words.Count(in.Count-svc.Desired, "task"), svc.Desired)
	}
	// Tasks come all at once and leave all at once, no traffic is shifted, and how long
	// deployments took says nothing.
	cur.Service.ShiftTime, cur.Service.Alarms.Enabled, cur.History.Value = 0, false, nil
	d.follow = followSpec(cur, nil, 1)
	d.follow.Count = in.Count
	return d, nil
}
