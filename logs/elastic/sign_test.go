package elastic

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"gantry/internal/clean"
	"gantry/internal/fault"
)

// stamp signs with a number and what it was given.
type stamp struct {
	signed   atomic.Int32
	rejected atomic.Bool
	err      error
}

func (s *stamp) Sign(r *http.Request, body []byte) error {
	if s.err != nil {
		return s.err
	}
	r.Header.Set("Authorization", "Stamp "+string('0'+s.signed.Add(1)))
	r.Header.Set("X-Signed", r.URL.Host+"|"+string(body))
	return nil
}

func (s *stamp) Rejected() string { s.rejected.Store(true); return "log in again" }

func TestEachAttemptIsSignedOnItsOwn(t *testing.T) {
	var seen []string
	check := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.Header.Get("X-Signed") != r.Host+"|"+string(body) {
				t.Errorf("what was signed is %q, what came to %s is %q", r.Header.Get("X-Signed"), r.Host, body)
			}
			seen = append(seen, r.Header.Get("Authorization"))
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			next.ServeHTTP(w, r)
		})
	}
	sick := httptest.NewServer(check(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })))
	defer sick.Close()
	live := httptest.NewServer(check(one(t)))
	defer live.Close()
	id, err := newest(t, Config{Addresses: []string{sick.URL, live.URL}, Signer: &stamp{}})
	if err != nil || id != "1" || strings.Join(seen, " ") != "Stamp 1 Stamp 2 Stamp 3" {
		t.Errorf("%v; the signatures were %q", err, seen)
	}
}

func TestWhatIsWrongWithASignatureIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		status   int
		body     string
		err      error
		class    fault.Class
		says     string
		rejected bool
	}{
		"expired": {403, `{"message":"The security token included in the request is expired"}`, nil,
			fault.Expired, "HTTP 403: The security token included in the request is expired (log in again)", true},
		"not a key of AWS": {403, `{"message":"The security token included in the request is invalid."}`, nil,
			fault.Expired, "(log in again)", true},
		"clock": {403, `{"message":"Signature expired: 20261122T030000Z is now earlier than 20261122T031000Z"}`, nil,
			fault.Invalid, "(set this machine's clock)", false},
		"region": {403, `{"message":"Credential should be scoped to a valid region, not 'eu-west-2'. "}`, nil,
			fault.Invalid, "(check the service (es or aoss) and the region that requests are signed for)", false},
		"service": {403, `{"message":"The request signature we calculated does not match the signature you provided."}`, nil,
			fault.Invalid, "(check the service", false},
		"policy": {403, `{"Message":"User: arn:aws:sts::1:assumed-role/x is not authorized to perform: es:ESHttpPost"}`, nil,
			fault.Denied, "not authorized to perform: es:ESHttpPost (allow es:ESHttpGet and es:ESHttpPost in the domain's access policy", false},
		"no credentials": {200, "", &fault.Error{Class: fault.Expired, Err: errors.New("the SSO session has expired"), Fix: "aws sso login"},
			fault.Expired, "expired: the request cannot be signed: the SSO session has expired (aws sso login)", false},
	} {
		s := &stamp{err: c.err}
		_, err := open(t, Config{Addresses: []string{server(t, c.status, c.body).URL}, Signer: s}).
			ask(context.Background(), "search", "/x/_search", dsl{})
		if err == nil || fault.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.says) || s.rejected.Load() != c.rejected {
			t.Errorf("%s: %v\nwant %s with %s", name, err, c.class, c.says)
		}
	}
}

// TestWhatToDoIsNotTakenForASecret redacts the advice as whoever shows it does.
func TestWhatToDoIsNotTakenForASecret(t *testing.T) {
	for kind := range bySignature + 1 {
		a := access{kind: kind}
		for _, fix := range []string{a.unaccepted(), a.unauthorized()} {
			if clean.Redact(fix) != fix {
				t.Errorf("%q is shown as %q", fix, clean.Redact(fix))
			}
		}
	}
}
