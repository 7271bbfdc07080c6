package schedules

import (
	"cmp"
	"slices"
	"time"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// Schedule is a rule of EventBridge, or with a Group a schedule of EventBridge Scheduler, which
// starts a task.
type Schedule struct {
	Name, Group string
	Expression  string // empty for a rule on a Pattern
	Pattern     string
	Zone        string
	Off         bool
	MadeAt      time.Time
	// Target is the ARN of a cluster or of something else; Definition, of a cluster, that of a
	// revision or a family.
	Target, Definition string
	LaunchType         string // EC2 when empty
}

func (s *Schedule) state() string {
	if s.Off {
		return "DISABLED"
	}
	return "ENABLED"
}

// Board is what starts tasks in an account.
type Board struct {
	*world.World
	Schedules []*Schedule
}

// Operations are those of EventBridge.
func (b *Board) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{"ListRules": wire.JSON(b.listRules), "ListTargetsByRule": wire.JSON(b.listTargets)}
}

// SchedulerOperations are those of EventBridge Scheduler.
func (b *Board) SchedulerOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"ListSchedules": wire.JSON(b.listSchedules), "GetSchedule": wire.JSON(b.getSchedule)}
}

// of are the rules, or the schedules, by group and name.
func (b *Board) of(rules bool, keep func(*Schedule) bool) []*Schedule {
	found := slices.DeleteFunc(slices.Clone(b.Schedules), func(s *Schedule) bool { return (s.Group == "") != rules || !keep(s) })
	slices.SortFunc(found, func(x, y *Schedule) int {
		return cmp.Or(cmp.Compare(x.Group, y.Group), cmp.Compare(x.Name, y.Name))
	})
	return found
}

func (b *Board) arn(s *Schedule) string {
	if s.Group == "" {
		return b.ARN("events", "rule/"+s.Name)
	}
	return b.ARN("scheduler", "schedule/"+s.Group+"/"+s.Name)
}

func byName(s *Schedule) string { return s.Group + "/" + s.Name }
