package sdk

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	rules "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	timed "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"gantry/awsx"
)

// schedulePage is the largest page of rules, targets and schedules.
const schedulePage = 100

// Schedules lists the rules, then the schedules, that start tasks of ECS.
func (a Account) Schedules(ctx context.Context) awsx.Pages[awsx.Schedule] {
	return func(yield func(awsx.Page[awsx.Schedule], error) bool) {
		total, left := 0, false
		for i, list := range []lister[awsx.Schedule]{a.rules, a.timed} {
			err := pages(ctx, list, func(found []awsx.Schedule, last bool) bool {
				total += len(found)
				left = !yield(awsx.Page[awsx.Schedule]{Items: awsx.Own(found), Total: total, Complete: last && i == 1}, nil)
				return !left
			})
			if left || err != nil && !yield(awsx.Page[awsx.Schedule]{}, err) {
				return
			}
		}
	}
}

// startsTasks reports whether a target's ARN is a cluster's, as that of a task is.
func startsTasks(target *string) bool {
	_, _, resource, ok := awsx.ARNParts(aws.ToString(target))
	return ok && strings.HasPrefix(resource, "cluster/") && strings.Contains(*target, ":ecs:")
}

// rules lists a page of rules with their targets. Those that a service of AWS manages start
// none of ours.
func (a Account) rules(ctx context.Context, token *string) ([]awsx.Schedule, *string, error) {
	out, err := a.Events().ListRules(ctx, &eventbridge.ListRulesInput{Limit: aws.Int32(schedulePage), NextToken: token})
	if err != nil {
		return nil, nil, a.Classify(ctx, "", err)
	}
	var found []awsx.Schedule
	for _, r := range out.Rules {
		if aws.ToString(r.ManagedBy) != "" {
			continue
		}
		targets, err := all(ctx, 0, func(ctx context.Context, token *string) ([]rules.Target, *string, error) {
			out, err := a.Events().ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: r.Name, Limit: aws.Int32(schedulePage), NextToken: token})
			if err != nil {
				return nil, nil, a.Classify(ctx, aws.ToString(r.Arn), err)
			}
			return out.Targets, out.NextToken, nil
		})
		if err != nil {
			return nil, nil, err
		}
		s := awsx.Schedule{
			Ref: a.Ref("", aws.ToString(r.Arn)), Name: aws.ToString(r.Name), Expression: aws.ToString(r.ScheduleExpression),
			Pattern: aws.ToString(r.EventPattern) != "", Enabled: r.State != rules.RuleStateDisabled,
		}
		for _, t := range targets {
			if p := t.EcsParameters; p != nil && startsTasks(t.Arn) {
				s.Starts = append(s.Starts, awsx.ScheduledTask{
					Cluster: aws.ToString(t.Arn), Definition: aws.ToString(p.TaskDefinitionArn), Count: int(cmp.Or(aws.ToInt32(p.TaskCount), 1)), LaunchType: string(p.LaunchType),
				})
			}
		}
		if len(s.Starts) > 0 {
			found = append(found, s)
		}
	}
	return found, out.NextToken, nil
}

// timed lists a page of schedules, and reads those whose target is a cluster.
func (a Account) timed(ctx context.Context, token *string) ([]awsx.Schedule, *string, error) {
	out, err := a.Scheduler().ListSchedules(ctx, &scheduler.ListSchedulesInput{MaxResults: aws.Int32(schedulePage), NextToken: token})
	if err != nil {
		return nil, nil, a.Classify(ctx, "", err)
	}
	var found []awsx.Schedule
	for _, listed := range out.Schedules {
		if listed.Target == nil || !startsTasks(listed.Target.Arn) {
			continue
		}
		g, err := a.Scheduler().GetSchedule(ctx, &scheduler.GetScheduleInput{Name: listed.Name, GroupName: listed.GroupName})
		if err != nil {
			return nil, nil, a.Classify(ctx, aws.ToString(listed.Arn), err)
		}
		s := awsx.Schedule{
			Ref: a.Ref("", aws.ToString(g.Arn)), Name: aws.ToString(g.Name), Group: cmp.Or(aws.ToString(g.GroupName), "default"),
			Expression: aws.ToString(g.ScheduleExpression), Zone: aws.ToString(g.ScheduleExpressionTimezone), Enabled: g.State != timed.ScheduleStateDisabled,
			Made: aws.ToTime(g.CreationDate), Begins: aws.ToTime(g.StartDate), Ends: aws.ToTime(g.EndDate),
		}
		if t := g.Target; t != nil && t.EcsParameters != nil {
			p := t.EcsParameters
			s.Starts = []awsx.ScheduledTask{{
				Cluster: aws.ToString(t.Arn), Definition: aws.ToString(p.TaskDefinitionArn), Count: int(cmp.Or(aws.ToInt32(p.TaskCount), 1)), LaunchType: string(p.LaunchType),
			}}
			found = append(found, s)
		}
	}
	return found, out.NextToken, nil
}
