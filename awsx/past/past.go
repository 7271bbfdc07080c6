package past

import (
	"cmp"
	"context"
	"time"

	"gantry/awsx"
)

// Observer is told what polling sees pass by, so that it outlives the snapshot
// it was in. It is append-only, is called from the pollers' goroutines, must not
// block, and must not change what it is given.
type Observer interface {
	// SeenStoppedTask is called at every sweep that still lists the task.
	SeenStoppedTask(t awsx.Task, at time.Time)
	// SeenEvent is called once for an event, again only after a poller's end.
	SeenEvent(service awsx.Ref, e awsx.ServiceEvent)
	// SeenRuntimeID is called at every sweep that lists the container; First and
	// Last are both the time of the sweep.
	SeenRuntimeID(Seen)
	// SeenTargetChange is called when two readings of a group differ in a target.
	SeenTargetChange(TargetChange)
}

// Past answers what was seen. Who asks may wait for a disk: a command does, never the
// loop. Of is a service, or a cluster for all of its services; since is zero for all
// that is known. An error says that some of what was kept could not be read; what
// comes beside it is true.
type Past interface {
	// Stopped are tasks that stopped since a time, the newest first.
	Stopped(ctx context.Context, of awsx.Ref, since time.Time) ([]Stopped, error)
	// Containers are those that were seen since a time, the last seen first.
	Containers(ctx context.Context, of awsx.Ref, since time.Time) ([]Seen, error)
	// Events are what services told since a time, the newest first.
	Events(ctx context.Context, of awsx.Ref, since time.Time) ([]Event, error)
	// TargetChanges are those seen since a time in target groups, by their ARNs, the
	// newest first; without a group they are those of the whole context.
	TargetChanges(ctx context.Context, id awsx.ContextID, since time.Time, groups ...string) ([]TargetChange, error)
}

// Keeper is told what passes by and answers what was seen.
type Keeper interface {
	Observer
	Past
}

// Stopped is a task that stopped, as it was seen last.
type Stopped struct {
	Task awsx.Task
	// Seen is when ECS still told of it.
	Seen time.Time
}

// Compare puts the last to stop first.
func (s Stopped) Compare(other Stopped) int {
	return cmp.Or(other.At().Compare(s.At()), cmp.Compare(s.Task.Ref.ARN, other.Task.Ref.ARN))
}

// At is when the task stopped, or when it was last seen stopping.
func (s Stopped) At() time.Time {
	if !s.Task.StoppedAt.IsZero() {
		return s.Task.StoppedAt
	}
	return s.Seen
}

// Service is the name of the service that ran the task.
func (s Stopped) Service() string { return s.Task.Group[len(groupOfService):] }

// Unseen says of a task why it ended when nobody saw that; empty when somebody did.
func (s Stopped) Unseen() string {
	if s.Task.StopCode == "" && s.Task.StoppedReason == "" {
		return "nobody saw why it ended"
	}
	return ""
}

// Event is what a service told.
type Event struct {
	Service awsx.Ref
	awsx.ServiceEvent
}

// Compare puts the newest first.
func (e Event) Compare(other Event) int {
	return cmp.Or(other.At.Compare(e.At), cmp.Compare(e.ID, other.ID))
}

// Seen is a container that ran for a service, with the id that its log lines
// carry.
type Seen struct {
	Cluster     awsx.Ref
	Service     string // name
	ID          string // runtime id, 64 hex digits on EC2
	Task        string // ARN
	Container   string
	Family      string
	Revision    string
	First, Last time.Time
}

// Compare puts the last seen first.
func (s Seen) Compare(other Seen) int {
	return cmp.Or(other.Last.Compare(s.Last), cmp.Compare(s.ID, other.ID))
}

// TargetChange is one target's step from one state to another. From is the zero
// value for a target that was not registered before, To for one that is gone.
type TargetChange struct {
	Context  awsx.ContextID
	Group    string // ARN
	From, To awsx.TargetHealth
	At       time.Time
}
