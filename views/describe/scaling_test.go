package describe_test

import (
	"errors"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

// TestAServiceTellsWhatScalesIt: bounds, policies, what is scheduled and what was done; what
// is denied of it is named, and the rest stays.
func TestAServiceTellsWhatScalesIt(t *testing.T) {
	for _, denied := range []bool{false, true} {
		viewstest.Bubble(t, func(t *testing.T) {
			a, cluster := viewstest.Shop()
			service := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
			four := 4
			a.Edit(func(d *awsxtest.Data) {
				d.ScalableTargets = map[string]awsx.ScalableTarget{service.ARN: {Min: 2, Max: 9, Policies: []awsx.ScalingPolicy{{Name: "steps", Type: "StepScaling", Adjusts: "+1, +3", Alarms: []string{"busy"}}}}}
				d.Doings = map[string]awsxtest.Doings{service.ARN: {
					Schedules:  []awsx.ScheduledScaling{{Name: "night", When: "cron(0 22 * * ? *)", Zone: "Europe/Dublin", Max: &four}},
					Activities: []awsx.ScalingActivity{{Status: "Successful", Description: "Setting desired count to 4.", Cause: "monitor alarm busy in state ALARM triggered policy steps", StartedAt: awsxtest.Now}},
				}}
			})
			if denied {
				a.Fail(awsxtest.ScalingActivities, &fault.Error{Class: fault.Denied, Op: "application-autoscaling:DescribeScalingActivities", Err: errors.New("no")})
			}
			d := viewstest.Sit(t, a, uitest.Look{W: 140, H: 80}, func(d *views.Deps) ui.Screen { return resources.NewServices(d, cluster.Ref) }).Read()
			d.Press("/").Type("api-orders").Press("enter")
			d.Read().Press("d")
			d.Read().Shows("Scaling", "2 to 9 tasks, scaling active", "steps, StepScaling, +1, +3, busy", "night, cron(0 22 * * ? *) Europe/Dublin, max 4")
			if denied {
				d.Shows("unread: application-autoscaling:DescribeScalingActivities is missing")
				return
			}
			d.Shows("successful: Setting desired count to 4.", "triggered policy steps")
		})
	}
}
