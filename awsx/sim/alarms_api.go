package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// alarmOperation returns the handler of an operation of CloudWatch. Its answer
// is a tree, which the request's protocol encodes.
func alarmOperation(name string) func(*Account, []byte) (any, error) {
	if name == "DescribeAlarms" {
		return (*Account).describeAlarms
	}
	return nil
}

type describeAlarmsInput struct {
	Names      []string `json:"AlarmNames"`
	Prefix     string   `json:"AlarmNamePrefix"`
	Types      []string `json:"AlarmTypes"`
	ChildrenOf string   `json:"ChildrenOfAlarmName"`
	ParentsOf  string   `json:"ParentsOfAlarmName"`
	State      string   `json:"StateValue"`
	Actions    string   `json:"ActionPrefix"`
	MaxRecords *int     `json:"MaxRecords"`
	NextToken  string   `json:"NextToken"`
}

// The types of alarm.
const (
	metricAlarms    = "MetricAlarm"
	compositeAlarms = "CompositeAlarm"
)

func (in *describeAlarmsInput) validate() error {
	related := in.ChildrenOf != "" || in.ParentsOf != ""
	filtered := len(in.Names) > 0 || in.Prefix != "" || len(in.Types) > 0 || in.State != "" || in.Actions != ""
	switch {
	case len(in.Names) > 100:
		return validation("1 validation error detected: 'alarmNames' must have at most 100 items")
	case len(in.Names) > 0 && in.Prefix != "":
		return validation("AlarmNamePrefix cannot be specified with AlarmNames")
	case related && (filtered || in.ChildrenOf != "" && in.ParentsOf != ""):
		return validation("ChildrenOfAlarmName and ParentsOfAlarmName can only be specified with MaxRecords and NextToken")
	case in.MaxRecords != nil && (*in.MaxRecords < 1 || *in.MaxRecords > 100):
		return validation("1 validation error detected: 'maxRecords' must be between 1 and 100")
	case in.State != "" && !slices.Contains([]string{AlarmOK, AlarmFiring, AlarmInsufficientData}, in.State):
		return validation("1 validation error detected: Value '" + in.State + "' at 'stateValue' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]")
	}
	return nil
}

// describeAlarms lists alarms by name. Without AlarmTypes it leaves composite
// alarms out, as the service does.
func (a *Account) describeAlarms(body []byte) (any, error) {
	var in describeAlarmsInput
	if len(body) > 0 {
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, malformed(err)
		}
	}
	if err := in.validate(); err != nil {
		return nil, err
	}
	keep, err := a.alarmFilter(&in)
	if err != nil {
		return nil, err
	}
	var chosen []*alarm
	for _, name := range a.alarmNames {
		if keep(a.alarms[name]) {
			chosen = append(chosen, a.alarms[name])
		}
	}
	p := paging[*alarm]{key: func(on *alarm) string { return on.Name }, fallback: 50, max: 100}
	page, next, err := p.cut(chosen, in.NextToken, in.MaxRecords)
	if err != nil {
		return nil, fail("InvalidNextToken", "The next token specified is invalid.")
	}
	metric, composite := []any{}, []any{}
	for _, on := range page {
		if on.rule == nil {
			metric = append(metric, on.describe())
		} else {
			composite = append(composite, on.describe())
		}
	}
	answer := map[string]any{"MetricAlarms": metric, "CompositeAlarms": composite}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}

func (a *Account) alarmFilter(in *describeAlarmsInput) (func(*alarm) bool, error) {
	if name := in.ChildrenOf; name != "" {
		parent := a.alarms[name]
		if parent == nil || parent.rule == nil {
			return nil, validation("The alarm " + name + " is not a composite alarm")
		}
		return func(on *alarm) bool { return slices.Contains(parent.rule.children(), on.Name) }, nil
	}
	if name := in.ParentsOf; name != "" {
		return func(on *alarm) bool { return on.rule != nil && slices.Contains(on.rule.children(), name) }, nil
	}
	return func(on *alarm) bool {
		kind := metricAlarms
		if on.rule != nil {
			kind = compositeAlarms
		}
		return (slices.Contains(in.Types, kind) || len(in.Types) == 0 && kind == metricAlarms) &&
			(len(in.Names) == 0 || slices.Contains(in.Names, on.Name)) &&
			strings.HasPrefix(on.Name, in.Prefix) &&
			(in.State == "" || on.State == in.State) &&
			in.Actions == "" // no alarm here has an action
	}, nil
}

func (on *alarm) describe() map[string]any {
	doc := map[string]any{
		"AlarmName": on.Name, "AlarmArn": on.arn, "ActionsEnabled": true,
		"OKActions": []any{}, "AlarmActions": []any{}, "InsufficientDataActions": []any{},
		"StateValue": on.State, "StateReason": on.reason,
		"StateUpdatedTimestamp": epoch{on.changedAt}, "StateTransitionedTimestamp": epoch{on.changedAt},
		"AlarmConfigurationUpdatedTimestamp": epoch{on.configuredAt},
	}
	if on.Description != "" {
		doc["AlarmDescription"] = on.Description
	}
	if on.rule != nil {
		doc["AlarmRule"] = on.Rule
		return doc
	}
	maps.Copy(doc, map[string]any{
		"Dimensions": []any{}, "EvaluationPeriods": alarmEvaluations, "DatapointsToAlarm": alarmEvaluations,
		"Threshold": on.Threshold, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "missing",
	})
	if len(on.Metrics) == 0 {
		maps.Copy(doc, map[string]any{
			"Namespace": on.Namespace, "MetricName": on.Metric, "Dimensions": dimensionList(on.Dimensions),
			"Statistic": "Average", "Period": int(alarmPeriod.Seconds()),
		})
		return doc
	}
	queries := []any{}
	for _, m := range on.Metrics {
		queries = append(queries, m.describe())
	}
	doc["Metrics"] = queries
	return doc
}

func (m AlarmMetric) describe() map[string]any {
	if m.Expression != "" {
		return map[string]any{"Id": m.ID, "Expression": m.Expression, "ReturnData": true}
	}
	return map[string]any{"Id": m.ID, "ReturnData": false, "MetricStat": map[string]any{
		"Metric": map[string]any{"Namespace": m.Namespace, "MetricName": m.Metric, "Dimensions": dimensionList(m.Dimensions)},
		"Period": int(alarmPeriod.Seconds()), "Stat": "Sum",
	}}
}

func dimensionList(dimensions map[string]string) []any {
	items := []any{}
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		items = append(items, map[string]any{"Name": name, "Value": dimensions[name]})
	}
	return items
}
