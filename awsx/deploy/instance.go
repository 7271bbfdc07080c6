package deploy

import (
	"cmp"
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/words"
)

// Drain takes an instance out of service: nothing new is placed on it, and its
// services' tasks are replaced elsewhere.
type Drain struct{}

// Activate puts an instance back into service.
type Activate struct{}

var _ = verbs.Add(Drain{})

// Action names the intent.
func (Drain) Action() string { return "drain" }

var _ = verbs.Add(Activate{})

// Action names the intent.
func (Activate) Action() string { return "activate" }

func (Drain) reads() []read.Read    { return instanceReads() }
func (Activate) reads() []read.Read { return instanceReads() }

func instanceReads() []read.Read {
	status := read.Mind[awsx.Instance]{What: "instance's status", Fact: func(i awsx.Instance) string { return i.Status }}
	return []read.Read{read.Instance(status), read.Guests()}
}

func (Drain) draft(cur read.Current) (draft, error) {
	d, err := setStatus(cur, "DRAINING")
	if err != nil {
		return d, err
	}
	d.leaves = fmt.Sprintf("leaves %s of %d active", words.Count(check.ActiveBeside(cur), "instance"), len(cur.Fleet.Value))
	if cur.Fleet.Err != nil {
		d.leaves = "how many instances are left is not known: " + read.Why(cur.Fleet.Err)
	}
	d.checks = append([]check.Finding{check.Drained(cur)}, check.Protected(cur)...)
	d.follow = follow.Spec{Instance: cur.Instance.Ref, Timeout: follow.DrainTimeout}
	return d, nil
}

func (Activate) draft(cur read.Current) (draft, error) {
	d, err := setStatus(cur, "ACTIVE")
	d.leaves = "leaves every task where it is"
	return d, err
}

func setStatus(cur read.Current, status string) (draft, error) {
	i := cur.Instance
	switch i.Status {
	case status:
		return draft{}, nothingChanged("the instance is "+status+" already", "")
	case "ACTIVE", "DRAINING":
	default:
		return draft{}, invalid("the instance is %s: only one that is ACTIVE or DRAINING can be set to %s", cmp.Or(i.Status, "none"), status)
	}
	return draft{
		before: i.EC2ID + " " + i.Status + ", " + words.Count(len(cur.Tasks.Value), "task"), after: status,
		steps: []step.Step{&step.SetStatus{Instance: i, Status: status}},
	}, nil
}
