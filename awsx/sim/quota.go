package sim

import (
	"strings"
	"time"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// quota holds what the rest of the account leaves of the API's token buckets.
// The buckets and their rates are those of the ECS and Elastic Load Balancing
// throttling quotas; others draw on them at the same time, and in bursts.
type quota struct {
	buckets map[string]*bucket
}

type bucket struct {
	capacity, perSecond float64 // what is left for this caller
	busy                float64 // how often the others have just emptied it
	tokens              float64
	filled              time.Time
}

// newQuota returns full buckets: of what others leave, or of a part of the whole grant,
// whose busy others are then whoever else calls.
func newQuota(now time.Time, granted float64) quota {
	left := func(burst, sustained, share, busy float64) *bucket {
		if granted > 0 {
			share, busy = granted, 0
		}
		return &bucket{capacity: burst * share, tokens: burst * share, perSecond: sustained * share, busy: busy, filled: now}
	}
	return quota{map[string]*bucket{
		"cluster":    left(50, 20, 0.2, 0.3),
		"service":    left(100, 20, 0.2, 0.3),
		"task":       left(100, 20, 0.2, 0.3),
		"deployment": left(50, 20, 0.2, 0.3),
		"modify":     left(50, 5, 0.4, 0.2),
		"register":   left(20, 1, 0.5, 0.2),
		"stop":       left(100, 40, 0.2, 0.2),
		"elb":        left(40, 10, 0.05, 0.6),
		"events":     left(5, 5, 0.5, 0.2),
		"alarms":     left(9, 9, 0.3, 0.2),
		"trail":      left(2, 2, 0.5, 0.2),
	}}
}

// take draws a token for the call and reports whether there was one.
func (q quota) take(req *wire.Request, now time.Time, rng world.Source) bool {
	if req.Service.Bucket == nil {
		return true
	}
	b := q.buckets[req.Service.Bucket(req.Operation)]
	if b == nil {
		return true
	}
	b.tokens = min(b.capacity, b.tokens+now.Sub(b.filled).Seconds()*b.perSecond)
	b.filled = now
	if b.tokens < 1 || rng.Float64() < b.busy {
		return false
	}
	b.tokens--
	return true
}

// always is the bucket of a service whose calls all draw on one.
func always(name string) func(string) string { return func(string) string { return name } }

// alarmsBucket is the bucket of a call of CloudWatch: metrics have one that nobody empties.
func alarmsBucket(operation string) string {
	if operation == "DescribeAlarms" {
		return "alarms"
	}
	return ""
}

// logsBucket is the bucket of a call of CloudWatch Logs.
func logsBucket(operation string) string {
	if operation == "FilterLogEvents" {
		return "events"
	}
	return ""
}

// ecsBucket is the bucket of a call of ECS.
func ecsBucket(operation string) string {
	switch operation {
	case "UpdateService", "StopServiceDeployment", "UpdateContainerInstancesState":
		return "modify"
	case "RegisterTaskDefinition", "DeregisterTaskDefinition":
		return "register"
	case "RunTask", "StopTask", "ExecuteCommand":
		return "stop"
	case "ListServices", "DescribeServices":
		return "service"
	case "ListTasks", "DescribeTasks", "GetTaskProtection", "ListContainerInstances", "DescribeContainerInstances":
		return "task"
	}
	if strings.Contains(operation, "ServiceDeployment") || strings.Contains(operation, "ServiceRevision") {
		return "deployment"
	}
	return "cluster"
}
