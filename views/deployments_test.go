package views

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
)

func TestTheHistoryTellsHowEachDeploymentEnded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, uitest.Look{W: 150, H: 30}, recorded, past).read()
		f.Shows("3: x1 +2", "sort AGE↓")
		for name, want := range map[string][]string{
			"api-orders:3": {"+ succeeded", "25m", " 4m ", "v3@71aa", "operator", "rolling"},
			"api-orders:2": {"x rolled back", "1h", "3/3", "because the circuit breaker"},
			"api-orders:1": {"+ succeeded", "2h", "2m30s", "v2@9f3c"},
		} {
			row := ""
			for _, line := range f.Screen()[2:] {
				if strings.Contains(line, name) && row == "" {
					row = line
				}
			}
			for _, part := range want {
				if !strings.Contains(row, part) {
					t.Errorf("%s: %q lacks %q", name, row, part)
				}
			}
		}
		f.keys("enter").Shows("go back to it: this is the revision in use")
		f.keys("G").Shows(ranDigest)
		f.keys("enter").Shows("roll back payments/api-orders", "a copy of api-orders:1")
	})
}

func TestTheDeploymentInProgressIsFollowedFromTheHistory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, untouched, onPlan(image("v3"))).read()
		f.keys("enter")
		f.answer("api-orders")
		f.account.Record("api-orders")
		f.read().keys("z").Shows("api-orders:2", "~ in progress", "<enter>follow")
		f.keys("enter").Shows("Rollout", "0/4 running")
		f.account.FinishRollout("api-orders")
		f.read().keys("esc", "ctrl+r").Shows("+ succeeded")
	})
}

func TestADeploymentThatHasEndedMeanwhileLeadsToTheHistory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, recorded, func(c *Changes, s awsx.Ref) ui.Screen { return NewPickUp(c, s) }).read()
		f.Shows("no deployment of api-orders is in progress any more", "+ succeeded", "x rolled back")
	})
}

func TestAnAccountWithoutRecordsSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) {
			f.account.Fail(awsxtest.ServiceDeployments, fault.Errorf(fault.Denied, "ecs:ListServiceDeployments", "", "no"))
		}, past).read()
		f.Shows("deployments could not be read: ecs:ListServiceDeployments is not allowed", "tries again")
	})
	bubble(t, func(t *testing.T) { orders(t, standard, past).read().Shows("there are no deployments here") })
}

// ofController gives the service to another deployment controller.
func ofController(name string) func(*shopfloor) {
	return func(f *shopfloor) {
		f.edit(func(s *awsx.Service) {
			s.Controller, s.Deployments = name, nil
			s.TaskSets = []awsx.TaskSet{
				{ID: "ecs-svc/1", ExternalID: "d-BLUE", Status: "PRIMARY", TaskDefinition: s.TaskDefinition, Desired: 4, Running: 4, Scale: 100, Stability: "STEADY_STATE", CreatedAt: awsxtest.Now},
				{ID: "ecs-svc/2", ExternalID: "d-GREEN", Status: "ACTIVE", TaskDefinition: s.TaskDefinition, Desired: 1, Running: 0, Pending: 1, Scale: 25, Stability: "STABILIZING"},
			}
		})
	}
}

func TestServicesOfOtherControllersShowTheirTaskSetsAndRefuseByName(t *testing.T) {
	for _, owner := range []string{"CODE_DEPLOY", "EXTERNAL"} {
		t.Run(owner, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := prepared(t, uitest.Look{W: 120, H: 40}, ofController(owner), tables).read()
				f.Press("/").Type("api-orders").Press("enter")
				f.keys().Shows(owner+" deploys this service, not ECS", "api-orders:1  4/4 running  100% of the count  steady state", "0/1 running, 1 pending  25% of the count", "d-GREEN")
				for _, key := range []string{"i", "v", "r", "u"} {
					f.keys(key).Shows("the deployment controller " + owner + " owns this change: make it there")
				}
				f.keys("s").Shows("Scale payments/api-orders")
				f.keys("esc", "d").Shows("Task sets", "primary", "d-BLUE")
				f.keys("esc", "z").Shows(owner+" deploys this service", "d-GREEN")
			})
		})
	}
}
