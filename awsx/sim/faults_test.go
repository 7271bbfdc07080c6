package sim_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/smithy-go"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

func code(err error) string {
	if known, ok := errors.AsType[smithy.APIError](err); ok {
		return known.ErrorCode()
	}
	return ""
}

func (w *world) listClusters() error {
	_, err := w.ecs.ListClusters(w.ctx, &ecs.ListClustersInput{})
	return err
}

func TestAFaultMeetsTheCallsItNames(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		w.account.Inject(sim.Fault{Service: "ecs", Operation: "ListClusters", Kind: sim.Throttle, Times: 2})
		w.account.Inject(sim.Fault{Service: "elbv2", Kind: sim.ServerError, Times: 1})
		for range 2 {
			if err := w.listClusters(); code(err) != "ThrottlingException" {
				t.Errorf("error %v, want throttling", err)
			}
		}
		if err := w.listClusters(); err != nil {
			t.Errorf("third call: %v", err)
		}
		_, err := w.elb.DescribeLoadBalancers(w.ctx, &elb.DescribeLoadBalancersInput{})
		if code(err) != "InternalFailure" {
			t.Errorf("error %v, want an internal failure", err)
		}
	})
}

func TestAFaultLastsUntilItIsRemoved(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		remove := w.account.Inject(sim.Fault{Kind: sim.Reset})
		for range 3 {
			if err := w.listClusters(); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("error %v, want a reset", err)
			}
		}
		remove()
		if err := w.listClusters(); err != nil {
			t.Errorf("after the fault: %v", err)
		}
	})
}

func TestAnAnswerIsLostAfterTheRequestWasActedOn(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.account.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.ResetAfter, Times: 1})
		in := &ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: aws.String("users"), DesiredCount: aws.Int32(5)}
		if _, err := w.ecs.UpdateService(w.ctx, in); !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("error %v, want a reset", err)
		}
		if got := w.service("users").DesiredCount; got != 5 {
			t.Errorf("desired count %d, want the 5 that was asked for", got)
		}
	})
}

func TestAStallHoldsTheCallUntilItsCallerGivesUp(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		w.account.Inject(sim.Fault{Kind: sim.Stall, Times: 1})
		ctx, cancel := context.WithTimeout(w.ctx, 7*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := w.ecs.ListClusters(ctx, &ecs.ListClustersInput{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline", err)
		}
		if waited := time.Since(start); waited != 7*time.Second {
			t.Errorf("waited %s, want 7s", waited)
		}
		w.account.Inject(sim.Fault{Kind: sim.Stall, Times: 1, Delay: 10 * time.Second})
		start = time.Now()
		if err := w.listClusters(); err != nil || time.Since(start) != 10*time.Second {
			t.Errorf("after %s: %v, want an answer after 10s", time.Since(start), err)
		}
	})
}

func TestLatencyIsAddedToEachAnswer(t *testing.T) {
	live(t, sim.Options{Latency: 30 * time.Millisecond}, func(w *world) {
		start := time.Now()
		if err := w.listClusters(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 30*time.Millisecond {
			t.Errorf("took %s, want 30ms", took)
		}
	})
}

func TestTheThrottledAccountRefusesALotAndLoadBalancingMost(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Throttled}, func(w *world) {
		refused := map[string]int{}
		const calls = 60
		for range calls {
			time.Sleep(500 * time.Millisecond)
			if code(w.listClusters()) == "ThrottlingException" {
				refused["ecs"]++
			}
			if _, err := w.elb.DescribeLoadBalancers(w.ctx, &elb.DescribeLoadBalancersInput{}); code(err) == "Throttling" {
				refused["elb"]++
			}
		}
		if refused["ecs"] < calls/6 || refused["ecs"] > calls*2/3 {
			t.Errorf("%d of %d ECS calls refused, want a good part", refused["ecs"], calls)
		}
		if refused["elb"] <= refused["ecs"] || refused["elb"] == calls {
			t.Errorf("%d of %d load balancing calls refused, want most but not all", refused["elb"], calls)
		}
	})
}

func TestCallsAreRecordedInOrder(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		w.account.Inject(sim.Fault{Kind: sim.Reset, Times: 1})
		_ = w.listClusters() // lost, and recorded all the same
		w.service("web")
		calls := w.account.Calls()
		if len(calls) != 2 || calls[0].Operation != "ListClusters" || calls[1].Operation != "DescribeServices" ||
			calls[1].Service != "ecs" || !bytes.Contains(calls[1].Body, []byte(`"web"`)) {
			t.Errorf("calls %+v", calls)
		}
	})
}

// A fault over TCP has to break the connection, not to answer.
func TestAResetOverTCPBreaksTheConnection(t *testing.T) {
	account, err := sim.New(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(account)
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	account.Inject(sim.Fault{Kind: sim.Reset, Times: 1})
	body := "Action=GetCallerIdentity&Version=2011-06-15"
	if resp, err := http.Post(server.URL, "application/x-www-form-urlencoded", strings.NewReader(body)); err == nil {
		resp.Body.Close()
		t.Errorf("answered %s, want a broken connection", resp.Status)
	}
	resp, err := http.Post(server.URL, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("after the fault: %v %v", resp, err)
	}
	resp.Body.Close()
}

func TestTheSameSeedLivesTheSameLife(t *testing.T) {
	life := func(seed uint64) string {
		var text strings.Builder
		var lines recorder
		live(t, sim.Options{Seed: seed, Logs: &lines}, func(w *world) {
			w.deploy("web", w.reviseImage("web", "v5.3.0"))
			time.Sleep(4 * time.Minute)
			for _, name := range []string{"web", "api-orders", "api-checkout"} {
				_, body := post(t, w.account, ecsTarget+"DescribeServices", `{"cluster":"prod","services":["`+name+`"]}`)
				text.WriteString(body)
			}
			time.Sleep(time.Millisecond)
			synctest.Wait()
			for _, doc := range lines.docs {
				text.WriteString(doc.Message + doc.ContainerName)
			}
		})
		return text.String()
	}
	first, second, other := life(7), life(7), life(8)
	if first != second {
		t.Error("two lives of one seed differ")
	}
	if first == other {
		t.Error("two seeds live the same life")
	}
}
