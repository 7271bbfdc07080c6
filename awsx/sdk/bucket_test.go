package sdk

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

func TestReadsAreRepeatedAndThenGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := 0
		w := &wire{reply: func(op string, _ map[string]any) (int, string) {
			if answers++; answers < 3 {
				return 500, `{"__type":"ServerException"}`
			}
			return 200, `{"taskDefinition":{"family":"api","revision":7}}`
		}}
		a := open(t, w, access.Options{})
		if td, err := a.TaskDefinition(t.Context(), "api:7"); err != nil || td.Revision != 7 {
			t.Errorf("%v, %v", td, err)
		}
		if n := w.total(); n != 3 {
			t.Errorf("%d attempts", n)
		}
		answers = -10
		start := time.Now()
		if _, err := a.TaskDefinition(t.Context(), "api:7"); fault.ClassOf(err) != fault.Failed || err == nil {
			t.Errorf("%v", err)
		}
		if n, took := w.total(), time.Since(start); n != 6 || took > 10*time.Second {
			t.Errorf("%d attempts in all, %s", n, took)
		}
	})
}

func TestThrottledReadsSlowDownUntilTheyPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Time
		f := fleet{tasks: 1000}
		w := &wire{reply: func(op string, in map[string]any) (int, string) {
			mu.Lock()
			sent = append(sent, time.Now())
			n := len(sent)
			mu.Unlock()
			if n > 5 && n <= 8 {
				return 400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`
			}
			return f.reply(op, in)
		}}
		tasks, last, errs := drain(t, open(t, w, access.Options{}).Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster}))
		if len(tasks) != 1000 || !last.Complete || len(errs) > 0 {
			t.Errorf("%d tasks, %v", len(tasks), errs)
		}
		// After the first refusal no more than the bucket's rate leaves.
		first, end := sent[8], sent[len(sent)-1]
		if calls, most := len(sent)-9, end.Sub(first).Seconds()*20*0.75+1; float64(calls) > most {
			t.Errorf("%d calls in %s after throttling, at most %.0f", calls, end.Sub(first), most)
		}
	})
}

func TestLoadBalancerCallsStayBelowTheAccountsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := canned(200, `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions/></DescribeTargetHealthResult></DescribeTargetHealthResponse>`)
		a := open(t, w, access.Options{})
		start := time.Now()
		var calls sync.WaitGroup
		for i := range 180 {
			calls.Go(func() {
				if _, err := a.TargetHealth(t.Context(), fmt.Sprint("arn:tg", i)); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		// 30 at once, then 7.5 a second.
		if took := time.Since(start); took < 19*time.Second || took > 22*time.Second {
			t.Errorf("180 calls took %s", took)
		}
	})
}
