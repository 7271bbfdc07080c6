package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/cli/command"
)

func TestAPlaceNeedsATerminal(t *testing.T) {
	r := run(t.Context(), command.Streams{}, "prod/web", "logs")
	if r.code != 2 || !strings.Contains(r.err, "the console needs a terminal") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}

func TestUsageThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, text string }{
		{"statsu", `there is no command "statsu": did you mean status?`},
		{"xyzzy", `there is no command "xyzzy", and the console, which would look for it, needs a terminal; see gantry --help`},
		{"status --nope", "unknown flag: --nope; see gantry status --help"},
		{"env set --nope", "unknown flag: --nope; see gantry env set --help"},
		{"status a b", "expected: gantry status [CLUSTER[/SERVICE]]"},
		{"status -o yaml", `-o "yaml" is unknown, expected table, json`},
		{"deploy prod/api", "--image is missing"},
		{"deploy prod/api --image a=:1 --image a=:2", `--image "a=:2": that container has an image already`},
		{"deploy prod/api --image =:1", `--image "=:1": expected a container's name before =`},
		{"deploy", "expected: gantry deploy CLUSTER/SERVICE --image"},
		{"scale prod/api", "expected: gantry scale CLUSTER/SERVICE COUNT"},
		{"scale prod/api many", `count "many": expected a whole number, 0 or more`},
		{"scale prod/api -- -1", `count "-1": expected a whole number, 0 or more`},
		{"restart prod/api --timeout soon", `invalid argument "soon" for "--timeout" flag`},
		{"restart prod/api --timeout=-5s", "--timeout -5s: expected a positive duration"},
		{"restart prod/api --wait --no-wait", "--wait and --no-wait exclude each other"},
		{"deploy prod/api --image=:1 --rollback --no-wait", "--rollback waits for the verdict"},
		{"restart prod/api --override nope", `--override "nope": expected one of controller, `},
		{"scale prod/api 3 --rollback", "unknown flag: --rollback"},
		{"restart", "expected: gantry restart CLUSTER/SERVICE ..."},
		{"restart prod/api prod/web --rollback", "--rollback goes with one service"},
		{"restart prod/api web", `"web": expected CLUSTER/SERVICE`},
		{"stop prod", `"prod": expected CLUSTER/TASK, such as prod/`},
		{"stop prod/web/1234", `"prod/web/1234": expected CLUSTER/TASK`},
		{"stop arn:aws:ecs:eu-west-1:1:service/prod/web", "expected the ARN of a task, or CLUSTER/TASK"},
		{"drain i-0863dc1371644bceb", "expected CLUSTER/INSTANCE, such as prod/i-"},
		{"run prod", `"prod": expected CLUSTER/FAMILY or CLUSTER/FAMILY:REVISION`},
		{"run prod/job:two", `"job:two": expected FAMILY:REVISION, such as web:12`},
		{"run prod/job --env A", "--env number 1: expected NAME=VALUE"},
		{"run prod/job --count 0", "--count 0: expected 1 or more"},
		{"run prod/job --command a -- b", "--command and words after -- exclude each other"},
		{"run prod/job --container a", "--container names what --command and --env change"},
		{"run", "expected: gantry run CLUSTER/FAMILY[:REVISION] [-- WORD ...]"},
		{"deregister web", `"web": expected a revision as well, such as web:12`},
		{"deregister prod/web:1", `"prod/web:1": expected FAMILY:REVISION`},
		{"deregister web:", `"web:": expected FAMILY:REVISION`},
		{"diff web:1", "expected: gantry diff BEFORE AFTER"},
		{"diff web:1 prod/", `"prod/": expected CLUSTER/SERVICE`},
		{"diff arn:aws:ecs:eu-west-1:1:task-definition/web:1 web:2", "such as web:1"},
		{"breaker prod/api", "expected: gantry breaker CLUSTER/SERVICE on|off"},
		{"breaker prod/api maybe", `"maybe": expected on or off`},
		{"breaker prod/api off --rollback", "--rollback and --no-rollback go with on"},
		{"breaker prod/api on --rollback --no-rollback", "exclude each other"},
		{"strategy", "expected: gantry strategy CLUSTER/SERVICE [PROVIDER=WEIGHT[,BASE] ...]"},
		{"strategy prod/api FARGATE", `"FARGATE": expected PROVIDER=WEIGHT[,BASE]`},
		{"strategy prod/api FARGATE=1 --launch-type", "--launch-type goes without capacity providers"},
		{"scaling prod/api --suspend --resume", "--suspend and --resume exclude each other"},
		{"secrets", "expected: gantry secrets CLUSTER/SERVICE [NAME=VALUEFROM ...]"},
		{"secrets prod/api TOKEN", "argument 1 after the service: expected NAME=VALUEFROM"},
		{"env set prod/api --rename A", `--rename "A": expected OLD=NEW`},
		{"env set prod/api --rename A=B --rename A=C", "A is renamed already"},
		{"history prod", `"prod": expected CLUSTER/SERVICE`},
		{"history prod/api -o yaml", `-o "yaml" is unknown, expected table, json`},
		{"rollback prod/api --pin some", `--pin "some": expected moved, all or none`},
		{"status --context nope", `context "nope": no configuration file names any context`},
		{"status --config /nowhere/x.yaml", "open /nowhere/x.yaml: no such file"},
		{"status --endpoint nowhere", "--endpoint: expected an address"},
		{"sim --scenario wrong", `unknown scenario "wrong": want one of steady, bad-image`},
		{"sim --speed 0", "speed is 0: want more than 0"},
		{"sim --clusters=-1", "clusters is -1: want 0 to 100"},
		{"sim --listen here", "give --listen an address of this machine as HOST:PORT"},
	} {
		r := run(t.Context(), command.Streams{In: strings.NewReader("")}, strings.Fields(c.args)...)
		if r.code != 2 || !strings.Contains(r.err, c.text) || strings.Count(r.err, "\n") != 1 || r.out != "" {
			t.Errorf("gantry %s: exit code %d\n%s%s", c.args, r.code, r.out, r.err)
		}
	}
}

