package sdk

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

func TestAnswersAreClassified(t *testing.T) {
	const denied = `User: arn:aws:iam::1:user/x is not authorized to perform: ecs:DescribeServices on resource: arn:aws:ecs:eu-west-1:1:service/prod/api because no policy allows it`
	for _, c := range []struct {
		name   string
		status int
		body   string
		class  fault.Class
		fix    string
	}{
		{"denied with the action", 400, `{"__type":"AccessDeniedException","message":"` + denied + `"}`, fault.Denied, "needs ecs:DescribeServices on arn:aws:ecs:eu-west-1:1:service/prod/api"},
		{"denied without", 400, `{"__type":"AccessDeniedException","message":"no"}`, fault.Denied, "needs ecs:DescribeTaskDefinition"},
		{"namespaced code", 403, `{"__type":"com.amazon.coral.service#AccessDeniedException"}`, fault.Denied, "needs ecs:DescribeTaskDefinition"},
		{"expired", 400, `{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}`, fault.Expired, "use other keys"},
		{"unknown key", 400, `{"__type":"UnrecognizedClientException"}`, fault.Expired, "use other keys"},
		{"throttled", 400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`, fault.Throttled, ""},
		{"no cluster", 400, `{"__type":"ClusterNotFoundException","message":"Cluster not found."}`, fault.NotFound, ""},
		{"no revision", 400, `{"__type":"ClientException","message":"Unable to describe task definition."}`, fault.NotFound, ""},
		{"bad input", 400, `{"__type":"InvalidParameterException","message":"Invalid revision number."}`, fault.Invalid, ""},
		{"new code", 400, `{"__type":"SomethingNewException"}`, fault.Invalid, ""},
		{"server", 500, `{"__type":"ServerException","message":"oops"}`, fault.Failed, ""},
		{"page of an emulator", 500, "<!doctype html>\n<title>500 Internal Server Error</title>", fault.Failed, ""},
		{"page of a proxy", 502, "<html>bad gateway</html>", fault.Failed, ""},
		{"not JSON", 200, "<html>login</html>", fault.Failed, ""},
		{"half of an answer", 200, `{"taskDefinition":{"fam`, fault.Offline, ""},
		{"nothing in the answer", 200, ``, fault.Offline, ""},
		{"no answer", 0, "", fault.Offline, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := open(t, canned(c.status, c.body), Options{}).TaskDefinition(t.Context(), "api")
				var own *fault.Error
				if !errors.As(err, &own) {
					t.Fatalf("%#v", err)
				}
				if own.Class != c.class || own.Fix != c.fix || own.Op != "ecs:DescribeTaskDefinition" || own.Unknown {
					t.Errorf("%#v", own)
				}
				if text := err.Error(); strings.Contains(text, "<html") || strings.Contains(text, "<!") || strings.Contains(text, "\n") || len(text) > 300 {
					t.Errorf("text %q", text)
				}
			})
		})
	}
}

// failing is a transport on which every request fails in one way.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestNetworkFailuresAreOffline(t *testing.T) {
	for _, c := range []struct {
		err   error
		text  string
		never bool // the connection was never made
	}{
		{&net.DNSError{Name: "ecs.example", Err: "no such host", IsNotFound: true}, "the name ecs.example cannot be resolved", true},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "the connection was refused", true},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "the connection was reset", false},
		{os.ErrDeadlineExceeded, "no answer came in time", false},
	} {
		t.Run(c.text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := open(t, failing{c.err}, Options{})
				_, err := a.Identity(t.Context())
				if fault.ClassOf(err) != fault.Offline || !strings.Contains(err.Error(), c.text) {
					t.Errorf("read: %v", err)
				}
				n := 1
				_, err = a.UpdateService(permitted(t.Context(), func(awsx.Call) error { return nil }),
					awsx.ServiceUpdate{Service: cluster.In(arn("service/prod/api")), Desired: &n})
				var own *fault.Error
				if !errors.As(err, &own) || own.Class != fault.Offline || own.Unknown == c.never {
					t.Errorf("write: %#v", err)
				}
			})
		})
	}
}

func TestStalledAnswerEndsWithTheAttemptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stall := stalled{}
		start := time.Now()
		_, err := open(t, stall, Options{AttemptTimeout: 2 * time.Second}).Identity(t.Context())
		if fault.ClassOf(err) != fault.Offline || !strings.Contains(err.Error(), "no answer came in time") {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took < 6*time.Second || took > 20*time.Second {
			t.Errorf("three attempts of 2 s took %s", took)
		}
	})
}

// stalled never answers.
type stalled struct{}

func (stalled) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestEndOfTheContextPassesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := open(t, stalled{}, Options{}).Identity(ctx)
		var own *fault.Error
		if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &own) {
			t.Errorf("%#v", err)
		}
	})
}

func TestQueryErrorsOfTheLoadBalancerAreClassified(t *testing.T) {
	for code, class := range map[string]fault.Class{
		"TargetGroupNotFound": fault.NotFound, "AccessDenied": fault.Denied, "Throttling": fault.Throttled,
		"ValidationError": fault.Invalid, "ExpiredToken": fault.Expired, "InternalFailure": fault.Failed,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := canned(400, `<ErrorResponse><Error><Type>Sender</Type><Code>`+code+`</Code><Message>m</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
			_, err := open(t, w, Options{}).TargetHealth(t.Context(), "arn:tg")
			if fault.ClassOf(err) != class || !strings.Contains(err.Error(), "elasticloadbalancing:DescribeTargetHealth") {
				t.Errorf("%s: %v", code, err)
			}
		})
	}
}
