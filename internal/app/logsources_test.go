package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
)

const scattered = `
contexts:
  lab:
    profile: lab
    logs: {endpoints: https://lab:9200}
logs:
  endpoints: [https://main:9200]
  overrides:
    - {service: payments, endpoints: https://vault:9200, index: pay-*, filter: "app:${service}"}
    - {service: web, message: raw}
    - {service: mail, index: logstash-*, filter: "app:${service} and container_id:${runtime_id}"}
    - {service: jobs, awslogs: documents}
    - {service: ledger, endpoints: https://vault:9200, index: pay-*}
`

// scatter is an application of several log stores, each with a line that names it.
// Opened collects which were opened.
func scatter(t *testing.T) (a *App, opened *[]string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(scattered), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Flags{File: file}, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	opened = &[]string{}
	return &App{Config: cfg, logStore: func(_ awsx.ContextID, l config.Logs) (logs.Source, error) {
		place := placeOf(l)
		*opened = append(*opened, place)
		store := logsim.New(logsim.Options{})
		for _, app := range []string{"payments", "mail"} {
			if err := store.Index("", map[string]any{"container_id": strings.Repeat("a1", 32), "app": app, "message": place + " " + app, "raw": "raw " + place}, time.Now()); err != nil {
				t.Error(err)
			}
		}
		// The simulated store keeps one index of its own.
		return elastic.Open(elastic.Config{Addresses: l.Endpoints, Transport: store.RoundTripper(), Message: l.Message})
	}}, opened
}

func serviceTask(context awsx.ContextID, service, driver string) ecslog.Subject {
	cluster := awsx.Ref{Context: context, Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod"}
	task := awsx.Task{
		ID: "t1", Ref: cluster.In("arn:aws:ecs:eu-west-1:1:task/prod/t1"), TaskDefinition: service + ":1", Group: "service:" + service,
		Containers: []awsx.Container{{Name: "app", RuntimeID: strings.Repeat("a1", 32)}},
	}
	return ecslog.OfTask(task, &awsx.TaskDefinition{Containers: []awsx.ContainerDefinition{{Name: "app", LogDriver: driver, LogOptions: map[string]string{
		"awslogs-group": "/g", "awslogs-stream-prefix": "ecs",
	}}}})
}

func TestLinesAreReadFromWhereTheyAreSaidToBe(t *testing.T) {
	a, opened := scatter(t)
	lab := awsx.ContextID{Profile: "lab", Region: "eu-west-1"}
	for _, c := range []struct {
		subject     ecslog.Subject
		first, says string
		n           int
	}{
		{serviceTask(awsx.ContextID{}, "catalog", "gelf"), "logstash-* at main:9200 payments", "(gelf)", 2},
		{serviceTask(awsx.ContextID{}, "payments", "gelf"), "pay-* at vault:9200 payments", "lines that the filter of config.yaml:9 finds, in pay-* at vault:9200", 1},
		{serviceTask(awsx.ContextID{}, "web", "gelf"), "raw logstash-* at main:9200", "(gelf), as config.yaml:10 says", 2},
		{serviceTask(awsx.ContextID{}, "mail", "splunk"), "logstash-* at main:9200 mail", "the filter of config.yaml:11 finds", 1},
		{serviceTask(awsx.ContextID{}, "ledger", "gelf"), "pay-* at vault:9200 payments", "(gelf), in pay-* at vault:9200, as config.yaml:13 says", 2},
		{serviceTask(lab, "payments", "gelf"), "logstash-* at lab:9200 payments", "(gelf)", 2},
	} {
		d, err := a.LogDrivers().Derive(c.subject)
		if err != nil {
			t.Errorf("%s: %v", c.subject.Service, err)
			continue
		}
		page, err := a.OpenLogs(c.subject.Cluster.Context).Since(t.Context(), d.Query, logs.Range{}, 10)
		if err != nil || len(page.Entries) != c.n || c.n > 0 && page.Entries[0].Message != c.first {
			t.Errorf("%s: %+v (%v), want %d lines, the first %q", d.Description, page.Entries, err, c.n, c.first)
		}
		if !strings.HasSuffix(d.Description, c.says) {
			t.Errorf("it is said: %s; want %s", d.Description, c.says)
		}
	}
	if want := "logstash-* at main:9200, pay-* at vault:9200, logstash-* at main:9200, logstash-* at lab:9200"; strings.Join(*opened, ", ") != want {
		t.Errorf("opened %q, want %s", *opened, want)
	}
	d, err := a.LogDrivers().Derive(serviceTask(awsx.ContextID{}, "jobs", "awslogs"))
	if err != nil || !strings.Contains(d.Query.String(), `@log_stream:"ecs/app/t1"`) {
		t.Errorf("forwarded lines are looked for by %s (%v)", d.Query, err)
	}
}
