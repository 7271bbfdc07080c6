package sdk

import (
	"cmp"
	"math"
	"time"
)

// wireShift is how a deployment shifts traffic, in minutes and percent.
type wireShift struct {
	Bake   int `json:"bakeTimeInMinutes"`
	Linear struct {
		Percent float64 `json:"stepPercent"`
		Bake    *int    `json:"stepBakeTimeInMinutes"`
	} `json:"linearConfiguration"`
	Canary struct {
		Bake *int `json:"canaryBakeTimeInMinutes"`
	} `json:"canaryConfiguration"`
}

// time is how long a deployment of a strategy waits: after each shift but the last
// for that step, after the last for the bake time (ECS, LinearConfiguration and
// CanaryConfiguration, whose defaults stand in for what is absent).
func (w wireShift) time(strategy string) time.Duration {
	minutes := w.Bake
	switch strategy {
	case "BLUE_GREEN":
	case "LINEAR":
		steps := int(math.Ceil(100 / cmp.Or(w.Linear.Percent, 10)))
		minutes += (steps - 1) * or(w.Linear.Bake, 6)
	case "CANARY":
		minutes += or(w.Canary.Bake, 10)
	default:
		return 0
	}
	return time.Duration(minutes) * time.Minute
}
