package sim_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	timed "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"gantry/awsx/sim"
)

// TestRulesAndSchedulesAreReadByTheirOwnProtocols: EventBridge by JSON 1.1, its Scheduler by REST.
func TestRulesAndSchedulesAreReadByTheirOwnProtocols(t *testing.T) {
	w := newWorld(t, sim.Options{})
	events := eventbridge.NewFromConfig(config(w.account.RoundTripper()))
	rules := must[*eventbridge.ListRulesOutput](w)(events.ListRules(w.ctx, &eventbridge.ListRulesInput{NamePrefix: aws.String("orders-")}))
	if len(rules.Rules) != 2 || *rules.Rules[0].Name != "orders-imported" || *rules.Rules[0].EventPattern == "" || *rules.Rules[1].ScheduleExpression != "cron(15 2 ? * MON-FRI *)" {
		t.Errorf("rules %+v", rules.Rules)
	}
	targets := must[*eventbridge.ListTargetsByRuleOutput](w)(events.ListTargetsByRule(w.ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("orders-migrate-nightly")}))
	if len(targets.Targets) != 1 || !strings.HasSuffix(*targets.Targets[0].EcsParameters.TaskDefinitionArn, "orders-migrate:1") {
		t.Errorf("targets %+v", targets.Targets)
	}
	if _, err := events.ListTargetsByRule(w.ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("no-such")}); code(err) != "ResourceNotFoundException" {
		t.Errorf("of no rule: %v", err)
	}
	client := scheduler.NewFromConfig(config(w.account.RoundTripper()))
	pages := scheduler.NewListSchedulesPaginator(client, &scheduler.ListSchedulesInput{MaxResults: aws.Int32(1)})
	var names []string
	for pages.HasMorePages() {
		for _, s := range must[*scheduler.ListSchedulesOutput](w)(pages.NextPage(w.ctx)).Schedules {
			names = append(names, *s.GroupName+"/"+*s.Name)
		}
	}
	if strings.Join(names, " ") != "default/orders-migrate-weekly jobs/orders-archive" {
		t.Errorf("schedules %v", names)
	}
	enabled := must[*scheduler.ListSchedulesOutput](w)(client.ListSchedules(w.ctx, &scheduler.ListSchedulesInput{State: timed.ScheduleStateDisabled, GroupName: aws.String("jobs")}))
	if len(enabled.Schedules) != 1 {
		t.Errorf("disabled ones %+v", enabled.Schedules)
	}
	weekly := must[*scheduler.GetScheduleOutput](w)(client.GetSchedule(w.ctx, &scheduler.GetScheduleInput{Name: aws.String("orders-migrate-weekly")}))
	if *weekly.ScheduleExpressionTimezone != "Europe/Dublin" || weekly.CreationDate.IsZero() || !strings.HasSuffix(*weekly.Target.EcsParameters.TaskDefinitionArn, "task-definition/orders-migrate") {
		t.Errorf("%+v", weekly)
	}
	for _, in := range []*scheduler.GetScheduleInput{{Name: aws.String("orders-archive")}, {Name: aws.String("no-such"), GroupName: aws.String("jobs")}} {
		if _, err := client.GetSchedule(w.ctx, in); code(err) != "ResourceNotFoundException" {
			t.Errorf("%s: %v", *in.Name, err)
		}
	}
	if _, err := client.ListSchedules(w.ctx, &scheduler.ListSchedulesInput{MaxResults: aws.Int32(101)}); code(err) != "ValidationException" {
		t.Errorf("of 101: %v", err)
	}
}
