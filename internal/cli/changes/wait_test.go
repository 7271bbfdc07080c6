package changes

import (
	"testing"

	"gantry/awsx"
	"gantry/internal/cli/command"
)

// TestOnlyARecordSaysWhichStagesAreBehind a deployment that is no longer in progress.
func TestOnlyARecordSaysWhichStagesAreBehind(t *testing.T) {
	for name, c := range map[string]struct {
		record *awsx.ServiceDeployment
		stage  string
		code   int
	}{
		"it ended well":             {&awsx.ServiceDeployment{ARN: "arn", Status: "SUCCESSFUL", Strategy: "CANARY"}, "clean-up", command.ExitDone},
		"it is past that":           {&awsx.ServiceDeployment{ARN: "arn", Status: "IN_PROGRESS", Strategy: "CANARY", Stage: "CLEAN_UP"}, "bake-time", command.ExitDone},
		"it is not so far":          {&awsx.ServiceDeployment{ARN: "arn", Status: "IN_PROGRESS", Strategy: "CANARY", Stage: "SCALE_UP"}, "bake-time", command.ExitFailed},
		"it shifted nothing":        {&awsx.ServiceDeployment{ARN: "arn", Status: "SUCCESSFUL", Strategy: "ROLLING"}, "bake-time", command.ExitUsage},
		"every rollout comes by":    {&awsx.ServiceDeployment{ARN: "arn", Status: "SUCCESSFUL", Strategy: "ROLLING"}, "draining", command.ExitDone},
		"nothing is on record":      {nil, "bake-time", command.ExitFailed},
		"nothing, of every rollout": {nil, "rolling", command.ExitDone},
	} {
		var history []awsx.ServiceDeployment
		if c.record != nil {
			history = append(history, awsx.ServiceDeployment{ARN: "older", Status: "SUCCESSFUL", Strategy: "LINEAR"}, *c.record)
			history[1].CreatedAt = history[0].CreatedAt.AddDate(0, 0, 1)
		}
		err := cameBy(c.stage, awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:service/prod/api"}, history)
		if got := command.CodeOf(err); got != c.code {
			t.Errorf("%s: the code is %d, want %d (%v)", name, got, c.code, err)
		}
	}
}
