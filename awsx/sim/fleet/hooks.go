package fleet

import (
	"cmp"
	"slices"
	"time"

	"gantry/awsx/sim/wire"
)

// Statuses of a lifecycle hook.
const (
	HookAwaiting  = "AWAITING_ACTION"
	hookRunning   = "IN_PROGRESS"
	HookSucceeded = "SUCCEEDED"
	HookFailed    = "FAILED"
	hookTimedOut  = "TIMED_OUT"
)

// What a hook's target is, and what ends a pause.
const (
	hookLambda     = "AWS_LAMBDA"
	HookPause      = "PAUSE"
	ActionContinue = "CONTINUE"
	ActionRollback = "ROLLBACK"
)

// lifecycleHook is something that a deployment waits for at some of its stages.
type lifecycleHook struct {
	Kind, Target, role string
	stages             []string
	timeout            time.Duration
	OnTimeout          string
}

// hooks are the configured ones. Without a timeout configuration a hook times
// out after a day, which rolls the deployment back.
func (r Config) hooks() []lifecycleHook {
	var hooks []lifecycleHook
	for _, item := range wire.List(r.document["lifecycleHooks"]) {
		o := wire.Object(item)
		timeout := wire.Object(o["timeoutConfiguration"])
		hook := lifecycleHook{
			Kind: wire.Text(o["targetType"]), Target: wire.Text(o["hookTargetArn"]), role: wire.Text(o["roleArn"]),
			timeout:   time.Duration(wire.Number(timeout["timeoutInMinutes"], maxMinutes)) * time.Minute,
			OnTimeout: wire.Text(timeout["action"]),
		}
		for _, stage := range wire.List(o["lifecycleStages"]) {
			hook.stages = append(hook.stages, wire.Text(stage))
		}
		hook.Kind = cmp.Or(hook.Kind, hookLambda)
		hook.OnTimeout = cmp.Or(hook.OnTimeout, ActionRollback)
		hooks = append(hooks, hook)
	}
	return hooks
}

func (h lifecycleHook) validate() error {
	if len(h.stages) == 0 {
		return wire.Invalid("lifecycleStages cannot be empty for a lifecycle hook.")
	}
	switch h.Kind {
	case HookPause:
	case hookLambda:
		if h.Target == "" || h.role == "" {
			return wire.Invalid("hookTargetArn and roleArn must be specified for a lifecycle hook of type AWS_LAMBDA.")
		}
	default:
		return wire.Invalid("Invalid lifecycle hook target type " + h.Kind + ".")
	}
	for _, stage := range h.stages {
		switch {
		case !hookableStage(stage):
			return wire.Invalid("Invalid lifecycle stage " + stage + " for a lifecycle hook.")
		case h.Kind == HookPause && (stage == stageTestShift || stage == stageProductionShift):
			// The API reference allows only functions while traffic moves.
			return wire.Invalid("A lifecycle hook of type PAUSE is not supported at the lifecycle stage " + stage + ".")
		}
	}
	if h.OnTimeout != ActionContinue && h.OnTimeout != ActionRollback {
		return wire.Invalid("Invalid lifecycle hook timeout action " + h.OnTimeout + ".")
	}
	if h.timeout < time.Minute {
		return wire.Invalid("timeoutInMinutes must be at least 1.")
	}
	return nil
}

func hookableStage(stage string) bool {
	return slices.Contains([]string{stageReconcile, stagePreScaleUp, stagePostScaleUp, stageTestShift, StagePostTestShift,
		stagePreProductionShift, stageProductionShift, stagePostProductionShift}, stage)
}

// HookCall is a hook that a deployment came to.
type HookCall struct {
	lifecycleHook
	ID        string
	Status    string
	ExpiresAt time.Time
}

func (c *HookCall) open() bool { return c.Status == HookAwaiting || c.Status == hookRunning }

// callHooks comes to the hooks of the stage. A pause waits for a person, a
// function is taken to succeed.
func (a *Fleet) callHooks(r *Rollout) {
	x := r.Shift
	for _, hook := range r.Config.hooks() {
		if !slices.Contains(hook.stages, x.Stage) {
			continue
		}
		call := &HookCall{lifecycleHook: hook, Status: HookAwaiting, ExpiresAt: a.Now.Add(a.Scaled(hook.timeout))}
		x.Calls = append(x.Calls, call)
		if hook.Kind == hookLambda {
			call.ID, call.Status = "ecs-lambda-"+a.Rng.Word(43), hookRunning
			a.After(a.Rng.Between(2*time.Second, 5*time.Second), func() { a.CloseHook(r, call, HookSucceeded, ActionContinue) })
			continue
		}
		call.ID = "ecs-pause-" + a.Rng.Word(43)
		a.Agenda.Plan(call.ExpiresAt, func() { a.CloseHook(r, call, hookTimedOut, call.OnTimeout) })
	}
}

// CloseHook ends a hook that is open, and takes the deployment onwards or back.
func (a *Fleet) CloseHook(r *Rollout, call *HookCall, status, action string) {
	if !call.open() || r.Status != StatusInProgress {
		return
	}
	call.Status = status
	r.UpdatedAt = a.Now
	if action == ActionRollback {
		reason := "Service deployment rolled back because of a lifecycle hook."
		if status == hookTimedOut {
			reason = "Service deployment rolled back because a lifecycle hook timed out."
		}
		a.Retreat(r, reason)
		return
	}
	a.After(a.Rng.Between(500*time.Millisecond, 1500*time.Millisecond), func() { a.progress(r) })
}

// waiting reports whether a hook holds the deployment up.
func (x *Shift) waiting() bool { return slices.ContainsFunc(x.Calls, (*HookCall).open) }

// dropHooks fails what is open when the deployment goes back.
func (x *Shift) dropHooks() {
	for _, c := range x.Calls {
		if c.open() {
			c.Status = HookFailed
		}
	}
}
