package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"
	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/internal/clean"
	"gantry/internal/config"
	"gantry/internal/fault"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// write puts a configuration into a file of its own and returns its name.
func write(t *testing.T, yaml string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gantry.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// elsewhere moves the default file to a place of the test's own.
func elsewhere(t *testing.T) string {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	xdg.Reload()
	t.Cleanup(func() { os.Unsetenv("XDG_CONFIG_HOME"); xdg.Reload() })
	return config.DefaultFile()
}

func TestWithoutAFileTheDefaultsHold(t *testing.T) {
	elsewhere(t)
	got, err := config.Load(config.Flags{}, env())
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Logs:          config.Logs{Index: "logstash-*", Timestamp: "@timestamp", Awslogs: "cloudwatch"},
		NonProduction: policy.DefaultNonProduction(),
		Writing:       config.Writing{Arm: 15 * time.Minute},
		Memory:        config.Memory{Days: 14, Megabytes: 64},
		Refresh:       5 * time.Second,
		Screen:        config.Screen{Hints: true, Background: "auto", Sync: "auto"},
		Keys:          config.Keys{Preset: "k9s"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const complete = `
context: pay
contexts:
  pay: {profile: main, region: eu-west-1}
  local:
    region: us-east-1
    endpoint: http://localhost:4566
logs:
  endpoints: [https://es1:9200, https://es2:9200]
  index: app-*
  timestamp: ts
  message: msg
  user: reader
  password: {env: ES_PASSWORD}
  ca-file: ca.pem
production:
  except: ["lab-*"]
memory: {days: 30, megabytes: 256}
writing: {readonly: true, arm: 5}
refresh: 10
screen: {color: false, ascii: true, colours: blue-orange, background: dark, sync: "on", hints: false, mouse: true}
keys:
  preset: vim
  bind:
    quit: [q, Q]
    back: esc
`

func TestEveryKeyOfTheFileIsRead(t *testing.T) {
	file := write(t, complete)
	got, err := config.Load(config.Flags{File: file}, env("ES_PASSWORD", "hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	pay := awsx.ContextID{Profile: "main", Region: "eu-west-1"}
	want := config.Config{
		File: file, Context: pay, Chosen: true,
		Contexts: []config.NamedContext{
			{Name: "pay", ID: pay},
			{Name: "local", ID: awsx.ContextID{Region: "us-east-1", Endpoint: "http://localhost:4566"}},
		},
		Logs: config.Logs{
			Endpoints: []string{"https://es1:9200", "https://es2:9200"},
			Index:     "app-*", Timestamp: "ts", Message: []string{"msg"}, Awslogs: "cloudwatch", User: "reader", Password: "hunter2",
			CAFile: filepath.Join(filepath.Dir(file), "ca.pem"),
		},
		NonProduction: []string{"lab-*"},
		Writing:       config.Writing{ReadOnly: true, Arm: 5 * time.Minute},
		Memory:        config.Memory{Days: 30, Megabytes: 256},
		Refresh:       10 * time.Second,
		Screen:        config.Screen{NoColor: true, ASCII: true, Theme: "blue-orange", Background: "dark", Sync: "on", Mouse: true},
		Keys:          config.Keys{Preset: "vim", Bind: map[string][]string{"quit": {"q", "Q"}, "back": {"esc"}}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b clean.Secret) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if out := fmt.Sprintf("%+v", got); strings.Contains(out, "hunter2") {
		t.Error("printing the configuration shows the password")
	}
}

func TestFlagsBeatTheEnvironmentWhichBeatsTheFile(t *testing.T) {
	file := write(t, "context: pay\ncontexts:\n  pay: {profile: main, region: eu-west-1}\n  bare: {profile: other}\n")
	cases := []struct {
		name  string
		flags config.Flags
		env   []string
		want  awsx.ContextID
	}{
		{"the file's own context", config.Flags{}, nil, awsx.ContextID{Profile: "main", Region: "eu-west-1"}},
		{"a profile in the environment", config.Flags{}, []string{"AWS_PROFILE", "dev", "AWS_REGION", "us-west-2"}, awsx.ContextID{Profile: "dev", Region: "us-west-2"}},
		{"keys in the environment beat a profile there", config.Flags{},
			[]string{"AWS_PROFILE", "dev", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b", "AWS_REGION", "us-west-2"}, awsx.ContextID{Region: "us-west-2"}},
		{"a profile that was asked for beats both", config.Flags{Profile: "pay"},
			[]string{"AWS_PROFILE", "dev", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b", "AWS_REGION", "us-west-2"}, awsx.ContextID{Profile: "pay", Region: "us-west-2"}},
		{"the older region variable", config.Flags{}, []string{"AWS_PROFILE", "dev", "AWS_DEFAULT_REGION", "us-west-2"}, awsx.ContextID{Profile: "dev", Region: "us-west-2"}},
		{"a named context keeps its region", config.Flags{Context: "pay"}, []string{"AWS_PROFILE", "dev", "AWS_REGION", "us-west-2"}, awsx.ContextID{Profile: "main", Region: "eu-west-1"}},
		{"a context without region takes the environment's", config.Flags{Context: "bare"}, []string{"AWS_REGION", "us-west-2"}, awsx.ContextID{Profile: "other", Region: "us-west-2"}},
		{"a profile by flag drops the file's context", config.Flags{Profile: "x"}, nil, awsx.ContextID{Profile: "x"}},
		{"a region by flag refines the context", config.Flags{Region: "eu-north-1"}, nil, awsx.ContextID{Profile: "main", Region: "eu-north-1"}},
		{"an endpoint by flag", config.Flags{Endpoint: "http://127.0.0.1:4566"}, nil, awsx.ContextID{Profile: "main", Region: "eu-west-1", Endpoint: "http://127.0.0.1:4566"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.flags.File = file
			got, err := config.Load(c.flags, env(c.env...))
			if err != nil {
				t.Fatal(err)
			}
			if got.Context != c.want {
				t.Errorf("context is %+v, want %+v", got.Context, c.want)
			}
		})
	}
}

// TestTheAddressOfEveryProfileIsNoContexts: flags name it, else the environment.
func TestTheAddressOfEveryProfileIsNoContexts(t *testing.T) {
	file := write(t, "context: local\ncontexts: {local: {region: us-east-1, endpoint: 'http://localhost:1'}}")
	for _, c := range []struct {
		flag, variable, want string
	}{
		{"", "", ""},
		{"", "http://localhost:2", "http://localhost:2"},
		{"http://localhost:3", "http://localhost:2", "http://localhost:3"},
	} {
		got, err := config.Load(config.Flags{File: file, Endpoint: c.flag}, env("AWS_ENDPOINT_URL", c.variable))
		if err != nil || got.Endpoint != c.want {
			t.Errorf("%+v: %q, %v", c, got.Endpoint, err)
		}
	}
}

func TestTheFileIsFoundByFlagThenVariableThenDefault(t *testing.T) {
	byDefault := elsewhere(t)
	if err := os.MkdirAll(filepath.Dir(byDefault), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(byDefault, []byte("refresh: 11"), 0o600); err != nil {
		t.Fatal(err)
	}
	byVariable, byFlag := write(t, "refresh: 12"), write(t, "refresh: 13")
	for _, c := range []struct {
		flags config.Flags
		env   func(string) string
		want  time.Duration
	}{
		{config.Flags{}, env(), 11 * time.Second},
		{config.Flags{}, env("GANTRY_CONFIG", byVariable), 12 * time.Second},
		{config.Flags{File: byFlag}, env("GANTRY_CONFIG", byVariable), 13 * time.Second},
	} {
		got, err := config.Load(c.flags, c.env)
		if err != nil || got.Refresh != c.want {
			t.Errorf("refresh is %v (%v), want %v", got.Refresh, err, c.want)
		}
	}
	if _, err := config.Load(config.Flags{File: "/nonexistent/gantry.yaml"}, env()); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("a file that was asked for and is missing gives %v, want an Invalid error", err)
	}
}

func TestSwitchesOfTheCommandLineAndNoColor(t *testing.T) {
	file := write(t, "writing: {arm: off}\n")
	got, err := config.Load(config.Flags{File: file, ReadOnly: true, ASCII: true}, env("NO_COLOR", "yes"))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Writing.ReadOnly || got.Writing.Arm != 0 || !got.Screen.ASCII || !got.Screen.NoColor {
		t.Errorf("got %+v and %+v", got.Writing, got.Screen)
	}
}

func TestFaultsNameTheLineAndWhatWasExpected(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, yaml string
		want       []string
	}{
		{"unknown key", "refesh: 5", []string{`:1: the file: "refesh" is unknown, expected one of aliases, columns, commands, context, contexts, favourites, keep_revisions, keys, logs, memory, notify, owners, production, refresh, rules, screen, start, writing`}},
		{"unknown key below", "contexts:\n  a:\n    account:\n      id: 1", []string{`:3: context a: "account" is unknown, expected one of endpoint, logs, profile, region`}},
		{"several at once", "refresh: soon\nwriting:\n  arm: 0\n  readonly: maybe\n", []string{
			`:1: refresh: expected seconds or a duration from 1s to 1h0m0s, found "soon"`,
			`:3: arm: expected minutes or a duration from 1m0s to 24h0m0s, found "0"`,
			`:4: readonly: expected true or false`}},
		{"a huge number", "refresh: 99999999999999", []string{`:1: refresh: expected seconds`}},
		{"set twice", "refresh: 5\nrefresh: 6", []string{`:2: the file: "refresh" is set on line 1 already`}},
		{"not a mapping", "contexts: [a, b]", []string{":1: contexts: expected a mapping of names to values, found a list"}},
		{"not a mapping at all", "hello", []string{":1: the file: expected a mapping of names to values, found \"hello\""}},
		{"no such context", "context: prod\ncontexts:\n  pay: {region: eu-west-1}", []string{`:1: context "prod" is not among contexts`}},
		{"endpoint", "logs:\n  endpoints: [es1]", []string{":2: endpoints: expected an address such as https://host:9200"}},
		{"endpoint with a password", "logs:\n  endpoints: https://me:hunter2@es1", []string{":2: endpoints: expected an address without a user"}},
		{"a literal secret", "logs:\n  user: me\n  password: hunter2", []string{":3: password: expected {env: NAME} or {file: PATH}"}},
		{"unset variable", "logs:\n  user: me\n  password: {env: ES_PASSWORD}", []string{":3: password: the environment variable ES_PASSWORD is not set"}},
		{"missing secret file", "logs:\n  api-key: {file: nowhere}", []string{":2: api-key: open "}},
		{"empty secret file", "logs:\n  api-key: {file: " + secret + "}", []string{":2: api-key: " + secret + " is empty"}},
		{"both credentials", "logs:\n  user: me\n  password: {env: HOME}\n  api-key: {env: HOME}", []string{"expected one of user and password, api-key, bearer, sigv4, found 2 of them"}},
		{"two sites", "logs:\n  kibana: https://k\n  dashboards: https://d", []string{":2: logs: expected either kibana or dashboards, found both"}},
		{"signed and with a token", "logs:\n  bearer: {env: HOME}\n  sigv4: {service: es}", []string{":2: logs: expected one of"}},
		{"signed for nothing", "logs:\n  sigv4: {region: eu-west-1}", []string{":2: sigv4: expected a service: es for a domain"}},
		{"signed for another service", "logs:\n  sigv4: {service: s3}", []string{`:2: service: "s3" is unknown, expected one of es, aoss`}},
		{"a certificate without its key", "logs:\n  client-cert: c.pem", []string{":2: logs: expected client-cert and client-key together"}},
		{"two stores", "logs:\n  endpoints: https://es1\n  cloud-id: x:eA", []string{":2: logs: expected either endpoints or cloud-id"}},
		{"two ways of trust", "logs:\n  ca-file: ca.pem\n  fingerprint: ab", []string{":2: logs: expected either ca-file or fingerprint"}},
		{"a literal token", "logs:\n  bearer: hunter2", []string{":2: bearer: expected {env: NAME} or {file: PATH}"}},
		{"half a login", "logs:\n  user: me", []string{":2: logs: expected user and password together"}},
		{"glob", "production:\n  except: ['[a']", []string{`:2: except: "[a" is no glob`}},
		{"profiles", "production:\n  profiles: ['[a']", []string{`:2: profiles: "[a" is no glob`}},
		{"a second document", "refresh: 4s\n---\nwriting: {readonly: true}", []string{":2: a second document begins here"}},
		{"an empty second document", "refresh: 4s\n---\n", []string{"a second document begins here"}},
		{"a second document that is no YAML", "refresh: 4s\n---\na: b\n c: d", []string{"gantry.yaml:"}},
		{"a third beside a fault", "refresh: never\n---\nrules: []\n---\nkeys: {}", []string{":1: refresh", ":2: a second document"}},
		{"switch", "screen: {mouse: wheel}", []string{`:1: mouse: expected true or false`}},
		{"choice", "screen: {colours: pink}", []string{`:1: colours: "pink" is unknown, expected one of default, blue-orange`}},
		{"syntax", "a: b\n c: d", []string{"gantry.yaml:"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := write(t, c.yaml)
			_, err := config.Load(config.Flags{File: file}, env("HOME", "hunter2"))
			if fault.ClassOf(err) != fault.Invalid || err == nil {
				t.Fatalf("got %v, want an Invalid error", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is\n%v\nand lacks\n%s", err, want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestAnUnknownContextNamesTheKnownOnes(t *testing.T) {
	file := write(t, "contexts:\n  pay: {region: a}\n  lab: {region: b}\n")
	_, err := config.Load(config.Flags{File: file, Context: "prod"}, env())
	if err == nil || !strings.Contains(err.Error(), "expected one of pay, lab") {
		t.Errorf("got %v", err)
	}
	elsewhere(t)
	_, err = config.Load(config.Flags{Context: "prod"}, env())
	if err == nil || !strings.Contains(err.Error(), "no configuration file names any context") {
		t.Errorf("got %v", err)
	}
}

func TestSecretsComeFromFilesToo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte("abc=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "c.yaml")
	if err := os.WriteFile(file, []byte("logs: {api-key: {file: key}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(config.Flags{File: file}, env())
	if err != nil || got.Logs.APIKey.Reveal() != "abc=" {
		t.Errorf("key is %q (%v)", got.Logs.APIKey.Reveal(), err)
	}
}

func TestTheOtherWaysToALogStore(t *testing.T) {
	file := write(t, `
logs:
  cloud-id: prod:ZXUuZm91bmQuaW8kYWJj
  bearer: {env: LOGS_TOKEN}
  fingerprint: "AB:CD"
  client-cert: client.pem
  client-key: /etc/client.key
`)
	got, err := config.Load(config.Flags{File: file}, env("LOGS_TOKEN", "hunter2"))
	want := config.Logs{
		CloudID: "prod:ZXUuZm91bmQuaW8kYWJj", Index: "logstash-*", Timestamp: "@timestamp", Awslogs: "cloudwatch", Bearer: "hunter2",
		Fingerprint: "AB:CD", ClientCert: filepath.Join(filepath.Dir(file), "client.pem"), ClientKey: "/etc/client.key",
	}
	if diff := cmp.Diff(want, got.Logs, cmp.Comparer(func(a, b clean.Secret) bool { return a == b })); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if out := fmt.Sprintf("%+v", got); strings.Contains(out, "hunter2") {
		t.Error("printing the configuration shows the token")
	}
	file = write(t, "logs:\n  endpoints: https://x.eu-west-1.es.amazonaws.com\n  sigv4: {service: es, profile: logs, region: eu-west-1}\n")
	if got, err = config.Load(config.Flags{File: file}, env()); err != nil || got.Logs.SigV4 != (config.Signature{Service: "es", Profile: "logs", Region: "eu-west-1"}) {
		t.Errorf("got %+v (%v)", got.Logs.SigV4, err)
	}
	if !got.Logs.Configured() || (config.Logs{Index: "x"}).Configured() {
		t.Error("an endpoint or a cloud id makes a log store, an index does not")
	}
}

func TestAnEmptyFileIsAFileOfDefaults(t *testing.T) {
	for _, yaml := range []string{"", "# nothing\n", "contexts:\nlogs:\n", "---\n"} {
		got, err := config.Load(config.Flags{File: write(t, yaml)}, env())
		if err != nil || got.Refresh != config.DefaultRefresh || len(got.NonProduction) == 0 {
			t.Errorf("%q gives %+v (%v)", yaml, got, err)
		}
	}
}

// TestTheMarksOfOneDocumentAreNoSecondOne: a beginning and an end may be marked.
func TestTheMarksOfOneDocumentAreNoSecondOne(t *testing.T) {
	for _, yaml := range []string{"---\nrefresh: 4s", "# why\n---\nrefresh: 4s\n...\n", "refresh: 4s\n# ---\n", "%YAML 1.1\n---\nrefresh: 4s"} {
		if got, err := config.Load(config.Flags{File: write(t, yaml)}, env()); err != nil || got.Refresh != 4*time.Second {
			t.Errorf("%q gives %v (%v)", yaml, got.Refresh, err)
		}
	}
}

// TestTheMemoryIsBoundedOrOff: one of its bounds alone leaves the other as it is.
func TestTheMemoryIsBoundedOrOff(t *testing.T) {
	elsewhere(t)
	for yaml, want := range map[string]config.Memory{
		"memory: off":            {},
		"memory: {days: 3}":      {Days: 3, Megabytes: 64},
		"memory: {megabytes: 4}": {Days: 14, Megabytes: 4},
		"memory: {}":             {Days: 14, Megabytes: 64},
	} {
		if got, err := config.Load(config.Flags{File: write(t, yaml)}, env()); err != nil || got.Memory != want {
			t.Errorf("%q gives %+v (%v)", yaml, got.Memory, err)
		}
	}
	for _, yaml := range []string{"memory: {days: 0}", "memory: {megabytes: 3}", "memory: {days: -1}", "memory: {days: long}", "memory: on", "memory: {hours: 3}"} {
		if _, err := config.Load(config.Flags{File: write(t, yaml)}, env()); err == nil {
			t.Errorf("%q is taken", yaml)
		}
	}
}
