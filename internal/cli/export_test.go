package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
)

// TestExportWritesATemplateAndNamesWhatItLeavesOut.
func TestExportWritesATemplateAndNamesWhatItLeavesOut(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "export", "prod/catalog").wants(t, 0, "Type: AWS::ECS::Service", "TargetGroupProdCatalog", "Type: AWS::ElasticLoadBalancingV2::ListenerRule", "Priority: 5",
			"Ref: TargetGroupArnProdRecommendations")
		if !strings.Contains(r.err, "left out: service catalog: ") {
			t.Errorf("standard error says %s", r.err)
		}
		a.run(t, "export", "prod/sessions").wants(t, 0, "Type: AWS::ApplicationAutoScaling::ScalingPolicy", "Fn::Sub: \"service/${Cluster}/${Service.Name}\"")
		o := a.run(t, "export", "prod/web", "--as", "cloudformation", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "Resources", "Service", "Properties", "TaskDefinition", "Ref") != "TaskDefinition" || at(t, o, "Metadata", "LeftOut", 0) == "" {
			t.Errorf("got %v", o)
		}
		a.run(t, "export", "prod/web", "--as", "terraform").wants(t, 2)
		a.run(t, "export", "prod/nothing").wants(t, 2)
		again := a.run(t, "export", "prod/web")
		if once := a.run(t, "export", "prod/web"); once.out != again.out {
			t.Error("the same service is written in two ways")
		}
	})
}

// TestExportWithoutPermissionNamesWhatIsMissing, and writes what it could read.
func TestExportWithoutPermissionNamesWhatIsMissing(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeRules", Kind: sim.Deny})
		a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeTargetGroupAttributes", Kind: sim.Deny})
		r := a.run(t, "export", "prod/payments").wants(t, 0, "TargetGroupProdPayments", "# - attributes of target group prod-payments: it could not be read: ")
		for _, want := range []string{"left out: listener rules: it could not be read: ", "elasticloadbalancing:DescribeRules"} {
			if !strings.Contains(r.err, want) {
				t.Errorf("%q is not said: %s", want, r.err)
			}
		}
	})
}
