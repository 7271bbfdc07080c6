package store

import (
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

// TargetChange is one target's step from one state to another. From is the zero
// value for a target that was not registered before, To for one that is gone.
type TargetChange struct {
	Context  awsx.ContextID
	Group    string // ARN
	From, To awsx.TargetHealth
	At       time.Time
}

// nobody is the Observer of a store without one.
type nobody struct{}

func (nobody) SeenStoppedTask(awsx.Task, time.Time)  {}
func (nobody) SeenEvent(awsx.Ref, awsx.ServiceEvent) {}
func (nobody) SeenRuntimeID(Seen)                    {}
func (nobody) SeenTargetChange(TargetChange)         {}
