package diagnose

import (
	"cmp"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/diagnose/written"
)

// Around is what was read of a service and of what it stands on. What was not read is
// nil, empty or false, and explains nothing.
type Around struct {
	Standing
	// Instances are the container instances of the cluster.
	Instances     []awsx.Instance
	InstancesRead bool
	// Groups are the Auto Scaling groups of the cluster.
	Groups []GroupEvidence
	// Managed tells which of the groups, by name, a capacity provider of the service scales.
	Managed map[string]bool
	// GroupsGone are target groups (ARN) that the service names and that do not exist.
	GroupsGone []string
	// Scaling is how Application Auto Scaling scales the service, nil where it does not;
	// Scalings is what it did, the newest first.
	Scaling  *awsx.ScalableTarget
	Scalings []awsx.ScalingActivity
	// SetByHand are counts that a person gave the service, as far as that is known.
	SetByHand []CountSet
	// Routes are the listeners of the account with their rules; RoutesRead is false while
	// not all were read.
	Routes     []awsx.Route
	RoutesRead bool
	// Ringing are the alarms that ring for the service.
	Ringing []Ringing
	// Remembered are tasks that stopped and of which ECS tells no more, as far as gantry saw
	// them, the last to stop first.
	Remembered []awsx.Task
	// Wrote is what containers of tasks that failed wrote last, the newest task first.
	Wrote []written.Last
	// LinesRead says that there is a log store which was asked for lines.
	LinesRead bool
	// Lines are the newest lines of the tasks that run, the oldest first.
	Lines []written.Line
	// Changes is in what the service differs from what worked before; Before names that
	// revision, as family:revision.
	Changes []Change
	Before  string
}

// CountSet is a desired count that a person gave a service, or a bound of it.
type CountSet struct {
	At         time.Time
	Was, Count int
	By         string
	// Bound is which bound it is, minimum or maximum; empty for the count itself.
	Bound string
}

// Change is one difference between what runs and what worked before.
type Change struct {
	Part cause.Part
	Name string // of the variable or the secret, else of the container
	Gone bool   // it was taken away
	// At is when it was made; zero for what came with the last deployment.
	At time.Time
	// Text says the change in words; values that are secret are masked in it.
	Text string
}

// Place is where a piece of evidence is seen. The words are stable.
type Place string

// The places.
const (
	InEvents    Place = "events"
	InTasks     Place = "tasks"
	InLogs      Place = "logs"
	InTargets   Place = "targets"
	InInstances Place = "instances"
	InGroups    Place = "groups"
	InRouting   Place = "routing"
	InScaling   Place = "scaling"
	InRevisions Place = "revisions"
	InAlarms    Place = "alarms"
)

// Proof is one piece of evidence.
type Proof struct {
	At    time.Time // zero where no time applies
	Text  string    // raw
	Where Place
}

// Sureness is how sure a cause is. The words are stable.
type Sureness string

// Certain is what AWS or the program said in so many words, Likely what fits all that was
// read, and Unexplained what is wrong without anything that says why.
const (
	Certain     Sureness = "certain"
	Likely      Sureness = "likely"
	Unexplained Sureness = "unexplained"
)

// Trouble is one thing that is wrong with a service.
type Trouble struct {
	Kind cause.Kind
	// Cause says it in one sentence, Short in the few words that a row has room for. Parts of
	// both come from outside and are raw.
	Cause, Short string
	Sure         Sureness
	// Reason is what it was read from, with its whole text; zero when counts alone tell.
	Reason   reason.Reason
	Since    time.Time // zero where that is not known
	Evidence []Proof   // the most telling first
	Next     []cause.Step
	// Change is the difference from what worked that explains it; nil where none does.
	Change *Change
	// Follows are what is wrong because of it.
	Follows []Trouble

	// rolls says that it bears on what is being rolled out, and later that it can wait for
	// the others: it hurts nobody who is served.
	rolls, later bool
	// on are the container instances that it befell.
	on []string
}

// Judge judges a service by all that was read around it: how it stands, and what is wrong
// with it, the cause to look at first before the others and what follows from a cause under
// it. A service that is well, or on its way with nothing going wrong, has no troubles.
func (a Around) Judge() Standing {
	f := count(a.Evidence)
	v := f.verdict()
	x := &inquest{Around: a, facts: f, status: v.status}
	x.Changes = append(slices.Clip(x.Changes), x.turned()...)
	x.look()
	s := a.Standing
	s.Troubles = x.found
	s.Finding = f.finding(v, x.found)
	return s
}

// look finds the troubles.
func (x *inquest) look() {
	if x.unwell() {
		x.deaths()
		x.checks()
		x.placement()
		x.givenUp()
	}
	if x.status != Stopped {
		x.events()
	}
	if x.unwell() {
		x.hosts()
		x.relate()
		x.rollout()
		x.neverStart()
	}
	if x.status != Stopped {
		x.goneGroups()
		x.wayBack()
		x.autoscaled()
		x.lingering()
		x.drains()
		x.atItsMaximum()
	}
	if x.unwell() && len(x.found) == 0 {
		x.recalled()
	}
	if x.unwell() && len(x.found) == 0 {
		x.unexplained()
	}
	if x.status == OK {
		x.unrouted()
		x.strays()
		x.dependency()
	}
	x.inOrder()
	x.endless()
}

func last(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// inOrder puts the troubles in the order in which to look at them, and adds what helps.
func (x *inquest) inOrder() {
	slices.SortStableFunc(x.found, func(a, b Trouble) int {
		return cmp.Or(last(a.later)-last(b.later), a.Kind.Rank()-b.Kind.Rank())
	})
	if x.status != Stopped && !x.only {
		x.alarmed()
	}
	for i := range x.found {
		x.explain(&x.found[i])
	}
}
