package changes_test

import (
	"strings"
	"testing"
	"time"

	"gantry/ui/uitest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func TestTheChangesAreListedAndFollowed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 100, H: 30}, changestest.Tables).Read()
		f.Keys("%").Shows("nothing was changed or followed since gantry started")
		f.Keys("esc")
		for _, service := range []string{"api-orders", "worker"} {
			f.Press("/").Type(service).Press("enter")
			f.Keys("r", "enter", "y").Shows("Rollout")
			f.Keys("esc", "esc")
		}
		f.Shows("2 changes (% lists them): ")
		f.Keys("%").Shows("CHANGE", "restart api-orders", "restart worker", "~ rolling", "payments", "0/4 new")
		f.Account.Settle("api-orders")
		f.Read().Read().Shows("+ succeeded", "api-orders runs api-orders:1")
		f.Advance(2 * time.Second)
		f.Press("/").Type("worker").Press("enter")
		f.Keys("enter").Shows("~ rolling: 0 of", "restart")
		if name := f.Row("payments worker follow"); !strings.Contains(name, "PROD") {
			t.Errorf("enter led elsewhere:\n%s", f.Text())
		}
	})
}
