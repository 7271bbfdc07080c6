package sim

import (
	"fmt"
	"strings"
	"time"
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
	// PortConflict is in the middle of deploying a service with a static host
	// port that has a task on every instance already.
	PortConflict Scenario = "port-conflict"
	// NoCapacity is in the middle of deploying a task that needs more memory than
	// any instance has left.
	NoCapacity Scenario = "no-capacity"
	// MinMaxDeadlock is in the middle of a deployment whose percentages let the
	// scheduler neither start a task nor stop one.
	MinMaxDeadlock Scenario = "min-max-deadlock"
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

// Scenarios returns every scenario that has a name, in the order in which they
// are documented. Demo, which has none, is left out.
func Scenarios() []Scenario {
	return []Scenario{
		Steady, BadImage, CrashLoop, UnhealthyTargets, PortConflict, NoCapacity, MinMaxDeadlock, RepushedTag,
		AutoscalerMidRollback, SecondOperator, BlueGreen, Throttled,
	}
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

// Options shape an account. The zero value is the demo account in real time.
type Options struct {
	// Seed selects identifiers, jitter and log lines. Two accounts with the same
	// options that see the same clock and the same calls live the same life.
	Seed uint64
	// Clusters, Services (per cluster) and Tasks (desired per service) size a
	// generated account. All zero is the demo account; if any is set, the others
	// default to 1, 10 and 2.
	Clusters, Services, Tasks int
	// Scenario is what is wrong at the start.
	Scenario Scenario
	// Speed divides every duration of the control plane: 1, the default, is real
	// time and 10 is ten times as fast. Timestamps stay those of the clock.
	Speed float64
	// Latency is added to each answer.
	Latency time.Duration
	// Logs receives what the containers write. Without it nothing is written.
	Logs LogSink
	// Region defaults to eu-west-1.
	Region string
	// AccountID has twelve digits and defaults to 000000000000.
	AccountID string
}

const (
	defaultRegion    = "eu-west-1"
	defaultAccountID = "000000000000"
)

func (o Options) withDefaults() (Options, error) {
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.Region == "" {
		o.Region = defaultRegion
	}
	if o.AccountID == "" {
		o.AccountID = defaultAccountID
	}
	if o.generated() {
		o.Clusters = orDefault(o.Clusters, 1)
		o.Services = orDefault(o.Services, 10)
		o.Tasks = orDefault(o.Tasks, 2)
	}
	return o, o.validate()
}

func (o Options) validate() error {
	if _, err := ParseScenario(string(o.Scenario)); err != nil {
		return err
	}
	sizes := []struct {
		name       string
		value, max int
	}{{"clusters", o.Clusters, 100}, {"services", o.Services, 5000}, {"tasks", o.Tasks, 1000}}
	for _, s := range sizes {
		if s.value < 0 || s.value > s.max {
			return fmt.Errorf("%s is %d: want 0 to %d", s.name, s.value, s.max)
		}
	}
	if total := o.Clusters * o.Services * o.Tasks; total > maxGeneratedTasks {
		return fmt.Errorf("%d clusters of %d services of %d tasks are %d tasks: want at most %d",
			o.Clusters, o.Services, o.Tasks, total, maxGeneratedTasks)
	}
	if o.Speed < 0.01 || o.Speed > 1000 {
		return fmt.Errorf("speed is %g: want 0.01 to 1000", o.Speed)
	}
	if o.Latency < 0 {
		return fmt.Errorf("latency is %s: want 0 or more", o.Latency)
	}
	if len(o.AccountID) != 12 || strings.Trim(o.AccountID, "0123456789") != "" {
		return fmt.Errorf("account id is %q: want twelve digits", o.AccountID)
	}
	return nil
}

const maxGeneratedTasks = 50_000

func (o Options) generated() bool { return o.Clusters != 0 || o.Services != 0 || o.Tasks != 0 }

func orDefault(n, fallback int) int {
	if n == 0 {
		return fallback
	}
	return n
}
