package awsx

import "time"

// Protection is a task's protection from being ended by a scale-in or a deployment, which
// the task, or somebody, asked for (ECS, UpdateTaskProtection). It holds back neither
// StopTask nor the end of the instance.
type Protection struct {
	Task  string // ARN
	Until time.Time
}
