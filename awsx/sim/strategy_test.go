package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

func TestAConfigurationThatCannotShiftIsRefused(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		lb := w.service("storefront").LoadBalancers[0]
		with := func(edit func(*types.LoadBalancer)) []types.LoadBalancer {
			changed, advanced := lb, *lb.AdvancedConfiguration
			changed.AdvancedConfiguration = &advanced
			edit(&changed)
			return []types.LoadBalancer{changed}
		}
		canary := func(percent float64) *types.DeploymentConfiguration {
			return &types.DeploymentConfiguration{
				Strategy: types.DeploymentStrategyCanary, CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(percent)},
			}
		}
		hook := func(h types.DeploymentLifecycleHook) *types.DeploymentConfiguration {
			return &types.DeploymentConfiguration{LifecycleHooks: []types.DeploymentLifecycleHook{h}}
		}
		for want, in := range map[string]*ecs.UpdateServiceInput{
			"Invalid deployment strategy": {DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: "SIDEWAYS"}},
			"Invalid canaryPercent":       {DeploymentConfiguration: canary(0.05)},
			"Invalid stepPercent": {DeploymentConfiguration: &types.DeploymentConfiguration{
				Strategy: types.DeploymentStrategyLinear, LinearConfiguration: &types.LinearConfiguration{StepPercent: aws.Float64(2)},
			}},
			"Invalid bakeTimeInMinutes": {DeploymentConfiguration: &types.DeploymentConfiguration{BakeTimeInMinutes: aws.Int32(1441)}},
			"only valid with the deployment strategy CANARY": {DeploymentConfiguration: &types.DeploymentConfiguration{
				CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5)},
			}},
			"not supported at the lifecycle stage PRODUCTION_TRAFFIC_SHIFT": {DeploymentConfiguration: hook(types.DeploymentLifecycleHook{
				TargetType:      types.DeploymentLifecycleHookTargetTypePause,
				LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStageProductionTrafficShift},
			})},
			"hookTargetArn and roleArn must be specified": {DeploymentConfiguration: hook(types.DeploymentLifecycleHook{
				LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreScaleUp},
			})},
			"advancedConfiguration is required": {LoadBalancers: with(func(lb *types.LoadBalancer) { lb.AdvancedConfiguration = nil })},
			"requires a load balancer":          {LoadBalancers: []types.LoadBalancer{}, DeploymentConfiguration: canary(5)},
			"productionListenerRule has an invalid ARN format": {LoadBalancers: with(func(lb *types.LoadBalancer) {
				lb.AdvancedConfiguration.ProductionListenerRule = aws.String("arn:aws:elasticloadbalancing:eu-west-1:000000000000:listener/app/x/y/z")
			})},
			"cannot be used as both production and test listener rules": {LoadBalancers: with(func(lb *types.LoadBalancer) {
				lb.AdvancedConfiguration.TestListenerRule = lb.AdvancedConfiguration.ProductionListenerRule
			})},
			"cannot be its own alternate": {LoadBalancers: with(func(lb *types.LoadBalancer) {
				lb.AdvancedConfiguration.AlternateTargetGroupArn = lb.TargetGroupArn
			})},
		} {
			in.Cluster, in.Service = aws.String("prod"), aws.String("storefront")
			before := w.service("storefront").Deployments
			if _, err := w.ecs.UpdateService(w.ctx, in); err == nil || !strings.Contains(err.Error(), "InvalidParameterException") ||
				!strings.Contains(err.Error(), want) {
				t.Errorf("%v, want InvalidParameterException with %q", err, want)
			}
			if after := w.service("storefront").Deployments; *after[0].Id != *before[0].Id {
				t.Errorf("%q was refused and deployed", want)
			}
		}
	})
}

func TestARollingServiceBecomesBlueGreen(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		donor := w.follow(20*time.Minute, w.service("ranking").CurrentServiceDeployment, ended)
		lb := w.service("ranking").LoadBalancers[0]
		if len(w.tasks("ranking", types.DesiredStatusRunning)) == 0 || donor.Status != types.ServiceDeploymentStatusSuccessful {
			t.Fatal("the service to take over from does not run")
		}
		old := w.service("users").LoadBalancers[0]
		old.AdvancedConfiguration = &types.AdvancedConfiguration{
			AlternateTargetGroupArn: lb.AdvancedConfiguration.AlternateTargetGroupArn, ProductionListenerRule: lb.AdvancedConfiguration.ProductionListenerRule,
			RoleArn: lb.AdvancedConfiguration.RoleArn,
		}
		w.update(&ecs.UpdateServiceInput{
			Service: aws.String("users"), LoadBalancers: []types.LoadBalancer{old},
			DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen},
		})
		d := w.follow(20*time.Minute, w.service("users").CurrentServiceDeployment, ended)
		if d.Status != types.ServiceDeploymentStatusSuccessful {
			t.Errorf("ended as %s at %s", d.Status, d.LifecycleStage)
		}
		if got := w.group(d.TargetServiceRevision.Arn); got != *lb.AdvancedConfiguration.AlternateTargetGroupArn {
			t.Errorf("the new tasks are in %s", got)
		}
		if d.TargetServiceRevision.RequestedTestTrafficWeight != nil {
			t.Error("a service without a test rule has test traffic")
		}
	})
}

