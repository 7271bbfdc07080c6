package store_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/past"
	"gantry/awsx/store"
)

func TestWhatWasSeenOutlivesItsSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		ref := c.Service("api", awsxtest.Event("is unable to consistently start tasks successfully."))
		other := c.Service("other")
		memory := &past.Memory{}
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a), Past: memory})
		defer s.Close()
		begin := time.Now()
		s.Services(c.Ref)
		s.Tasks(c.Ref)
		s.Targets(c.Ref)
		pass(10 * time.Second)
		group := groupOf(a, ref)
		a.Edit(func(d *awsxtest.Data) {
			for i := range d.Tasks {
				if d.Tasks[i].Group == "service:api" {
					d.Tasks[i].LastStatus, d.Tasks[i].DesiredStatus, d.Tasks[i].StoppedAt = "STOPPED", "STOPPED", time.Now()
					break
				}
			}
			d.Health[group] = awsx.GroupHealth{TargetGroup: group, Targets: []awsx.TargetHealth{{ID: "i-new", Port: 1, State: "initial"}}}
		})
		pass(10 * time.Minute)
		a.Edit(func(d *awsxtest.Data) { d.Tasks = nil })
		pass(5 * time.Minute)

		ids := seen(memory.Containers(t.Context(), ref, time.Time{}))
		if len(ids) != 2 || ids[0].Family != "api" || ids[0].Revision != "1" || ids[0].Container != "api" || ids[0].Task == "" || ids[0].ID == ids[1].ID {
			t.Errorf("containers %+v", ids)
		}
		for _, id := range ids {
			if id.First.Sub(begin) > time.Minute || id.Last.Sub(id.First) < 8*time.Minute || id.Last.Sub(id.First) > 11*time.Minute {
				t.Errorf("seen from %s to %s", id.First, id.Last)
			}
		}
		since := func(of awsx.Ref, at time.Time) int { return len(seen(memory.Stopped(t.Context(), of, at))) }
		if since(ref, time.Now().Add(-time.Hour)) != 1 || since(c.Ref, time.Time{}) != 1 || since(ref, time.Now()) != 0 || since(other, time.Time{}) != 0 {
			t.Error("a task stopped, of one service, within the hour")
		}
		if got := seen(memory.Events(t.Context(), ref, time.Time{})); len(got) != 1 || got[0].Service != ref {
			t.Errorf("events %+v", got)
		}
		changes := seen(memory.TargetChanges(t.Context(), a.ID, time.Time{}, group))
		if len(changes) != 3 {
			t.Errorf("one target came and two went: %+v", changes)
		}
	})
}

// seen is what a memory that reads no disk answers.
func seen[T any](all []T, _ error) []T { return all }
