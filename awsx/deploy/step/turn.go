package step

import "gantry/awsx"

// Turned is a number that a step sets; nil when it does not.
type Turned struct {
	Number Number
	After  *int
}

// Number is what of a service can be turned.
type Number string

// The numbers of a service. Suspended is 1 while nothing scales the service by itself, 0
// while all does.
const (
	NumberCount     Number = "count"
	NumberMinimum   Number = "minimum"
	NumberMaximum   Number = "maximum"
	NumberSuspended Number = "suspended"
)

// Of is the number as it is now. Scaling is nil when nothing scales the service. It is not
// known where scaling is suspended in part, which one number cannot say.
func (n Number) Of(svc awsx.Service, scaling *awsx.ScalableTarget) (value int, known bool) {
	switch {
	case n == NumberCount:
		return svc.Desired, true
	case scaling == nil:
		return 0, false
	case n == NumberMinimum:
		return scaling.Min, true
	case n == NumberMaximum:
		return scaling.Max, true
	case n == NumberSuspended && scaling.Suspended():
		return 1, true
	case n == NumberSuspended:
		return 0, !scaling.SuspendedIn && !scaling.SuspendedOut && !scaling.SuspendedScheduled
	}
	return 0, false
}
