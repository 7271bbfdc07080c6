package tasks

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui/theme"
)

func TestContainerStates(t *testing.T) {
	for _, c := range []struct {
		container awsx.Container
		want      theme.Status
		exit      string
	}{
		{awsx.Container{LastStatus: "RUNNING", ExitCode: awsx.Unset}, theme.StatusOK, "-"},
		{awsx.Container{LastStatus: "RUNNING", Health: "UNHEALTHY", ExitCode: awsx.Unset}, theme.StatusDegraded, "-"},
		{awsx.Container{LastStatus: "PENDING", ExitCode: awsx.Unset}, theme.StatusPending, "-"},
		{awsx.Container{LastStatus: "STOPPED", ExitCode: 0}, theme.StatusStopped, "0 finished"},
		{awsx.Container{LastStatus: "STOPPED", ExitCode: 137}, theme.StatusFailed, "137 killed"},
		{awsx.Container{LastStatus: "STOPPED", ExitCode: awsx.Unset}, theme.StatusFailed, "-"},
		{awsx.Container{LastStatus: "PENDING", ExitCode: awsx.Unset, Reason: "CannotPullContainerError"}, theme.StatusFailed, "-"},
		{awsx.Container{ExitCode: awsx.Unset}, theme.StatusUnknown, "-"},
	} {
		r := containerRows(awsx.Task{Containers: []awsx.Container{c.container}}, nil, nil, awsxtest.Now)[0]
		if r.status != c.want || r.exitCell().Text != c.exit {
			t.Errorf("%+v: %s, exit %q", c.container, r.status.Word(), r.exitCell().Text)
		}
	}
}
