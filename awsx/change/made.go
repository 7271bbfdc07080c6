package change

import (
	"gantry/awsx"
	"gantry/awsx/metrics"
)

// Made returns the changes of a service that were made from here, those that were undone
// included, the oldest first, with what was changed and by whom. It reads the journal.
func (d *Desk) Made(service awsx.Ref) ([]metrics.Mark, error) {
	all, err := d.sent(service)
	made := make([]metrics.Mark, len(all))
	for i, m := range all {
		made[i] = metrics.Mark{At: m.begin.Time, Kind: metrics.Changed, Text: m.what() + " by " + m.by()}
	}
	return made, err
}

// what says what was changed.
func (m madeChange) what() string {
	return m.begin.Action + ": " + m.begin.Before + " -> " + m.begin.After
}
