package awsx

import (
	"strings"
	"time"
)

// Schedule is what starts tasks by itself: a rule of EventBridge, or a schedule of EventBridge
// Scheduler.
type Schedule struct {
	Ref   Ref // of no cluster
	Name  string
	Group string // of schedules, of EventBridge Scheduler; empty for a rule
	// Expression is a rate, a cron or an at; empty for a rule that events set off, which
	// Pattern is true for.
	Expression string
	Pattern    bool
	Zone       string // IANA name of the time zone, empty for UTC
	Enabled    bool
	// Made is when a schedule was made, from which its rate counts unless it begins later;
	// zero for a rule, which does not tell.
	Made, Begins, Ends time.Time
	Starts             []ScheduledTask
}

// ScheduledTask is what of ECS a schedule starts: one of its targets.
type ScheduledTask struct {
	Cluster    string // ARN
	Definition string // ARN of a revision, or of a family for its latest
	Count      int
	LaunchType string
}

// Pins reports whether the schedule names a revision, and not the family.
func (t ScheduledTask) Pins() bool {
	_, revision := SplitRevision(t.Definition)
	return revision != ""
}

// Started reports whether a task says that the schedule started it. A starter's name is cut
// at 36 characters by some callers (ECS, Task, startedBy).
func (s Schedule) Started(t Task) bool {
	for prefix, ours := range map[string]bool{"events-rule/": s.Group == "", "chronos-schedule/": s.Group != ""} {
		name, by := strings.CutPrefix(t.StartedBy, prefix)
		if by && ours && (name == s.Name || len(t.StartedBy) == 36 && name != "" && strings.HasPrefix(s.Name, name)) {
			return true
		}
	}
	return false
}

// Label names the schedule and what it is: "rule nightly", "schedule jobs/report".
func (s Schedule) Label() string {
	switch s.Group {
	case "":
		return "rule " + s.Name
	case "default":
		return "schedule " + s.Name
	}
	return "schedule " + s.Group + "/" + s.Name
}
