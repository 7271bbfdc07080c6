package change_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// crier is a herald that keeps what it is told.
type crier struct {
	mu   sync.Mutex
	told []string
}

func (c *crier) tell(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, fmt.Sprintf(format, args...))
}

func (c *crier) Began(s change.Status, p deploy.Plan) {
	c.tell("%s %s begins", s.Action, p.Target.Name())
}

func (c *crier) Ended(s change.Status, p deploy.Plan) {
	c.tell("%s %s: %s", s.Action, p.Target.Name(), s.Row().Word)
}

func (c *crier) BatchBegan(s change.BatchStatus, b deploy.Batch) {
	c.tell("%s %d of %d begins", b.Action, len(s.Jobs), len(b.Plans))
}

func (c *crier) BatchEnded(s change.BatchStatus, b deploy.Batch) {
	c.tell("%s: %s", b.Action, words(s))
}

func (c *crier) heard() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.told, "; ")
}

// cried runs a test with a runner whose herald is heard.
func cried(t *testing.T, audit deploy.Audit, test func(*testing.T, *bench, *crier)) {
	synctest.Test(t, func(t *testing.T) {
		c := &crier{}
		b := newBench(audit)
		b.runner = change.New(change.Options{Account: b.open, Gate: change.NewArming(false, time.Minute), Audit: audit, Herald: c,
			Source: func(follow.Spec) (follow.Source, func()) { return quiet{make(chan struct{})}, func() {} }})
		test(t, b, c)
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestAChangeIsToldToBeginAndToEnd(t *testing.T) {
	denied := fault.Errorf(fault.Denied, "ecs:UpdateService", "", "no")
	for name, c := range map[string]struct {
		prepare func(*bench, *change.Job)
		want    string
	}{
		"done":     {func(_ *bench, j *change.Job) { j.NoFollow = true }, "scale api begins; scale api: done"},
		"followed": {func(_ *bench, j *change.Job) { j.Timeout = time.Minute }, "scale api begins; scale api: timed out"},
		"failed":   {func(b *bench, _ *change.Job) { b.account.FailOnce(awsxtest.UpdateService, denied) }, "scale api begins; scale api: failed"},
		"refused": {func(_ *bench, j *change.Job) {
			j.Plan.Checks = []check.Finding{{Name: check.Percent, Result: check.Broken}}
		}, ""},
		"denied by a rule": {func(_ *bench, j *change.Job) { j.Plan.Denied = "frozen" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cried(t, noAudit{}, func(t *testing.T, b *bench, heard *crier) {
				j := b.scale(t, b.services[0], 3)
				c.prepare(b, &j)
				if _, err := b.runner.Wait(t.Context(), b.start(t, j)); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if got := heard.heard(); got != c.want {
					t.Errorf("told %q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestAnEndIsToldWhateverItIs(t *testing.T) {
	t.Run("a shutdown", func(t *testing.T) {
		cried(t, noAudit{}, func(t *testing.T, b *bench, heard *crier) {
			b.start(t, b.scale(t, b.services[0], 3))
			synctest.Wait()
			if err := b.shutdown(t, time.Minute); err != nil {
				t.Error(err)
			}
			if got := heard.heard(); got != "scale api begins; scale api: not followed" {
				t.Errorf("told %q", got)
			}
		})
	})
	t.Run("a fault of ours", func(t *testing.T) {
		cried(t, panicsAtTheEnd{}, func(t *testing.T, b *bench, heard *crier) {
			j := b.scale(t, b.services[0], 3)
			j.NoFollow = true
			b.start(t, j)
			synctest.Wait()
			if got := heard.heard(); got != "scale api begins; scale api: failed" {
				t.Errorf("told %q", got)
			}
		})
	})
}

type panicsAtTheEnd struct{ noAudit }

func (panicsAtTheEnd) End(string, deploy.Plan, string, step.State) error { panic("boom") }

func TestNothingIsToldOfFollowingAlone(t *testing.T) {
	cried(t, noAudit{}, func(t *testing.T, b *bench, heard *crier) {
		if _, err := b.runner.Resume(follow.Spec{Service: b.services[0], Timeout: time.Second, Started: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := heard.heard(); got != "" {
			t.Errorf("told %q", got)
		}
	})
}

func TestABatchIsToldAsOne(t *testing.T) {
	cried(t, noAudit{}, func(t *testing.T, b *bench, heard *crier) {
		j := b.batch(t, 6)
		b.account.FailOnce(awsxtest.UpdateService, errors.New("no"))
		if _, err := b.runner.WaitBatch(t.Context(), b.startBatch(t, j)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got := strings.Split(heard.heard(), "; ")
		if len(got) != 2 || got[0] != "scale 6 of 6 begins" || !strings.HasPrefix(got[1], "scale: ") || !strings.Contains(got[1], "failed") {
			t.Errorf("told %q", got)
		}
		if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "waiting") }) {
			t.Errorf("the table was told too early: %q", got)
		}
	})
}
