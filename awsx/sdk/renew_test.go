package sdk

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

// keyed answers calls that are signed with one key and refuses all others as AWS
// refuses keys whose session has ended.
type keyed struct{ good string }

func (k keyed) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.Header.Get("Authorization"), "Credential="+k.good+"/") {
		return said(r, 400, `{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}`), nil
	}
	return said(r, 200, `{"clusterArns":[]}`), nil
}

func said(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// TestKeysThatALoginWroteAreReadAgain: tools that log in by SAML write session
// keys into the shared credentials, which the SDK reads once.
func TestKeysThatALoginWroteAreReadAgain(t *testing.T) {
	write := func(key string) string {
		return "[work]\naws_access_key_id = " + key + "\naws_secret_access_key = s\naws_session_token = t\n"
	}
	machine(t, "[profile work]\nregion = eu-west-1\n", write("AKIDOLD"))
	o := New(access.Options{Transport: keyed{"AKIDNEW"}})
	id := awsx.ContextID{Profile: "work", Region: "eu-west-1"}
	list := func() error {
		t.Helper()
		a, err := o.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range a.Clusters(t.Context()) {
			return err
		}
		return nil
	}
	if err := list(); fault.ClassOf(err) != fault.Expired {
		t.Fatalf("old keys: %v", err)
	}
	if err := os.WriteFile(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), []byte(write("AKIDNEW")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := list(); err != nil {
		t.Errorf("new keys: %v", err)
	}
	kept, err := o.Open(t.Context(), id)
	if again, _ := o.Open(t.Context(), id); err != nil || again != kept {
		t.Error("an account whose keys are good is opened anew")
	}
}
