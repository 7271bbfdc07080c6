package views

import (
	"strings"
	"testing"
	"time"

	"gantry/ui/uitest"
)

func TestTheChangesAreListedAndFollowed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 100, H: 30}, tables).read()
		f.keys("%").Shows("nothing was changed or followed since gantry started")
		f.keys("esc")
		for _, service := range []string{"api-orders", "worker"} {
			f.Press("/").Type(service).Press("enter")
			f.keys("r", "enter", "y").Shows("Rollout")
			f.keys("esc", "esc")
		}
		f.Shows("2 changes (% lists them): ")
		f.keys("%").Shows("CHANGE", "restart api-orders", "restart worker", "~ rolling", "payments", "0/4 new")
		f.account.FinishRollout("api-orders")
		f.read().read().Shows("+ succeeded", "api-orders runs api-orders:1")
		f.Advance(2 * time.Second)
		f.Press("/").Type("worker").Press("enter")
		f.keys("enter").Shows("~ rolling: 0 of", "restart")
		if name := f.Row("payments worker follow"); !strings.Contains(name, "PROD") {
			t.Errorf("enter led elsewhere:\n%s", f.Text())
		}
	})
}