func TestTheSimulatorTellsWhatItServes(t *testing.T) {
	help := run(t.Context(), command.Streams{}, "sim", "--help")
	for _, text := range []string{"a release fails          bad-image, crash-loop", "what AWS writes          stop-reasons, events", "DescribeTaskSets", "\n  iam\n    GetRole"} {
		if help.code != 0 || !strings.Contains(help.out, text) {
			t.Errorf("the help lacks %q:\n%s", text, help.out)
		}
	}
	bare := run(t.Context(), command.Streams{}, "sim", "--scenario")
	if bare.code != 2 || !strings.Contains(bare.err, "other ways to deploy     blue-green, code-deploy") {
		t.Errorf("code %d: %s", bare.code, bare.err)
	}
	if other := run(t.Context(), command.Streams{}, "sim", "--nope"); other.code != 2 || !strings.Contains(other.err, "see gantry sim --help") {
		t.Errorf("code %d: %s", other.code, other.err)
	}
}

func TestAFaultyConfigurationNamesEachLine(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("refresh: never\nnope: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t.Context(), command.Streams{}, "status", "--config", file).wants(t, 2, "c.yaml:1", "c.yaml:2")
}

// TestNamedContextsNeedNoOther: where the usual one cannot be had, they still can.
func TestNamedContextsNeedNoOther(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		file := filepath.Join(t.TempDir(), "c.yaml")
		context := "{region: eu-west-1, endpoint: '" + a.url + "'}"
		if err := os.WriteFile(file, []byte("contexts: {near: "+context+", far: "+context+"}"), 0o600); err != nil {
			t.Fatal(err)
		}
		all := func(named ...string) result {
			usual := map[string]string{"AWS_PROFILE": "none-is-called-so"}
			s := command.Streams{Wire: a.net, Getenv: func(name string) string { return usual[name] }}
			return run(t.Context(), s, append([]string{"status", "--all", "--config", file}, named...)...)
		}
		all("@all").wants(t, 0, "catalog:4")
		all("@far").wants(t, 0, "catalog:4")
		all().wants(t, 2, `there is no profile "none-is-called-so"`)
	})
}

const demoHint = "gantry: to look around without an account: gantry --demo\n"

func TestNowhereToStart(t *testing.T) {
	t.Run("no terminal", func(t *testing.T) {
		run(t.Context(), command.Streams{}).wants(t, 2, "the console needs a terminal", demoHint)
	})
	t.Run("no region", func(t *testing.T) {
		t.Setenv("AWS_REGION", "")
		run(t.Context(), command.Streams{}, "status").wants(t, 2, "no region is configured (name one with --region, or set AWS_REGION)", demoHint)
		run(t.Context(), command.Streams{Terminal: true}).wants(t, 2, "no region is configured", demoHint)
	})
	t.Run("no credentials", func(t *testing.T) {
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		run(t.Context(), command.Streams{}, "status").wants(t, 2, "gantry: ", demoHint)
		run(t.Context(), command.Streams{Terminal: true}).wants(t, 2, "gantry: ", demoHint)
	})
	t.Run("no such profile", func(t *testing.T) {
		run(t.Context(), command.Streams{}, "status", "--profile", "nope").wants(t, 2, `there is no profile "nope" in the shared config`, demoHint)
	})
}

