package awsx

import (
	"time"

	"gantry/internal/words"
)

// ServiceDeployment is one record of the service deployments API.
type ServiceDeployment struct {
	ARN string
	// Status is PENDING, IN_PROGRESS, STOP_REQUESTED, ROLLBACK_REQUESTED,
	// ROLLBACK_IN_PROGRESS, or one of the ends: SUCCESSFUL, STOPPED,
	// ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED.
	Status       string
	StatusReason string
	// Stage is how far a deployment that shifts traffic has come: RECONCILE_SERVICE
	// … CLEAN_UP; empty for a rolling one.
	Stage            string
	Strategy         string // ROLLING, BLUE_GREEN, LINEAR, CANARY; empty is ROLLING
	Target           RevisionShare
	Sources          []RevisionShare
	Rollback         *RollbackRecord // nil while there was none
	Hooks            []LifecycleHook
	Alarms           []string // names of those watched
	TriggeredAlarms  []string
	BreakerStatus    string
	BreakerFailures  int
	BreakerThreshold int
	CreatedAt        time.Time
	StartedAt        time.Time
	FinishedAt       time.Time
	StoppedAt        time.Time
}

// Revisions are the ARNs of the service revisions that the record names: what it goes to,
// what it takes the place of, and what it went back to. Some may be empty.
func (d ServiceDeployment) Revisions() []string {
	arns := []string{d.Target.ARN}
	for _, s := range d.Sources {
		arns = append(arns, s.ARN)
	}
	if d.Rollback != nil {
		arns = append(arns, d.Rollback.Revision)
	}
	return arns
}

// Ended reports whether the record's status is a final one.
func (d ServiceDeployment) Ended() bool {
	switch d.Status {
	case "SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED":
		return true
	}
	return false
}

// Began is when the deployment started, or was asked for when it has not.
func (d ServiceDeployment) Began() time.Time {
	if d.StartedAt.IsZero() {
		return d.CreatedAt
	}
	return d.StartedAt
}

// Over is when the deployment finished or was stopped; zero while that is not
// known.
func (d ServiceDeployment) Over() time.Time {
	if d.FinishedAt.IsZero() {
		return d.StoppedAt
	}
	return d.FinishedAt
}

// Why is the reason for the roll back, else for the status; it may be empty.
func (d ServiceDeployment) Why() string {
	if d.Rollback != nil && d.Rollback.Reason != "" {
		return d.Rollback.Reason
	}
	return d.StatusReason
}

// WhySoFar is Why, and for a deployment in progress that gives no reason how many of
// its tasks have failed, by its own record or by the service's primary deployment when
// that is of the task definition which this one deploys. It may be empty.
func (d ServiceDeployment) WhySoFar(s Service, definition string) string {
	why := d.Why()
	if why != "" || d.Ended() {
		return why
	}
	failed := d.BreakerFailures
	if p, ok := s.Primary(); ok && p.TaskDefinition == definition {
		failed = max(failed, p.Failed)
	}
	if failed == 0 {
		return ""
	}
	return words.Count(failed, "task") + " failed"
}

// RevisionShare is a service revision's part in a deployment.
type RevisionShare struct {
	ARN                         string // service revision
	Requested, Running, Pending int    // tasks
	// Production and Test are the share of the traffic that is asked for, in
	// percent; Unset when the deployment shifts none.
	Production, Test float64
}

// RollbackRecord tells of a deployment that was rolled back.
type RollbackRecord struct {
	Reason   string
	Revision string // service revision ARN that is returned to
	At       time.Time
}

// LifecycleHook is one hook of a deployment. A hook that pauses the deployment
// waits with status AWAITING_ACTION until somebody continues it.
type LifecycleHook struct {
	ID            string
	Type          string // AWS_LAMBDA, PAUSE
	Status        string // AWAITING_ACTION, IN_PROGRESS, SUCCEEDED, FAILED, TIMED_OUT
	Target        string // Lambda function ARN; empty for a pause
	ExpiresAt     time.Time
	TimeoutAction string // CONTINUE, ROLLBACK
}

// Paused returns the hook that holds the deployment up, and whether one does.
func (d ServiceDeployment) Paused() (LifecycleHook, bool) {
	for _, h := range d.Hooks {
		if h.Status == "AWAITING_ACTION" {
			return h, true
		}
	}
	return LifecycleHook{}, false
}

// ServiceRevision is what a service deployment ran, with resolved digests.
type ServiceRevision struct {
	ARN            string
	TaskDefinition string
	Images         []RevisionImage
	// TargetGroups holds the groups (ARN) that the revision's tasks register in:
	// of a blue/green service it tells which colour the revision has.
	TargetGroups []string
	CreatedAt    time.Time
}

// RevisionImage is the image of one container of a service revision.
type RevisionImage struct{ Container, Image, Digest string }
