package scaling

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
)

// The only kind of target that the account has.
const (
	scalingNamespace = "ecs"
	scalingDimension = "ecs:service:DesiredCount"
)

// Operations are those of Application Auto Scaling.
func (a *Scaler) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"DescribeScalableTargets":   wire.JSON(a.describeScalableTargets),
		"RegisterScalableTarget":    wire.JSON(a.registerScalableTarget),
		"DescribeScalingPolicies":   wire.JSON(a.describeScalingPolicies),
		"DescribeScalingActivities": wire.JSON(a.describeScalingActivities),
		"DescribeScheduledActions":  wire.JSON(a.describeScheduledActions),
	}
}

func invalidScaling(message string) error { return wire.Fail("ValidationException", message) }

// scalingInput is what the calls about scalable targets have in common.
type scalingInput struct {
	Namespace  string `json:"ServiceNamespace"`
	Resource   string `json:"ResourceId"`
	Dimension  string `json:"ScalableDimension"`
	MaxResults *int   `json:"MaxResults"`
	NextToken  string `json:"NextToken"`
}

// scalables returns the targets that a call is about, by resource. Another
// namespace or dimension than that of ECS services has none.
func (a *Scaler) scalables(in *scalingInput, keep func(resource string) bool) ([]*scalable, error) {
	if in.Namespace == "" {
		return nil, invalidScaling("1 validation error detected: Value null at 'serviceNamespace' failed to satisfy constraint: Member must not be null")
	}
	if in.Namespace != scalingNamespace || in.Dimension != "" && in.Dimension != scalingDimension {
		return nil, nil
	}
	var chosen []*scalable
	for _, t := range a.Targets {
		if (in.Resource == "" || t.resource() == in.Resource) && keep(t.resource()) {
			chosen = append(chosen, t)
		}
	}
	slices.SortFunc(chosen, func(x, y *scalable) int { return cmp.Compare(x.resource(), y.resource()) })
	return chosen, nil
}

func anyResource(string) bool { return true }

// list answers with a page of at most most items, in the way of this service.
func list[T any](in *scalingInput, field string, most int, items []T, key func(T) string, describe func(T) any) ([]byte, error) {
	if n := in.MaxResults; n != nil && (*n < 1 || *n > most) {
		return nil, invalidScaling(fmt.Sprintf("MaxResults must be between 1 and %d.", most))
	}
	p := wire.Paging[T]{Key: key, Fallback: most, Max: most, Token: "NextToken"}
	answer, err := p.Answer(field, items, in.NextToken, in.MaxResults, describe)
	if err != nil {
		return nil, wire.Fail("InvalidNextTokenException", "The next token supplied was invalid.")
	}
	return answer, nil
}

type describeTargetsInput struct {
	scalingInput
	Resources []string `json:"ResourceIds"`
}

func (a *Scaler) describeScalableTargets(in *describeTargetsInput) ([]byte, error) {
	if len(in.Resources) > 50 {
		return nil, invalidScaling("ResourceIds can have at most 50 items.")
	}
	targets, err := a.scalables(&in.scalingInput, func(resource string) bool {
		return len(in.Resources) == 0 || slices.Contains(in.Resources, resource)
	})
	if err != nil {
		return nil, err
	}
	return list(&in.scalingInput, "ScalableTargets", 50, targets, (*scalable).resource, func(t *scalable) any {
		return map[string]any{
			"ServiceNamespace": scalingNamespace, "ResourceId": t.resource(), "ScalableDimension": scalingDimension,
			"MinCapacity": t.min, "MaxCapacity": t.max, "SuspendedState": t.suspended, "CreationTime": wire.At(t.createdAt),
			"RoleARN": "arn:aws:iam::" + a.AccountID +
				":role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
			"ScalableTargetARN": t.arn,
		}
	})
}

type registerTargetInput struct {
	scalingInput
	Min       *int `json:"MinCapacity"`
	Max       *int `json:"MaxCapacity"`
	Suspended *struct {
		In        *bool `json:"DynamicScalingInSuspended"`
		Out       *bool `json:"DynamicScalingOutSuspended"`
		Scheduled *bool `json:"ScheduledScalingSuspended"`
	} `json:"SuspendedState"`
}

// registerScalableTarget registers a target or changes what is sent of one that
// is registered (RegisterScalableTarget).
func (a *Scaler) registerScalableTarget(in *registerTargetInput) ([]byte, error) {
	if in.Namespace != scalingNamespace || in.Dimension != scalingDimension {
		return nil, invalidScaling("Unsupported service namespace, resource type or scalable dimension")
	}
	s := a.scalableService(in.Resource)
	if s == nil {
		return nil, invalidScaling("ECS service doesn't exist: " + in.Resource)
	}
	t := a.Targets[s]
	if t == nil && (in.Min == nil || in.Max == nil) {
		return nil, invalidScaling("MinCapacity and MaxCapacity are required to register a new scalable target.")
	}
	low, high := 0, 0
	if t != nil {
		low, high = t.min, t.max
	}
	if in.Min != nil {
		low = *in.Min
	}
	if in.Max != nil {
		high = *in.Max
	}
	switch {
	case low < 0:
		return nil, invalidScaling("Minimum capacity cannot be less than 0.")
	case high < low:
		return nil, invalidScaling("Maximum capacity cannot be less than minimum capacity.")
	}
	if t == nil {
		t = a.registerScalable(s, low, high)
	}
	t.min, t.max = low, high
	if set := in.Suspended; set != nil {
		for _, one := range []struct{ to, from *bool }{
			{&t.suspended.In, set.In}, {&t.suspended.Out, set.Out}, {&t.suspended.Scheduled, set.Scheduled},
		} {
			if one.from != nil {
				*one.to = *one.from
			}
		}
	}
	a.evaluateSoon(s)
	return wire.Encode(map[string]string{"ScalableTargetARN": t.arn}), nil
}