func TestWhereACommandGoes(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.net["spare.test"] = a.RoundTripper()
		file := filepath.Join(t.TempDir(), "c.yaml")
		content := "memory: off\ncontexts:\n  live:\n    region: eu-central-1\n    endpoint: " + a.url + "\n  spare:\n    region: eu-west-1\n    endpoint: http://spare.test\ncontext: live\n"
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ flags, env, context string }{
			{"", "", "default/eu-central-1@" + a.url},
			{"--context spare", "", "default/eu-west-1@http://spare.test"},
			{"--region us-east-1", "", "default/us-east-1@" + a.url},
			{"--context spare --endpoint " + a.url, "", "default/eu-west-1@" + a.url},
			{"", "AWS_REGION=ap-south-1", "default/eu-central-1@" + a.url},
		} {
			getenv := func(name string) string {
				if value, ok := strings.CutPrefix(c.env, name+"="); ok {
					return value
				}
				return ""
			}
			args := append([]string{"status", "-o", "json", "--config", file}, strings.Fields(c.flags)...)
			r := run(t.Context(), command.Streams{Getenv: getenv, Wire: a.net}, args...).wants(t, 0)
			if got := r.object(t)["context"]; got != c.context {
				t.Errorf("%s %s goes to %v, want %s", c.flags, c.env, got, c.context)
			}
		}
	})
}

func TestTheDemoNeedsNothing(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_REGION", "")
	run(t.Context(), command.Streams{}, "status", "--demo").wants(t, 0, "prod     ACTIVE")
	run(t.Context(), command.Streams{}, "env", "prod/catalog", "--demo").wants(t, 0, "DB_HOST")
}

func TestCompletionAndHelp(t *testing.T) {
	t.Parallel()
	help := run(t.Context(), command.Streams{}, "--help").wants(t, 0, "completion ", "deploy ", "--readonly")
	if help.err != "" {
		t.Errorf("help on standard error: %s", help.err)
	}
	run(t.Context(), command.Streams{}, "completion", "bash").wants(t, 0, "__start_gantry")
	run(t.Context(), command.Streams{}, "__complete", "env", "-o", "").wants(t, 0, "table\njson\ndotenv\n")
	run(t.Context(), command.Streams{}, "__complete", "r").wants(t, 0, "restart\t", "rollback\t").lacks(t, "status\t")
	run(t.Context(), command.Streams{}, "--version").wants(t, 0, "gantry version test\n")
}

func TestAnInterruptedChangeSaysWhatGoesOn(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		errs := &watched{marks: []string{"rolling: "}, seen: func(int) { cancel() }}
		r := a.runWith(ctx, command.Streams{Err: errs}, "restart", "prod/catalog", "--yes")
		r.err = errs.all.String()
		r.wants(t, 130, "interrupted: what was started goes on in ECS (see gantry status prod/catalog)")
	})
}

func TestSimServesUntilItIsTold(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready := make(chan string, 1)
	out := &watched{marks: []string{"logstash-*"}}
	out.seen = func(int) { ready <- out.all.String() }
	ended := make(chan result)
	go func() {
		ended <- run(ctx, command.Streams{Out: out}, "sim", "--listen", "127.0.0.1:0", "--scenario", "steady", "--speed", "50")
	}()
	addresses := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindAllString(<-ready, -1)
	if len(addresses) != 4 || addresses[0] != addresses[1] || addresses[0] == addresses[2] || addresses[2] != addresses[3] {
		t.Fatalf("printed\n%s", out.all.String())
	}
	run(t.Context(), command.Streams{}, "status", "--endpoint", addresses[0]).wants(t, 0, "prod     ACTIVE")
	// The configuration is the one that it prints.
	file := filepath.Join(t.TempDir(), "c.yaml")
	printed := regexp.MustCompile(`echo '(.*)' > sim\.yaml; export GANTRY_CONFIG=sim\.yaml`).FindStringSubmatch(out.all.String())
	if len(printed) != 2 {
		t.Fatalf("no configuration for the log store:\n%s", out.all.String())
	}
	if err := os.WriteFile(file, []byte(printed[1]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t.Context(), command.Streams{}, "logs", "prod/catalog", "--endpoint", addresses[0], "--config", file).wants(t, 0, "(gelf)")

	busy := strings.TrimPrefix(addresses[0], "http://")
	run(t.Context(), command.Streams{}, "sim", "--listen", busy).wants(t, 2, "something listens there already", "choose another address with --listen")
	cancel()
	select {
	case r := <-ended:
		r.wants(t, 0)
		if r.err != "" {
			t.Errorf("said %s", r.err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}
