package overview_test

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/overview"
	"gantry/views/viewstest"
)

func TestATemplateIsShownAsYAML(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		furnished(a)
		d := viewstest.Sit(t, a, uitest.Look{W: 160, H: 50}, func(d *views.Deps) ui.Screen { return overview.NewTemplate(d, serviceOf(cluster)) }).Read()
		d.Shows("# The service payments/api-checkout as it is.", "AWSTemplateFormatVersion", "Type: AWS::ECS::TaskDefinition")
	})
}

func serviceOf(c *awsxtest.Cluster) awsx.Ref {
	return c.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-checkout")
}

// TestATemplateThatMayNotBeReadNamesTheMissingAction.
func TestATemplateThatMayNotBeReadNamesTheMissingAction(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.Raw, &fault.Error{Class: fault.Denied, Op: "ecs:DescribeServices"})
		d := viewstest.Sit(t, a, viewstest.Standard, func(d *views.Deps) ui.Screen { return overview.NewTemplate(d, serviceOf(cluster)) }).Read()
		d.Shows("denied: ecs:DescribeServices is missing")
	})
}
