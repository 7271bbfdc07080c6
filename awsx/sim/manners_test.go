package sim_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// Clients that read a chunked answer too late lose it, so that AWS sends lengths.
func TestAnswersTellTheirLength(t *testing.T) {
	server := httptest.NewServer(newWorld(t, sim.Options{}).account)
	defer server.Close()
	for _, body := range []string{`{"cluster":"prod"}`, `{"cluster":"prod","services":["web","api-orders","catalog"]}`} {
		operation := "ListServices"
		if strings.Contains(body, "services") {
			operation = "DescribeServices"
		}
		r := httptest.NewRequest("POST", server.URL, strings.NewReader(body))
		r.RequestURI = ""
		r.Header.Set("X-Amz-Target", ecsTarget+operation)
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.ContentLength < 100 || len(answer.TransferEncoding) > 0 {
			t.Errorf("%s has length %d and is %v", operation, answer.ContentLength, answer.TransferEncoding)
		}
		_ = answer.Body.Close()
	}
}

func TestEveryServiceDeploymentHasAlarms(t *testing.T) {
	account := newWorld(t, sim.Options{Scenario: seed.BlueGreen}).account
	w := newWorld(t, sim.Options{})
	_, list := post(t, account, ecsTarget+"ListServiceDeployments", `{"cluster":"prod","service":"web"}`)
	_, arn, _ := strings.Cut(list, `"serviceDeploymentArn":"`)
	arn, _, _ = strings.Cut(arn, `"`)
	if _, got := post(t, account, ecsTarget+"DescribeServiceDeployments", `{"serviceDeploymentArns":["`+arn+`"]}`); !strings.Contains(got, `"alarms":{"status":"DISABLED","alarmNames":[],"triggeredAlarmNames":[]}`) {
		t.Errorf("%s has no alarms: %s", arn, got)
	}
	if _, err := w.ecs.DescribeServiceDeployments(w.ctx, &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{"arn:x"}}); err != nil {
		t.Error(err)
	}
}

func TestACommandOfARunEndsWellWithinSeconds(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		started := time.Now()
		out := w.run(&ecs.RunTaskInput{
			Cluster: aws.String("prod"), TaskDefinition: aws.String("catalog"), StartedBy: aws.String("deploy/by_hand-1"),
			Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("catalog"), Command: []string{"echo", "hello"}}}},
		})
		ended := w.ended(*out.Tasks[0].TaskArn)
		if code := ended.Containers[0].ExitCode; code == nil || *code != 0 || time.Since(started) > 30*time.Second || *ended.StartedBy != "deploy/by_hand-1" {
			t.Errorf("after %s: %+v", time.Since(started), ended.Containers[0])
		}
	})
}

func TestTagsAreSetAndRemoved(t *testing.T) {
	w := newWorld(t, sim.Options{})
	arn := w.service("web").ServiceArn
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	must[*ecs.TagResourceOutput](w)(w.ecs.TagResource(w.ctx, &ecs.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{tag("colour", "red"), tag("service", "www")}}))
	if got := w.serviceTags("web"); got["colour"] != "red" || got["service"] != "www" {
		t.Errorf("tags %v", got)
	}
	must[*ecs.UntagResourceOutput](w)(w.ecs.UntagResource(w.ctx, &ecs.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"colour"}}))
	if got := w.serviceTags("web"); got["colour"] != "" || got["service"] != "www" {
		t.Errorf("tags %v", got)
	}
}

func TestProtectedTasksStay(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		var arns []string
		for _, task := range w.tasks("catalog", types.DesiredStatusRunning) {
			arns = append(arns, *task.TaskArn)
		}
		protect := func(on bool) *ecs.UpdateTaskProtectionOutput {
			return must[*ecs.UpdateTaskProtectionOutput](w)(w.ecs.UpdateTaskProtection(w.ctx, &ecs.UpdateTaskProtectionInput{
				Cluster: aws.String("prod"), Tasks: arns, ProtectionEnabled: on, ExpiresInMinutes: aws.Int32(30),
			}))
		}
		if out := protect(true); len(out.ProtectedTasks) != 3 || out.ProtectedTasks[0].ExpirationDate == nil {
			t.Fatalf("%+v", out)
		}
		got := must[*ecs.GetTaskProtectionOutput](w)(w.ecs.GetTaskProtection(w.ctx, &ecs.GetTaskProtectionInput{Cluster: aws.String("prod"), Tasks: append(arns, "0123")}))
		if len(got.ProtectedTasks) != 3 || !got.ProtectedTasks[2].ProtectionEnabled || len(got.Failures) != 1 {
			t.Errorf("%+v", got)
		}
		w.update(&ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: aws.String("catalog"), DesiredCount: aws.Int32(1)})
		s := w.until(5*time.Minute, "catalog", "says so", func(s types.Service) bool {
			return strings.Contains(*s.Events[0].Message, "was unable to scale in due to (reason 3 tasks under protection)")
		})
		if s.RunningCount != 3 {
			t.Errorf("%d tasks run", s.RunningCount)
		}
		protect(false)
		w.until(5*time.Minute, "catalog", "scales in", func(s types.Service) bool { return s.RunningCount == 1 })
	})
}

