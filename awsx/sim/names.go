package sim

import (
	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
)

// What whoever uses an account names, from the rooms that it is made of.
type (
	// Scenario is a state of the account that is worth looking at.
	Scenario = seed.Scenario
	// Cluster is a cluster of an account that is laid out.
	Cluster = seed.Cluster
	// Service is a service of a cluster that is laid out.
	Service = seed.Service
	// Behaviour is what an image does when it runs.
	Behaviour = ecr.Behaviour
	// HealthAnswer is what a health check gets from a running application.
	HealthAnswer = ecr.HealthAnswer
	// Alarm is a CloudWatch alarm.
	Alarm = alarms.Alarm
	// AlarmMetric is an entry of an alarm on metric maths.
	AlarmMetric = alarms.Metric
	// LogSink takes what containers write.
	LogSink = output.Sink
	// LogDoc is one message with what its container's log driver knows.
	LogDoc = output.Doc
)

// The scenarios.
const (
	Demo                  = seed.Demo
	Steady                = seed.Steady
	BadImage              = seed.BadImage
	CrashLoop             = seed.CrashLoop
	UnhealthyTargets      = seed.UnhealthyTargets
	BlueGreen             = seed.BlueGreen
	CodeDeploy            = seed.CodeDeploy
	Daemons               = seed.Daemons
	ClassicBalancer       = seed.ClassicBalancer
	Fargate               = seed.Fargate
	Rebalancing           = seed.Rebalancing
	StopReasons           = seed.StopReasons
	Events                = seed.Events
	PortConflict          = seed.PortConflict
	NoCapacity            = seed.NoCapacity
	MinMaxDeadlock        = seed.MinMaxDeadlock
	RepushedTag           = seed.RepushedTag
	AutoscalerMidRollback = seed.AutoscalerMidRollback
	SecondOperator        = seed.SecondOperator
	Throttled             = seed.Throttled
)

// The answers to a health check.
const (
	AnswersOK          = ecr.AnswersOK
	AnswersUnavailable = ecr.AnswersUnavailable
	NeverAnswers       = ecr.NeverAnswers
	RefusesConnections = ecr.RefusesConnections
)

// The states of an alarm.
const (
	AlarmOK               = alarms.OK
	AlarmFiring           = alarms.Firing
	AlarmInsufficientData = alarms.InsufficientData
)

// ScenarioGroups returns the scenarios by subject.
func ScenarioGroups() []seed.ScenarioGroup { return seed.ScenarioGroups() }

// Scenarios returns every scenario that has a name, in the order in which they
// are documented. Demo, which has none, is left out.
func Scenarios() []Scenario { return seed.Scenarios() }

// ParseScenario returns the scenario called name; the empty name is Demo. The
// error lists the names that exist.
func ParseScenario(name string) (Scenario, error) { return seed.ParseScenario(name) }
