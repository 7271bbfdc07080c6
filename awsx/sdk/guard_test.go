package sdk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

// sealed fails the test when a request reaches the wire.
type sealed struct {
	t  *testing.T
	op string
}

func (s *sealed) RoundTrip(*http.Request) (*http.Response, error) {
	s.t.Errorf("%s reached the wire", s.op)
	return nil, errors.New("sealed")
}

func permitted(ctx context.Context, record func(awsx.Call) error) context.Context {
	return awsx.WithChange(ctx, &awsx.Change{ID: "c-1", Record: record})
}

// write is one method of awsx.Writer with the one call that it makes.
type write struct {
	call awsx.Call
	send func(context.Context) error
}

// writes calls every method of awsx.Writer. A method that is added there has to
// be added here, or the test fails.
func writes(t *testing.T, a awsx.Account) map[string]write {
	api := cluster.In(arn("service/prod/api"))
	n, suspend := 3, true
	ecsCall := func(operation string, send func(context.Context) error) write {
		return write{awsx.Call{Service: "ECS", Operation: operation}, send}
	}
	calls := map[string]write{
		"RegisterTaskDefinition": ecsCall("RegisterTaskDefinition", func(ctx context.Context) error {
			_, err := a.RegisterTaskDefinition(ctx, awsx.Document(`{"family":"api","containerDefinitions":[{"name":"app"}]}`))
			return err
		}),
		"DeregisterTaskDefinition": ecsCall("DeregisterTaskDefinition", func(ctx context.Context) error {
			return a.DeregisterTaskDefinition(ctx, arn("task-definition/api:3"))
		}),
		"UpdateService": ecsCall("UpdateService", func(ctx context.Context) error {
			_, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: api, Desired: &n})
			return err
		}),
		"RunTask": ecsCall("RunTask", func(ctx context.Context) error {
			_, err := a.RunTask(ctx, awsx.RunTask{Cluster: cluster, TaskDefinition: "api:7", Count: 1, Token: "t-1"})
			return err
		}),
		"StopTask": ecsCall("StopTask", func(ctx context.Context) error {
			_, err := a.StopTask(ctx, cluster.In(arn("task/prod/abc")), "by hand")
			return err
		}),
		"SetInstanceStatus": ecsCall("UpdateContainerInstancesState", func(ctx context.Context) error {
			_, err := a.SetInstanceStatus(ctx, cluster.In(arn("container-instance/prod/i1")), "DRAINING")
			return err
		}),
		"StopServiceDeployment": ecsCall("StopServiceDeployment", func(ctx context.Context) error {
			return a.StopServiceDeployment(ctx, arn("service-deployment/prod/api/d1"))
		}),
		"ContinueServiceDeployment": ecsCall("ContinueServiceDeployment", func(ctx context.Context) error {
			return a.ContinueServiceDeployment(ctx, arn("service-deployment/prod/api/d1"), "h1", false)
		}),
		"UpdateScaling": {awsx.Call{Service: "Application Auto Scaling", Operation: "RegisterScalableTarget"}, func(ctx context.Context) error {
			return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: api, Suspend: &suspend})
		}},
	}
	group := cluster.In("arn:aws:autoscaling:eu-west-1:210987654321:autoScalingGroup:9f3c:autoScalingGroupName/prod-ecs")
	calls["SetGroupDesired"] = write{awsx.Call{Service: "Auto Scaling", Operation: "SetDesiredCapacity"}, func(ctx context.Context) error {
		return a.SetGroupDesired(ctx, group, 3)
	}}
	calls["UpdateGroup"] = write{awsx.Call{Service: "Auto Scaling", Operation: "UpdateAutoScalingGroup"}, func(ctx context.Context) error {
		low := 2
		return a.UpdateGroup(ctx, awsx.GroupUpdate{Group: group, Min: &low})
	}}
	calls["EndMember"] = write{awsx.Call{Service: "Auto Scaling", Operation: "TerminateInstanceInAutoScalingGroup"}, func(ctx context.Context) error {
		return a.EndMember(ctx, group, "i-0123456789abcdef0")
	}}
	calls["ExecuteCommand"] = ecsCall("ExecuteCommand", func(ctx context.Context) error {
		_, err := a.ExecuteCommand(ctx, awsx.ExecCommand{Task: cluster.In(arn("task/prod/abc")), Container: "app", Command: "sh"})
		return err
	})
	calls["StartSession"] = write{awsx.Call{Service: "SSM", Operation: "StartSession"}, func(ctx context.Context) error {
		_, err := a.StartSession(ctx, awsx.SessionRequest{Target: "i-0123456789abcdef0"})
		return err
	}}
	calls["TerminateSession"] = write{awsx.Call{Service: "SSM", Operation: "TerminateSession"}, func(ctx context.Context) error {
		return a.TerminateSession(ctx, "demo-0123456789abcdef0")
	}}
	writer := reflect.TypeFor[awsx.Writer]()
	if writer.NumMethod() != len(calls) {
		t.Fatalf("awsx.Writer has %d methods, %d are tried", writer.NumMethod(), len(calls))
	}
	for i := range writer.NumMethod() {
		if calls[writer.Method(i).Name].send == nil {
			t.Fatalf("awsx.Writer.%s is not tried", writer.Method(i).Name)
		}
	}
	return calls
}

