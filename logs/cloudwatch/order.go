package cloudwatch

import (
	"sync"
	"time"
)

// order says whether a region answers with the newest events first when it is
// asked to. Where that is not known, and in emulators of the service, being asked
// is ignored.
type order uint8

const (
	unknownOrder order = iota
	eitherOrder
	onlyAscending
)

// orderOf tells by events that were asked for newest first, and by the time of the
// first one of the answer; they do not tell when all are of one time.
func orderOf(first time.Time, events []Event) order {
	for _, e := range events {
		switch e.Time.Compare(first) {
		case 1:
			return onlyAscending
		case -1:
			return eitherOrder
		}
	}
	return unknownOrder
}

// orders remembers the order of each region.
type orders struct {
	mu       sync.Mutex
	byRegion map[string]order
}

func (o *orders) of(region string) order {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.byRegion[region]
}

func (o *orders) learn(region string, as order) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byRegion == nil {
		o.byRegion = map[string]order{}
	}
	if as != unknownOrder {
		o.byRegion[region] = as
	}
}
