package alarms

import (
	"maps"
	"slices"
	"strings"

	"gantry/awsx/sim/wire"
)

// Operations are those of CloudWatch.
func (a *Board) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{"DescribeAlarms": wire.Tree(a.describeAlarms), "DescribeAlarmHistory": wire.Tree(a.describeHistory)}
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

func badRequest(message string) error { return wire.Fail("ValidationError", message) }

func (in *describeAlarmsInput) validate() error {
	related := in.ChildrenOf != "" || in.ParentsOf != ""
	filtered := len(in.Names) > 0 || in.Prefix != "" || len(in.Types) > 0 || in.State != "" || in.Actions != ""
	switch {
	case len(in.Names) > 100:
		return badRequest("1 validation error detected: 'alarmNames' must have at most 100 items")
	case len(in.Names) > 0 && in.Prefix != "":
		return badRequest("AlarmNamePrefix cannot be specified with AlarmNames")
	case related && (filtered || in.ChildrenOf != "" && in.ParentsOf != ""):
		return badRequest("ChildrenOfAlarmName and ParentsOfAlarmName can only be specified with MaxRecords and NextToken")
	case in.MaxRecords != nil && (*in.MaxRecords < 1 || *in.MaxRecords > 100):
		return badRequest("1 validation error detected: 'maxRecords' must be between 1 and 100")
	case in.State != "" && !slices.Contains([]string{OK, Firing, InsufficientData}, in.State):
		return badRequest("1 validation error detected: Value '" + in.State + "' at 'stateValue' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]")
	}
	return nil
}

// describeAlarms lists alarms by name. Without AlarmTypes it leaves composite
// alarms out, as the service does.
func (a *Board) describeAlarms(in *describeAlarmsInput) (any, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	keep, err := a.alarmFilter(in)
	if err != nil {
		return nil, err
	}
	var chosen []*entry
	for _, name := range a.names {
		if keep(a.alarms[name]) {
			chosen = append(chosen, a.alarms[name])
		}
	}
	p := wire.Paging[*entry]{Key: func(on *entry) string { return on.Name }, Fallback: 50, Max: 100}
	page, next, err := p.Cut(chosen, in.NextToken, in.MaxRecords)
	if err != nil {
		return nil, wire.Fail("InvalidNextToken", "The next token specified is invalid.")
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

func (a *Board) alarmFilter(in *describeAlarmsInput) (func(*entry) bool, error) {
	if name := in.ChildrenOf; name != "" {
		parent := a.alarms[name]
		if parent == nil || parent.rule == nil {
			return nil, badRequest("The alarm " + name + " is not a composite alarm")
		}
		return func(on *entry) bool { return slices.Contains(parent.rule.children(), on.Name) }, nil
	}
	if name := in.ParentsOf; name != "" {
		return func(on *entry) bool { return on.rule != nil && slices.Contains(on.rule.children(), name) }, nil
	}
	return func(on *entry) bool {
		kind := kindOf(on)
		return (slices.Contains(in.Types, kind) || len(in.Types) == 0 && kind == metricAlarms) &&
			(len(in.Names) == 0 || slices.Contains(in.Names, on.Name)) &&
			strings.HasPrefix(on.Name, in.Prefix) &&
			(in.State == "" || on.State == in.State) &&
			(in.Actions == "" || slices.ContainsFunc(on.Actions, func(arn string) bool { return strings.HasPrefix(arn, in.Actions) }))
	}, nil
}

func (on *entry) describe() map[string]any {
	actions := []any{}
	for _, arn := range on.Actions {
		actions = append(actions, arn)
	}
	doc := map[string]any{
		"AlarmName": on.Name, "AlarmArn": on.arn, "ActionsEnabled": true,
		"OKActions": []any{}, "AlarmActions": actions, "InsufficientDataActions": []any{},
		"StateValue": on.State, "StateReason": on.reason,
		"StateUpdatedTimestamp": wire.At(on.changedAt), "StateTransitionedTimestamp": wire.At(on.changedAt),
		"AlarmConfigurationUpdatedTimestamp": wire.At(on.configuredAt),
	}
	if on.Description != "" {
		doc["AlarmDescription"] = on.Description
	}
	if on.rule != nil {
		doc["AlarmRule"] = on.Rule
		return doc
	}
	maps.Copy(doc, map[string]any{
		"Dimensions": []any{}, "EvaluationPeriods": Evaluations, "DatapointsToAlarm": Evaluations,
		"Threshold": on.Threshold, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "missing",
	})
	if len(on.Metrics) == 0 {
		maps.Copy(doc, map[string]any{
			"Namespace": on.Namespace, "MetricName": on.Metric, "Dimensions": dimensionList(on.Dimensions),
			"Statistic": "Average", "Period": int(MetricPeriod.Seconds()),
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

func (m Metric) describe() map[string]any {
	if m.Expression != "" {
		return map[string]any{"Id": m.ID, "Expression": m.Expression, "ReturnData": true}
	}
	return map[string]any{"Id": m.ID, "ReturnData": false, "MetricStat": map[string]any{
		"Metric": map[string]any{"Namespace": m.Namespace, "MetricName": m.Metric, "Dimensions": dimensionList(m.Dimensions)},
		"Period": int(MetricPeriod.Seconds()), "Stat": "Sum",
	}}
}

func dimensionList(dimensions map[string]string) []any {
	items := []any{}
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		items = append(items, map[string]any{"Name": name, "Value": dimensions[name]})
	}
	return items
}
