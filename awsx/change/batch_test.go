package change_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/internal/fault"
)

// batch plans to scale services s0, s1, … of a cluster.
func (b *bench) batch(t *testing.T, n int) change.BatchJob {
	t.Helper()
	cluster := b.account.Cluster("qa")
	var plans []deploy.Plan
	for i := range n {
		plans = append(plans, b.scale(t, cluster.Service(fmt.Sprintf("s%d", i)), 5).Plan)
	}
	batch, err := deploy.BuildBatch(plans, policy.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return change.BatchJob{Batch: batch, NoFollow: true}
}

func (b *bench) startBatch(t *testing.T, j change.BatchJob) string {
	t.Helper()
	id, err := b.runner.StartBatch(j)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// words is the table of a batch, a word a target.
func words(s change.BatchStatus) string {
	var list []string
	for _, r := range s.Rows() {
		list = append(list, r.Word)
	}
	return strings.Join(list, ",")
}

func TestABatchChangesFourTargetsAtATimeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		release := b.account.Block(awsxtest.UpdateService)
		id := b.startBatch(t, b.batch(t, 6))
		synctest.Wait()
		s, ok := b.runner.Batch(id)
		if want := "executing,executing,executing,executing,waiting,waiting"; !ok || words(s) != want || s.Ended {
			t.Errorf("the table is %s, want %s", words(s), want)
		}
		if n := b.account.Count(awsxtest.UpdateService); n != change.AtOnce {
			t.Errorf("%d calls are under way", n)
		}
		release()
		s, err := b.runner.WaitBatch(t.Context(), id)
		if err != nil || words(s) != "done,done,done,done,done,done" || !s.Good() {
			t.Errorf("the table is %s (%v)", words(s), err)
		}
		for i, row := range s.Rows() {
			if row.Target.Name() != fmt.Sprintf("s%d", i) {
				t.Errorf("row %d is %s", i, row.Target.Name())
			}
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestAfterABadEndTheRestOfABatchIsNotBegun(t *testing.T) {
	for _, keepGoing := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(noAudit{})
			j := b.batch(t, 6)
			j.KeepGoing = keepGoing
			for range 4 {
				b.account.FailOnce(awsxtest.UpdateService, fault.Errorf(fault.Denied, "ecs:UpdateService", "", "no"))
			}
			s, err := b.runner.WaitBatch(t.Context(), b.startBatch(t, j))
			want := "failed,failed,failed,failed,not begun,not begun"
			got := words(s)
			if keepGoing { // which of them meet the four failures is chance
				want = "done,done,failed,failed,failed,failed"
				list := strings.Split(got, ",")
				slices.Sort(list)
				got = strings.Join(list, ",")
			}
			if err != nil || got != want || s.Good() {
				t.Errorf("the table is %s (%v), want %s", words(s), err, want)
			}
			if err := b.shutdown(t, time.Minute); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFollowsOfABatchHoldTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		j := b.batch(t, 5)
		j.NoFollow, j.Timeout, j.KeepGoing = false, time.Minute, true
		id := b.startBatch(t, j)
		time.Sleep(30 * time.Second)
		if s, _ := b.runner.Batch(id); words(s) != "following,following,following,following,waiting" {
			t.Errorf("the table is %s", words(s))
		}
		began := time.Now()
		s, err := b.runner.WaitBatch(t.Context(), id)
		if err != nil || words(s) != "timed out,timed out,timed out,timed out,timed out" || time.Since(began) != 90*time.Second {
			t.Errorf("after %s the table is %s (%v)", time.Since(began), words(s), err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestAShutdownBeginsNothingMoreOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		release := b.account.Block(awsxtest.UpdateService)
		j := b.batch(t, 6)
		id := b.startBatch(t, j)
		synctest.Wait()
		go func() {
			time.Sleep(time.Second)
			release()
		}()
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
		if s, _ := b.runner.Batch(id); words(s) != "done,done,done,done,not begun,not begun" {
			t.Errorf("the table is %s", words(s))
		}
		if _, err := b.runner.StartBatch(j); !errors.Is(err, deploy.ErrRefused) {
			t.Errorf("after the shutdown a batch starts: %v", err)
		}
	})
}

func TestABatchIsRefusedAsAWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		j := b.batch(t, 3)
		j.Batch.Plans[1].Checks = []check.Finding{{Name: check.Percent, Result: check.Broken, Text: "no room"}}
		if _, err := b.runner.StartBatch(j); !errors.Is(err, deploy.ErrRefused) || !strings.Contains(err.Error(), "min-max of s1: no room") {
			t.Errorf("got %v", err)
		}
		if n := b.account.Count(awsxtest.UpdateService); n > 0 || len(b.runner.Running()) > 0 {
			t.Errorf("%d calls were made", n)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestTargetsWhoseAccountCannotBeOpenedFailInTheirRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		j := b.batch(t, 3)
		b.unopened = errors.New("gone")
		id := b.startBatch(t, j)
		s, err := b.runner.WaitBatch(t.Context(), id)
		if err != nil || words(s) != "failed,failed,failed" || !errors.Is(s.Jobs[0].Err, b.unopened) {
			t.Errorf("the table is %s (%v)", words(s), err)
		}
		if n := b.account.Count(awsxtest.UpdateService); n > 0 {
			t.Errorf("%d calls were made", n)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestATargetThatAnotherChangeIsAtIsRefusedInItsRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		j := b.batch(t, 2)
		j.KeepGoing = true
		release := b.account.Block(awsxtest.UpdateService)
		b.start(t, change.Job{Plan: j.Batch.Plans[0], NoFollow: true})
		synctest.Wait()
		id := b.startBatch(t, j)
		synctest.Wait()
		release()
		s, err := b.runner.WaitBatch(t.Context(), id)
		if err != nil || words(s) != "refused,done" {
			t.Errorf("the table is %s (%v)", words(s), err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestALargeBatchKeepsItsTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		id := b.startBatch(t, b.batch(t, 70)) // more than the runner remembers of single jobs
		s, err := b.runner.WaitBatch(t.Context(), id)
		if err != nil || len(s.Jobs) != 70 || !s.Good() {
			t.Errorf("%d rows: %s (%v)", len(s.Jobs), words(s), err)
		}
		if _, err := b.runner.WaitBatch(t.Context(), "none"); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("an unknown batch gives %v", err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}
