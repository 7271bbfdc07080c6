package reports

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

// TestATaskWhoseDigestIsNotToldRunsAllTheSame, as an old agent tells none; one that does not
// run yet is not counted.
func TestATaskWhoseDigestIsNotToldRunsAllTheSame(t *testing.T) {
	const revision = "arn:aws:ecs:eu-west-3:1:task-definition/web:7"
	task := func(status, digest string) awsx.Task {
		return awsx.Task{TaskDefinition: revision, Containers: []awsx.Container{{Name: "web", Image: "web:v7", LastStatus: status, ImageDigest: digest}}}
	}
	var s diagnose.Standing
	s.Evidence.Service.TaskDefinition, s.Evidence.RunningRead = revision, true
	s.Evidence.Running = []awsx.Task{task("RUNNING", ""), task("RUNNING", "sha256:a"), task("PENDING", "")}
	images := containersOf(s, func(string) *awsx.TaskDefinition { return nil })
	if len(images) != 1 || *images[0].Tasks != 2 || len(images[0].Digests) != 1 {
		t.Errorf("got %+v", images)
	}
}
