package app

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
)

// verifier stands before a store as Amazon's does: it computes each request's
// signature anew, the way the AWS General Reference describes Signature Version 4,
// and lets through what agrees.
type verifier struct {
	keys            map[string]string // access key to secret
	expired         map[string]bool   // access keys whose time is over
	service, region string
	next            http.Handler
	passed          atomic.Int32
}

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$`)

func (v *verifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if reason := v.refuse(r, body); reason != "" {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"message":%q}`, reason)
		return
	}
	v.passed.Add(1)
	v.next.ServeHTTP(w, r)
}

func (v *verifier) refuse(r *http.Request, body []byte) string {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return "Missing Authentication Token"
	}
	key, day, region, service, names, signature := m[1], m[2], m[3], m[4], strings.Split(m[5], ";"), m[6]
	secret, known := v.keys[key]
	at := r.Header.Get("X-Amz-Date")
	then, err := time.Parse("20060102T150405Z", at)
	switch {
	case !known:
		return "The security token included in the request is invalid."
	case v.expired[key]:
		return "The security token included in the request is expired"
	case region != v.region:
		return "Credential should be scoped to a valid region, not '" + region + "'."
	case service != v.service:
		return "Credential should be scoped to correct service: '" + v.service + "'."
	case err != nil || !strings.HasPrefix(at, day):
		return "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"
	case time.Since(then).Abs() > 5*time.Minute:
		return "Signature expired: " + at + " is now earlier than " + time.Now().UTC().Format("20060102T150405Z")
	case !slices.IsSorted(names) || !slices.Contains(names, "host") || !slices.Contains(names, "x-amz-date"):
		return "'Host' or 'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."
	case slices.Contains(names, "content-length"):
		return "content-length cannot be a signed header"
	case r.Header.Get("X-Amz-Content-Sha256") != sum(body):
		return "The provided 'x-amz-content-sha256' header does not match what was computed."
	case key == "ASIATEMPORARY" && r.Header.Get("X-Amz-Security-Token") != "session":
		return "The security token included in the request is invalid."
	}
	scope := strings.Join([]string{day, region, service, "aws4_request"}, "/")
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", at, scope, sum([]byte(canonical(r, names, body)))}, "\n")
	derived := []byte("AWS4" + secret)
	for _, part := range strings.Split(scope, "/") {
		derived = mac(derived, part)
	}
	if hex.EncodeToString(mac(derived, toSign)) != signature {
		return "The request signature we calculated does not match the signature you provided."
	}
	return ""
}

// canonical is the canonical request: the path as it was sent with each segment
// encoded once more, sorted parameters, the signed headers.
func canonical(r *http.Request, names []string, body []byte) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = encode(s)
	}
	var params []string
	for name, values := range r.URL.Query() {
		for _, value := range values {
			params = append(params, encode(name)+"="+encode(value))
		}
	}
	slices.Sort(params)
	var headers strings.Builder
	for _, name := range names {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.Join(strings.Fields(value), " "))
	}
	return strings.Join([]string{r.Method, strings.Join(segments, "/"), strings.Join(params, "&"), headers.String(), strings.Join(names, ";"), sum(body)}, "\n")
}

