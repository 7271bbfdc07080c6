package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gantry/internal/config"
)

const owned = `
commands:
  flush:
    key: ctrl+g
    on: [service, task]
    run: [cachectl, flush, --cluster, $CLUSTER, "${SERVICE}"]
    each: true
  top: {run: 'htop -p $(pgrep "$SERVICE")', shell: true, output: terminal, changes: false, on: services}
rules:
  - {action: command flush, confirm: name}
  - {action: "command *", deny: true, reason: no}
notify: {webhook: {env: HOOK}, actions: [command flush]}
`

func TestCommandsAreReadInTheirOrder(t *testing.T) {
	cfg, err := config.Load(config.Flags{File: write(t, owned)}, env("HOOK", hook))
	if err != nil {
		t.Fatal(err)
	}
	flush, top := cfg.Commands[0], cfg.Commands[1]
	if flush.Name != "flush" || flush.Key != "ctrl+g" || !slices.Equal(flush.On, []string{"service", "task"}) || len(flush.Run) != 5 || !flush.Changes || !flush.Each || flush.Terminal || flush.Shell {
		t.Errorf("%+v", flush)
	}
	if top.Name != "top" || top.Changes || !top.Terminal || !top.Shell || top.Run[0].Text() != `htop -p $(pgrep "$SERVICE")` {
		t.Errorf("%+v", top)
	}
	if len(cfg.Rules) != 2 || !cfg.Notify.Wants("x", "command flush") || cfg.Notify.Wants("x", "command top") {
		t.Errorf("%+v", cfg.Rules)
	}
}

func TestACommandThatIsWrongSaysWhere(t *testing.T) {
	for yaml, want := range map[string]string{
		"commands:\n  a:\n    run: [x,\n      $SRVICE]":                           ":4: run: $SRVICE is no variable, expected one of $CONTEXT,",
		"commands:\n  a:\n    run: x $SERVICE":                                    ":3: run: expected a list, the program and each of its arguments",
		"commands:\n  a:\n    run: []":                                            ":3: run: expected a list",
		"commands:\n  a:\n    key: f9":                                            ":2: command a: expected run:",
		"commands:\n  a: {run: [x], shell: true}":                                 ":2: run: expected one text for the shell, found a list",
		"commands:\n  a b: {run: [x]}":                                            `:2: commands: "a b" is no name of a command`,
		"commands:\n  a: {run: [x], output: window}":                              `:2: output: "window" is unknown, expected one of screen, terminal`,
		"commands:\n  a: {run: [x], changes: perhaps}":                            `:2: changes: expected true or false, found "perhaps"`,
		"commands:\n  a: {run: [x], each: true, output: terminal}":                ":2: command a: the terminal is handed over to one program at a time",
		"commands:\n  a: {run: [x]}\nrules:\n  - {action: command b, deny: true}": `:4: action: "command b" is none`,
		"rules:\n  - {action: command, deny: true}":                               `:2: action: "command" is none`,
		// A rule on what changes nothing would never be asked about.
		"commands:\n  a: {run: [x], changes: false}\nrules:\n  - {action: command a, deny: true}": `:4: action: "command a" is none`,
		"commands: [a]": ":1: commands: expected a mapping of names to values, found a list",
	} {
		_, err := config.Load(config.Flags{File: write(t, yaml)}, env())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", yaml, err, want)
		}
	}
}

// TestWhatAJudgeRefusesComesWithItsLineAmongTheOthers, in the order of the file.
func TestWhatAJudgeRefusesComesWithItsLineAmongTheOthers(t *testing.T) {
	file := write(t, "keys:\n  bind:\n    a: [x]\n    b: [y]\nrefresh: never\ncommands:\n  c:\n    key: z\n    run: [x]\n")
	judge := func(cfg config.Config) (wrong []config.Wrong) {
		if len(cfg.Keys.Bind) != 2 || len(cfg.Commands) != 1 {
			t.Errorf("it is given %+v", cfg)
		}
		for _, at := range []string{"commands.c.key", "keys.bind.b", "commands.c"} {
			wrong = append(wrong, config.Wrong{Setting: at, Err: errors.New("no")})
		}
		return wrong
	}
	_, err := config.Load(config.Flags{File: file}, env(), judge)
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	at := -1
	for _, want := range []string{":4: keys.bind.b: no", ":5: refresh: expected", ":7: commands.c: no", ":8: commands.c.key: no"} {
		i := strings.Index(err.Error(), want)
		if i <= at {
			t.Errorf("%q is not told in its place in\n%v", want, err)
		}
		at = i
	}
}

// TestWhatWasFoundIsTold where it is no secret.
func TestWhatWasFoundIsTold(t *testing.T) {
	for yaml, want := range map[string]string{
		"screen: {mouse: often}":                       `found "often"`,
		"keep_revisions: ten":                          `found "ten"`,
		"rules: all":                                   `found "all"`,
		"memory: forever":                              `found "forever"`,
		"writing: {readonly: 1}":                       `found "1"`,
		"notify: https://hooks.x/T1/s3":                "found a value",
		"contexts: AKIAIOSFODNN7EXAMPLE":               "found a value",
		"rules: [ ]\nkeys: " + strings.Repeat("k", 40): "found a value",
	} {
		_, err := config.Load(config.Flags{File: write(t, yaml)}, env())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}
