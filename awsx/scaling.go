package awsx

import (
	"fmt"
	"strconv"

	"gantry/internal/words"
)

// ScalableTarget is a service as Application Auto Scaling knows it.
type ScalableTarget struct {
	Service  Ref
	Min, Max int // bounds of the desired count
	// SuspendedIn, SuspendedOut and SuspendedScheduled tell which kinds of scaling
	// are suspended.
	SuspendedIn, SuspendedOut, SuspendedScheduled bool
	Policies                                      []ScalingPolicy
}

// Suspended reports whether nothing moves the count by itself.
func (t ScalableTarget) Suspended() bool {
	return t.SuspendedIn && t.SuspendedOut && t.SuspendedScheduled
}

// Bounds returns the bounds of the count in words, such as "2 to 8 tasks".
func (t ScalableTarget) Bounds() string {
	return strconv.Itoa(t.Min) + " to " + words.Count(t.Max, "task")
}

// State returns in words what is suspended.
func (t ScalableTarget) State() string {
	switch {
	case t.Suspended():
		return "scaling suspended"
	case !t.SuspendedIn && !t.SuspendedOut && !t.SuspendedScheduled:
		return "scaling active"
	}
	word := func(suspended bool) string {
		if suspended {
			return "suspended"
		}
		return "active"
	}
	return fmt.Sprintf("scaling in %s, out %s, by schedule %s", word(t.SuspendedIn), word(t.SuspendedOut), word(t.SuspendedScheduled))
}

// ScalingPolicy is one policy that moves a service's count.
type ScalingPolicy struct {
	Name   string
	Type   string   // TargetTrackingScaling, StepScaling, PredictiveScaling
	Alarms []string // names
	// Metric is what a target tracking policy follows, such as
	// ECSServiceAverageCPUUtilization, and Target the value it keeps.
	Metric string
	Target float64
	// Adjusts is what a simple or a step policy does, such as "+1, +3".
	Adjusts string
	// Off is set for a policy that somebody disabled.
	Off bool
}
