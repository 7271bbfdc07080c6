package views

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/uitest"
)

func TestTheWayBackIsPlannedAtOnceAndPinsWhatWasPushedOver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, recorded, onPlan(deploy.RollBack{})).read()
		f.Shows("roll back payments/api-orders", "a copy of api-orders:1 (v2@9f3c", "asks yes or no", "makes 2 calls",
			"pinned to the digest that ran where a tag moved (p changes that)", "about 4m", "followed for at most", "<u>another revision <p>pin images")
		f.keys("p").Shows("all pinned to the digest that ran")
		f.keys("p").Shows("as the revision names them: by tag another may be pulled", "1 call")
		f.keys("p").Shows("where a tag moved", "makes 2 calls")
		f.keys("enter").Shows("[ No ]")
		f.keys("y").Shows("Rollout")
		f.account.FinishRollout("api-orders")
		f.read().Shows("+ succeeded: api-orders runs api-orders:4")
	})
}

func TestAnotherRevisionIsChosenFromThePlan(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, recorded, onPlan(deploy.RollBack{})).read()
		f.keys("u").Shows("LAST DEPLOYED HERE", "x rolled back 1h ago", "v2@9f3c")
		f.keys("j", "enter").Shows("roll back payments/api-orders", "api-orders:2")
		f.keys("esc", "esc").Shows("roll back payments/api-orders", "api-orders:1", "<u>another revision")
	})
}

func TestWithoutARecordTheRevisionsAreShownWithTheReason(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) {
			history(f)
			f.account.Edit(func(d *awsxtest.Data) { d.Deployments[f.service.ARN] = nil })
		}, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("u").Shows("no deployment that succeeded before this one is on record: choose the revision", "REVISION", "no record")
		f.keys("esc").Shows("SERVICE").Hides("LAST DEPLOYED")
	})
}

func TestADeployedTagIsPinnedOnDemand(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, onPlan(image("v3"))).read()
		f.Shows("by tag, which may be pushed again later (p changes that)", `api-orders:v3"`)
		f.keys("p").Shows("pinned to the digest that the tag has now (p changes that)", "api-orders@sha256:")
		f.keys("p").Shows("by tag, which")
	})
	bubble(t, func(t *testing.T) {
		pinned := deploy.SetImages{Images: map[string]string{"api-orders": "@" + ranDigest}}
		f := prepared(t, standard, recorded, onPlan(pinned)).read()
		f.Shows("deploy payments/api-orders").Hides("pin images", "images ")
	})
}

func TestARuleThatDeniesIsFinal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 120, H: 40}, func(c *Changes, s awsx.Ref) ui.Screen {
			c.Changer.(*workshop).rules = []deploy.Rule{{Service: "api-*", Action: "deploy", Deny: true, Reason: "freeze until Monday"}}
			return onPlan(image("v3"))(c, s)
		}).read()
		f.Shows("x denied by a rule of the configuration: freeze until Monday (final: nothing overrides it)", "Calls")
		f.keys("enter").Shows("carry out: a rule of the configuration denies this: freeze until Monday").Hides("To go on")
		f.keys("O").Shows("override a check: a rule of the configuration denies this").Hides("To go on")
	})
}

func TestARuleThatWantsMoreSaysWhy(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 120, H: 40}, func(c *Changes, s awsx.Ref) ui.Screen {
			grave := deploy.TierBulk
			c.Changer.(*workshop).rules = []deploy.Rule{{Action: "restart", Confirm: &grave, Reason: "payday"}}
			return onPlan(deploy.Restart{})(c, s)
		}).read()
		f.Shows("asks for the number of services and the cluster's name (payday)")
	})
}
