package alarms

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gantry/awsx/sim/wire"
)

// turn is a change of an alarm's state.
type turn struct {
	alarm    *entry
	at       time.Time
	n        int // in the order of turns
	from, to string
	was, why string
}

// mostTurns is how many changes of state are kept; the oldest go first.
const mostTurns = 2000

func (a *Board) remember(t turn) {
	if n := len(a.turns); n > 0 {
		t.n = a.turns[n-1].n + 1
	}
	if a.turns = append(a.turns, t); len(a.turns) > mostTurns {
		a.turns = a.turns[1:]
	}
}

type historyInput struct {
	Name       string   `json:"AlarmName"`
	Types      []string `json:"AlarmTypes"`
	Kind       string   `json:"HistoryItemType"`
	Start      *float64 `json:"StartDate"`
	End        *float64 `json:"EndDate"`
	MaxRecords *int     `json:"MaxRecords"`
	NextToken  string   `json:"NextToken"`
	ScanBy     string   `json:"ScanBy"`
}

func kindOf(on *entry) string {
	if on.rule != nil {
		return compositeAlarms
	}
	return metricAlarms
}

// describeHistory tells of changes of state, newest first unless it is asked otherwise.
// Without AlarmTypes it leaves composite alarms out.
func (a *Board) describeHistory(in *historyInput) (any, error) {
	if in.MaxRecords != nil && (*in.MaxRecords < 1 || *in.MaxRecords > 100) {
		return nil, badRequest("1 validation error detected: 'maxRecords' must be between 1 and 100")
	}
	var found []turn
	for _, t := range a.turns {
		kind := kindOf(t.alarm)
		if (in.Name == "" || t.alarm.Name == in.Name) && (slices.Contains(in.Types, kind) || len(in.Types) == 0 && kind == metricAlarms) &&
			(in.Kind == "" || in.Kind == "StateUpdate") &&
			(in.Start == nil || !t.at.Before(wire.Time(*in.Start))) && (in.End == nil || !t.at.After(wire.Time(*in.End))) {
			found = append(found, t)
		}
	}
	key := func(t turn) string { return wire.Countdown(t.at) + fmt.Sprintf("%09d", 1_000_000_000-t.n) }
	if in.ScanBy == "TimestampAscending" {
		key = func(t turn) string { return fmt.Sprintf("%019d%09d", t.at.UnixNano(), t.n) }
	} else {
		slices.Reverse(found)
	}
	slices.SortStableFunc(found, func(x, y turn) int { return cmp.Compare(key(x), key(y)) })
	p := wire.Paging[turn]{Key: key, Fallback: 50, Max: 100}
	page, next, err := p.Cut(found, in.NextToken, in.MaxRecords)
	if err != nil {
		return nil, wire.Fail("InvalidNextToken", "The next token specified is invalid.")
	}
	items := []any{}
	for _, t := range page {
		state := func(value, reason string) map[string]string {
			return map[string]string{"stateValue": value, "stateReason": reason}
		}
		data := wire.Encode(map[string]any{"version": "1.0", "oldState": state(t.from, t.was), "newState": state(t.to, t.why)})
		items = append(items, map[string]any{
			"AlarmName": t.alarm.Name, "AlarmType": kindOf(t.alarm), "Timestamp": wire.At(t.at), "HistoryItemType": "StateUpdate",
			"HistorySummary": "Alarm updated from " + t.from + " to " + t.to, "HistoryData": string(data),
		})
	}
	answer := map[string]any{"AlarmHistoryItems": items}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}
