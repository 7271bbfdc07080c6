package sdk

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"gantry/awsx"
)

// protectionBatch is how many tasks one call asks about (ECS, GetTaskProtection).
const protectionBatch = 100

// TaskProtection reads which of some tasks are protected. What the answer calls a failure, a
// task of no service or one that is gone, is not.
func (a Account) TaskProtection(ctx context.Context, cluster awsx.Ref, tasks []string) ([]awsx.Protection, error) {
	if err := a.Here(cluster); err != nil {
		return nil, err
	}
	var found []awsx.Protection
	for batch := range slices.Chunk(tasks, protectionBatch) {
		out, err := a.ECS.GetTaskProtection(ctx, &ecs.GetTaskProtectionInput{Cluster: aws.String(cluster.Cluster), Tasks: batch})
		if err != nil {
			return found, a.Classify(ctx, cluster.Cluster, err)
		}
		for _, p := range out.ProtectedTasks {
			if p.ProtectionEnabled {
				found = append(found, awsx.Protection{Task: aws.ToString(p.TaskArn), Until: aws.ToTime(p.ExpirationDate)})
			}
		}
	}
	return found, nil
}
