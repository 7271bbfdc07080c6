// Package awsxtest fakes the ports of package awsx: data in, errors out. An account
// is built in a few lines (New, Cluster, Service) or filled by Edit, read through the
// ports, and scripted: an operation can be made to fail, to answer in part, or to
// block until it is released. A write puts what it is given into the data and nothing
// follows from it: for an account that behaves there is the simulator, which package
// simtest opens. It is safe for concurrent use and starts no goroutine. What is built
// has fixed times, before Now; what changes later is dated by the clock.
package awsxtest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
)

// Op names one method of a port.
type Op string

// The operations, named as the methods of awsx.Account.
const (
	Clusters           Op = "Clusters"
	Services           Op = "Services"
	DescribeServices   Op = "DescribeServices"
	Tasks              Op = "Tasks"
	Instances          Op = "Instances"
	TaskProtection     Op = "TaskProtection"
	TaskDefinition     Op = "TaskDefinition"
	Revisions          Op = "Revisions"
	TargetGroups       Op = "TargetGroups"
	TargetHealth       Op = "TargetHealth"
	RuleWeights        Op = "RuleWeights"
	Routes             Op = "Routes"
	Repositories       Op = "Repositories"
	Images             Op = "Images"
	Image              Op = "Image"
	ServiceDeployments Op = "ServiceDeployments"
	ServiceRevisions   Op = "ServiceRevisions"
	Identity           Op = "Identity"
	Raw                Op = "Raw"
	RawList            Op = "RawList"
	Platforms          Op = "Platforms"
	GroupDetails       Op = "GroupDetails"
	ScalableTarget     Op = "ScalableTarget"
	AlarmsByName       Op = "AlarmsByName"
	AlarmsIn           Op = "AlarmsIn"
	MetricData         Op = "MetricData"
	Metrics            Op = "Metrics"
	Dashboards         Op = "Dashboards"
	DashboardBody      Op = "DashboardBody"
	AllAlarms          Op = "AllAlarms"
	Schedules          Op = "Schedules"
	Exists             Op = "Exists"
	ScalingActivities  Op = "ScalingActivities"
	ScheduledScaling   Op = "ScheduledScaling"
	Machines           Op = "Machines"
	ScalingGroups      Op = "ScalingGroups"
	ScalingGroup       Op = "ScalingGroup"
	Launch             Op = "Launch"
	GroupPolicies      Op = "GroupPolicies"
	GroupActivities    Op = "GroupActivities"
	GroupSchedules     Op = "GroupSchedules"
	CapacityProviders  Op = "CapacityProviders"
	ManagedNode        Op = "ManagedNode"
	DeniedActions      Op = "DeniedActions"
	AlarmTurns         Op = "AlarmTurns"
	TrailEvents        Op = "TrailEvents"
	ClusterScalings    Op = "ClusterScalings"

	RegisterTaskDefinition    Op = "RegisterTaskDefinition"
	DeregisterTaskDefinition  Op = "DeregisterTaskDefinition"
	UpdateService             Op = "UpdateService"
	UpdateScaling             Op = "UpdateScaling"
	RunTask                   Op = "RunTask"
	StopTask                  Op = "StopTask"
	SetInstanceStatus         Op = "SetInstanceStatus"
	StopServiceDeployment     Op = "StopServiceDeployment"
	ContinueServiceDeployment Op = "ContinueServiceDeployment"
	SetGroupDesired           Op = "SetGroupDesired"
	UpdateGroup               Op = "UpdateGroup"
	EndMember                 Op = "EndMember"
	ExecuteCommand            Op = "ExecuteCommand"
	StartSession              Op = "StartSession"
	TerminateSession          Op = "TerminateSession"
)

// Call is one call of a port: what it was about is an ARN or a name, and empty
// for a listing of everything.
type Call struct {
	Op       Op
	Resource string
}

// Data is what the account holds. The fields may be set freely inside Edit.
type Data struct {
	Identity        awsx.Identity
	Clusters        []awsx.Cluster
	Services        []awsx.Service
	Tasks           []awsx.Task
	Protections     []awsx.Protection
	Instances       []awsx.Instance // in the cluster of their Ref
	TaskDefinitions []*awsx.TaskDefinition
	TargetGroups    []awsx.TargetGroup
	Health          map[string]awsx.GroupHealth // by target group ARN
	Rules           map[string]map[string]int   // weights by target group ARN, by listener rule ARN
	Routes          []awsx.Route
	Images          map[string][]awsx.Image             // by repository URI
	Deployments     map[string][]awsx.ServiceDeployment // by service ARN
	Revisions       []awsx.ServiceRevision
	Raw             map[string][]byte // by ARN; what is missing is made up
	// ScalableTargets are those of services, by service ARN: one without is not
	// scaled by Application Auto Scaling.
	ScalableTargets map[string]awsx.ScalableTarget
	Alarms          []awsx.Alarm
	// Metrics are the values that there are of statistics of metrics, by MetricName, and
	// Dashboards the bodies of those by name.
	Metrics    map[string][]awsx.MetricPoint
	Dashboards map[string]string
	Schedules  []awsx.Schedule
	// Turns and Trail are what the account remembers, in any order.
	Turns []awsx.AlarmTurn
	Trail []awsx.TrailEvent
	// Doings are what is told of services, by their ARNs, and of Auto Scaling groups, by
	// their names, beside what they are.
	Doings map[string]Doings
	// Machines, Groups, Launches and Providers are what clusters run on.
	Machines  []awsx.Machine
	Groups    []awsx.ScalingGroup
	Launches  map[awsx.LaunchSource]awsx.Launch
	Providers []awsx.CapacityProvider
	// Nodes are the machines that Systems Manager knows, by their EC2 ids, Denied the actions
	// that no role may do, and Sessions those that are open, by their ids.
	Nodes    map[string]awsx.ManagedNode
	Denied   []string
	Sessions map[string]awsx.Session
	// Absent holds the ids of dependencies that are not there.
	Absent []string
	// Platforms are those of images that are indexes, by digest.
	Platforms map[string][]string
	// GroupDetails are those of target groups, by ARN; a group without has ELB's
	// default delay of 300 s and no tags.
	GroupDetails map[string]awsx.GroupDetails
	// Refusals are the reasons, such as RESOURCE:MEMORY, for which RunTask cannot
	// place its last tasks: one task each.
	Refusals []awsx.Missing
}

