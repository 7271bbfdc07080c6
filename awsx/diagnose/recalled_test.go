package diagnose_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
)

// TestDeathsThatWereRememberedExplain a service that lacks tasks hours later, and no other: of
// one that is well, of an earlier deployment, or of which ECS tells itself they are history.
func TestDeathsThatWereRememberedExplain(t *testing.T) {
	lacking := func(e *diagnose.Evidence) {
		endless(e, "EssentialContainerExited", "")
		e.Stopped = nil
	}
	dead := func(by string) (all []awsx.Task) {
		for i := range 3 {
			all = append(all, awsx.Task{
				Ref: awsx.Ref{ARN: fmt.Sprintf("task/prod/%d", i)}, StartedBy: by, StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
				Containers: []awsx.Container{{Name: "api", ExitCode: 137, Reason: "OutOfMemoryError: Container killed due to memory usage"}}, StoppedAt: ago(20*time.Hour + time.Duration(i)*time.Minute),
			})
		}
		return all
	}
	for name, c := range map[string]struct {
		edit func(*diagnose.Evidence)
		by   string
		want string
	}{
		"it lacks tasks":                  {lacking, "ecs-svc/1", string(cause.OutOfMemory)},
		"it is well":                      {func(*diagnose.Evidence) {}, "ecs-svc/1", ""},
		"they were of another deployment": {lacking, "ecs-svc/0", string(cause.NotExplained)},
		"ECS tells of another cause itself": {func(e *diagnose.Evidence) {
			endless(e, "TaskFailedToStart", "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref api:v9: not found")
		}, "ecs-svc/1", string(cause.ImageMissing)},
	} {
		t.Run(name, func(t *testing.T) {
			e := healthy()
			e.Service.Deployments[0].CreatedAt = ago(48 * time.Hour)
			c.edit(&e)
			a := around(e)
			a.Remembered = dead(c.by)
			found := a.Judge().Troubles
			if got := strings.Join(kinds(found), ", "); got != c.want {
				t.Fatalf("found %q, want %q", got, c.want)
			}
			if c.want != string(cause.OutOfMemory) {
				return
			}
			last := found[0].Evidence[len(found[0].Evidence)-1].Text
			if found[0].Sure != diagnose.Likely || !strings.Contains(last, "ECS tells no more") {
				t.Errorf("it is %s, and shown by %q", found[0].Sure, last)
			}
		})
	}
}
