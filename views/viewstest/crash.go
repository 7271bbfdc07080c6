package viewstest

import (
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
)

// Crash ends a task of a service whose container wrote some lines.
func Crash(a *awsxtest.Account, service, runtime string, ago time.Duration) {
	a.Edit(func(d *awsxtest.Data) {
		for _, t := range d.Tasks {
			if t.Group != "service:"+service || t.DesiredStatus != "RUNNING" {
				continue
			}
			t.Ref.ARN = t.Ref.ARN[:len(t.Ref.ARN)-4] + runtime[:4]
			t.ID = t.Ref.Name()
			t.DesiredStatus, t.LastStatus, t.StopCode = "STOPPED", "STOPPED", "EssentialContainerExited"
			t.StoppedReason, t.StoppedAt = "Essential container in task exited", time.Now().Add(-ago)
			t.CreatedAt = t.StoppedAt.Add(-time.Minute)
			t.Containers = []awsx.Container{{Name: service, LastStatus: "STOPPED", RuntimeID: runtime, ExitCode: 1}}
			d.Tasks = append(d.Tasks, t)
			return
		}
	})
}
