package deploy

import (
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
)

// Turn is a number of a service that a plan turns.
type Turn struct {
	Number        step.Number
	Before, After int
}

// turns are the numbers that a draft turns.
func (d draft) turns(cur read.Current) []Turn {
	var turns []Turn
	for _, s := range d.steps {
		for _, t := range s.Turns() {
			if before, known := t.Number.Of(cur.Service, cur.Scaling.Value); known && t.After != nil && before != *t.After {
				turns = append(turns, Turn{t.Number, before, *t.After})
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
		case step.NumberCount:
			count = Scale{Count: t.Before}
		case step.NumberMinimum:
			in.Min = &t.Before
		case step.NumberMaximum:
			in.Max = &t.Before
		case step.NumberSuspended:
			suspend := t.Before == 1
			in.Suspend = &suspend
		}
	}
	if in == (SetScaling{}) {
		return count
	}
	return in
}
