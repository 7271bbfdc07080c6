package sim

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
)

// Options shape an account. The zero value is the demo account in real time.
type Options struct {
	// Seed selects identifiers, jitter and log lines. Two accounts with the same
	// options that see the same clock and the same calls live the same life.
	Seed uint64
	// Clusters, Services (per cluster) and Tasks (desired per service) size a
	// generated account. All zero is the demo account; if any is set, the others
	// default to 1, 10 and 2.
	Clusters, Services, Tasks int
	// Layout is the whole account, in place of the demo or a generated one.
	Layout []seed.Cluster
	// Scenario is what is wrong at the start. A laid-out account has none.
	Scenario seed.Scenario
	// Granted holds all callers together to so much of what AWS grants an account: 1 is as
	// much as it does. With 0 nobody is turned away, but by a scenario.
	Granted float64
	// Speed divides every duration of the control plane: 1, the default, is real
	// time and 10 is ten times as fast. Timestamps stay those of the clock.
	Speed float64
	// Latency is added to each answer.
	Latency time.Duration
	// Logs receives what the containers write. Without it nothing is written.
	Logs output.Sink
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
	o.Speed = cmp.Or(o.Speed, 1)
	o.Region = cmp.Or(o.Region, defaultRegion)
	o.AccountID = cmp.Or(o.AccountID, defaultAccountID)
	if o.contents().Generated() {
		o.Clusters = cmp.Or(o.Clusters, 1)
		o.Services = cmp.Or(o.Services, 10)
		o.Tasks = cmp.Or(o.Tasks, 2)
	}
	return o, o.validate()
}

func (o Options) validate() error {
	if _, err := seed.ParseScenario(string(o.Scenario)); err != nil {
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

func (o Options) contents() seed.Contents {
	return seed.Contents{Layout: o.Layout, Clusters: o.Clusters, Services: o.Services, Tasks: o.Tasks, Scenario: o.Scenario}
}
