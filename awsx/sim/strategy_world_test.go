package sim_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// current is the service's newest service deployment.
func (w *world) current(service string) types.ServiceDeployment {
	w.t.Helper()
	return w.serviceDeployment(*w.service(service).CurrentServiceDeployment)
}

func (w *world) serviceDeployment(arn string) types.ServiceDeployment {
	w.t.Helper()
	out := must[*ecs.DescribeServiceDeploymentsOutput](w)(w.ecs.DescribeServiceDeployments(w.ctx, &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{arn},
	}))
	return out.ServiceDeployments[0]
}

// group is the target group that a revision uses.
func (w *world) group(revision *string) string {
	w.t.Helper()
	out := must[*ecs.DescribeServiceRevisionsOutput](w)(w.ecs.DescribeServiceRevisions(w.ctx, &ecs.DescribeServiceRevisionsInput{
		ServiceRevisionArns: []string{*revision},
	}))
	return *out.ServiceRevisions[0].ResolvedConfiguration.LoadBalancers[0].TargetGroupArn
}

// weights are those of a listener rule, by target group.
func (w *world) weights(rule *string) map[string]int {
	w.t.Helper()
	out := must[*elb.DescribeRulesOutput](w)(w.elb.DescribeRules(w.ctx, &elb.DescribeRulesInput{RuleArns: []string{*rule}}))
	weights := map[string]int{}
	for _, g := range out.Rules[0].Actions[0].ForwardConfig.TargetGroups {
		weights[*g.TargetGroupArn] = int(*g.Weight)
	}
	return weights
}

func (w *world) rules(service string) *types.AdvancedConfiguration {
	w.t.Helper()
	return w.service(service).LoadBalancers[0].AdvancedConfiguration
}

func paused(d types.ServiceDeployment) *types.DeploymentLifecycleHookDetail {
	for _, h := range d.LifecycleHookDetails {
		if h.Status == types.DeploymentLifecycleHookStatusAwaitingAction {
			return &h
		}
	}
	return nil
}

func ended(d types.ServiceDeployment) bool { return d.FinishedAt != nil }

// follow polls a service deployment each second until ok, and fails after limit.
func (w *world) follow(limit time.Duration, arn *string, ok func(types.ServiceDeployment) bool) types.ServiceDeployment {
	w.t.Helper()
	var d types.ServiceDeployment
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(time.Second) {
		if d = w.serviceDeployment(*arn); ok(d) {
			return d
		}
	}
	w.t.Fatalf("not within %s: %s at %s", limit, d.Status, d.LifecycleStage)
	return d
}

func (w *world) answer(d types.ServiceDeployment, action types.DeploymentLifecycleHookAction) {
	w.t.Helper()
	must[*ecs.ContinueServiceDeploymentOutput](w)(w.ecs.ContinueServiceDeployment(w.ctx, &ecs.ContinueServiceDeploymentInput{
		ServiceDeploymentArn: d.ServiceDeploymentArn, HookId: paused(d).HookId, Action: action,
	}))
}

// unserved tells what is wrong if the production rule sends to less than the
// whole of the service in healthy targets.
func (w *world) unserved(service string) string {
	w.t.Helper()
	s, total := w.service(service), 0
	for group, weight := range w.weights(s.LoadBalancers[0].AdvancedConfiguration.ProductionListenerRule) {
		total += weight
		if weight == 0 {
			continue
		}
		healthy := 0
		for _, h := range w.health(group) {
			if h.TargetHealth.State == "healthy" {
				healthy++
			}
		}
		if want := int(s.DesiredCount); healthy < want {
			return fmt.Sprintf("%d percent of the traffic goes to %d healthy targets, want %d", weight, healthy, want)
		}
	}
	if total != 100 {
		return fmt.Sprintf("the weights add up to %d", total)
	}
	return ""
}

func (w *world) serving(service string) {
	w.t.Helper()
	if problem := w.unserved(service); problem != "" {
		w.t.Fatal(problem)
	}
}