// encode leaves unreserved characters (RFC 3986) as they are.
func encode(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func sum(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// domain is a store behind a verifier.
func domain(t *testing.T, service, region string) (*verifier, string) {
	store := logsim.New(logsim.Options{})
	for i := range 3 {
		if err := store.Index("", map[string]any{"message": fmt.Sprint(i)}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	v := &verifier{
		keys:    map[string]string{"AKIDLASTING": "one/secret", "ASIATEMPORARY": "another+secret"},
		expired: map[string]bool{}, service: service, region: region, next: store,
	}
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	return v, s.URL
}

// newest reads a line through a signer.
func newest(t *testing.T, s elastic.Signer, addresses ...string) error {
	t.Helper()
	src, err := elastic.Open(elastic.Config{Addresses: addresses, Index: "logstash-*,app~1", Signer: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(src.Close)
	page, err := src.Latest(t.Context(), logs.Query{}, logs.Range{}, 1)
	if err == nil && len(page.Entries) != 1 {
		t.Errorf("%d lines", len(page.Entries))
	}
	return err
}

func TestSignaturesAreThoseThatAWSComputes(t *testing.T) {
	for _, service := range []string{"es", "aoss"} {
		v, address := domain(t, service, "eu-west-1")
		v.next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// What a cluster says that has none of the second index is not the matter.
			r.URL.Path = strings.Replace(r.URL.Path, ",app~1", "", 1)
			store := logsim.New(logsim.Options{})
			_ = store.Index("", map[string]any{"message": "m"}, time.Now())
			store.ServeHTTP(w, r)
		})
		lasting := sdk.NewStatic(access.Options{}, access.Static{Region: "eu-west-1", AccessKey: "AKIDLASTING", SecretKey: "one/secret"})
		for name, s := range map[string]elastic.Signer{
			"the context's region": lasting.Signer(awsx.ContextID{}, service, ""),
			"another region":       lasting.Signer(awsx.ContextID{Region: "us-east-1"}, service, "eu-west-1"),
		} {
			if err := newest(t, s, address); err != nil {
				t.Errorf("%s, %s: %v", service, name, err)
			}
			if err := newest(t, s, address+"/a prefix/é"); err == nil || !strings.Contains(err.Error(), "no handler found") {
				t.Errorf("%s, %s: the store was not reached under a prefix: %v", service, name, err)
			}
		}
		if v.passed.Load() < 4 {
			t.Errorf("%s: %d requests passed", service, v.passed.Load())
		}
	}
}

func TestWhatAWSSaysOfASignature(t *testing.T) {
	v, address := domain(t, "es", "eu-west-1")
	static := func(key, secret, region string) sdk.Opener {
		return sdk.NewStatic(access.Options{}, access.Static{Region: region, AccessKey: key, SecretKey: secret})
	}
	for name, c := range map[string]struct {
		opener  sdk.Opener
		service string
		class   fault.Class
		says    string
	}{
		"wrong secret":   {static("AKIDLASTING", "x", "eu-west-1"), "es", fault.Invalid, "(check the service (es or aoss) and the region"},
		"wrong region":   {static("AKIDLASTING", "one/secret", "eu-west-2"), "es", fault.Invalid, "(check the service (es or aoss) and the region"},
		"wrong service":  {static("AKIDLASTING", "one/secret", "eu-west-1"), "aoss", fault.Invalid, "(check the service (es or aoss) and the region"},
		"unknown key":    {static("AKIDNOBODY", "x", "eu-west-1"), "es", fault.Expired, "(use other keys)"},
		"no session":     {static("ASIATEMPORARY", "another+secret", "eu-west-1"), "es", fault.Expired, "(use other keys)"},
		"no credentials": {static("", "", "eu-west-1"), "es", fault.Expired, "the request cannot be signed: "},
	} {
		err := newest(t, c.opener.Signer(awsx.ContextID{}, c.service, ""), address)
		if fault.ClassOf(err) != c.class || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s with %s", name, err, c.class, c.says)
		}
	}
	if n := v.passed.Load(); n != 0 {
		t.Errorf("%d requests passed", n)
	}
}

// TestExpiredCredentialsAreRenewedByALogin goes on with the keys that a login
// writes, without a new start.
func TestExpiredCredentialsAreRenewedByALogin(t *testing.T) {
	dir := t.TempDir()
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "credentials"),
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	login := func(keys string) {
		if err := os.WriteFile(filepath.Join(dir, "credentials"), []byte("[logs]\n"+keys), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v, address := domain(t, "es", "eu-west-1")
	v.next.(*logsim.Store).Index("app~1", map[string]any{"message": "m"}, time.Now())
	v.expired["AKIDLASTING"] = true
	login("aws_access_key_id = AKIDLASTING\naws_secret_access_key = one/secret\n")
	s := sdk.New(access.Options{}).Signer(awsx.ContextID{Profile: "logs", Region: "eu-west-1"}, "es", "")
	for range 2 {
		err := newest(t, s, address)
		if fault.ClassOf(err) != fault.Expired || !strings.HasSuffix(err.Error(), "The security token included in the request is expired (aws configure --profile logs takes new keys)") {
			t.Fatalf("got %v", err)
		}
	}
	login("aws_access_key_id = ASIATEMPORARY\naws_secret_access_key = another+secret\naws_session_token = session\n")
	if err := newest(t, s, address); err != nil {
		t.Errorf("after the login: %v", err)
	}
}
