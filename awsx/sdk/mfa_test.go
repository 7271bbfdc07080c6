package sdk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

// guarded is an STS that gives a role's session for the code of the moment alone.
type guarded struct {
	mu    sync.Mutex
	good  string
	codes []string // that were sent
	// refuses is what it says of a code that is not good; empty for the words of STS.
	refuses string
}

func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	status, answer := 200, callerIdentity
	if form.Get("Action") == "AssumeRole" {
		g.codes = append(g.codes, form.Get("TokenCode"))
		answer = fmt.Sprintf(`<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey>`+
			`<SessionToken>t</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		if form.Get("TokenCode") != g.good {
			status, answer = 403, `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>`+
				cmp.Or(g.refuses, "MultiFactorAuthentication failed with invalid MFA one time pass code. ")+`</Message></Error></ErrorResponse>`
		}
	}
	return &http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: http.Header{"Content-Type": {"text/xml"}},
		Body: io.NopCloser(bytes.NewReader([]byte(answer)))}, nil
}

const mfaConfig = "[profile ops]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/ops\nmfa_serial = arn:aws:iam::123456789012:mfa/jo\nsource_profile = base\n" +
	"[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = b\n"

// TestACodeIsAskedForOnceForAllCalls of all regions of a profile, again as long as it is not
// accepted, and not while the session lives. It is in no error.
func TestACodeIsAskedForOnceForAllCalls(t *testing.T) {
	machine(t, mfaConfig, "")
	g := &guarded{good: "246810"}
	var mu sync.Mutex
	var asked []access.CodeRequest
	o := New(access.Options{Transport: g, Code: func(_ context.Context, q access.CodeRequest) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if asked = append(asked, q); len(asked) == 1 {
			return "135791", nil
		}
		return "246810", nil
	}})
	calls := func() {
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				a, err := o.Open(t.Context(), awsx.ContextID{Profile: "ops", Region: []string{"eu-west-1", "eu-west-2", "eu-west-3"}[i%3]})
				if err == nil {
					_, err = a.Identity(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	calls()
	calls()
	mu.Lock()
	defer mu.Unlock()
	if len(asked) != 2 || asked[0] != (access.CodeRequest{Profile: "ops", Device: "arn:aws:iam::123456789012:mfa/jo"}) ||
		!strings.Contains(asked[1].Refused, "not accepted") {
		t.Errorf("asked %+v", asked)
	}
	if got := strings.Join(g.codes, " "); got != "135791 246810" {
		t.Errorf("sent %s", got)
	}
}

// TestNobodyWhoGivesACodeEndsTheCallsAlone: they say what was wanted, and the next opening
// asks anew. A refused role is not taken for a refused code.
func TestNobodyWhoGivesACodeEndsTheCallsAlone(t *testing.T) {
	machine(t, mfaConfig, "")
	times := 0
	o := New(access.Options{Transport: &guarded{}, Code: func(context.Context, access.CodeRequest) (string, error) {
		times++
		return "", errors.New("left")
	}})
	id := awsx.ContextID{Profile: "ops"}
	for range 2 {
		a, err := o.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Identity(t.Context())
		if fault.ClassOf(err) != fault.Expired || !strings.Contains(err.Error(), "no MFA code was given") || !strings.Contains(err.Error(), "mfa/jo") {
			t.Errorf("%v", err)
		}
	}
	if times != 2 {
		t.Errorf("asked %d times", times)
	}
	if !o.AsksForCode(t.Context(), id) || o.AsksForCode(t.Context(), awsx.ContextID{Profile: "base", Region: "eu-west-1"}) {
		t.Error("who is asked is not known before")
	}
}

// TestARoleThatIsDeniedIsAskedForOnce: the denial stands for all calls and regions of the
// profile, with its cause, until somebody has it tried again or the files are others.
func TestARoleThatIsDeniedIsAskedForOnce(t *testing.T) {
	machine(t, mfaConfig, "")
	for _, c := range []struct{ message, says string }{
		{"User: arn:aws:iam::123456789012:user/jo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/ops with an explicit deny in an identity-based policy",
			"refused with an explicit deny in an identity-based policy; the policies of arn:aws:iam::123456789012:user/jo"},
		{"MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA serial number is valid and associated with this user.",
			"mfa_serial of the profile has to be a device of who asks"},
	} {
		var asked atomic.Int64
		o := New(access.Options{Transport: &guarded{good: "none", refuses: c.message}, Code: func(context.Context, access.CodeRequest) (string, error) {
			asked.Add(1)
			return "246810", nil
		}})
		calls := func(want int64) {
			t.Helper()
			for i := range 6 {
				id := awsx.ContextID{Profile: "ops", Region: []string{"eu-west-1", "eu-west-2", "eu-west-3"}[i%3]}
				a, err := o.Open(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				_, err = a.Identity(t.Context())
				if f := fault.Of(err); f == nil || f.Class != fault.Denied || !f.Again || !strings.Contains(f.Fix, c.says) {
					t.Errorf("%v: %+v", err, f)
				}
			}
			if n := asked.Load(); n != want {
				t.Errorf("asked %d times, want %d", n, want)
			}
		}
		calls(1)
		if !o.Again(awsx.ContextID{Profile: "ops", Region: "eu-west-1"}) || o.Again(awsx.ContextID{Profile: "ops", Region: "eu-west-2"}) {
			t.Error("one denial is not forgotten once")
		}
		calls(2)
	}
}