// Task returns the task of an ARN, nil where there is none.
func (d *Data) Task(arn string) *awsx.Task {
	for i := range d.Tasks {
		if d.Tasks[i].Ref.ARN == arn {
			return &d.Tasks[i]
		}
	}
	return nil
}

// Record returns the record of a service deployment, nil where there is none.
func (d *Data) Record(arn string) *awsx.ServiceDeployment {
	for _, records := range d.Deployments {
		for i := range records {
			if records[i].ARN == arn {
				return &records[i]
			}
		}
	}
	return nil
}

// Account is an account in memory; it implements awsx.Account.
type Account struct {
	// ID is the context that every reference carries.
	ID awsx.ContextID
	// PageSize is how many items a page holds; 0 is the service's own limit.
	PageSize int
	// ReadOnly refuses every mutating call.
	ReadOnly bool

	mu      sync.Mutex
	data    Data
	calls   []Call
	metered int
	scripts map[Op]*script
	serial  int
}

var _ awsx.Account = (*Account)(nil)

// script is what was arranged for an operation.
type script struct {
	always error
	once   []error
	lost   map[string]error // ARNs whose batch fails
	gate   chan struct{}    // closed when the operation is released
}

// Now is when the account was built: the age of everything in it counts from
// here.
var Now = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

// New returns an empty account. A context without a region is in eu-west-1.
func New(id awsx.ContextID) *Account {
	id.Region = cmp.Or(id.Region, "eu-west-1")
	return &Account{
		ID:      id,
		scripts: map[Op]*script{},
		data: Data{
			Identity:    awsx.Identity{Account: Number, ARN: "arn:aws:iam::" + Number + ":user/operator"},
			Health:      map[string]awsx.GroupHealth{},
			Images:      map[string][]awsx.Image{},
			Deployments: map[string][]awsx.ServiceDeployment{},
			Raw:         map[string][]byte{},

			ScalableTargets: map[string]awsx.ScalableTarget{},
			Metrics:         map[string][]awsx.MetricPoint{},
			Dashboards:      map[string]string{},
			Platforms:       map[string][]string{},
			GroupDetails:    map[string]awsx.GroupDetails{},
		},
	}
}

// Number is the account number that everything in the account carries.
const Number = "123456789012"

// Edit changes the data while no call reads it.
func (a *Account) Edit(edit func(*Data)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	edit(&a.data)
}

// Fail makes an operation fail until Fail with nil.
func (a *Account) Fail(op Op, err error) { a.arrange(op, func(s *script) { s.always = err }) }

// FailOnce makes the next call of an operation fail; further ones queue up.
func (a *Account) FailOnce(op Op, err error) {
	a.arrange(op, func(s *script) { s.once = append(s.once, err) })
}

// Lose makes the listed items of a paged operation come as one failed batch,
// beside the pages of the others, until Lose with nil.
func (a *Account) Lose(op Op, err error, arns ...string) {
	a.arrange(op, func(s *script) {
		s.lost = map[string]error{}
		if err == nil {
			return
		}
		for _, arn := range arns {
			s.lost[arn] = err
		}
	})
}

// Block holds every call of an operation, from now on, until the returned
// function is called. A held call ends early with its context.
func (a *Account) Block(op Op) (release func()) {
	gate := make(chan struct{})
	a.arrange(op, func(s *script) { s.gate = gate })
	return sync.OnceFunc(func() {
		a.arrange(op, func(s *script) {
			if s.gate == gate {
				s.gate = nil
			}
		})
		close(gate)
	})
}

func (a *Account) arrange(op Op, change func(*script)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.scripts[op]
	if s == nil {
		s = &script{}
		a.scripts[op] = s
	}
	change(s)
}

// Calls returns the calls so far, in order.
func (a *Account) Calls() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// Count returns how often an operation was called.
func (a *Account) Count(op Op) int {
	n := 0
	for _, c := range a.Calls() {
		if c.Op == op {
			n++
		}
	}
	return n
}

// Forget drops the recorded calls.
func (a *Account) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = nil
}

// begin records a call, waits while the operation is blocked, and returns the
// failure that was arranged for it.
func (a *Account) begin(ctx context.Context, op Op, resource string) error {
	a.mu.Lock()
	a.calls = append(a.calls, Call{op, resource})
	var gate chan struct{}
	if s := a.scripts[op]; s != nil {
		gate = s.gate
	}
	a.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.scripts[op]
	if s == nil {
		return nil
	}
	if len(s.once) > 0 {
		err := s.once[0]
		s.once = s.once[1:]
		return err
	}
	return s.always
}