func TestAProtectionEndsByItself(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		task := w.tasks("catalog", types.DesiredStatusRunning)[0]
		must[*ecs.UpdateTaskProtectionOutput](w)(w.ecs.UpdateTaskProtection(w.ctx, &ecs.UpdateTaskProtectionInput{
			Cluster: aws.String("prod"), Tasks: []string{*task.TaskArn}, ProtectionEnabled: true, ExpiresInMinutes: aws.Int32(3),
		}))
		w.deploy("catalog", w.reviseImage("catalog", "v3.5.0"))
		time.Sleep(150 * time.Second)
		if got := w.service("catalog"); len(got.Deployments) != 2 {
			t.Errorf("deployments %s", deployments(got))
		}
		w.until(5*time.Minute, "catalog", "completes", func(s types.Service) bool { return len(s.Deployments) == 1 })
	})
}

func TestWhatOtherClientsAskForIsAnswered(t *testing.T) {
	w := newWorld(t, sim.Options{Scenario: seed.BlueGreen})
	settings := must[*ecs.ListAccountSettingsOutput](w)(w.ecs.ListAccountSettings(w.ctx, &ecs.ListAccountSettingsInput{EffectiveSettings: true, Name: types.SettingNameTaskLongArnFormat}))
	if len(settings.Settings) != 1 || *settings.Settings[0].Value != "enabled" {
		t.Errorf("settings %+v", settings.Settings)
	}
	actions := must[*autoscaling.DescribeScheduledActionsOutput](w)(w.autoscaling().DescribeScheduledActions(w.ctx, &autoscaling.DescribeScheduledActionsInput{ServiceNamespace: scaling.ServiceNamespaceEcs}))
	if len(actions.ScheduledActions) != 1 || *actions.ScheduledActions[0].Schedule != "cron(0 6 ? * MON-FRI *)" || *actions.ScheduledActions[0].ScalableTargetAction.MinCapacity != 4 {
		t.Errorf("scheduled: %+v", actions.ScheduledActions)
	}
	sets := must[*ecs.DescribeTaskSetsOutput](w)(w.ecs.DescribeTaskSets(w.ctx, &ecs.DescribeTaskSetsInput{Cluster: aws.String("prod"), Service: aws.String("billing")}))
	if len(sets.TaskSets) != 2 {
		t.Fatalf("%d task sets", len(sets.TaskSets))
	}
	one := must[*ecs.DescribeTaskSetsOutput](w)(w.ecs.DescribeTaskSets(w.ctx, &ecs.DescribeTaskSetsInput{
		Cluster: aws.String("prod"), Service: aws.String("billing"), TaskSets: []string{*sets.TaskSets[1].Id, "ecs-svc/0"},
	}))
	if len(one.TaskSets) != 1 || len(one.Failures) != 1 || *one.TaskSets[0].TaskSetArn != *sets.TaskSets[1].TaskSetArn {
		t.Errorf("asked for one: %+v", one)
	}
	role := must[*sts.AssumeRoleOutput](w)(w.sts.AssumeRole(w.ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::000000000000:role/deployer"), RoleSessionName: aws.String("me")}))
	if *role.AssumedRoleUser.Arn != "arn:aws:sts::000000000000:assumed-role/deployer/me" || role.Credentials.SessionToken == nil {
		t.Errorf("%+v", role)
	}
	if _, got := post(t, w.account, "", "Action=GetRole&Version=2010-05-08&RoleName=ecs-execution"); !strings.Contains(got, "<Arn>arn:aws:iam::000000000000:role/ecs-execution</Arn>") {
		t.Errorf("role %s", got)
	}
	if status, got := post(t, w.account, "", "Action=GetRole&Version=2010-05-08&RoleName=nobody"); status != 404 || !strings.Contains(got, "NoSuchEntity") {
		t.Errorf("no role: %d %s", status, got)
	}
	if !slices.ContainsFunc(w.account.Calls(), func(c sim.Call) bool { return c.Service == "iam" && c.Operation == "GetRole" }) {
		t.Error("the call is not recorded")
	}
}
