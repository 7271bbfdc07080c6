package changes_test

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/policy"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func TestTheWayBackIsPlannedAtOnceAndPinsWhatWasPushedOver(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, changestest.Recorded, changestest.OnPlan(deploy.RollBack{})).Read()
		f.Shows("roll back payments/api-orders", "a copy of api-orders:1 (v2@9f3c", "asks yes or no", "makes 2 calls",
			"pinned to the digest that ran where a tag moved (p changes that)", "about 4m", "followed for at most", "<u>another revision <p>pin images")
		f.Keys("p").Shows("all pinned to the digest that ran")
		f.Keys("p").Shows("as the revision names them: by tag another may be pulled", "would", "O overrides it")
		f.Keys("p").Shows("where a tag moved", "makes 2 calls")
		f.Keys("enter").Shows("[ No ]")
		f.Keys("y").Shows("Rollout")
		f.Account.Settle("api-orders")
		f.Read().Shows("+ succeeded: api-orders runs api-orders:4")
	})
}

func TestAnotherRevisionIsChosenFromThePlan(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, changestest.Recorded, changestest.OnPlan(deploy.RollBack{})).Read()
		f.Keys("u").Shows("LAST DEPLOYED HERE", "x rolled back 1h ago", "v2@9f3c")
		f.Keys("j", "enter").Shows("roll back payments/api-orders", "api-orders:2")
		f.Keys("esc", "esc").Shows("roll back payments/api-orders", "api-orders:1", "<u>another revision")
	})
}

func TestWithoutARecordTheRevisionsAreShownWithTheReason(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			changestest.History(f)
			f.Account.Edit(func(d *awsxtest.Data) { d.Deployments[f.Service.ARN] = nil })
		}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("u").Shows("no deployment that succeeded before this one is on record: choose the revision", "REVISION", "no record")
		f.Keys("esc").Shows("SERVICE").Hides("LAST DEPLOYED")
	})
}

func TestADeployedTagIsPinnedOnDemand(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Shows("by tag, which may be pushed again later (p changes that)", `api-orders:v3"`)
		f.Keys("p").Shows("pinned to the digest that the tag has now (p changes that)", "api-orders@sha256:")
		f.Keys("p").Shows("by tag, which")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		pinned := deploy.SetImages{Images: map[string]string{"api-orders": "@" + changestest.RanDigest}}
		f := changestest.Prepared(t, viewstest.Standard, changestest.Recorded, changestest.OnPlan(pinned)).Read()
		f.Shows("deploy payments/api-orders").Hides("pin images", "images ")
	})
}

func TestARuleThatDeniesIsFinal(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 120, H: 40}, func(c *changes.Changes, s awsx.Ref) ui.Screen {
			c.Desk.Policy.Rules = []policy.Rule{{Service: "api-*", Action: "deploy", Deny: true, Reason: "freeze until Monday"}}
			return changestest.OnPlan(changestest.Image("v3"))(c, s)
		}).Read()
		f.Shows("x denied by a rule of the configuration: freeze until Monday (final: nothing overrides it)", "Calls")
		f.Keys("enter").Shows("carry out: a rule of the configuration denies this: freeze until Monday").Hides("To go on")
		f.Keys("O").Shows("override a check: a rule of the configuration denies this").Hides("To go on")
	})
}

func TestARuleThatWantsMoreSaysWhy(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 120, H: 40}, func(c *changes.Changes, s awsx.Ref) ui.Screen {
			grave := policy.TierBulk
			c.Desk.Policy.Rules = []policy.Rule{{Action: "restart", Confirm: &grave, Reason: "payday"}}
			return changestest.OnPlan(deploy.Restart{})(c, s)
		}).Read()
		f.Shows("asks for the number of services and the cluster's name (payday)")
	})
}
