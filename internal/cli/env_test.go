package cli_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/awsx/document"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
)

func TestEnvShowsAndMasks(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "env", "prod/payments").wants(t, 0,
			"payments       DB_HOST             postgres.internal\n", "payments       DB_PASSWORD         "+clean.Mask+"\n",
			"payments       SIGNING_SECRET      from arn:aws:ssm:", "metrics-agent  PORT").lacks(t, "demo-payments-pw")
		o := a.run(t, "env", "prod/catalog", "-o", "json").wants(t, 0).object(t)
		if o["taskDefinition"] != "catalog:4" || o["service"] != "catalog" {
			t.Errorf("got %v", o)
		}
		for _, row := range o["variables"].([]any) {
			row := row.(map[string]any)
			_, valued := row["value"]
			if secret := row["name"] == "DB_PASSWORD"; valued == secret || (row["masked"] == true) != secret {
				t.Errorf("got %v", row)
			}
		}
		a.run(t, "env", "prod/payments", "--container", "nope").wants(t, 2, `--container "nope": expected one of payments, metrics-agent`)
		a.run(t, "env", "prod/payments", "-o", "dotenv").wants(t, 2, "name one of payments, metrics-agent with --container")
		a.run(t, "env", "prod/payments", "-o", "yaml").wants(t, 2, `-o "yaml" is unknown, expected table, json, dotenv`)
		if lines, _ := a.journal(t); lines != nil {
			t.Errorf("looking was recorded: %s", lines)
		}
	})
}

func TestRevealIsRecorded(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "env", "prod/payments", "--container", "payments", "-o", "dotenv", "--reveal").wants(t, 0)
		vars, err := document.ParseDotenv(r.out)
		if err != nil || len(vars) != 6 {
			t.Fatalf("%d variables, %v in\n%s", len(vars), err, r.out)
		}
		if last := vars[5]; last.Name != "DB_PASSWORD" || last.Value.Reveal() != "demo-payments-pw" {
			t.Errorf("the last is %s", last.Name)
		}
		lines, kinds := a.journal(t)
		if kinds != "end shown\n" || !strings.Contains(lines[0], `"service":"payments","action":"reveal"`) || strings.Contains(lines[0], "demo-payments-pw") {
			t.Errorf("the journal says %s", lines)
		}
	})
}

// TestEnvMasksThePartOfAValueThatIsSecret is about values with a password among other
// things, and about files of variables, in each output.
func TestEnvMasksThePartOfAValueThatIsSecret(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		a.run(t, "env", "set", "prod/catalog", "--yes", "--no-wait",
			"JDBC=jdbc:postgresql://db/app?user=a&password=canary77", `CONFIG={"db":{"password":"canary77"},"n":1}`,
			"OPTS=-Xmx1g -Dapp.password=canary77 -Dx=y", "NOTE=a\x1b[2Jb").wants(t, 0).lacks(t, "canary77")
		a.editing(t, `sed -i 's/"environment": \[/"environmentFiles": [{"value":"arn:aws:s3:::conf\/app.env","type":"s3"}], "environment": [/' "$1"`,
			"", "--confirm", "catalog", "--override", "in-progress").wants(t, 0)
		m := clean.Mask
		a.run(t, "env", "prod/catalog").wants(t, 0, "?user=a&password="+m+"\n", `{"db":{"password":"`+m+`"},"n":1}`,
			"-Xmx1g -Dapp.password="+m+" -Dx=y", "(file)", "from arn:aws:s3:::conf/app.env").lacks(t, "canary77", "\x1b")
		o := a.run(t, "env", "prod/catalog", "-o", "json").wants(t, 0, `"value": "jdbc:postgresql://db/app?user=a&password=`+m+`"`).lacks(t, "canary77").object(t)
		if got := fmt.Sprint(o["environmentFiles"]); got != "[map[arn:arn:aws:s3:::conf/app.env container:catalog]]" {
			t.Errorf("the files are %s", got)
		}
		file := a.run(t, "env", "prod/catalog", "-o", "dotenv").
			wants(t, 0, "# and the variables of arn:aws:s3:::conf/app.env\n", "?user=a&password="+m, "DB_PASSWORD="+m+"\n", "a\x1b[2Jb").lacks(t, "canary77")
		if _, err := document.ParseDotenv(file.out); !errors.Is(err, clean.ErrMasked) {
			t.Errorf("a file with masks is read back: %v", err)
		}
		onScreen := command.Streams{In: strings.NewReader(""), Watched: true}
		a.runWith(t.Context(), onScreen, "env", "prod/catalog", "-o", "dotenv").wants(t, 0, `a\x1b[2Jb`).lacks(t, "\x1b", "canary77")
		a.run(t, "env", "prod/catalog", "--reveal").wants(t, 0, "password=canary77")
	})
}

