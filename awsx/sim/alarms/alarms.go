package alarms

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"time"

	"gantry/awsx/sim/world"
)

// The states of an alarm.
const (
	OK               = "OK"
	Firing           = "ALARM"
	InsufficientData = "INSUFFICIENT_DATA"
)

// Alarm is a CloudWatch alarm: on one metric, on metric maths when Metrics has
// entries, or a composite one when Rule is set.
type Alarm struct {
	Name        string
	State       string // OK when empty; a composite alarm's follows from its rule
	Description string
	Namespace   string
	Metric      string
	Dimensions  map[string]string
	Metrics     []Metric
	Threshold   float64  // fires above it; 80 when 0
	Rule        string   // such as ALARM("a") OR NOT OK("b")
	Actions     []string // ARNs, of what going to ALARM sets off
}

// Metric is an entry of an alarm on metric maths: a metric, or the
// expression over the others that the alarm watches.
type Metric struct {
	ID         string
	Expression string
	Namespace  string
	Metric     string
	Dimensions map[string]string
}

// entry is an alarm with what the service adds.
type entry struct {
	Alarm
	arn          string
	rule         alarmRule // nil: not a composite one
	reason       string
	configuredAt time.Time
	changedAt    time.Time
	breaching    bool // its metric does, for as long as that was measured
}

const (
	MetricPeriod = time.Minute // of the metric
	Evaluations  = 3           // periods that breach before the alarm fires
)

// Board is the alarms of an account.
type Board struct {
	*world.World
	alarms map[string]*entry // by name
	names  []string          // sorted
	fired  func(name string) // hears of each alarm that begins to fire
	turns  []turn            // oldest first
}

// NewBoard returns a board without alarms; fired hears of each that begins to fire.
func NewBoard(w *world.World, fired func(name string)) *Board {
	return &Board{World: w, alarms: map[string]*entry{}, fired: fired}
}

// Firing reports whether there is an alarm of the name that is firing.
func (a *Board) Firing(name string) bool {
	on := a.alarms[name]
	return on != nil && on.State == Firing
}

// FiringOn finds the alarm on a metric that is firing: above what it fires, and since
// when it has seen that.
func (a *Board) FiringOn(namespace, metric string, dimensions map[string]string) (threshold float64, since time.Time, fires bool) {
	for _, name := range a.names {
		on := a.alarms[name]
		if on.State == Firing && on.Namespace == namespace && on.Metric == metric && maps.Equal(on.Dimensions, dimensions) {
			return on.Threshold, on.changedAt.Add(-Evaluations * MetricPeriod), true
		}
	}
	return 0, time.Time{}, false
}

// PutAlarm creates an alarm or replaces the one of that name.
func (a *Board) PutAlarm(definition Alarm) error {
	if definition.Name == "" {
		return fmt.Errorf("an alarm needs a name")
	}
	added := &entry{Alarm: definition, arn: a.ARN("cloudwatch", "alarm:"+definition.Name), configuredAt: a.Now, changedAt: a.Now}
	if definition.Rule != "" {
		rule, err := parseAlarmRule(definition.Rule)
		if err != nil {
			return err
		}
		for _, child := range rule.children() {
			if a.alarms[child] == nil {
				return fmt.Errorf("the rule of alarm %s names %s, which does not exist", definition.Name, child)
			}
		}
		added.rule = rule
		added.State = InsufficientData
	}
	if a.alarms[definition.Name] == nil {
		a.names = world.InsertName(a.names, definition.Name)
	}
	a.alarms[definition.Name] = added
	if added.rule != nil {
		a.followRules()
		return nil
	}
	added.Threshold = cmp.Or(definition.Threshold, 80)
	added.State = ""
	return a.setAlarmState(added, cmp.Or(definition.State, OK))
}

// SetAlarm changes the state of an alarm, and of the composite alarms that follow
// from it.
func (a *Board) SetAlarm(name, state string) error {
	found := a.alarms[name]
	switch {
	case found == nil:
		return fmt.Errorf("no alarm %s", name)
	case found.rule != nil:
		return fmt.Errorf("alarm %s is a composite one: its state follows from its rule", name)
	}
	return a.setAlarmState(found, state)
}

// why is the reason for a state; empty for what is none.
func (on *entry) why(state string) string {
	switch state {
	case OK:
		return fmt.Sprintf("Threshold Crossed: no datapoints were greater than the threshold (%.1f).", on.Threshold)
	case Firing:
		return fmt.Sprintf("Threshold Crossed: %d datapoints were greater than the threshold (%.1f).", Evaluations, on.Threshold)
	case InsufficientData:
		return "Insufficient Data: no datapoints were received."
	}
	return ""
}

func (a *Board) setAlarmState(on *entry, state string) error {
	reason := on.why(state)
	if reason == "" {
		return fmt.Errorf("alarm state is %q: want %s, %s or %s", state, OK, Firing, InsufficientData)
	}
	a.moveAlarm(on, state, reason)
	a.followRules()
	return nil
}

func (a *Board) moveAlarm(on *entry, state, reason string) {
	if on.State == state {
		return
	}
	if on.State != "" {
		a.remember(turn{alarm: on, at: a.Now, from: on.State, was: on.reason, to: state, why: reason})
	}
	on.State, on.reason, on.changedAt = state, reason, a.Now
	if state == Firing {
		a.fired(on.Name)
	}
}

// Measure tells of a metric's value from now on, by the dimension that it is known by. The
// alarms on it fire and recover once it has breached, or not, for as long as they evaluate.
func (a *Board) Measure(metric, dimension, of string, value float64) {
	for _, name := range a.names {
		on := a.alarms[name]
		breaching := value > on.Threshold
		if on.rule != nil || on.Metric != metric || on.Dimensions[dimension] != of || on.breaching == breaching {
			continue
		}
		on.breaching = breaching
		a.After(MetricPeriod*Evaluations, func() {
			if a.alarms[name] != on || on.breaching != breaching {
				return
			}
			state, were := OK, "were not greater"
			if breaching {
				state, were = Firing, "were greater"
			}
			var points []string
			for i := range Evaluations {
				points = append(points, fmt.Sprintf("%.1f (%s)", value, a.Now.Add(-time.Duration(i)*MetricPeriod).UTC().Format("02/01/06 15:04:05")))
			}
			a.moveAlarm(on, state, fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] %s than the threshold (%.1f) (minimum %d datapoints).",
				Evaluations, Evaluations, strings.Join(points, ", "), were, on.Threshold, Evaluations))
			a.followRules()
		})
	}
}

// Pulse has an alarm fire for a while.
func (a *Board) Pulse(name string, lasts time.Duration) {
	on := a.alarms[name]
	a.moveAlarm(on, Firing, on.why(Firing))
	a.followRules()
	a.After(lasts, func() {
		a.moveAlarm(on, OK, on.why(OK))
		a.followRules()
	})
}

// followRules brings the composite alarms in line with their rules. They may
// stand on each other, so that it takes as many rounds as there are layers.
func (a *Board) followRules() {
	for range a.names {
		moved := false
		for _, name := range a.names {
			on := a.alarms[name]
			if on.rule == nil {
				continue
			}
			state := OK
			if on.rule.holds(func(child, state string) bool { return a.alarms[child].State == state }) {
				state = Firing
			}
			if state != on.State {
				moved = true
				a.moveAlarm(on, state, on.arn+" transitioned to "+state+" by its rule "+on.Rule)
			}
		}
		if !moved {
			return
		}
	}
}
