package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gantry/internal/config"
	"gantry/internal/fault"
)

const hook = "https://hooks.slack.com/services/T0/B0/hunter2"

func TestTheWebhookIsReadAndNeverPrinted(t *testing.T) {
	got, err := config.Load(config.Flags{File: write(t, "notify:\n  webhook: {env: HOOK}\n  clusters: Prod*\n  actions: [deploy, \"r*\"]\n")}, env("HOOK", hook))
	if err != nil || got.Notify.Webhook.Reveal() != hook || !slices.Equal(got.Notify.Actions, []string{"deploy", "r*"}) {
		t.Fatalf("got %+v (%v)", got.Notify, err)
	}
	if printed := fmt.Sprintf("%v %+v %#v", got, got.Notify, got.Notify); strings.Contains(printed, "hunter2") {
		t.Errorf("printing shows the webhook: %s", printed)
	}
	file := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(file, []byte("http://[::1]:8065/hooks/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err = config.Load(config.Flags{File: write(t, "notify: {webhook: {file: "+file+"}}")}, env()); err != nil || !got.Notify.Wants("any", "scale") {
		t.Errorf("got %+v (%v)", got.Notify, err)
	}
}

func TestWhatIsTold(t *testing.T) {
	n := config.Notify{Webhook: hook, Clusters: []string{"prod", "EU-*"}, Actions: []string{"deploy", "roll*"}}
	for _, c := range []struct {
		cluster, action string
		want            bool
	}{
		{"prod", "deploy", true}, {"PROD", "rollback", true}, {"eu-1", "deploy", true},
		{"staging", "deploy", false}, {"prod", "scale", false}, {"", "deploy", false},
	} {
		if n.Wants(c.cluster, c.action) != c.want {
			t.Errorf("%s in %q: want %t", c.action, c.cluster, c.want)
		}
	}
	if (config.Notify{}).Wants("prod", "deploy") {
		t.Error("without a webhook something is told")
	}
}

func TestANotifySectionThatIsWrongSaysSo(t *testing.T) {
	const expected = "webhook: expected an address such as https://"
	for yaml, want := range map[string]string{
		"notify: {webhook: " + hook + "}":                       ":1: webhook: expected {env: NAME} or {file: PATH}",
		"notify:\n  webhook: {env: NONE}":                       ":2: webhook: the environment variable NONE is not set",
		"notify:\n  webhook: {env: PLAIN}":                      ":2: webhook: expected https: http is for this machine alone",
		"notify:\n  webhook: {env: WORD}":                       expected,
		"notify:\n  webhook: {env: FTP}":                        expected,
		"notify:\n  webhook: {env: BROKEN}":                     expected,
		"notify: {channel: x}":                                  `notify: "channel" is unknown, expected one of actions, clusters, webhook`,
		"notify: {clusters: prod}":                              ":1: notify: expected a webhook, found none",
		"notify: {webhook: {env: HOOK}, clusters: \"[a\"}":      `clusters: "[a" is no glob`,
		"notify: {webhook: {env: HOOK}, actions: [deplyo]}":     `actions: "deplyo" is none, expected one of breaker,`,
		"notify: {webhook: {env: HOOK}, actions: {deploy: on}}": "actions: expected a text, found a mapping",
	} {
		_, err := config.Load(config.Flags{File: write(t, yaml)}, env(
			"HOOK", hook, "PLAIN", "http://hooks.example.com/hunter2", "WORD", "hunter2", "FTP", "ftp://localhost/hunter2", "BROKEN", "https://a\x7f/hunter2"))
		if fault.ClassOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s\ngives %v\nwant  %s", yaml, err, want)
		}
	}
	for _, yaml := range []string{"notify:", "notify: {webhook: {env: LOCAL}}"} {
		if _, err := config.Load(config.Flags{File: write(t, yaml)}, env("LOCAL", "http://localhost:1/x")); err != nil {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}