// now returns the variables that a service has.
func (a *account) now(t *testing.T, service string) string {
	t.Helper()
	return a.run(t, "env", service, "-o", "dotenv", "--reveal").wants(t, 0).out
}

func TestEnvSetMergesUnsetsAndReplaces(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		set := func(args ...string) result {
			return a.run(t, append([]string{"env", "set", "prod/catalog", "--yes", "--no-wait", "--override", "in-progress"}, args...)...)
		}
		set("LOG_LEVEL=debug", "GREETING=a b=c", "--unset", "DB_USER").wants(t, 0, "add GREETING", "unset DB_USER")
		got := a.now(t, "prod/catalog")
		for _, want := range []string{"LOG_LEVEL=debug\n", "GREETING=\"a b=c\"\n", "DB_HOST=postgres.internal\n", "DB_PASSWORD=demo-catalog-pw\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("want %s in\n%s", want, got)
			}
		}
		if strings.Contains(got, "DB_USER") {
			t.Errorf("DB_USER is still there:\n%s", got)
		}
		set("ONLY=this", "--replace").wants(t, 0)
		if got := a.now(t, "prod/catalog"); got != "ONLY=this\n" {
			t.Errorf("after --replace:\n%s", got)
		}
	})
}

func TestEnvSetFromAFile(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		file := filepath.Join(t.TempDir(), "new.env")
		if err := os.WriteFile(file, []byte("# ours\nexport A=1\nB='two words'\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		a.run(t, "env", "set", "prod/catalog", "--from-file", file, "B=argument wins", "--yes", "--no-wait").wants(t, 0)
		if got := a.now(t, "prod/catalog"); !strings.Contains(got, "A=1\n") || !strings.Contains(got, `B="argument wins"`) {
			t.Errorf("got\n%s", got)
		}
		stdin := command.Streams{In: strings.NewReader("C=3\n")}
		a.runWith(t.Context(), stdin, "env", "set", "prod/catalog", "--from-file", "-", "--yes", "--no-wait", "--override=in-progress").wants(t, 0)
		if got := a.now(t, "prod/catalog"); !strings.Contains(got, "C=3\n") {
			t.Errorf("got\n%s", got)
		}
	})
}

func TestBadVariablesAreNamedNotShown(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		file := filepath.Join(t.TempDir(), "bad.env")
		if err := os.WriteFile(file, []byte("GOOD=1\nhunter2\nA='hunter2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			args  []string
			texts []string
		}{
			{[]string{"prod/catalog", "--from-file", file}, []string{"bad.env: ", "line 2: expected NAME=VALUE, found no =", "line 3: "}},
			{[]string{"prod/catalog", "--from-file", "/nowhere"}, []string{"--from-file: open /nowhere"}},
			{[]string{"prod/catalog", "A=1", "hunter2"}, []string{"argument 2 after the service: expected NAME=VALUE"}},
			{[]string{"prod/catalog", "1A=hunter2"}, []string{`variable name "1A": expected a letter`}},
			{[]string{"prod/catalog", "A=" + clean.Mask}, []string{"variable A: "}},
			{[]string{"prod/catalog", "A=hunter2", "--unset", "A"}, []string{"variable A is both set and unset"}},
			{[]string{"prod/catalog", "--unset", "NOPE"}, []string{`container catalog has no variable "NOPE" to unset`}},
			{[]string{"prod/payments", "A=hunter2"}, []string{"several containers: name one of payments, metrics-agent"}},
			{[]string{"prod/payments", "SIGNING_SECRET=hunter2", "--container=payments"}, []string{"variable SIGNING_SECRET is a secret of container payments"}},
			{[]string{"prod/catalog", "A=hunter2", "--container=nope"}, []string{`container "nope" is not in the task definition: expected one of catalog`}},
			{[]string{"prod/catalog"}, []string{"nothing to change: give NAME=VALUE, --unset, --rename or --from-file"}},
			{nil, []string{"expected: gantry env set CLUSTER/SERVICE"}},
		} {
			a.run(t, append([]string{"env", "set"}, c.args...)...).wants(t, 2, c.texts...).lacks(t, "hunter2")
		}
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}