func TestARollingDeploymentSaysNothingOfTraffic(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.deploy("users", w.reviseImage("users", "v7.1.0"))
		d := w.current("users")
		for _, revision := range append(d.SourceServiceRevisions, *d.TargetServiceRevision) {
			if revision.RequestedProductionTrafficWeight != nil || revision.RequestedTestTrafficWeight != nil {
				t.Errorf("revision %s has a share of the traffic", *revision.Arn)
			}
		}
		if d.LifecycleStage != "" || d.LifecycleHookDetails != nil {
			t.Errorf("stage %q, hooks %v", d.LifecycleStage, d.LifecycleHookDetails)
		}
	})
}

func TestTaskSetsOfOtherControllersAreShown(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		for name, want := range map[string]struct {
			controller types.DeploymentControllerType
			desired    [2]int32
		}{
			"billing": {types.DeploymentControllerTypeCodeDeploy, [2]int32{3, 3}},
			"reports": {types.DeploymentControllerTypeExternal, [2]int32{3, 1}},
		} {
			time.Sleep(10 * time.Minute)
			s := w.service(name)
			if s.DeploymentController.Type != want.controller || len(s.Deployments) != 0 || len(s.TaskSets) != 2 || s.CurrentServiceDeployment != nil {
				t.Fatalf("%s: %s with %d deployments and %d task sets", name, s.DeploymentController.Type, len(s.Deployments), len(s.TaskSets))
			}
			started := map[string]int32{}
			for _, task := range w.tasks(name, types.DesiredStatusRunning) {
				started[*task.StartedBy]++
			}
			for i, set := range s.TaskSets {
				if set.ComputedDesiredCount != want.desired[i] || set.RunningCount != want.desired[i] || started[*set.Id] != want.desired[i] ||
					set.StabilityStatus != types.StabilityStatusSteadyState {
					t.Errorf("%s: set %s has %d of %d tasks and is %s", name, *set.Status, set.RunningCount, set.ComputedDesiredCount, set.StabilityStatus)
				}
				if n := int32(len(w.health(*set.LoadBalancers[0].TargetGroupArn))); n != want.desired[i] {
					t.Errorf("%s: set %s has %d targets", name, *set.Status, n)
				}
			}
			if s.RunningCount != want.desired[0]+want.desired[1] || *s.TaskSets[0].Status != "PRIMARY" || *s.TaskSets[1].Status != "ACTIVE" {
				t.Errorf("%s: %d tasks, sets %s and %s", name, s.RunningCount, *s.TaskSets[0].Status, *s.TaskSets[1].Status)
			}
			if want.controller == types.DeploymentControllerTypeExternal && s.TaskDefinition != nil {
				t.Errorf("%s has the task definition %s of its own", name, *s.TaskDefinition)
			}
		}
	})
}

func TestTaskSetsFollowTheDesiredCountAndHeal(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		w.update(&ecs.UpdateServiceInput{Service: aws.String("reports"), DesiredCount: aws.Int32(8)})
		scaled := func(s types.Service) bool {
			return s.TaskSets[0].RunningCount == 6 && s.TaskSets[1].RunningCount == 2 && s.TaskSets[1].StabilityStatus == types.StabilityStatusSteadyState
		}
		w.until(5*time.Minute, "reports", "the new count", scaled)
		for _, task := range w.tasks("reports", types.DesiredStatusRunning)[:3] {
			if err := w.account.KillTask(*task.TaskArn, 1); err != nil {
				t.Fatal(err)
			}
		}
		w.until(5*time.Minute, "reports", "a loss", func(s types.Service) bool { return !scaled(s) })
		w.until(5*time.Minute, "reports", "the healing", scaled)
	})
}

func TestWhatAnotherControllerOwnsIsRefusedByName(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		network := &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1"}}}
		for _, name := range []string{"billing", "reports"} {
			controller, ending := "CODE_DEPLOY", " Use AWS CodeDeploy to trigger a new deployment."
			if name == "reports" {
				controller, ending = "EXTERNAL", ""
			}
			definition := w.service(name).TaskSets[1].TaskDefinition
			for what, in := range map[string]*ecs.UpdateServiceInput{
				"Unable to update task definition":    {TaskDefinition: definition},
				"Unable to update network parameters": {NetworkConfiguration: network},
				"Unable to update load balancers":     {LoadBalancers: []types.LoadBalancer{}},
				"Cannot force a new deployment":       {ForceNewDeployment: true},
			} {
				in.Cluster, in.Service = aws.String("prod"), aws.String(name)
				want := "InvalidParameterException: " + what + " on services with a " + controller + " deployment controller." + ending
				if _, err := w.ecs.UpdateService(w.ctx, in); err == nil || !strings.HasSuffix(err.Error(), want) {
					t.Errorf("%s: %v\nwant %s", name, err, want)
				}
			}
			if out := must[*ecs.ListServiceDeploymentsOutput](w)(w.ecs.ListServiceDeployments(w.ctx, &ecs.ListServiceDeploymentsInput{
				Cluster: aws.String("prod"), Service: aws.String(name),
			})); len(out.ServiceDeployments) != 0 {
				t.Errorf("%s has %d service deployments", name, len(out.ServiceDeployments))
			}
		}
	})
}
