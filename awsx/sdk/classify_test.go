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
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

const proxyFix = "look at the proxy (HTTPS_PROXY, NO_PROXY), or log in to the network"

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
		{"page of a proxy", 502, "<html>bad gateway</html>", fault.Offline, proxyFix},
		{"page of a captive portal", 200, "<!DOCTYPE HTML><title>Welcome, guest</title>", fault.Offline, proxyFix},
		{"not JSON", 200, "login", fault.Failed, ""},
		{"half of an answer", 200, `{"taskDefinition":{"fam`, fault.Offline, ""},
		{"nothing in the answer", 200, ``, fault.Offline, ""},
		{"no answer", 0, "", fault.Offline, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := open(t, canned(c.status, c.body), access.Options{}).TaskDefinition(t.Context(), "api")
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
				a := open(t, failing{c.err}, access.Options{})
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
		_, err := open(t, stall, access.Options{AttemptTimeout: 2 * time.Second}).Identity(t.Context())
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
		_, err := open(t, stalled{}, access.Options{}).Identity(ctx)
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
			_, err := open(t, w, access.Options{}).TargetHealth(t.Context(), "arn:tg")
			if fault.ClassOf(err) != class || !strings.Contains(err.Error(), "elasticloadbalancing:DescribeTargetHealth") {
				t.Errorf("%s: %v", code, err)
			}
		})
	}
}

func TestAClockIsNoLogin(t *testing.T) {
	const said = "Signature expired: 20261129T141200Z is now earlier than 20261129T142000Z (20261129T142500Z - 5 min.)"
	const early = "Signature not yet current: 20261129T143500Z is still later than 20261129T143000Z (20261129T142500Z + 5 min.)"
	for _, c := range []struct {
		name, code, message string
		ahead               time.Duration // of this machine's clock, by the answer's date; 0 without a date
		class               fault.Class
		text                string
	}{
		{"told by the refusal", "InvalidSignatureException", said, 0, fault.Failed, "this machine's clock is 13m0s behind that of AWS"},
		{"told by the refusal, ahead", "SignatureDoesNotMatch", early, 0, fault.Failed, "this machine's clock is 10m0s ahead of that of AWS"},
		{"measured", "SignatureDoesNotMatch", "The request signature we calculated does not match.", -17 * time.Minute, fault.Failed, "s behind that of AWS"},
		{"too skewed", "RequestTimeTooSkewed", "The difference is too large.", 0, fault.Failed, "this machine's clock differs from that of AWS"},
		{"the clocks agree", "SignatureDoesNotMatch", "The request signature we calculated does not match.", time.Minute, fault.Expired, "SignatureDoesNotMatch"},
		{"no date", "InvalidSignatureException", "The request signature we calculated does not match.", 0, fault.Expired, "InvalidSignatureException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := canned(400, `{"__type":"`+c.code+`","message":"`+c.message+`"}`)
				if c.ahead != 0 {
					w.date = func() time.Time { return time.Now().Add(-c.ahead) }
				}
				_, err := open(t, w, access.Options{}).TaskDefinition(t.Context(), "api")
				if fault.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.text) {
					t.Errorf("%v", err)
				}
				if c.class == fault.Failed && !strings.Contains(err.Error(), awsx.ClockFix) {
					t.Errorf("it says not what to do: %v", err)
				}
			})
		})
	}
}

func TestAWebPageIsNoAnswerToAnybody(t *testing.T) {
	page := canned(200, "<!doctype html><html><head><title>Guest\x1b[31m network</title></head></html>")
	a := open(t, page, access.Options{})
	_, list := awsx.Collect(a.Clusters(t.Context()))
	_, who := a.Identity(t.Context())
	_, health := a.TargetHealth(t.Context(), "arn:tg")
	_, groups := a.TargetGroups(t.Context(), []string{"arn:tg"})
	n := 1
	_, write := a.UpdateService(permitted(t.Context(), func(awsx.Call) error { return nil }), awsx.ServiceUpdate{Service: cluster.In(arn("service/prod/api")), Desired: &n})
	for call, err := range map[string]error{"list": list, "identity": who, "health": health, "groups": groups, "write": write} {
		e := fault.Of(err)
		if e == nil || e.Class != fault.Offline || !strings.Contains(err.Error(), "a web page answered in the place of AWS, HTTP 200: Guest") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v", call, err)
			continue
		}
		if e.Unknown != (call == "write") {
			t.Errorf("%s: unknown %v", call, e.Unknown)
		}
	}
}

func TestAnARNOfAnotherPlaceIsSaidToBe(t *testing.T) {
	for _, c := range []struct{ resource, message, text string }{
		{"arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/1", "not found", "the ARN is of the region us-west-2, and eu-west-1 was asked"},
		{"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1", "Identifier is for 210987654321. Your accountId is 123456789012", "the ARN is of the account 210987654321, and the credentials are of 123456789012"},
		{"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1", "Invalid identifier: Identifier is for us-east-1. Your region is eu-west-1", "the ARN is of the region us-east-1, and eu-west-1 was asked"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := canned(400, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>`+c.message+`</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
			_, err := open(t, w, access.Options{}).TargetHealth(t.Context(), c.resource)
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("%v", err)
			}
		})
	}
}
