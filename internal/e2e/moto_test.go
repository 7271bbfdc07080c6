//go:build integration

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// recorder passes requests on and remembers the bodies of the ECS calls: moto
// answers with less than it was sent, so what left is what must be checked.
type recorder struct {
	mu     sync.Mutex
	bodies map[string][]string
}

func record(t *testing.T, upstream string) (*recorder, string) {
	t.Helper()
	u, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{bodies: map[string][]string{}}
	proxy := httputil.NewSingleHostReverseProxy(u)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if _, op, ok := strings.Cut(req.Header.Get("X-Amz-Target"), "."); ok {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
			r.mu.Lock()
			r.bodies[op] = append(r.bodies[op], string(body))
			r.mu.Unlock()
			req.Body = io.NopCloser(strings.NewReader(string(body)))
		}
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(srv.Close)
	return r, srv.URL
}

func (r *recorder) sent(op string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.bodies[op]...)
}

// moto starts the AWS emulator with the account of testdata/account.py.
func moto(t *testing.T) (endpoint, instance string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Fatalf("moto is not installed (pip install 'moto[server]'): %v", err)
	}
	cmd := exec.Command(path, "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	service(t, cmd, cmd.StderrPipe, func(line string) bool { return strings.Contains(line, "Running on") })
	endpoint = fmt.Sprintf("http://127.0.0.1:%d", port)
	t.Logf("started moto: %s", endpoint)

	seed := exec.Command("python3", "testdata/account.py", endpoint)
	out, err := seed.Output()
	if err != nil {
		t.Fatalf("creating the account through boto3: %v\n%s", err, stderrOf(err))
	}
	var made struct{ Instance string }
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatalf("account.py printed %q: %v", out, err)
	}
	return endpoint, made.Instance
}

func stderrOf(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return string(exit.Stderr)
	}
	return ""
}

func TestConsoleNavigatesAnAccountThatOthersMade(t *testing.T) {
	endpoint, instance := moto(t)
	c := open(t, 120, 30, account(t, endpoint))
	c.sees("staging", "empty")
	c.press("/", "staging", "\r", "\r")
	c.sees("api", "0/1")
	c.press("\r")
	c.sees(instance[:10], "32768")
	c.press("\x1b")
	c.sees("0/1", "RUN/DES")
	// Moto answers the service deployments API with an HTML page and status 500.
	c.press("u")
	c.sees("api:1", "in use", "no record")
	c.press("\x03")
	if code := c.exits(); code != 0 {
		t.Fatalf("quit with %d", code)
	}
}

func TestEnvironmentEditRegistersARevisionOnMoto(t *testing.T) {
	upstream, _ := moto(t)
	rec, endpoint := record(t, upstream)
	env := account(t, endpoint)

	// Moto never starts a task, so the service's first deployment is in progress for
	// ever; it has no such image, and its instances tell no capacity.
	r := run(t, env, "env", "set", "staging/api", "GREETING=good morning", "--unset", "DB_PASSWORD", "--no-wait", "--yes",
		"--override", "in-progress", "--override", "image", "--override", "capacity")
	if r.code != 0 {
		t.Fatalf("env set: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	bodies := rec.sent("RegisterTaskDefinition")
	if len(bodies) != 1 {
		t.Fatalf("RegisterTaskDefinition was sent %d times", len(bodies))
	}
	var sent struct {
		Family               string
		ContainerDefinitions []struct {
			Environment  []struct{ Name, Value string }
			PortMappings []struct {
				ContainerPort int
				HostPort      *int
			}
			LogConfiguration struct{ LogDriver string }
		}
		Tags []struct{ Key, Value string }
	}
	if err := json.Unmarshal([]byte(bodies[0]), &sent); err != nil {
		t.Fatal(err)
	}
	app := sent.ContainerDefinitions[0]
	if fmt.Sprint(app.Environment) != "[{GREETING good morning}]" {
		t.Errorf("environment sent: %v", app.Environment)
	}
	if app.PortMappings[0].HostPort == nil || *app.PortMappings[0].HostPort != 0 {
		t.Errorf("the dynamic host port was not sent as 0: %s", bodies[0])
	}
	if app.LogConfiguration.LogDriver != "gelf" || sent.Family != "api" {
		t.Errorf("fields were lost: %s", bodies[0])
	}
	if fmt.Sprint(sent.Tags) != "[{team orders}]" {
		t.Errorf("tags sent: %v", sent.Tags)
	}
	updates := rec.sent("UpdateService")
	if len(updates) != 1 || !strings.Contains(updates[0], "api:2") || strings.Contains(updates[0], "desiredCount") {
		t.Errorf("UpdateService was sent as %q", updates)
	}
	if all := r.stdout + r.stderr; strings.Contains(all, "canary-5ecret") {
		t.Errorf("a secret was printed:\n%s", all)
	}

	shown := run(t, env, "env", "staging/api", "-o", "dotenv")
	if shown.code != 0 || strings.TrimSpace(shown.stdout) != `GREETING="good morning"` {
		t.Errorf("env afterwards: exit %d %q %s", shown.code, shown.stdout, shown.stderr)
	}
}

func TestScalingSendsNoTaskDefinition(t *testing.T) {
	upstream, _ := moto(t)
	rec, endpoint := record(t, upstream)
	r := run(t, account(t, endpoint), "scale", "staging/api", "3", "--no-wait", "--yes")
	if r.code != 0 {
		t.Fatalf("scale: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	updates := rec.sent("UpdateService")
	if len(updates) != 1 || strings.Contains(updates[0], "taskDefinition") || !strings.Contains(updates[0], `"desiredCount":3`) {
		t.Errorf("UpdateService was sent as %q", updates)
	}
}