func TestEveryWriterMethodNeedsAChange(t *testing.T) {
	seal := &sealed{t: t}
	a := open(t, seal, access.Options{})
	for name, write := range writes(t, a) {
		seal.op = name
		if err := write.send(t.Context()); fault.ClassOf(err) != fault.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	readOnly := open(t, seal, access.Options{ReadOnly: true})
	for name, write := range writes(t, readOnly) {
		seal.op = name
		if err := write.send(permitted(t.Context(), func(awsx.Call) error { return nil })); fault.ClassOf(err) != fault.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnAnswerWithoutACodeOfTheAPILeavesTheOutcomeOpen: what stands between gantry and
// the service answers with statuses and texts of its own, also after it has passed the
// call on.
func TestAnAnswerWithoutACodeOfTheAPILeavesTheOutcomeOpen(t *testing.T) {
	for name, reply := range map[string]struct {
		status  int
		body    string
		unknown bool
	}{
		"a busy family":     {400, `{"__type":"ClientException","message":"Too many concurrent attempts to create a new revision of the specified family."}`, false},
		"a page with 503":   {503, `<html><h1>503 Service Unavailable</h1></html>`, true},
		"a page with 408":   {408, `<html><h1>408 Request Timeout</h1></html>`, true},
		"a page with 429":   {429, `<html>slow down</html>`, true},
		"nothing with 400":  {400, ``, true},
		"no code with 403":  {403, `{"message":"Forbidden"}`, true},
		"a gateway's words": {404, `{"code":"no_upstream","message":"gone"}`, true},
		"a code with 408":   {408, `{"__type":"RequestTimeoutException"}`, true},
		"nothing named":     {200, `{}`, true},
		"a portal":          {200, `<html>please log in</html>`, true},
	} {
		t.Run(name, bubble(func(t *testing.T) {
			a := open(t, canned(reply.status, reply.body), access.Options{})
			for op, write := range writes(t, a) {
				err := write.send(allow(t.Context()))
				if fault.Unknown(err) != reply.unknown || fault.Again(err) == reply.unknown {
					t.Errorf("%s: %#v", op, err)
				}
			}
		}))
	}
}

func TestWriteIsRecordedThenSentOnceWithTheChangeInItsUserAgent(t *testing.T) {
	for name, reply := range map[string]struct {
		status  int
		body    string
		unknown bool
	}{
		"a 500":             {500, `{"__type":"ServerException","message":"try again"}`, true},
		"a reset":           {0, ``, true},
		"throttled":         {400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`, false},
		"a 503":             {503, `{"__type":"ServiceUnavailableException"}`, true},
		"refused":           {400, `{"__type":"InvalidParameterException","message":"no"}`, false},
		"half of an answer": {200, `{"service":{"servi`, true},
	} {
		t.Run(name, bubble(func(t *testing.T) {
			w := canned(reply.status, reply.body)
			a := open(t, w, access.Options{})
			for op, write := range writes(t, a) {
				var recorded []awsx.Call
				sentBefore := w.total()
				err := write.send(permitted(t.Context(), func(c awsx.Call) error {
					if w.total() != sentBefore {
						t.Errorf("%s was sent before it was recorded", op)
					}
					recorded = append(recorded, c)
					return nil
				}))
				if n := w.count(write.call.Operation); n != 1 {
					t.Errorf("%s was sent %d times", op, n)
				}
				if d := cmp.Diff([]awsx.Call{write.call}, recorded); d != "" {
					t.Error(d)
				}
				agent := w.headers[len(w.headers)-1].Get("User-Agent")
				if !strings.Contains(agent, "gantry/1.2.3") || !strings.Contains(agent, "gantry-change/c-1") {
					t.Errorf("user agent %q", agent)
				}
				var own *fault.Error
				if !errors.As(err, &own) || own.Unknown != reply.unknown {
					t.Errorf("%s: %#v", op, err)
				}
			}
		}))
	}
}

// bubble runs a test on fake time, where a wait for a token costs nothing.
func bubble(test func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) { synctest.Test(t, test) }
}

func TestWriteThatNeverLeftIsNotUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(permitted(t.Context(), func(awsx.Call) error { return nil }))
	cancel()
	w := canned(200, `{}`)
	for op, write := range writes(t, open(t, w, access.Options{})) {
		if err := write.send(ctx); !errors.Is(err, context.Canceled) || fault.ClassOf(err) == fault.Offline {
			t.Errorf("%s: %v", op, err)
		}
	}
}

func TestWriteCancelledOnTheWireIsUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(permitted(t.Context(), func(awsx.Call) error { return nil }))
	defer cancel()
	w := &wire{reply: func(string, map[string]any) (int, string) { cancel(); return 0, "" }}
	n := 1
	_, err := open(t, w, access.Options{}).UpdateService(ctx, awsx.ServiceUpdate{Service: cluster.In(arn("service/prod/api")), Desired: &n})
	var own *fault.Error
	if !errors.As(err, &own) || !own.Unknown || !errors.Is(err, context.Canceled) {
		t.Errorf("%#v", err)
	}
}

// TestABodyThatIsSentCanOnlyBeRead: one that writes itself out may take the answer with
// it when the service is quick.
func TestABodyThatIsSentCanOnlyBeRead(t *testing.T) {
	seen := 0
	a := open(t, looking(func(r *http.Request) {
		seen++
		if _, ok := r.Body.(io.WriterTo); ok || r.Body == nil {
			t.Errorf("%s is sent with %T", r.Header.Get("X-Amz-Target"), r.Body)
		}
	}), access.Options{})
	for _, write := range writes(t, a) {
		_ = write.send(allow(t.Context()))
	}
	_, _ = a.TaskDefinition(t.Context(), "api")
	if seen < 10 {
		t.Errorf("%d requests were seen", seen)
	}
}

// looking is a transport that looks at each request and refuses it.
type looking func(*http.Request)

func (l looking) RoundTrip(r *http.Request) (*http.Response, error) {
	l(r)
	return said(r, 400, `{"__type":"AccessDeniedException"}`), nil
}
