package app

import (
	"fmt"
	"testing"
	"time"

	"gantry/awsx"
)

// TestLogsAreReadBackQueriedAndCounted is the way from a service to the lines of hours
// ago, over the wire of the search engine.
func TestLogsAreReadBackQueriedAndCounted(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		const written = 1200
		id := d.container("prod", "api-orders")
		for i := range written {
			at := time.Now().Add(-5*time.Hour + time.Duration(i)*time.Second)
			doc := map[string]any{"message": fmt.Sprintf("earlier %d.", i), "container_id": id, "log_level": "info"}
			if i == 600 {
				doc["log_level"] = "error"
			}
			if err := d.logs.Index("", doc, at); err != nil {
				t.Fatal(err)
			}
		}
		d.cluster("prod").press("l").until(time.Minute, "following")
		for range 4 {
			d.Press("g")
			d.press("k")
		}
		d.Press("g")
		d.press("k").Shows("the beginning: there are no older lines", "earlier 0.")
		if d.logs.Points() != 1 {
			t.Errorf("%d points in time are open, want the one that is read", d.logs.Points())
		}

		query := func(typed string) {
			d.Press("Q").Advance(time.Second)
			d.Press("ctrl+u").Type(typed)
			d.press("enter").wait(2 * time.Second)
		}
		query(`log_level:error and message:earlier`)
		d.Shows("earlier 600.", "tail, 1 line").Hides("earlier 599.")
		query(`log_level:(error`)
		d.Shows("column 17")
		d.press("esc")
		query(`lucene:message:[`)
		d.Shows("lucene:message:[", "Failed to parse")
		d.press("esc").Shows("Q log_level:error and message:earlier", "earlier 600.")
		d.press("o").Shows("around a line", "earlier 599.", "earlier 601.")
		d.press("esc", "H", "1").Shows("all there is", "errors")
		d.press("enter").Shows("not following")
		query("")
		d.press("T").answer("4h50m").wait(2 * time.Second)
		d.Shows("not following", "earlier")
		d.press("G").until(time.Minute, "following")
		d.press("esc").wait(time.Second)
		if d.logs.Points() != 0 {
			t.Errorf("%d points in time stay open", d.logs.Points())
		}
	})
}

// container is the runtime id of a running container of a service.
func (d *desk) container(cluster, service string) string {
	d.t.Helper()
	ctx := d.t.Context()
	svc, err := d.app.FindService(ctx, cluster, service)
	if err != nil {
		d.t.Fatal(err)
	}
	account, err := d.app.Store.Account(ctx, svc.Ref.Context)
	if err != nil {
		d.t.Fatal(err)
	}
	tasks, err := awsx.Collect(account.Tasks(ctx, awsx.TaskQuery{Cluster: svc.Ref.ClusterRef(), Service: svc.Name}))
	if err != nil || len(tasks) == 0 {
		d.t.Fatalf("%d tasks, %v", len(tasks), err)
	}
	return tasks[0].Containers[0].RuntimeID
}
