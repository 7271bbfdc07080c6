package sim_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// TestACapacityProviderStrategyIsTakenOrRefusedAsECSDoes: an update of it is whole and
// forced, and an empty list brings the launch type back.
func TestACapacityProviderStrategyIsTakenOrRefusedAsECSDoes(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Fargate}, func(w *world) {
		share := func(name string, weight, base int32) types.CapacityProviderStrategyItem {
			return types.CapacityProviderStrategyItem{CapacityProvider: aws.String(name), Weight: weight, Base: base}
		}
		set := func(force bool, shares ...types.CapacityProviderStrategyItem) (*ecs.UpdateServiceOutput, error) {
			return w.ecs.UpdateService(w.ctx, &ecs.UpdateServiceInput{Cluster: aws.String("serverless"), Service: aws.String("booking"),
				ForceNewDeployment: force, CapacityProviderStrategy: append([]types.CapacityProviderStrategyItem{}, shares...)})
		}
		for want, shares := range map[string][]types.CapacityProviderStrategyItem{
			"'nope' was not found":               {share("nope", 1, 0)},
			"is not associated with the cluster": {share("staging-ondemand", 1, 0)},
			"duplicate":                          {share("FARGATE", 1, 0), share("FARGATE", 2, 0)},
			"weight must be":                     {share("FARGATE", 1001, 0)},
			"base must be":                       {share("FARGATE", 1, 100001)},
			"only one capacity provider":         {share("FARGATE", 1, 1), share("FARGATE_SPOT", 1, 1)},
			"a weight greater than 0":            {share("FARGATE", 0, 1)},
			"a mix of capacity providers":        {share("FARGATE", 1, 0), share("serverless-arm", 1, 0)},
		} {
			if _, err := set(true, shares...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		spot := []types.CapacityProviderStrategyItem{share("FARGATE", 1, 1), share("FARGATE_SPOT", 2, 0)}
		if _, err := set(false, spot...); err == nil || !strings.Contains(err.Error(), "you must force a new deployment") {
			t.Errorf("taken without a deployment: %v", err)
		}
		if s := must[*ecs.UpdateServiceOutput](w)(set(true, spot...)).Service; len(s.CapacityProviderStrategy) != 2 || s.LaunchType != "" || len(s.Deployments) != 2 {
			t.Errorf("the service has %v, %s and %d deployments", s.CapacityProviderStrategy, s.LaunchType, len(s.Deployments))
		}
		if s := must[*ecs.UpdateServiceOutput](w)(set(true)).Service; len(s.CapacityProviderStrategy) != 0 || s.LaunchType != types.LaunchTypeFargate {
			t.Errorf("the service has %v and %s", s.CapacityProviderStrategy, s.LaunchType)
		}
	})
}
