package ecs

import (
	"cmp"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
)

type hookDoc struct {
	ID        string     `json:"hookId"`
	Type      string     `json:"targetType"`
	Target    string     `json:"targetArn,omitempty"`
	Status    string     `json:"status"`
	ExpiresAt wire.Epoch `json:"expiresAt"`
	OnTimeout string     `json:"timeoutAction"`
}

func describeHooks(x *fleet.Shift) []hookDoc {
	var docs []hookDoc
	for _, c := range x.Calls {
		docs = append(docs, hookDoc{c.ID, c.Kind, c.Target, c.Status, wire.At(c.ExpiresAt), c.OnTimeout})
	}
	return docs
}

type continueServiceDeploymentInput struct {
	ARN    string `json:"serviceDeploymentArn"`
	Hook   string `json:"hookId"`
	Action string `json:"action"`
}

// continueServiceDeployment ends the pause of a hook.
func (a *API) continueServiceDeployment(in *continueServiceDeploymentInput) ([]byte, error) {
	action := cmp.Or(in.Action, fleet.ActionContinue)
	if action != fleet.ActionContinue && action != fleet.ActionRollback {
		return nil, wire.Invalid("Invalid action " + action + ". Valid values are CONTINUE and ROLLBACK.")
	}
	r := a.Rollouts[in.ARN]
	if r == nil {
		return nil, wire.Fail("ServiceDeploymentNotFoundException", "Service deployment not found.")
	}
	if r.Status != fleet.StatusInProgress {
		return nil, wire.Invalid("The service deployment can not be continued because its status is " + r.Status + ".")
	}
	var call *fleet.HookCall
	if r.Shift != nil {
		for _, c := range r.Shift.Calls {
			if c.ID == in.Hook {
				call = c
			}
		}
	}
	switch {
	case call == nil:
		return nil, wire.Invalid("The lifecycle hook " + in.Hook + " does not exist in the service deployment.")
	case call.Status != fleet.HookAwaiting:
		return nil, wire.Invalid("The lifecycle hook " + in.Hook + " is not awaiting an action.")
	}
	status := fleet.HookSucceeded
	if action == fleet.ActionRollback {
		status = fleet.HookFailed
	}
	a.CloseHook(r, call, status, action)
	return wire.Encode(map[string]string{"serviceDeploymentArn": r.ARN}), nil
}
