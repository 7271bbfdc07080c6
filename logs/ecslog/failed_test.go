package ecslog_test

import (
	"testing"

	"gantry/awsx"
	"gantry/logs/ecslog"
)

func TestTheFailedContainerIsTheOneThatEndedBadly(t *testing.T) {
	pulled := awsx.Container{Name: "web", ExitCode: awsx.Unset, Reason: "CannotPullContainerError"}
	crashed := awsx.Container{Name: "app", RuntimeID: "a", ExitCode: 1}
	ended := awsx.Container{Name: "init", RuntimeID: "b"}
	for want, containers := range map[string][]awsx.Container{
		"app": {ended, pulled, crashed},
		"web": {ended, pulled},
		"":    {ended},
	} {
		task := awsx.Task{Containers: containers}
		if got := ecslog.Failed(task); got != want {
			t.Errorf("of %+v %q failed, want %q", containers, got, want)
		}
		if !ecslog.Started(task) {
			t.Errorf("of %+v none started", containers)
		}
	}
	if ecslog.Started(awsx.Task{Containers: []awsx.Container{pulled}}) {
		t.Error("a container that could not be pulled started")
	}
}
