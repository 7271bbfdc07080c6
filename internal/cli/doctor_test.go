package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	logsim "gantry/logs/sim"
)

// before is an account behind something that may answer in its place.
func (a *account) before(t *testing.T, answers func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answers(w, r) {
			a.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// configured writes a configuration file.
func configured(t *testing.T, yaml string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheDoctorFindsNothingWrong(t *testing.T) {
	t.Parallel()
	a := steady(t).wrote(t, "prod/catalog")
	a.run(t, "doctor", "prod/catalog").wants(t, 0,
		"ok       audit file: ", "ok       identity: arn:aws:sts::000000000000:assumed-role/", "ok       clock: agrees with that of AWS",
		"ok       clusters: 3 clusters (ecs:ListClusters, ecs:DescribeClusters)", "ok       tasks: 3 tasks", "ok       targets: 3 targets",
		"answers: Elasticsearch 8.0.0", "ok       timestamp field: @timestamp", "ok       source fields: ",
		" in the last 15m", "ok       point in time: available", "ok       prod/catalog: service catalog: lines with the ids of ",
		"ok       lines: the newest was written ", "skipped  terminal: ").lacks(t, "failed   ")

	d := a.run(t, "doctor", "-o", "json").wants(t, 0).object(t)
	if at(t, d, "failed") != 0.0 || !strings.HasSuffix(at(t, d, "context").(string), a.url) {
		t.Errorf("%v", d)
	}
	first := at(t, d, "checks", 0).(map[string]any)
	if first["group"] != "gantry" || first["name"] != "version" || first["result"] != "ok" || first["text"] != "test" {
		t.Errorf("%v", first)
	}
	run(t.Context(), Streams{}, "doctor", "--demo", "prod/web").wants(t, 0, "simulated/eu-west-1", "answers: Elasticsearch")
}

func TestTheDoctorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	a := newAccount(t, sim.Options{Scenario: sim.Steady, Speed: fast}).wrote(t, "prod/catalog")
	denies := a.before(t, func(w http.ResponseWriter, r *http.Request) bool {
		target := r.Header.Get("X-Amz-Target")
		if !strings.HasSuffix(target, ".ListTasks") && !strings.HasSuffix(target, ".ListContainerInstances") {
			return false
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"User: arn:aws:iam::1:user/x is not authorized to perform: ecs:ListTasks on resource: *"}`)
		return true
	})
	late := a.before(t, func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Date", time.Now().Add(-10*time.Minute).UTC().Format(http.TimeFormat))
		return false
	})
	gone := httptest.NewServer(nil)
	gone.Close()
	refusing := logsim.New(logsim.Options{})
	refusing.Inject(logsim.Fault{Status: http.StatusUnauthorized})
	unauthorized := httptest.NewServer(refusing)
	defer unauthorized.Close()
	blank := httptest.NewServer(logsim.New(logsim.Options{}))
	defer blank.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("s3cretcanary"), 0o600); err != nil {
		t.Fatal(err)
	}
	store := func(url string, more ...string) []string {
		return []string{"--config", configured(t, "logs:\n  endpoints: ["+url+"]\n"+strings.Join(more, ""))}
	}
	for name, c := range map[string]struct {
		args  []string
		texts []string
	}{
		"permissions": {[]string{"prod/catalog", "--endpoint", denies}, []string{
			"failed   tasks: ecs:ListTasks", "no task is shown, and no log line is found", "-> allow ecs:ListTasks, ecs:DescribeTasks",
			"warning  instances: ", "-> allow ecs:ListContainerInstances", "failed   prod/catalog: "}},
		"clock":          {[]string{"--endpoint", late}, []string{"failed   clock: 10m", "ahead of that of AWS", "-> set this machine's clock"}},
		"account away":   {[]string{"--endpoint", gone.URL}, []string{"failed   identity: sts:GetCallerIdentity: offline: ", "skipped  permissions: ", "answers: Elasticsearch"}},
		"store away":     {store(gone.URL), []string{"failed   endpoint: ", "connection refused", "-> check the address and that the store is up", "skipped  searches: "}},
		"not a store":    {store(a.url), []string{"failed   endpoint: ", "-> check the address: something else answers there"}},
		"store refuses":  {store(unauthorized.URL, "  bearer: {file: "+token+"}\n"), []string{"failed   credentials: ", "HTTP 401", "-> renew the bearer token of the log store, which may have expired"}},
		"store is empty": {store(blank.URL), []string{"failed   index: no index matches logstash-*", "-> check logs.index"}},
		"no service":     {[]string{"prod/nope"}, []string{"failed   prod/nope: ", "no such service in cluster prod"}},
		"configuration": {[]string{"--config", configured(t, "refresh: never\nnope: 1\n")}, []string{
			"failed   configuration: ", "config.yaml:1: refresh: expected", "config.yaml:2: ", "2 failed, 0 warnings"}},
		"credentials": {[]string{"--profile", "nope"}, []string{`failed   credentials: `, `there is no profile "nope" in the shared config`, "answers: Elasticsearch"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"doctor", "--config", a.file, "--endpoint", a.url}
			run(t.Context(), Streams{}, append(args, c.args...)...).wants(t, 1, c.texts...).lacks(t, "s3cretcanary", "nothing is wrong")
		})
	}
	run(t.Context(), Streams{}, "doctor", "a/b/c").wants(t, 2, "expected CLUSTER/SERVICE")
	run(t.Context(), Streams{}, "doctor", "-o", "yaml").wants(t, 2, `-o "yaml" is unknown`)
}
