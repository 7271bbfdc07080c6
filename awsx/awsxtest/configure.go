package awsxtest

import (
	"context"
	"encoding/json"

	"gantry/awsx"
	"gantry/internal/fault"
)

// configure gives a service a deployment configuration in the API's JSON. What
// it leaves out gets the service's default.
func configure(s *awsx.Service, doc json.RawMessage) error {
	var c struct {
		Strategy              string
		MinimumHealthyPercent *int
		MaximumPercent        *int
		CircuitBreaker        struct {
			Enable, Rollback       bool
			ResetOnHealthyTask     *bool
			ThresholdConfiguration struct {
				Type  string
				Value int
			}
		} `json:"deploymentCircuitBreaker"`
		Alarms struct {
			AlarmNames       []string
			Enable, Rollback bool
		}
	}
	if err := json.Unmarshal(doc, &c); err != nil {
		return err
	}
	s.Strategy, s.MinHealthyPercent, s.MaxPercent = "ROLLING", 100, 200
	if c.Strategy != "" {
		s.Strategy = c.Strategy
	}
	if c.MinimumHealthyPercent != nil {
		s.MinHealthyPercent = *c.MinimumHealthyPercent
	}
	if c.MaximumPercent != nil {
		s.MaxPercent = *c.MaximumPercent
	}
	b := c.CircuitBreaker
	s.Breaker = awsx.Breaker{
		Enabled: b.Enable, Rollback: b.Rollback, Threshold: b.ThresholdConfiguration.Value,
		KeepsCount: b.ResetOnHealthyTask != nil && !*b.ResetOnHealthyTask,
	}
	switch b.ThresholdConfiguration.Type {
	case "BOUNDED_PERCENT":
		s.Breaker.Percent = true
	case "UNBOUNDED_PERCENT":
		s.Breaker.Percent, s.Breaker.Unbounded = true, true
	}
	s.Alarms = awsx.DeploymentAlarms{Enabled: c.Alarms.Enable, Rollback: c.Alarms.Rollback, Names: c.Alarms.AlarmNames}
	return nil
}

// DeregisterTaskDefinition implements awsx.DefinitionWriter. Who read the
// revision before keeps what was read.
func (a *Account) DeregisterTaskDefinition(ctx context.Context, arn string) error {
	const operation = "DeregisterTaskDefinition"
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return err
	}
	if err := a.begin(ctx, DeregisterTaskDefinition, arn); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, td := range a.data.TaskDefinitions {
		if td.ARN != arn && awsx.ARNName(td.ARN) != arn {
			continue
		}
		inactive, err := deregistered(td)
		if err != nil {
			return err
		}
		a.data.TaskDefinitions[i] = inactive
		return nil
	}
	return fault.Errorf(fault.Invalid, "ecs:"+operation, arn, "ClientException: The specified task definition does not exist.")
}

// deregistered returns an INACTIVE copy of a revision.
func deregistered(td *awsx.TaskDefinition) (*awsx.TaskDefinition, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(td.Raw, &fields); err != nil {
		return nil, err
	}
	fields["status"] = json.RawMessage(`"INACTIVE"`)
	doc, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return awsx.ParseTaskDefinition(doc, td.Tags)
}
