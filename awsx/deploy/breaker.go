package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
)

// SetBreaker sets the deployment circuit breaker: whether a deployment whose
// tasks keep failing is given up, and whether it is then rolled back.
type SetBreaker struct{ Enabled, Rollback bool }

var _ = verbs.Add(SetBreaker{})

// Action names the intent.
func (SetBreaker) Action() string { return "breaker" }

// reads minds the whole configuration, since the call replaces it whole.
func (SetBreaker) reads() []read.Read {
	return []read.Read{read.Service(), read.Raw(read.Mind[[]byte]{What: "deployment configuration", Fact: func(raw []byte) string {
		config, err := step.Configuration(raw)
		if err != nil {
			return ""
		}
		return string(config.Canonical())
	}})}
}

func (in SetBreaker) draft(cur read.Current) (draft, error) {
	svc := cur.Service
	switch {
	case in.Rollback && !in.Enabled:
		return draft{}, invalid("a circuit breaker that is off rolls nothing back: turn it on as well")
	case svc.Controller != "" && svc.Controller != "ECS":
		return draft{}, invalid("the deployment controller %s deploys %s: the circuit breaker is for deployments of ECS", svc.Controller, svc.Name)
	}
	config, err := step.Configuration(cur.Raw)
	if err != nil {
		return draft{}, err
	}
	was, err := step.Configuration(cur.Raw)
	if err != nil {
		return draft{}, err
	}
	breaker := config.Get("deploymentCircuitBreaker")
	if breaker == nil || breaker.Kind != document.Object {
		breaker = &document.Node{Kind: document.Object}
		config.Set("deploymentCircuitBreaker", breaker)
	}
	if breaker.Truth("enable") == in.Enabled && breaker.Truth("rollback") == in.Rollback {
		return draft{}, nothingChanged("the "+describeBreaker(in.Enabled, in.Rollback)+" already", "")
	}
	before := describeBreaker(breaker.Truth("enable"), breaker.Truth("rollback"))
	breaker.Set("enable", document.Truth(in.Enabled))
	breaker.Set("rollback", document.Truth(in.Rollback))
	after := describeBreaker(in.Enabled, in.Rollback)
	return draft{
		before: before, after: after, leaves: "leaves every task as it is",
		steps: []step.Step{&step.Update{Before: svc, Words: "the " + after, Config: was,
			Set: awsx.ServiceUpdate{DeploymentConfiguration: config.Bytes()}}},
	}, nil
}

func describeBreaker(enabled, rollback bool) string {
	switch {
	case !enabled:
		return "circuit breaker is off"
	case rollback:
		return "circuit breaker is on and rolls back"
	}
	return "circuit breaker is on and does not roll back"
}