func (a *Scaler) scalableService(resource string) *fleet.Service {
	parts := strings.Split(resource, "/")
	if len(parts) != 3 || parts[0] != "service" || a.ClusterByName[parts[1]] == nil {
		return nil
	}
	return a.ClusterByName[parts[1]].ByName[parts[2]]
}

type describePoliciesInput struct {
	scalingInput
	Names []string `json:"PolicyNames"`
}

func (a *Scaler) describeScalingPolicies(in *describePoliciesInput) ([]byte, error) {
	targets, err := a.scalables(&in.scalingInput, anyResource)
	if err != nil {
		return nil, err
	}
	type owned struct {
		*scalingPolicy
		of *scalable
	}
	var policies []owned
	for _, t := range targets {
		for _, p := range t.Policies {
			if len(in.Names) == 0 || slices.Contains(in.Names, p.name) {
				policies = append(policies, owned{p, t})
			}
		}
	}
	return list(&in.scalingInput, "ScalingPolicies", 10, policies, func(p owned) string { return p.of.resource() + "\x00" + p.name }, func(p owned) any {
		alarm := func(name string) map[string]string {
			return map[string]string{"AlarmName": name, "AlarmARN": a.ARN("cloudwatch", "alarm:"+name)}
		}
		return map[string]any{
			"PolicyARN": p.arn, "PolicyName": p.name, "ServiceNamespace": scalingNamespace, "ResourceId": p.of.resource(),
			"ScalableDimension": scalingDimension, "PolicyType": "TargetTrackingScaling", "CreationTime": wire.At(p.createdAt),
			"TargetTrackingScalingPolicyConfiguration": map[string]any{
				"TargetValue":                   p.target,
				"PredefinedMetricSpecification": map[string]string{"PredefinedMetricType": p.metric},
				"ScaleOutCooldown":              60, "ScaleInCooldown": 60, "DisableScaleIn": false,
			},
			"Alarms": []map[string]string{alarm(p.high), alarm(p.low)},
		}
	})
}

type describeActivitiesInput struct {
	scalingInput
	NotScaled bool `json:"IncludeNotScaledActivities"`
}

type activityDoc struct {
	ID          string            `json:"ActivityId"`
	Namespace   string            `json:"ServiceNamespace"`
	Resource    string            `json:"ResourceId"`
	Dimension   string            `json:"ScalableDimension"`
	Description string            `json:"Description"`
	Cause       string            `json:"Cause"`
	StartedAt   wire.Epoch        `json:"StartTime"`
	EndedAt     wire.Epoch        `json:"EndTime"`
	Status      string            `json:"StatusCode"`
	Message     string            `json:"StatusMessage"`
	NotScaled   []notScaledReason `json:"NotScaledReasons,omitempty"`
}

// describeScalingActivities tells what was done, newest first, and what was left
// undone where that is asked for.
func (a *Scaler) describeScalingActivities(in *describeActivitiesInput) ([]byte, error) {
	targets, err := a.scalables(&in.scalingInput, anyResource)
	if err != nil {
		return nil, err
	}
	type owned struct {
		*scalingActivity
		of *scalable
	}
	var all []owned
	for _, t := range targets {
		for _, done := range t.activities {
			if done.notScaled == nil || in.NotScaled {
				all = append(all, owned{done, t})
			}
		}
	}
	newestFirst := func(o owned) string { return wire.Countdown(o.startedAt) + o.id }
	slices.SortFunc(all, func(x, y owned) int { return cmp.Compare(newestFirst(x), newestFirst(y)) })
	return list(&in.scalingInput, "ScalingActivities", 50, all, newestFirst, func(o owned) any {
		doc := activityDoc{
			ID: o.id, Namespace: scalingNamespace, Resource: o.of.resource(), Dimension: scalingDimension,
			Description: o.description, Cause: o.cause, StartedAt: wire.At(o.startedAt), EndedAt: wire.At(o.endedAt),
			Status: o.status, Message: o.message,
		}
		if o.notScaled != nil {
			doc.NotScaled = []notScaledReason{*o.notScaled}
		}
		return doc
	})
}

// describeScheduledActions lists what is to be done to the bounds at which time.
func (a *Scaler) describeScheduledActions(in *scalingInput) ([]byte, error) {
	targets, err := a.scalables(in, anyResource)
	if err != nil {
		return nil, err
	}
	type owned struct {
		Schedule
		of *scalable
	}
	var all []owned
	for _, t := range targets {
		for _, s := range t.Schedules {
			all = append(all, owned{s, t})
		}
	}
	key := func(o owned) string { return o.of.resource() + "\x00" + o.Name }
	slices.SortFunc(all, func(x, y owned) int { return cmp.Compare(key(x), key(y)) })
	return list(in, "ScheduledActions", 50, all, key, func(o owned) any {
		action := map[string]int{}
		if o.Min != nil {
			action["MinCapacity"] = *o.Min
		}
		if o.Max != nil {
			action["MaxCapacity"] = *o.Max
		}
		doc := map[string]any{
			"ScheduledActionName": o.Name, "ServiceNamespace": scalingNamespace, "ResourceId": o.of.resource(), "ScalableDimension": scalingDimension,
			"Schedule": o.At, "ScalableTargetAction": action, "CreationTime": wire.At(o.of.createdAt),
			"ScheduledActionARN": a.ARN("autoscaling", "scheduledAction:resource/ecs/"+o.of.resource()+":scheduledActionName/"+o.Name),
		}
		if o.Zone != "" {
			doc["Timezone"] = o.Zone
		}
		return doc
	})
}
