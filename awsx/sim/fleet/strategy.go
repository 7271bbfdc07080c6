package fleet

import (
	"math"
	"slices"
	"time"

	"gantry/awsx/sim/wire"
)

// The deployment strategies of the ECS deployment controller.
const (
	StrategyRolling   = "ROLLING"
	StrategyBlueGreen = "BLUE_GREEN"
	StrategyLinear    = "LINEAR"
	StrategyCanary    = "CANARY"
)

// Strategy is how a deployment replaces what runs.
func (r Config) Strategy() string {
	if s := wire.Text(r.document["strategy"]); s != "" {
		return s
	}
	return StrategyRolling
}

// shifts reports whether deployments move traffic between two revisions that run
// side by side, rather than replacing task by task.
func (r Config) shifts() bool { return r.Strategy() != StrategyRolling }

// trafficStep is a share of the production traffic that goes to the new
// revision, in tenths of a percent, and how long it stays there.
type trafficStep struct {
	permille int
	bake     time.Duration
}

// steps are the shares that a deployment passes through, the last of which is
// everything. The defaults are those of the API's LinearConfiguration and
// CanaryConfiguration; the last step is followed by the bake time of the
// deployment instead of its own.
func (r Config) steps() []trafficStep {
	var steps []trafficStep
	switch r.Strategy() {
	case StrategyLinear:
		each, bake := r.share("linearConfiguration", "stepPercent", 10), r.minutes("linearConfiguration", "stepBakeTimeInMinutes", 6)
		for at := each; at < 1000; at += each {
			steps = append(steps, trafficStep{at, bake})
		}
	case StrategyCanary:
		if first := r.share("canaryConfiguration", "canaryPercent", 5); first < 1000 {
			steps = append(steps, trafficStep{first, r.minutes("canaryConfiguration", "canaryBakeTimeInMinutes", 10)})
		}
	}
	return append(steps, trafficStep{permille: 1000})
}

// share reads a percentage as tenths of a percent.
func (r Config) share(configuration, name string, fallback float64) int {
	return int(math.Round(10 * wire.Number(wire.Object(r.document[configuration])[name], fallback)))
}

func (r Config) minutes(configuration, name string, fallback float64) time.Duration {
	return time.Duration(wire.Number(wire.Object(r.document[configuration])[name], fallback)) * time.Minute
}

// bakeTime is how long both revisions run once all traffic has shifted.
func (r Config) bakeTime() time.Duration {
	return time.Duration(wire.Number(r.document["bakeTimeInMinutes"], 0)) * time.Minute
}

// maxMinutes is the API's limit of every bake time: a day.
const maxMinutes = 1440

// validateStrategy answers what the service would about the strategy and what
// belongs to it. The ranges are those of the API reference.
func (r Config) validateStrategy() error {
	strategy := r.Strategy()
	if !slices.Contains([]string{StrategyRolling, StrategyBlueGreen, StrategyLinear, StrategyCanary}, strategy) {
		return wire.Invalid("Invalid deployment strategy " + strategy + ".")
	}
	for configuration, owner := range map[string]string{"linearConfiguration": StrategyLinear, "canaryConfiguration": StrategyCanary} {
		if r.document[configuration] != nil && strategy != owner {
			return wire.Invalid("The " + configuration + " is only valid with the deployment strategy " + owner + ".")
		}
	}
	linear, canary := wire.Object(r.document["linearConfiguration"]), wire.Object(r.document["canaryConfiguration"])
	for _, limit := range []struct {
		name           string
		value          any
		least, most    float64
		fallback, unit float64
	}{
		{"bakeTimeInMinutes", r.document["bakeTimeInMinutes"], 0, maxMinutes, 0, 1},
		{"stepPercent", linear["stepPercent"], 3, 100, 10, 0.1},
		{"stepBakeTimeInMinutes", linear["stepBakeTimeInMinutes"], 0, maxMinutes, 6, 1},
		{"canaryPercent", canary["canaryPercent"], 0.1, 100, 5, 0.1},
		{"canaryBakeTimeInMinutes", canary["canaryBakeTimeInMinutes"], 0, maxMinutes, 10, 1},
	} {
		value := wire.Number(limit.value, limit.fallback)
		units := value / limit.unit
		if value < limit.least || value > limit.most || math.Abs(units-math.Round(units)) > 1e-6 {
			return wire.Invalid("Invalid " + limit.name + ": want a multiple of " + decimal(limit.unit) + " from " +
				decimal(limit.least) + " to " + decimal(limit.most) + ".")
		}
	}
	for _, hook := range r.hooks() {
		if err := hook.validate(); err != nil {
			return err
		}
	}
	return nil
}

func decimal(f float64) string { return string(wire.Encode(f)) }
