package cli_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/internal/cli/command"
	logsim "gantry/logs/sim"
)

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
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
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
		run(t.Context(), command.Streams{}, "doctor", "--demo", "prod/web").wants(t, 0, "simulated/eu-west-1", "answers: Elasticsearch")
	})
}

// The hosts that the doctor meets, beside those of an account.
const (
	deniesHost  = "denies.test"
	lateHost    = "late.test"
	goneHost    = "gone.test"
	refusesHost = "refuses.test"
	blankHost   = "blank.test"
)

// unwell adds the hosts at which something is wrong.
func (a *account) unwell() {
	a.net[deniesHost] = handled(func(w http.ResponseWriter, r *http.Request) {
		target := r.Header.Get("X-Amz-Target")
		if !strings.HasSuffix(target, ".ListTasks") && !strings.HasSuffix(target, ".ListContainerInstances") {
			a.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"User: arn:aws:iam::1:user/x is not authorized to perform: ecs:ListTasks on resource: *"}`)
	})
	a.net[lateHost] = handled(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-10*time.Minute).UTC().Format(http.TimeFormat))
		a.ServeHTTP(w, r)
	})
	refusing := logsim.New(logsim.Options{})
	refusing.Inject(logsim.Fault{Status: http.StatusUnauthorized})
	a.net[refusesHost] = refusing.RoundTripper()
	a.net[blankHost] = logsim.New(logsim.Options{}).RoundTripper()
}

func TestTheDoctorSaysWhatIsWrong(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("s3cretcanary"), 0o600); err != nil {
		t.Fatal(err)
	}
	store := func(host string, more ...string) []string {
		return []string{"--config", configured(t, "logs:\n  endpoints: [http://"+host+"]\n"+strings.Join(more, ""))}
	}
	const healthy = "healthy.test"
	for name, c := range map[string]struct {
		args  []string
		texts []string
	}{
		"permissions": {[]string{"prod/catalog", "--endpoint", "http://" + deniesHost}, []string{
			"failed   tasks: ecs:ListTasks", "no task is shown, and no log line is found", "-> allow ecs:ListTasks, ecs:DescribeTasks",
			"warning  instances: ", "-> allow ecs:ListContainerInstances", "failed   prod/catalog: "}},
		"clock":          {[]string{"--endpoint", "http://" + lateHost}, []string{"failed   clock: 10m", "ahead of that of AWS", "-> set this machine's clock"}},
		"account away":   {[]string{"--endpoint", "http://" + goneHost}, []string{"failed   identity: sts:GetCallerIdentity: offline: ", "skipped  permissions: ", "answers: Elasticsearch"}},
		"store away":     {store(goneHost), []string{"failed   endpoint: ", "connection refused", "-> check the address and that the store is up", "skipped  searches: "}},
		"not a store":    {store(healthy), []string{"failed   endpoint: ", "-> check the address: something else answers there"}},
		"store refuses":  {store(refusesHost, "  bearer: {file: "+token+"}\n"), []string{"failed   credentials: ", "HTTP 401", "-> renew the bearer token of the log store, which may have expired"}},
		"store is empty": {store(blankHost), []string{"failed   index: no index matches logstash-*", "-> check logs.index"}},
		"no service":     {[]string{"prod/nope"}, []string{"failed   prod/nope: ", "no such service in cluster prod"}},
		"configuration": {[]string{"--config", configured(t, "refresh: never\nnope: 1\n")}, []string{
			"failed   configuration: ", "config.yaml:1: refresh: expected", "config.yaml:2: ", "2 failed, 0 warnings"}},
		"credentials": {[]string{"--profile", "nope"}, []string{`failed   credentials: `, `there is no profile "nope" in the shared config`, "answers: Elasticsearch"}},
	} {
		t.Run(name, func(t *testing.T) {
			steady(t, func(t *testing.T, a *account) {
				a.wrote()
				a.unwell()
				a.net[healthy] = a.RoundTripper()
				a.run(t, append([]string{"doctor"}, c.args...)...).wants(t, 1, c.texts...).lacks(t, "s3cretcanary", "nothing is wrong")
			})
		})
	}
	run(t.Context(), command.Streams{}, "doctor", "a/b/c").wants(t, 2, "expected CLUSTER/SERVICE")
	run(t.Context(), command.Streams{}, "doctor", "-o", "yaml").wants(t, 2, `-o "yaml" is unknown`)
}
