package incident_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/past"
	"gantry/ui"
	"gantry/views"
	"gantry/views/incident"
	"gantry/views/viewstest"
)

// TestWhatWasSeenYesterdayExplainsToday: the service lacks a task and ECS tells of none that
// died; gantry saw one yesterday.
func TestWhatWasSeenYesterdayExplainsToday(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		service := a.Cluster("prod").Service("till", awsxtest.Desired(3), awsxtest.Running(2), awsxtest.Unbalanced())
		var primary awsx.Deployment
		a.Edit(func(d *awsxtest.Data) {
			d.Services[0].Deployments[0].CreatedAt = time.Now().Add(-48 * time.Hour)
			primary = d.Services[0].Deployments[0]
		})
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			died := time.Now().Add(-20 * time.Hour)
			deps.Store.Past().(past.Observer).SeenStoppedTask(awsx.Task{
				Ref: service.In("arn:aws:ecs:eu-west-1:1:task/prod/feed0000000000000000000000000000"), ID: "feed0000000000000000000000000000", TaskDefinition: primary.TaskDefinition,
				Group: "service:till", StartedBy: primary.ID, LastStatus: "STOPPED", DesiredStatus: "STOPPED", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
				Containers: []awsx.Container{{Name: "till", ExitCode: 137, Reason: "OutOfMemoryError: Container killed due to memory usage"}}, StoppedAt: died,
			}, died)
			return incident.New(deps, service)
		}).Read()
		d.Shows("out of memory", "likely", "20h")
	})
}
