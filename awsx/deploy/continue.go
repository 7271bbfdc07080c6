package deploy

import (
	"cmp"
	"context"
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/internal/fault"
)

// Continue ends the pause of a deployment that a lifecycle hook holds up: onwards,
// or back.
type Continue struct{ RollBack bool }

var _ = verbs.Add(Continue{})

// Action names the intent.
func (Continue) Action() string { return "continue" }

// reads minds that the hook still waits.
func (Continue) reads() []read.Read {
	hook := read.Mind[*awsx.ServiceDeployment]{What: "hook that waits", Fact: func(d *awsx.ServiceDeployment) string {
		if d == nil {
			return ""
		}
		h, _ := d.Paused()
		return h.ID
	}}
	return []read.Read{read.Service(), read.History(sameRecord(), hook)}
}

func (in Continue) draft(cur read.Current) (draft, error) {
	rec, err := rollingOut(cur)
	if err != nil {
		return draft{}, err
	}
	hook, paused := rec.Paused()
	if !paused {
		return draft{}, fault.Errorf(fault.Invalid, "plan", cur.Service.Ref.ARN, "no hook holds the deployment of %s up (%s)", cur.Service.Name, rec.Status)
	}
	d := draft{
		follow: followSpec(cur, nil, cur.Service.Desired),
		leaves: leavesDuring(cur.Service),
	}
	d.after = "the deployment goes on"
	if in.RollBack {
		d.stopDeployment(cur) // for what is followed: a roll back is what is asked for
		d.after = "rolled back to " + cameFrom(cur, rec)
	} else {
		primary, _ := cur.Service.Primary()
		d.follow.Deployment, d.follow.TaskDefinition = primary.ID, primary.TaskDefinition
	}
	d.steps = []Step{&continueStep{service: cur.Service, record: rec.ARN, hook: hook.ID, rollBack: in.RollBack}}
	d.before = "paused"
	if rec.Stage != "" {
		d.before += " at " + rec.Stage
	}
	d.before += " by hook " + hook.ID
	if !hook.ExpiresAt.IsZero() {
		d.before += fmt.Sprintf(", which ends at %s with %s", hook.ExpiresAt.UTC().Format("15:04:05 UTC"), cmp.Or(hook.TimeoutAction, "none"))
	}
	return d, nil
}

// continueStep ends the pause of a hook.
type continueStep struct {
	service      awsx.Service
	record, hook string
	rollBack     bool
}

func (s *continueStep) weigh(read.Current, draft) effect {
	if s.rollBack {
		return mends()
	}
	return changes()
}

// Describe spells the call.
func (s *continueStep) Describe() Description {
	action, text := "CONTINUE", "let the deployment of "+s.service.Name+" go on past hook "+s.hook
	if s.rollBack {
		action, text = "ROLLBACK", "roll the deployment of "+s.service.Name+" back at hook "+s.hook
	}
	return Description{Text: text, Command: shell.AWS(s.service.Ref.Context, "ecs", "continue-service-deployment",
		"--service-deployment-arn", s.record, "--hook-id", s.hook, "--action", action)}
}

// Run ends the pause.
func (s *continueStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.ContinueServiceDeployment(ctx, s.record, s.hook, s.rollBack); err != nil {
		return err
	}
	s.note(st)
	return nil
}

// Resolve reads the record: the hook no longer waits once it was told. Which way the
// deployment went then says whether it was told this: the hook may have ended by its own
// time.
func (s *continueStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	d, err := recordNow(ctx, r, s.service.Ref, s.record)
	if err != nil {
		return false, err
	}
	if hook, paused := d.Paused(); paused && hook.ID == s.hook {
		return false, nil
	}
	if back := rollsBackNow(d); back != s.rollBack {
		return false, read.Untold{Why: "the hook waits no more, and the deployment is " + d.Status}
	}
	s.note(st)
	return true, nil
}

func (s *continueStep) note(st *State) {
	st.Service, st.Applied = s.service, true
	if d, ok := s.service.Primary(); ok {
		st.Deployment = d.ID
	}
}
