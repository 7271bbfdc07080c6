package codify

import (
	"gantry/awsx/document"
)

// scalingResources writes the service as a scalable target, with its scheduled actions, and
// its policies.
func (w *writer) scalingResources() {
	if w.target == nil {
		return
	}
	of := "scaling of " + w.service
	w.drop(w.target, of, own, "ScalableTargetARN", "CreationTime", "PredictedCapacity")
	if linked(w.target.Get("RoleARN")) {
		w.drop(w.target, of, "AWS made this role for its own service", "RoleARN")
	}
	w.elsewhere(w.target.Get("RoleARN"), "ScalingRole", "The role by which the service is scaled")
	w.set(w.target, "ResourceId", one("Fn::Sub", document.Text("service/${Cluster}/${"+serviceID+".Name}")))
	if len(w.schedules) > 0 {
		all := &document.Node{Kind: document.Array}
		for _, s := range w.schedules {
			w.drop(s, "scheduled action "+s.Word("ScheduledActionName"), own, "ScheduledActionARN", "ServiceNamespace", "ResourceId", "ScalableDimension", "CreationTime")
			all.Items = append(all.Items, s)
		}
		w.target.Set("ScheduledActions", all)
	}
	const target = "AWS::ApplicationAutoScaling::ScalableTarget"
	w.resource(targetID, target, w.mould(target, w.target, of, ""))
	for _, p := range w.policies {
		of := "scaling policy " + p.tree.Word("PolicyName")
		w.drop(p.tree, of, own, "PolicyARN", "ServiceNamespace", "ResourceId", "ScalableDimension", "CreationTime", "Alarms")
		w.set(p.tree, "ScalingTargetId", ref(targetID))
		const policy = "AWS::ApplicationAutoScaling::ScalingPolicy"
		w.resource(p.id, policy, w.mould(policy, p.tree, of, ""))
	}
}

// alarmState are the members of an alarm that say how it stands (CloudWatch, MetricAlarm and
// CompositeAlarm).
func alarmState() []string {
	return []string{
		"AlarmArn", "AlarmConfigurationUpdatedTimestamp", "StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp",
		"StateTransitionedTimestamp", "EvaluationState", "ActionsSuppressedBy", "ActionsSuppressedReason",
	}
}

func (w *writer) alarmResources() {
	for _, part := range []struct {
		kind string
		all  []*described
	}{{"AWS::CloudWatch::Alarm", w.alarms}, {"AWS::CloudWatch::CompositeAlarm", w.composites}} {
		for _, a := range part.all {
			of := "alarm " + a.tree.Word("AlarmName")
			w.drop(a.tree, of, own, alarmState()...)
			w.resource(a.id, part.kind, w.mould(part.kind, a.tree, of, ""))
		}
	}
}
