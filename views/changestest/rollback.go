package changestest

import (
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
)

// FailRollout shows the newest deployment of a service as ECS does once the circuit
// breaker has given it up, and with rollback the deployment of what ran before.
func (f *Shopfloor) FailRollout(name string, rollback bool) {
	f.Account.Edit(func(data *awsxtest.Data) {
		s := serviceNamed(data, name)
		failed := &s.Deployments[0]
		failed.Failed, failed.RolloutState = 3, "FAILED"
		failed.RolloutReason = "ECS deployment circuit breaker: tasks failed to start."
		say(s, "(deployment "+failed.ID+") deployment failed: tasks failed to start.")
	})
	if rollback {
		f.GoBack(name, "ECS deployment circuit breaker")
	}
}

// GoBack shows a service that begins to go back to what ran before its newest
// deployment.
func (f *Shopfloor) GoBack(name, reason string) {
	f.Account.Edit(func(data *awsxtest.Data) {
		s := serviceNamed(data, name)
		back := s.Deployments[1]
		s.TaskDefinition = back.TaskDefinition
		s.Deployments = slices.Clone(s.Deployments)
		for i := range s.Deployments {
			s.Deployments[i].Status = "ACTIVE"
		}
		again := awsx.Deployment{
			ID: "ecs-svc/" + strings.Repeat("9", 19), Status: "PRIMARY", TaskDefinition: back.TaskDefinition, Desired: s.Desired,
			RolloutState: "IN_PROGRESS", RolloutReason: reason + ": rolling back to deploymentId " + back.ID + ".", CreatedAt: time.Now(), UpdatedAt: time.Now(),
		}
		s.Deployments = slices.Insert(s.Deployments, 0, again)
		if r := data.Record(s.CurrentDeployment); r != nil {
			r.Status, r.Rollback = "ROLLBACK_IN_PROGRESS", &awsx.RollbackRecord{Reason: reason, At: time.Now()}
		}
		say(s, "rolling back to deployment "+back.ID+".")
	})
}

func serviceNamed(data *awsxtest.Data, name string) *awsx.Service {
	i := slices.IndexFunc(data.Services, func(s awsx.Service) bool { return s.Name == name })
	return &data.Services[i]
}

// say adds the newest event of a service.
func say(s *awsx.Service, text string) {
	s.Events = append([]awsx.ServiceEvent{{ID: text, At: time.Now(), Message: "(service " + s.Name + ") " + text}}, s.Events...)
}
