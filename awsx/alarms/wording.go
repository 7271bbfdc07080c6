package alarms

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
)

// Condition says in words when an alarm rings, such as "CPUUtilization above 85 for 3m"; of
// a composite it is the rule.
func Condition(a awsx.Alarm) string {
	if a.Rule != "" {
		return a.Rule
	}
	return strings.TrimSpace(strings.Join([]string{subject(a), bound(a), duration(a)}, " "))
}

// subject is in short what an alarm looks at: the metric's name, or the expression; of a
// composite the alarms that it is made of.
func subject(a awsx.Alarm) string {
	switch {
	case a.Rule != "":
		return strings.Join(InRule(a.Rule), ", ")
	case a.Expression != "":
		return a.Expression
	case len(a.Metrics) > 0:
		return a.Metrics[0].Name[strings.LastIndexByte(a.Metrics[0].Name, '/')+1:]
	}
	return ""
}

// bound says what breaches (CloudWatch, MetricAlarm, ComparisonOperator). A comparison that
// this version does not know is shown as it is.
func bound(a awsx.Alarm) string {
	to := strconv.FormatFloat(a.Threshold, 'f', -1, 64)
	switch a.Comparison {
	case "GreaterThanThreshold":
		return "above " + to
	case "GreaterThanOrEqualToThreshold":
		return "at or above " + to
	case "LessThanThreshold":
		return "below " + to
	case "LessThanOrEqualToThreshold":
		return "at or below " + to
	case "LessThanLowerOrGreaterThanUpperThreshold":
		return "outside its band"
	case "GreaterThanUpperThreshold":
		return "above its band"
	case "LessThanLowerThreshold":
		return "below its band"
	}
	return a.Comparison
}

func duration(a awsx.Alarm) string {
	switch {
	case a.Periods == 0 || a.Window == 0:
		return ""
	case a.Breaching < a.Periods:
		return "for " + strconv.Itoa(a.Breaching) + " of " + strconv.Itoa(a.Periods) + " times " + short(a.Window/time.Duration(a.Periods))
	}
	return "for " + short(a.Window)
}

// short is a duration without its empty units: 3m, 1h, 1h30m, 10s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// What CloudWatch writes as the reason of a state.
var (
	// datapoint is the newest datapoint: "[97.5 (29/11/26 03:12:00), 96.1 (…)]".
	datapoint = regexp.MustCompile(`datapoints? \[(-?[0-9][0-9.,]*(?:E-?[0-9]+)?) \(`)
	missing   = regexp.MustCompile(`missing datapoints? (?:was|were) treated as \[(\w+)\]`)
)

// Why says in words why an alarm is in its state. All are those that were read, among which
// a composite finds its own. Wording of CloudWatch's that this version does not know is given
// as it is.
func Why(a awsx.Alarm, all map[string]awsx.Alarm) string {
	switch {
	case a.Rule != "" && a.State == Ringing:
		var ringing []string
		for _, name := range InRule(a.Rule) {
			if all[name].State == Ringing {
				ringing = append(ringing, name)
			}
		}
		if len(ringing) > 0 {
			return "because of " + strings.Join(ringing, ", ")
		}
		return a.Rule
	case a.Rule != "":
		return "rings on " + a.Rule
	case bound(a) == "" || subject(a) == "":
		return a.Reason
	case strings.HasPrefix(a.Reason, "Unchecked: Initial alarm creation"):
		return "not evaluated yet; rings on " + Condition(a)
	case a.State == "INSUFFICIENT_DATA":
		return "no data; rings on " + Condition(a)
	case a.State != Ringing:
		return "rings on " + Condition(a)
	}
	if m := missing.FindStringSubmatch(a.Reason); m != nil && datapoint.FindString(a.Reason) == "" {
		return "no data, which counts as breaching; rings on " + Condition(a)
	}
	m := datapoint.FindStringSubmatch(a.Reason)
	if m == nil {
		return Condition(a)
	}
	value := m[1]
	if f, err := strconv.ParseFloat(strings.ReplaceAll(value, ",", ""), 64); err == nil {
		value = strconv.FormatFloat(f, 'g', 4, 64)
	}
	return strings.TrimSpace(subject(a) + " " + value + ": " + bound(a) + " " + duration(a))
}
