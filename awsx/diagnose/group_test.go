package diagnose_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

// TestHowAGroupStands: the gravest of what is wrong with it is told.
func TestHowAGroupStands(t *testing.T) {
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	source := awsx.LaunchSource{TemplateID: "lt-1", Template: "t", Version: "4"}
	make := func(edit func(*diagnose.GroupEvidence)) diagnose.GroupEvidence {
		e := diagnose.GroupEvidence{
			Group:    awsx.ScalingGroup{Name: "blue", Min: 1, Max: 4, Desired: 2},
			Belongs:  awsx.Belonging{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/blue", Name: "blue"},
			Launches: awsx.Launch{Source: source}, ActivitiesRead: true, Now: now,
			Registered: func(string) bool { return true },
		}
		for _, id := range []string{"i-1", "i-2"} {
			e.Group.Members = append(e.Group.Members, awsx.Member{ID: id, Lifecycle: "InService", Source: source})
		}
		edit(&e)
		return e
	}
	failed := awsx.ScalingActivity{Status: "Failed", Description: "Launching a new EC2 instance", Message: "no such image"}
	for _, c := range []struct {
		name   string
		edit   func(*diagnose.GroupEvidence)
		status diagnose.Status
		why    string
	}{
		{"well", func(*diagnose.GroupEvidence) {}, diagnose.OK, ""},
		{"cannot launch", func(e *diagnose.GroupEvidence) { e.Group.Desired = 3; e.Activities = []awsx.ScalingActivity{failed} }, diagnose.Failed, "cannot launch: no such image"},
		{"failed once and has all", func(e *diagnose.GroupEvidence) { e.Activities = []awsx.ScalingActivity{failed} }, diagnose.OK, ""},
		{"stray", func(e *diagnose.GroupEvidence) { e.Belongs = awsx.Belonging{Name: "red", Stray: true} }, diagnose.Degraded, "joins red, which is no cluster here"},
		{"one that did not join", func(e *diagnose.GroupEvidence) { e.Registered = func(id string) bool { return id == "i-1" } }, diagnose.Degraded, "1 of 2 instances in service joined no cluster"},
		{"one that came a moment ago", func(e *diagnose.GroupEvidence) {
			e.Registered = func(id string) bool { return id == "i-1" }
			e.Activities = []awsx.ScalingActivity{{Description: "Launching a new EC2 instance: i-2", Status: "Successful", StartedAt: now.Add(-time.Minute)}}
		}, diagnose.OK, ""},
		{"instances unread", func(e *diagnose.GroupEvidence) { e.Registered = nil }, diagnose.OK, ""},
		{"suspended", func(e *diagnose.GroupEvidence) { e.Group.Suspended = []string{"Launch"} }, diagnose.Degraded, "suspended: Launch"},
		{"on its way up", func(e *diagnose.GroupEvidence) { e.Group.Desired = 4 }, diagnose.Pending, "launches 2 more"},
		{"on its way down", func(e *diagnose.GroupEvidence) { e.Group.Desired = 1 }, diagnose.Pending, "ends 1"},
		{"one ends", func(e *diagnose.GroupEvidence) { e.Group.Desired, e.Group.Members[1].Lifecycle = 1, "Terminating:Wait" }, diagnose.Pending, "i-2 terminating:wait"},
		{"outdated", func(e *diagnose.GroupEvidence) { e.Group.Members[0].Source.Version = "3" }, diagnose.OK, "1 of 2 instances of an older launch"},
		{"at its maximum", func(e *diagnose.GroupEvidence) { e.Group.Max = 2 }, diagnose.OK, "at its maximum"},
		{"maximum 0", func(e *diagnose.GroupEvidence) { e.Group = awsx.ScalingGroup{} }, diagnose.OK, "its maximum is 0: it launches nothing"},
	} {
		if got := diagnose.Group(make(c.edit)); got.Status != c.status || got.Why != c.why {
			t.Errorf("%s: %s %q", c.name, got.Status, got.Why)
		}
	}
}
