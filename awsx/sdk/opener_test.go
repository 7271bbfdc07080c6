package sdk

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

// machine gives the test a machine of its own: no AWS variables, and the given
// shared config and credentials.
func machine(t *testing.T, config, credentials string, env ...string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	for name, text := range map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, path)
	}
	for i := 0; i < len(env); i += 2 {
		t.Setenv(env[i], env[i+1])
	}
}

func TestDemoNeverFollowsTheEnvironment(t *testing.T) {
	machine(t, "", "", "AWS_ENDPOINT_URL", "https://real.example", "AWS_ENDPOINT_URL_ECS", "https://ecs.example", "AWS_REGION", "us-east-1",
		"AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "https://elb.example", "AWS_ENDPOINT_URL_STS", "https://sts.example")
	var hosts []string
	rt := hostRecorder{&hosts}
	a := open(t, rt, access.Options{})
	_, _ = a.Identity(t.Context())
	_, _ = a.TaskDefinition(t.Context(), "api")
	_, _ = a.TargetHealth(t.Context(), "arn:tg")
	_, _ = a.Image(t.Context(), repoURI, "v1")
	if len(hosts) != 4 {
		t.Fatalf("hosts %v", hosts)
	}
	for _, h := range hosts {
		if h != "aws.invalid" {
			t.Errorf("a call went to %s", h)
		}
	}
}

// hostRecorder notes where requests go and refuses them.
type hostRecorder struct{ hosts *[]string }

func (h hostRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	*h.hosts = append(*h.hosts, r.URL.Host)
	return nil, &net.DNSError{IsNotFound: true, Name: r.URL.Host}
}

func TestEndpointsOfTheEnvironmentAreHonoured(t *testing.T) {
	machine(t, "", "", "AWS_ENDPOINT_URL", "https://all.example", "AWS_ENDPOINT_URL_STS", "https://sts.example",
		"AWS_REGION", "eu-west-1", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b")
	var hosts []string
	o := New(access.Options{Transport: hostRecorder{&hosts}})
	call := func(id awsx.ContextID) {
		t.Helper()
		a, err := o.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = a.TaskDefinition(t.Context(), "api")
		_, _ = a.Identity(t.Context())
	}
	call(awsx.ContextID{})
	resolved, err := o.Resolve(t.Context(), awsx.ContextID{})
	if d := cmp.Diff(awsx.ContextID{Region: "eu-west-1", Endpoint: "https://all.example"}, resolved); d != "" || err != nil {
		t.Error(d, err)
	}
	call(resolved)
	call(awsx.ContextID{Endpoint: "https://mine.example"})
	want := []string{"all.example", "sts.example", "all.example", "sts.example", "mine.example", "mine.example"}
	if d := cmp.Diff(want, hosts); d != "" {
		t.Error(d)
	}
}

func TestOpeningIsCachedAndMakesNoCall(t *testing.T) {
	machine(t, "", "", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b")
	o := New(access.Options{Transport: &sealed{t: t, op: "opening"}})
	one, err := o.Open(t.Context(), awsx.ContextID{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	two, _ := o.Open(t.Context(), awsx.ContextID{Region: "eu-west-1"})
	other, _ := o.Open(t.Context(), awsx.ContextID{Region: "eu-west-2"})
	if one != two || one == other {
		t.Error("the same context is not the same account")
	}
}

func TestWhatCannotBeOpenedSaysWhy(t *testing.T) {
	const shared = "[profile mfa]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/x\nmfa_serial = arn:aws:iam::1:mfa/x\nsource_profile = base\n" +
		"[profile base]\naws_access_key_id = a\naws_secret_access_key = b\n"
	for _, c := range []struct {
		name string
		id   awsx.ContextID
		want fault.Class
		text string
	}{
		{"no region", awsx.ContextID{Profile: "base"}, fault.Invalid, "--region"},
		{"no such profile", awsx.ContextID{Profile: "nope", Region: "r"}, fault.Invalid, `"nope"`},
		{"MFA", awsx.ContextID{Profile: "mfa"}, fault.Expired, "export-credentials --profile mfa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			machine(t, shared, "")
			a, err := New(access.Options{}).Open(t.Context(), c.id)
			if a != nil || err == nil || fault.ClassOf(err) != c.want || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%v, %v", a, err)
			}
		})
	}
}

func TestProfileThatWasAskedForBeatsTheKeysOfTheEnvironment(t *testing.T) {
	machine(t, "[profile prod]\nregion = eu-west-1\n", "[prod]\naws_access_key_id = AKIDPROD\naws_secret_access_key = b\n",
		"AWS_ACCESS_KEY_ID", "AKIDENV", "AWS_SECRET_ACCESS_KEY", "b", "AWS_REGION", "us-east-1")
	for profile, key := range map[string]string{"prod": "AKIDPROD/", "": "AKIDENV/"} {
		w := canned(400, `{}`)
		a, err := New(access.Options{Transport: w}).Open(t.Context(), awsx.ContextID{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = a.TaskDefinition(t.Context(), "api")
		if auth := w.headers[0].Get("Authorization"); !strings.Contains(auth, key) {
			t.Errorf("profile %q signs with %s", profile, auth)
		}
	}
}

func TestMachineWithoutCredentialsAnswersWithinASecond(t *testing.T) {
	// The metadata service is an address that swallows what is sent to it.
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	machine(t, "", "", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://"+hole.Addr().String())
	a, err := New(access.Options{Transport: &sealed{t: t, op: "a call without credentials"}}).Open(t.Context(), awsx.ContextID{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = a.Identity(t.Context())
	var own *fault.Error
	if !errors.As(err, &own) || own.Class != fault.Expired || !strings.Contains(own.Fix, "--profile") || !strings.HasPrefix(err.Error(), "no credentials were found (") || own.Kind() != "no credentials" {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestLoginIsNamedWhenASessionHasExpired(t *testing.T) {
	const shared = "[profile new sso]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 1\nsso_role_name = x\n[sso-session corp]\nsso_start_url = https://x.example\nsso_region = eu-west-1\n" +
		"[profile old]\nregion = eu-west-1\nsso_start_url = https://y.example\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = x\n" +
		"[profile role]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = old\n" +
		"[profile script]\nregion = eu-west-1\ncredential_process = echo AKIDSECRETOUT; echo 'vault: token=hunter2hunter2 is sealed' >&2; exit 1\n" +
		"[profile empty]\nregion = eu-west-1\ncredential_process = echo '{\"SecretAccessKey\":\"leaked\"'\n"
	for profile, want := range map[string]string{
		"new sso": "aws sso login --profile 'new sso'",
		"old":     "aws sso login --profile old",
		"role":    "aws sso login --profile old",
		"script":  "is sealed",
		"empty":   "credential_process gave no credentials",
	} {
		t.Run(profile, func(t *testing.T) {
			machine(t, shared, "")
			a, err := New(access.Options{Transport: &sealed{t: t, op: profile}}).Open(t.Context(), awsx.ContextID{Profile: profile})
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Identity(t.Context())
			if fault.ClassOf(err) != fault.Expired || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
			for _, secret := range []string{"leaked", "AKIDSECRETOUT", "hunter2"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q is in %v", secret, err)
				}
			}
		})
	}
}
