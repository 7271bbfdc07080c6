package prose_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/views"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

func TestJSONIsShownAsTheAPIGivesItWithoutSecrets(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		ref := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-checkout")
		a.Edit(func(d *awsxtest.Data) {
			d.Raw[ref.ARN] = []byte(`{"serviceName":"api-checkout","environment":[{"name":"API_TOKEN","value":"t0ps3cret"}],"future":{"field":[1.50]}}`)
		})
		d := viewstest.Sit(t, a, viewstest.Standard, func(d *views.Deps) ui.Screen { return resources.NewServices(d, cluster.Ref) }).Read()
		d.Press("y")
		d.Read().Shows("payments api-checkout json", `"serviceName": "api-checkout",`, `"value": "(masked)"`, "1.50").Hides("t0ps3cret")
		d.Press("c")
		if d.Clipboard == "" || strings.Contains(d.Clipboard, "t0ps3cret") {
			t.Errorf("copied %q", d.Clipboard)
		}
		d.Press("/").Type("future").Press("enter", "n", "N").Shows("/future")
		d.Press("esc", "esc").Shows("SERVICE")
	})
}

func TestTextThatCannotBeReadStaysAndIsTriedAgain(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.FailOnce(awsxtest.Raw, &fault.Error{Class: fault.Denied, Op: "ecs:DescribeServices", Resource: "api"})
		release := a.Block(awsxtest.Raw)
		d := viewstest.Sit(t, a, viewstest.Standard, func(d *views.Deps) ui.Screen { return resources.NewServices(d, cluster.Ref) }).Read()
		d.Press("y").Shows("loading service api-checkout", "◐ loading")
		release()
		d.Read().Shows("service api-checkout could not be read", "denied: ecs:DescribeServices is missing on api", "ctrl+r tries again")
		d.Press("ctrl+r")
		d.Read().Hides("could not be read").Shows(`{`)
	})
}

func TestServiceIsDescribedInWords(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, func(d *views.Deps) ui.Screen { return resources.NewServices(d, cluster.Ref) }).Read()
		d.Press("N", "g", "j")
		d.Advance(time.Second).Press("d")
		d.Read().Shows("Service api-orders", "4 desired, 4 running, 0 pending", "on, rolls back")
		d.Press("/").Type("DB_PASSWORD").Press("enter").Shows("(masked)", "1 match").Hides("hunter2")
		d.Press("w", "right").Shows("port             dynamic tcp").Press("w")
		d.Press("/").Type("no such words").Press("enter").Shows("0 matches")
	})
}
