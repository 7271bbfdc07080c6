package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/internal/config"
)

// refused is what is wrong with a configuration.
func refused(t *testing.T, yaml string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(config.Flags{File: file}, func(string) string { return "" }, Judge)
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestKeysAreJudgedWithTheRestAndTheirLines: each at the line that brings it, a key that would
// run two actions once for all screens.
func TestKeysAreJudgedWithTheRestAndTheirLines(t *testing.T) {
	got := refused(t, `refresh: never
keys:
  bind:
    logs: [s]
    scael: [f9]
    restart: [hyper+x, hyper+y]
commands:
  warm: {key: shift+r, run: [x], on: [service]}
  cool: {key: f8, run: [x], on: [services]}
  chill: {key: f8, run: [x], on: [faults, services]}
  chart: {key: F8, run: [x], on: [task]}
`)
	for _, want := range []string{
		`:1: refresh: expected`,
		`:4: keys.bind.logs: key "s" runs logs and scale on faults, services`,
		`:4: keys.bind.logs: key "s" runs logs and shell on `,
		`:5: keys.bind.scael: no action is named "scael": did you mean scale?`,
		`:6: keys.bind.restart: key "hyper+x": unknown modifier "hyper"`,
		`:6: keys.bind.restart: key "hyper+y": unknown modifier "hyper"`,
		`:8: commands.warm.key: key "R" runs rules-to-it and warm on faults, services`,
		`:10: commands.chill.key: key "f8" runs cool and chill on services`,
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is told %d times in\n%s", want, strings.Count(got, want), got)
		}
	}
	if strings.Contains(got, "commands.chart") || strings.Contains(got, "own.yaml:9:") {
		t.Errorf("what is right is told:\n%s", got)
	}
	if got := refused(t, "keys: {bind: {warm: [f7]}}\ncommands: {warm: {key: l, run: [x]}}"); got != "" {
		t.Errorf("keys that take the place of a command's own are refused: %s", got)
	}
}

// TestACommandHidesNothingAndStandsOnRowsThatThereAre.
func TestACommandHidesNothingAndStandsOnRowsThatThereAre(t *testing.T) {
	for yaml, want := range map[string]string{
		"commands:\n  restart: {run: [x]}":                 `:2: commands.restart: "restart" is an action already`,
		"commands:\n  q: {run: [x]}":                       `:2: commands.q: "q" is an action already`,
		"commands:\n  svc: {run: [x]}":                     `:2: commands.svc: "svc" is a screen already`,
		"commands:\n  ctx: {run: [x]}":                     `:2: commands.ctx: "ctx" is a list of contexts already`,
		"commands:\n  x1:\n    on: [sevice]\n    run: [x]": `:3: commands.x1.on: "sevice" is unknown, expected a kind of rows, one of cluster, container,`,
		"commands:\n  x1: {on: logs, run: [x]}":            `:2: commands.x1.on: "logs" is unknown`,
		"commands:\n  x1: {on: [task, images], run: [x]}":  "",
	} {
		if got := refused(t, yaml); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s\ngot  %s\nwant %s", yaml, got, want)
		}
	}
}

// TestTheExamplesOfThePageAreTaken as they stand there.
func TestTheExamplesOfThePageAreTaken(t *testing.T) {
	page, err := os.ReadFile("../../docs/own.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```yaml\n")[1:]
	for _, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		if got := refused(t, "contexts: {lab: {profile: lab}}\n"+text); got != "" {
			t.Errorf("%s\n%s", got, text)
		}
	}
	if len(blocks) < 2 {
		t.Errorf("%d examples", len(blocks))
	}
}
