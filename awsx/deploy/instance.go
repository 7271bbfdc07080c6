package deploy

import (
	"cmp"
	"context"
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
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
	d.checks = []check.Finding{check.Drained(cur)}
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
		steps: []Step{&statusStep{instance: i, status: status}},
	}, nil
}

// statusStep sets an instance's status.
type statusStep struct {
	instance awsx.Instance
	status   string
}

func (s *statusStep) weigh(read.Current, draft) effect {
	if s.status == "ACTIVE" {
		return mends()
	}
	return changes()
}

// Describe spells the call.
func (s *statusStep) Describe() Description {
	return Description{
		Text: "set instance " + s.instance.EC2ID + " to " + s.status,
		Command: shell.AWS(s.instance.Ref.Context, "ecs", "update-container-instances-state",
			"--cluster", s.instance.Ref.ClusterName(), "--container-instances", s.instance.Ref.Name(), "--status", s.status),
	}
}

// Run sets it.
func (s *statusStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if _, err := w.SetInstanceStatus(ctx, s.instance.Ref, s.status); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the instance.
func (s *statusStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	i, err := read.InstanceNow(ctx, r, s.instance.Ref)
	if err != nil {
		return false, err
	}
	st.Applied = i.Status == s.status
	return st.Applied, nil
}
