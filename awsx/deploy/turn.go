package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// Turn is a number of a service that a plan turns.
type Turn struct {
	Number        Number
	Before, After int
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

// turns are the numbers that a draft turns.
func (d draft) turns(cur read.Current) []Turn {
	var turns []Turn
	add := func(n Number, after *int) {
		if before, known := n.Of(cur.Service, cur.Scaling.Value); known && after != nil && before != *after {
			turns = append(turns, Turn{n, before, *after})
		}
	}
	for _, s := range d.steps {
		switch s := s.(type) {
		case *updateStep:
			add(NumberCount, s.update.Desired)
		case *scalingStep:
			add(NumberMinimum, s.update.Min)
			add(NumberMaximum, s.update.Max)
			if s.update.Suspend != nil {
				suspended := 0
				if *s.update.Suspend {
					suspended = 1
				}
				add(NumberSuspended, &suspended)
			}
		}
	}
	return turns
}

// TurnBack is the intent that turns numbers back; nil when there are none.
func TurnBack(turns []Turn) Intent {
	var in SetScaling
	var count Intent
	for _, t := range turns {
		switch t.Number {
		case NumberCount:
			count = Scale{Count: t.Before}
		case NumberMinimum:
			in.Min = &t.Before
		case NumberMaximum:
			in.Max = &t.Before
		case NumberSuspended:
			suspend := t.Before == 1
			in.Suspend = &suspend
		}
	}
	if in == (SetScaling{}) {
		return count
	}
	return in
}
