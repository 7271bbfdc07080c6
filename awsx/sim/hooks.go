package sim

import (
	"slices"
	"time"
)

// Statuses of a lifecycle hook.
const (
	hookAwaiting  = "AWAITING_ACTION"
	hookRunning   = "IN_PROGRESS"
	hookSucceeded = "SUCCEEDED"
	hookFailed    = "FAILED"
	hookTimedOut  = "TIMED_OUT"
)

// What a hook's target is, and what ends a pause.
const (
	hookLambda     = "AWS_LAMBDA"
	hookPause      = "PAUSE"
	actionContinue = "CONTINUE"
	actionRollback = "ROLLBACK"
)

// lifecycleHook is something that a deployment waits for at some of its stages.
type lifecycleHook struct {
	kind, target, role string
	stages             []string
	timeout            time.Duration
	onTimeout          string
}

// hooks are the configured ones. Without a timeout configuration a hook times
// out after a day, which rolls the deployment back.
func (r rollingConfig) hooks() []lifecycleHook {
	var hooks []lifecycleHook
	for _, item := range list(r.document["lifecycleHooks"]) {
		o := object(item)
		timeout := object(o["timeoutConfiguration"])
		hook := lifecycleHook{
			kind: text(o["targetType"]), target: text(o["hookTargetArn"]), role: text(o["roleArn"]),
			timeout:   time.Duration(number(timeout["timeoutInMinutes"], maxMinutes)) * time.Minute,
			onTimeout: text(timeout["action"]),
		}
		for _, stage := range list(o["lifecycleStages"]) {
			hook.stages = append(hook.stages, text(stage))
		}
		if hook.kind == "" {
			hook.kind = hookLambda
		}
		if hook.onTimeout == "" {
			hook.onTimeout = actionRollback
		}
		hooks = append(hooks, hook)
	}
	return hooks
}

func (h lifecycleHook) validate() error {
	if len(h.stages) == 0 {
		return invalid("lifecycleStages cannot be empty for a lifecycle hook.")
	}
	switch h.kind {
	case hookPause:
	case hookLambda:
		if h.target == "" || h.role == "" {
			return invalid("hookTargetArn and roleArn must be specified for a lifecycle hook of type AWS_LAMBDA.")
		}
	default:
		return invalid("Invalid lifecycle hook target type " + h.kind + ".")
	}
	for _, stage := range h.stages {
		switch {
		case !hookableStage(stage):
			return invalid("Invalid lifecycle stage " + stage + " for a lifecycle hook.")
		case h.kind == hookPause && (stage == stageTestShift || stage == stageProductionShift):
			// The API reference allows only functions while traffic moves.
			return invalid("A lifecycle hook of type PAUSE is not supported at the lifecycle stage " + stage + ".")
		}
	}
	if h.onTimeout != actionContinue && h.onTimeout != actionRollback {
		return invalid("Invalid lifecycle hook timeout action " + h.onTimeout + ".")
	}
	if h.timeout < time.Minute {
		return invalid("timeoutInMinutes must be at least 1.")
	}
	return nil
}

func hookableStage(stage string) bool {
	return slices.Contains([]string{stageReconcile, stagePreScaleUp, stagePostScaleUp, stageTestShift, stagePostTestShift,
		stagePreProductionShift, stageProductionShift, stagePostProductionShift}, stage)
}

// hookCall is a hook that a deployment came to.
type hookCall struct {
	lifecycleHook
	id        string
	status    string
	expiresAt time.Time
}

func (c *hookCall) open() bool { return c.status == hookAwaiting || c.status == hookRunning }

type hookDoc struct {
	ID        string `json:"hookId"`
	Type      string `json:"targetType"`
	Target    string `json:"targetArn,omitempty"`
	Status    string `json:"status"`
	ExpiresAt epoch  `json:"expiresAt"`
	OnTimeout string `json:"timeoutAction"`
}

func (x *shift) hookDocs() []hookDoc {
	var docs []hookDoc
	for _, c := range x.calls {
		docs = append(docs, hookDoc{c.id, c.kind, c.target, c.status, epoch{c.expiresAt}, c.onTimeout})
	}
	return docs
}

// callHooks comes to the hooks of the stage. A pause waits for a person, a
// function is taken to succeed.
func (a *Account) callHooks(r *rollout) {
	x := r.shift
	for _, hook := range r.config.hooks() {
		if !slices.Contains(hook.stages, x.stage) {
			continue
		}
		call := &hookCall{lifecycleHook: hook, status: hookAwaiting, expiresAt: a.now.Add(a.scaled(hook.timeout))}
		x.calls = append(x.calls, call)
		if hook.kind == hookLambda {
			call.id, call.status = "ecs-lambda-"+a.rng.word(43), hookRunning
			a.after(a.rng.between(2*time.Second, 5*time.Second), func() { a.closeHook(r, call, hookSucceeded, actionContinue) })
			continue
		}
		call.id = "ecs-pause-" + a.rng.word(43)
		a.agenda.plan(call.expiresAt, func() { a.closeHook(r, call, hookTimedOut, call.onTimeout) })
	}
}

// closeHook ends a hook that is open, and takes the deployment onwards or back.
func (a *Account) closeHook(r *rollout, call *hookCall, status, action string) {
	if !call.open() || r.status != statusInProgress {
		return
	}
	call.status = status
	r.updatedAt = a.now
	if action == actionRollback {
		reason := "Service deployment rolled back because of a lifecycle hook."
		if status == hookTimedOut {
			reason = "Service deployment rolled back because a lifecycle hook timed out."
		}
		a.retreat(r, reason)
		return
	}
	a.after(a.rng.between(500*time.Millisecond, 1500*time.Millisecond), func() { a.progress(r) })
}

// waiting tells whether a hook holds the deployment up.
func (x *shift) waiting() bool { return slices.ContainsFunc(x.calls, (*hookCall).open) }

// dropHooks fails what is open when the deployment goes back.
func (x *shift) dropHooks() {
	for _, c := range x.calls {
		if c.open() {
			c.status = hookFailed
		}
	}
}

type continueServiceDeploymentInput struct {
	ARN    string `json:"serviceDeploymentArn"`
	Hook   string `json:"hookId"`
	Action string `json:"action"`
}

// continueServiceDeployment ends the pause of a hook.
func (a *Account) continueServiceDeployment(in *continueServiceDeploymentInput) ([]byte, error) {
	action := in.Action
	if action == "" {
		action = actionContinue
	}
	if action != actionContinue && action != actionRollback {
		return nil, invalid("Invalid action " + action + ". Valid values are CONTINUE and ROLLBACK.")
	}
	r := a.rollouts[in.ARN]
	if r == nil {
		return nil, fail("ServiceDeploymentNotFoundException", "Service deployment not found.")
	}
	if r.status != statusInProgress {
		return nil, invalid("The service deployment can not be continued because its status is " + r.status + ".")
	}
	var call *hookCall
	if r.shift != nil {
		for _, c := range r.shift.calls {
			if c.id == in.Hook {
				call = c
			}
		}
	}
	switch {
	case call == nil:
		return nil, invalid("The lifecycle hook " + in.Hook + " does not exist in the service deployment.")
	case call.status != hookAwaiting:
		return nil, invalid("The lifecycle hook " + in.Hook + " is not awaiting an action.")
	}
	status := hookSucceeded
	if action == actionRollback {
		status = hookFailed
	}
	a.closeHook(r, call, status, action)
	return encode(map[string]string{"serviceDeploymentArn": r.arn}), nil
}
