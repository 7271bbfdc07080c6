package awsx

import "time"

// Alarm is a CloudWatch alarm.
type Alarm struct {
	ARN, Name string
	State     string // OK, ALARM, INSUFFICIENT_DATA
	Reason    string
	Since     time.Time // when the state was last changed
	// Metrics are what it looks at: one, of metric maths all that the expression names, of a
	// composite none.
	Metrics []AlarmMetric
	// Expression is what metric maths compares with the threshold; empty for one metric.
	Expression string
	// Rule is a composite alarm's expression; empty for others.
	Rule string
	// Comparison is how the threshold is compared, such as GreaterThanThreshold. Threshold is
	// zero for one that moves, as anomaly detection has.
	Comparison string
	Threshold  float64
	// Breaching of Periods periods must breach the threshold.
	Periods, Breaching int
	// Window is how much of the metric an evaluation looks at; zero when the alarm does
	// not say, as a composite does not.
	Window time.Duration
	// Actions are the ARNs of what a change of state sets off, whichever state it is.
	Actions []string
}

// AlarmMetric is a metric that an alarm looks at.
type AlarmMetric struct {
	Name       string // namespace/name
	Dimensions []Dimension
}

// Dimension returns the value of a dimension, empty without it.
func (m AlarmMetric) Dimension(name string) string {
	for _, d := range m.Dimensions {
		if d.Name == name {
			return d.Value
		}
	}
	return ""
}

// Dimension is a dimension of a metric.
type Dimension struct{ Name, Value string }
