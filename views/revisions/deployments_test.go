package revisions_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func TestTheHistoryTellsHowEachDeploymentEnded(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 150, H: 30}, changestest.Recorded, changestest.Past).Read()
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
		f.Keys("enter").Shows("go back to it: this is the revision in use")
		f.Keys("G").Shows(changestest.RanDigest)
		f.Keys("enter").Shows("roll back payments/api-orders", "a copy of api-orders:1")
	})
}

func TestTheDeploymentInProgressIsFollowedFromTheHistory(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, changestest.Untouched, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Keys("enter")
		f.Answer("api-orders")
		f.Account.Record("api-orders")
		f.Read().Keys("z").Shows("api-orders:2", "~ in progress", "<enter>follow")
		f.Keys("enter").Shows("Rollout", "0/4 running")
		f.Account.Settle("api-orders")
		f.Read().Keys("esc", "ctrl+r").Shows("+ succeeded")
	})
}

func TestADeploymentInProgressSaysHowManyOfItsTasksFailed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 150, H: 30}, changestest.Untouched, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Keys("enter")
		f.Answer("api-orders")
		f.Account.Record("api-orders")
		f.Account.Edit(func(d *awsxtest.Data) {
			for i := range d.Services {
				if s := &d.Services[i]; s.Ref == f.Service {
					s.Deployments[0].Failed = 6
				}
			}
		})
		f.Read().Keys("z").Shows("~ in progress", "6 tasks failed")
	})
}

func TestADeploymentThatHasEndedMeanwhileLeadsToTheHistory(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, changestest.Recorded, func(c *changes.Changes, s awsx.Ref) ui.Screen { return changes.NewPickUp(c, s) }).Read()
		f.Shows("no deployment of api-orders is in progress any more", "+ succeeded", "x rolled back")
	})
}

func TestAnAccountWithoutRecordsSaysSo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			f.Account.Fail(awsxtest.ServiceDeployments, fault.Errorf(fault.Denied, "ecs:ListServiceDeployments", "", "no"))
		}, changestest.Past).Read()
		f.Shows("deployments could not be read: ecs:ListServiceDeployments is not allowed", "tries again")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		changestest.Orders(t, viewstest.Standard, changestest.Past).Read().Shows("there are no deployments here")
	})
}

// ofController gives the service to another deployment controller.
func ofController(name string) func(*changestest.Shopfloor) {
	return func(f *changestest.Shopfloor) {
		f.Edit(func(s *awsx.Service) {
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
			viewstest.Bubble(t, func(t *testing.T) {
				f := changestest.Prepared(t, uitest.Look{W: 120, H: 40}, ofController(owner), changestest.Tables).Read()
				f.Press("/").Type("api-orders").Press("enter")
				f.Keys().Shows(owner+" deploys this service, not ECS", "api-orders:1  4/4 running  100% of the count  steady state", "0/1 running, 1 pending  25% of the count", "d-GREEN")
				f.Keys("v").Shows("environment", "LOG_LEVEL")
				f.Keys("esc", "r").Shows("the deployment controller " + owner + " owns this change: make it there")
				f.Keys("esc")
				f.Keys("s").Shows("Scale payments/api-orders")
				f.Keys("esc", "d").Shows("Task sets", "primary", "d-BLUE")
				f.Keys("esc", "z").Shows(owner+" deploys this service", "d-GREEN")
			})
		})
	}
}
