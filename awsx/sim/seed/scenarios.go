package seed

import (
	"fmt"
	"strings"
)

// Scenario names a state of the account that is worth looking at. The zero
// value is Demo.
type Scenario string

// The scenarios. Each can be combined with the demo account or with a generated
// one; in a generated account the first services play the part.
const (
	// Demo starts with a deployment that crash-loops beside a service whose
	// tasks degrade after a while.
	Demo Scenario = ""
	// Steady has nothing wrong.
	Steady Scenario = "steady"
	// BadImage is in the middle of deploying a tag that was never pushed.
	BadImage Scenario = "bad-image"
	// CrashLoop is in the middle of deploying an image that exits at start.
	CrashLoop Scenario = "crash-loop"
	// UnhealthyTargets has services that fail their target group's checks.
	UnhealthyTargets Scenario = "unhealthy-targets"
	// BlueGreen has five more services: three in the middle of deployments that
	// shift traffic, of which one pauses until it is continued, and two whose
	// deployment controllers are not ECS.
	BlueGreen Scenario = "blue-green"
	// CodeDeploy has two more services, whose task sets CodeDeploy makes: the green
	// tasks of one cannot start, the live tasks of the other keep dying.
	CodeDeploy Scenario = "code-deploy"
	// Daemons has a service with a task on each instance, which keeps dying on one of
	// them, and one more cluster, edge, that has no instance for its own.
	Daemons Scenario = "daemons"
	// ClassicBalancer has two more services behind classic load balancers, whose
	// health is told by no target group: one is well, the tasks of the other die.
	ClassicBalancer Scenario = "classic-balancer"
	// PortConflict is in the middle of deploying a service with a static host
	// port that has a task on every instance already.
	PortConflict Scenario = "port-conflict"
	// NoCapacity is in the middle of deploying a task that needs more memory than
	// any instance has left.
	NoCapacity Scenario = "no-capacity"
	// MinMaxDeadlock is in the middle of a deployment whose percentages let the
	// scheduler neither start a task nor stop one.
	MinMaxDeadlock Scenario = "min-max-deadlock"
	// Fargate has one more cluster, serverless, whose services run on Fargate, on
	// Spot capacity that is taken back every few minutes, and on a capacity provider
	// without instances.
	Fargate Scenario = "fargate"
	// Rebalancing has one more service, whose tasks stand in one zone and are
	// moved to the others.
	Rebalancing Scenario = "az-rebalancing"
	// StopReasons has one more cluster, reasons, with a service for each reason for
	// which tasks stop.
	StopReasons Scenario = "stop-reasons"
	// Events has one more cluster, events, with a service for each kind of event.
	Events Scenario = "events"
	// RepushedTag has two releases of a service, the running one and the one
	// before it, whose tags were pushed again after they were deployed. What runs
	// is well; what the tags name now exits at start unless DB_URL is set.
	RepushedTag Scenario = "re-pushed-tag"
	// AutoscalerMidRollback is in the middle of a deployment that the circuit
	// breaker is about to undo, of an autoscaled service. Three seconds into a
	// rollback of any autoscaled service its load asks for two tasks more.
	AutoscalerMidRollback Scenario = "autoscaler-mid-rollback"
	// SecondOperator has somebody else deploy too: another release of one service,
	// 20 seconds after the account was made and every four minutes from then on.
	SecondOperator Scenario = "second-operator"
	// Throttled is steady, but the rest of the account eats the API quota.
	Throttled Scenario = "throttled"
)

// ScenarioGroup is scenarios about one subject.
type ScenarioGroup struct {
	Subject   string
	Scenarios []Scenario
}

// ScenarioGroups returns every scenario that has a name, by subject, in the order in
// which they are documented. Demo, which has none, is left out.
func ScenarioGroups() []ScenarioGroup {
	return []ScenarioGroup{
		{"nothing is wrong", []Scenario{Steady}},
		{"a release fails", []Scenario{BadImage, CrashLoop, UnhealthyTargets}},
		{"there is no room", []Scenario{PortConflict, NoCapacity, MinMaxDeadlock, Fargate, Rebalancing}},
		{"other ways to deploy", []Scenario{BlueGreen, CodeDeploy}},
		{"other kinds of services", []Scenario{Daemons, ClassicBalancer}},
		{"somebody else has a hand", []Scenario{RepushedTag, AutoscalerMidRollback, SecondOperator, Throttled}},
		{"what AWS writes", []Scenario{StopReasons, Events}},
	}
}

// Scenarios returns those of all groups.
func Scenarios() (all []Scenario) {
	for _, g := range ScenarioGroups() {
		all = append(all, g.Scenarios...)
	}
	return all
}

// ParseScenario returns the scenario called name; the empty name is Demo. The
// error lists the names that exist.
func ParseScenario(name string) (Scenario, error) {
	if name == string(Demo) {
		return Demo, nil
	}
	names := make([]string, 0, len(Scenarios()))
	for _, s := range Scenarios() {
		if string(s) == name {
			return s, nil
		}
		names = append(names, string(s))
	}
	return Demo, fmt.Errorf("unknown scenario %q: want one of %s", name, strings.Join(names, ", "))
}
