package sim

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"time"
)

// The states of an alarm.
const (
	AlarmOK               = "OK"
	AlarmFiring           = "ALARM"
	AlarmInsufficientData = "INSUFFICIENT_DATA"
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
	Metrics     []AlarmMetric
	Threshold   float64 // fires above it; 80 when 0
	Rule        string  // such as ALARM("a") OR NOT OK("b")
}

// AlarmMetric is an entry of an alarm on metric maths: a metric, or the
// expression over the others that the alarm watches.
type AlarmMetric struct {
	ID         string
	Expression string
	Namespace  string
	Metric     string
	Dimensions map[string]string
}

// alarm is an alarm with what the service adds.
type alarm struct {
	Alarm
	arn          string
	rule         alarmRule // nil: not a composite one
	reason       string
	configuredAt time.Time
	changedAt    time.Time
}

const (
	alarmPeriod      = time.Minute // of the metric
	alarmEvaluations = 3           // periods that breach before the alarm fires
)

// PutAlarm creates an alarm or replaces the one of that name. A rule may only
// name alarms that exist.
func (a *Account) PutAlarm(definition Alarm) (err error) {
	a.change(func() { err = a.putAlarm(definition) })
	return err
}

// SetAlarm changes the state of an alarm, and of the composite alarms that follow
// from it. A deployment that watches it is rolled back, unless the alarm was
// firing when it started.
func (a *Account) SetAlarm(name, state string) (err error) {
	a.change(func() {
		found := a.alarms[name]
		switch {
		case found == nil:
			err = fmt.Errorf("no alarm %s", name)
		case found.rule != nil:
			err = fmt.Errorf("alarm %s is a composite one: its state follows from its rule", name)
		default:
			err = a.setAlarmState(found, state)
		}
	})
	return err
}

func (a *Account) putAlarm(definition Alarm) error {
	if definition.Name == "" {
		return fmt.Errorf("an alarm needs a name")
	}
	added := &alarm{Alarm: definition, arn: a.arn("cloudwatch", "alarm:"+definition.Name), configuredAt: a.now, changedAt: a.now}
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
		added.State = AlarmInsufficientData
	}
	if a.alarms[definition.Name] == nil {
		a.alarmNames = insertName(a.alarmNames, definition.Name)
	}
	a.alarms[definition.Name] = added
	if added.rule != nil {
		a.followRules()
		return nil
	}
	added.Threshold = cmp.Or(definition.Threshold, 80)
	added.State = ""
	return a.setAlarmState(added, cmp.Or(definition.State, AlarmOK))
}

// why is the reason for a state; empty for what is none.
func (on *alarm) why(state string) string {
	switch state {
	case AlarmOK:
		return fmt.Sprintf("Threshold Crossed: no datapoints were greater than the threshold (%.1f).", on.Threshold)
	case AlarmFiring:
		return fmt.Sprintf("Threshold Crossed: %d datapoints were greater than the threshold (%.1f).", alarmEvaluations, on.Threshold)
	case AlarmInsufficientData:
		return "Insufficient Data: no datapoints were received."
	}
	return ""
}

func (a *Account) setAlarmState(on *alarm, state string) error {
	reason := on.why(state)
	if reason == "" {
		return fmt.Errorf("alarm state is %q: want %s, %s or %s", state, AlarmOK, AlarmFiring, AlarmInsufficientData)
	}
	a.moveAlarm(on, state, reason)
	a.followRules()
	return nil
}

func (a *Account) moveAlarm(on *alarm, state, reason string) {
	if on.State == state {
		return
	}
	on.State, on.reason, on.changedAt = state, reason, a.now
	if state == AlarmFiring {
		a.alarmFired(on.Name)
	}
}

// pulse has an alarm fire for the length of an evaluation.
func (a *Account) pulse(name string) {
	on := a.alarms[name]
	a.moveAlarm(on, AlarmFiring, on.why(AlarmFiring))
	a.followRules()
	a.after(evaluationPeriod, func() {
		a.moveAlarm(on, AlarmOK, on.why(AlarmOK))
		a.followRules()
	})
}

// followRules brings the composite alarms in line with their rules. They may
// stand on each other, so that it takes as many rounds as there are layers.
func (a *Account) followRules() {
	for range a.alarmNames {
		moved := false
		for _, name := range a.alarmNames {
			on := a.alarms[name]
			if on.rule == nil {
				continue
			}
			state := AlarmOK
			if on.rule.holds(func(child, state string) bool { return a.alarms[child].State == state }) {
				state = AlarmFiring
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

// seedAlarms adds alarms of each kind on services of the cluster, all quiet.
func (a *Account) seedAlarms(c *cluster) error {
	orders, checkout := c.byName["api-orders"], c.byName["api-checkout"]
	group := checkout.balancers[0].group
	requests := map[string]string{"TargetGroup": groupDimension(group.arn), "LoadBalancer": balancerDimension(group.balancer.arn)}
	for _, definition := range []Alarm{
		{Name: "api-orders-cpu-high", Description: "CPU above 85 percent", Namespace: "AWS/ECS", Metric: "CPUUtilization", Dimensions: orders.dimensions(), Threshold: 85},
		{Name: "api-orders-memory-high", Namespace: "AWS/ECS", Metric: "MemoryUtilization", Dimensions: orders.dimensions()},
		{Name: "api-checkout-unhealthy", Namespace: "AWS/ApplicationELB", Metric: "UnHealthyHostCount", Dimensions: requests, Threshold: 1},
		{Name: "api-checkout-errors", Description: "more than 5 percent of the requests fail", Threshold: 5, Metrics: []AlarmMetric{
			{ID: "rate", Expression: "100 * errors / requests"},
			{ID: "errors", Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_Target_5XX_Count", Dimensions: maps.Clone(requests)},
			{ID: "requests", Namespace: "AWS/ApplicationELB", Metric: "RequestCount", Dimensions: maps.Clone(requests)},
		}},
		{Name: "api-checkout-down", Rule: `ALARM("api-checkout-errors") OR ALARM("api-checkout-unhealthy")`},
	} {
		if err := a.putAlarm(definition); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) dimensions() map[string]string {
	return map[string]string{"ClusterName": s.cluster.name, "ServiceName": s.name}
}

// groupDimension and balancerDimension are the ends of an ARN by which metrics
// know a resource: targetgroup/name/id and app/name/id.
func groupDimension(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }

func balancerDimension(arn string) string {
	return strings.TrimPrefix(groupDimension(arn), "loadbalancer/")
}
