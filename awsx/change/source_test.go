package change_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/store"
)

// A task that was run is followed by looking at that task alone, and what was
// seen of it outlives a look that failed.
func TestTasksAreFollowedWithoutTheClustersOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := awsxtest.New(awsx.ContextID{Profile: "main"})
		service := account.Cluster("staging").Service("api")
		var task awsx.Ref
		account.Edit(func(d *awsxtest.Data) { task = d.Tasks[0].Ref })
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(account), Refresh: time.Minute})
		defer s.Close()
		src, closeSource := change.StoreSource(s)(follow.Spec{Tasks: []awsx.Ref{task}})
		defer closeSource()

		<-src.Changed()
		o, ok := src.Observe()
		if !ok || len(o.Tasks) != 1 || o.Tasks[0].Ref != task || service.Cluster != task.Cluster {
			t.Fatalf("observed %+v", o)
		}
		account.Fail(awsxtest.Tasks, errors.New("throttled"))
		<-src.Changed()
		if o, _ := src.Observe(); o.Err == nil || len(o.Tasks) != 1 {
			t.Errorf("a failed look leaves %+v", o)
		}
		for _, c := range account.Calls() {
			if c.Op != awsxtest.Tasks {
				t.Errorf("it called %v", c)
			}
		}
	})
}
