package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/internal/cli/command"
	"gantry/internal/config"
)

func TestTheConfigurationIsChecked(t *testing.T) {
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "gantry.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for text, c := range map[string]struct {
		code int
		says []string
	}{
		"refresh: 20s\nkeys: {bind: {logs: f9}}\n":        {0, []string{"gantry.yaml: nothing is wrong: 0 contexts, 0 rules, 1 own key, 0 own commands, 0 own themes\n"}},
		"refresh: soon\nscreen: {asci: true}\n":           {2, []string{"gantry.yaml:1: refresh: expected", `gantry.yaml:2: screen: "asci" is unknown`}},
		"keys: {bind: {targtes: [t]}}\n":                  {2, []string{`"targtes": did you mean targets?`}},
		"logs:\n  endpoints: [a\n":                        {2, []string{"gantry.yaml:"}},
		"notify: {webhook: {env: NO_SUCH_HOOK}}\n":        {2, []string{"NO_SUCH_HOOK is not set"}},
		"notify: {webhook: https://hooks.test/T1/secret}": {2, []string{"a secret does not belong into this file"}},
	} {
		r := run(t.Context(), command.Streams{}, "config", "check", file(text))
		if r.code != c.code {
			t.Errorf("%q ends with %d: %s%s", text, r.code, r.out, r.err)
		}
		for _, want := range c.says {
			if !strings.Contains(r.out+r.err, want) {
				t.Errorf("%q: %q is not told in\n%s%s", text, want, r.out, r.err)
			}
		}
		if strings.Contains(r.out+r.err, "T1/secret") {
			t.Errorf("the address is told: %s", r.err)
		}
	}
	for _, args := range [][]string{{"config", "chekc"}, {"config", "check", "a", "b"}, {"config", "schema", "x"}} {
		if r := run(t.Context(), command.Streams{}, args...); r.code != 2 || !strings.Contains(r.err, "expected") {
			t.Errorf("%s ends with %d: %s", args, r.code, r.err)
		}
	}
	if r := run(t.Context(), command.Streams{}, "config", "check", filepath.Join(t.TempDir(), "none.yaml")); r.code != 2 {
		t.Errorf("a file that does not exist ends with %d: %s", r.code, r.err)
	}
	t.Setenv("LOGS_API_KEY", "key")
	t.Setenv("DEPLOYS_WEBHOOK", "https://hooks.test/T1")
	if r := run(t.Context(), command.Streams{}, "config", "check", file(config.Example)); r.code != 0 {
		t.Errorf("the example is refused: %s", r.err)
	}
	if r := run(t.Context(), command.Streams{}, "config", "example"); r.out != config.Example || r.code != 0 {
		t.Errorf("the example is %q", r.out)
	}
	if r := run(t.Context(), command.Streams{}, "config", "schema"); r.out != string(config.Schema()) || r.code != 0 {
		t.Errorf("the schema is %q", r.out)
	}
}
