package replay

import (
	"slices"

	"gantry/awsx/sim/wire"
	"gantry/awsx/snapshot"
)

// turns answers for the changes of state of an alarm, or of all, the newest first.
func (a *Account) turns(in tree) (tree, error) {
	name := text(in, "AlarmName")
	return tree{"AlarmHistoryItems": a.lately(snapshot.Turns, "Timestamp", number(in, "StartDate"), number(in, "EndDate"),
		func(e tree) bool { return name == "" || text(e, "AlarmName") == name })}, nil
}

// trail answers for the calls of a name, the newest first.
func (a *Account) trail(in tree) (tree, error) {
	return tree{"Events": a.lately(snapshot.Trail, "EventTime", number(in, "StartTime"), number(in, "EndTime"), func(e tree) bool {
		for _, v := range wire.List(in["LookupAttributes"]) {
			attribute := wire.Object(v)
			if key := text(attribute, "AttributeKey"); (key == "EventName" || key == "EventId") && text(e, key) != text(attribute, "AttributeValue") {
				return false
			}
		}
		return true
	})}, nil
}

// lately are the entities of a kind of a range of time, the newest first: all of them at
// once, as a document holds few.
func (a *Account) lately(kind, at string, from, to float64, wanted func(tree) bool) []any {
	found := a.find(kind, func(e tree) bool {
		t := number(e, at)
		return wanted(e) && t >= from && (to == 0 || t <= to)
	})
	slices.SortStableFunc(found, func(x, y tree) int {
		switch d := number(y, at) - number(x, at); {
		case d > 0:
			return 1
		case d < 0:
			return -1
		}
		return 0
	})
	return anys(found)
}
