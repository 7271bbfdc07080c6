package config_test

import (
	"os"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/internal/config"
)

const overridden = `
contexts:
  main: {profile: main, region: eu-west-1}
  lab:
    profile: lab
    logs:
      index: lab-*
      overrides:
        - {cluster: "*", index: all-of-lab}
  far:
    profile: far
    region: us-east-1
    logs: {endpoints: https://far:9200}
logs:
  overrides:
    - service: payments
      endpoints: https://vault:9200
      index: pay-*
      message: [event.original, message]
      level: lvl
      tiebreak: seq
      levels: {Audit: info, 9: fatal}
    - cluster: prod*
      service: "api-*"
      filter: app:${service} and env:"${cluster}"
      awslogs: documents
    - {cluster: prod, api-key: {env: PROD_KEY}}
  endpoints: [https://es1:9200]
  index: app-*
  timestamp: ts
  user: reader
  password: {env: ES_PASSWORD}
`

func TestTheFirstOverrideThatFitsCounts(t *testing.T) {
	file := write(t, overridden)
	cfg, err := config.Load(config.Flags{File: file}, env("ES_PASSWORD", "hunter2", "PROD_KEY", "abc="))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Logs.Override("prod", "payments").Store.Levels; len(got) != 2 || got["audit"] != "info" || got["9"] != "fatal" {
		t.Errorf("the levels are %v", got)
	}
	for _, c := range []struct {
		cluster, service, at string
		index, filter        string
	}{
		{"prod", "payments", ":16", "pay-*", ""},
		{"prod-eu", "api-orders", ":23", "app-*", `app:${service} and env:"${cluster}"`},
		{"prod", "web", ":27", "app-*", ""},
		{"staging", "web", "", "", ""},
		{"prod", "", ":27", "app-*", ""},
	} {
		o := cfg.Logs.Override(c.cluster, c.service)
		if o == nil {
			if c.at != "" {
				t.Errorf("%s/%s: no override, want that of %s", c.cluster, c.service, c.at)
			}
			continue
		}
		filter := ""
		if o.Filter != nil {
			filter = o.Filter.String()
		}
		if !strings.HasSuffix(o.At, c.at) || c.at == "" || o.Store.Index != c.index || filter != c.filter {
			t.Errorf("%s/%s: override of %s with index %s and filter %s", c.cluster, c.service, o.At, o.Store.Index, filter)
		}
	}
	vault := cfg.Logs.Overrides[0].Store
	if vault.User != "" || vault.Password != "" || vault.Timestamp != "ts" || strings.Join(vault.Message, " ") != "event.original message" || vault.Level[0] != "lvl" || vault.Tiebreak != "seq" {
		t.Errorf("another place is reached as %q, with %+v", vault.User, vault)
	}
	if o := cfg.Logs.Overrides[1].Store; o.User != "reader" || o.Password.Reveal() != "hunter2" || o.Awslogs != config.FromDocuments {
		t.Errorf("the same place is reached as %q", o.User)
	}
	if o := cfg.Logs.Overrides[2].Store; o.User != "" || o.APIKey.Reveal() != "abc=" || o.Endpoints[0] != "https://es1:9200" {
		t.Errorf("a key of its own is used beside %q", o.User)
	}
}

func TestAContextHasLogsOfItsOwn(t *testing.T) {
	cfg, err := config.Load(config.Flags{File: write(t, overridden)}, env("ES_PASSWORD", "hunter2", "PROD_KEY", "abc="))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id                    awsx.ContextID
		endpoint, index, user string
		overrides             int
	}{
		{awsx.ContextID{Profile: "main", Region: "eu-west-1"}, "https://es1:9200", "app-*", "reader", 3},
		{awsx.ContextID{Profile: "other"}, "https://es1:9200", "app-*", "reader", 3},
		{awsx.ContextID{Profile: "lab", Region: "eu-north-1"}, "https://es1:9200", "lab-*", "reader", 1},
		{awsx.ContextID{Profile: "far", Region: "us-east-1"}, "https://far:9200", "app-*", "", 0},
		{awsx.ContextID{Profile: "far", Region: "us-east-2"}, "https://es1:9200", "app-*", "reader", 3},
	} {
		l, own := cfg.LogsOf(c.id)
		if own != (c.index == "lab-*" || c.user == "") || l.Endpoints[0] != c.endpoint || l.Index != c.index || l.User != c.user || len(l.Overrides) != c.overrides || l.Timestamp != "ts" {
			t.Errorf("%s: %s of %s as %q with %d overrides", c.id, l.Index, l.Endpoints, l.User, len(l.Overrides))
		}
	}
}

func TestAnOverrideThatIsWrongSaysWhere(t *testing.T) {
	for yaml, want := range map[string]string{
		"logs:\n  overrides:\n    - service: api\n      filter: app:${srvice}":               `:4: filter: column 5: expected a variable`,
		"logs:\n  overrides:\n    - service: api\n      filter: app:(x":                      `:4: filter: column 7: expected "and", "or" or ")"`,
		"logs:\n  overrides:\n    - index: x":                                                `:3: override: expected a cluster, a service or both`,
		"logs:\n  overrides:\n    - service: api":                                            `:3: override: it changes nothing`,
		"logs:\n  overrides:\n    - {service: \"a[\", index: x}":                             `:3: service: "a[" is no glob`,
		"logs:\n  overrides:\n    - {service: a, indexes: x}":                                `override: "indexes" is unknown`,
		"logs:\n  overrides: {service: a, index: x}":                                         `:2: overrides: expected a list, found a mapping`,
		"logs:\n  overrides:\n    - {service: a, endpoints: \"https://u:p@x\"}":              `:3: endpoints: expected an address without a user`,
		"logs:\n  overrides:\n    - {service: a, user: u}":                                   `:3: logs: expected user and password together`,
		"logs:\n  levels: {audit: loud}":                                                     `:2: levels: audit: "loud" is unknown, expected one of trace, debug, info, warn, error, fatal`,
		"logs: {awslogs: elsewhere}":                                                         `awslogs: "elsewhere" is unknown, expected one of cloudwatch, documents`,
		"contexts:\n  a:\n    profile: a\n    logs:\n      overrides:\n        - service: b": `:6: override: it changes nothing`,
	} {
		_, err := config.Load(config.Flags{File: write(t, yaml)}, env())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s\ngot  %v\nwant %s", yaml, err, want)
		}
	}
}

func TestTheExampleOfTheManualIsRead(t *testing.T) {
	manual, err := os.ReadFile("../../docs/logs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(manual), "```yaml\n")
	example, _, ok := strings.Cut(example, "```")
	cfg, err := config.Load(config.Flags{File: write(t, example)}, env("VAULT_API_KEY", "abc="))
	if err != nil || !ok || len(cfg.Logs.Overrides) != 4 {
		t.Errorf("%d overrides are read: %v", len(cfg.Logs.Overrides), err)
	}
}
