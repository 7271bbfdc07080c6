package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/snapshot"
	"gantry/awsx/snapshot/replay"
	"gantry/internal/canarytest"
	"gantry/internal/difference"
)

// snapshot saves what an account says, and returns the file.
func (a *account) snapshot(t *testing.T, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "snapshot.json")
	a.run(t, append([]string{"snapshot", "-o", file}, args...)...).wants(t, 0, file+": ")
	return file
}

// standing is what commands say of an account, in JSON.
func (a *account) standing(t *testing.T, args ...string) string {
	all := map[string]any{}
	for _, command := range []string{
		"status", "status prod", "status staging", "status prod/api-checkout", "status prod/api-orders", "status prod/web", "env prod/api-checkout",
	} {
		r := a.run(t, append(append(strings.Fields(command), "-o", "json"), args...)...)
		said := map[string]any{"code": r.code}
		if r.code == 0 {
			said = r.object(t)
			delete(said, "context")
			delete(said, "recorded")
			services, _ := said["services"].([]any)
			for _, one := range services {
				delete(one.(map[string]any), "context")
			}
		}
		all[command] = said
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// TestASnapshotReplayedStandsAsItsAccountDid compares what commands say of an account
// with what they say of its snapshot, which was taken while it stood still.
func TestASnapshotReplayedStandsAsItsAccountDid(t *testing.T) {
	for _, scenario := range []seed.Scenario{seed.Demo, seed.Steady, seed.BlueGreen, seed.CrashLoop, seed.NoCapacity} {
		t.Run(string(scenario), func(t *testing.T) {
			live(t, sim.Options{Scenario: scenario, Speed: 0.01}, func(t *testing.T, a *account) {
				for range 20 {
					before := a.standing(t)
					file := a.snapshot(t)
					if before != a.standing(t) {
						time.Sleep(10 * time.Minute)
						continue
					}
					// At this address nobody answers: what is looked at is the file alone.
					alone := &account{url: "http://nobody.test", file: a.file}
					if d := difference.Patch("account", "snapshot", before, alone.standing(t, "--replay", file)); d != "" {
						t.Error(d)
					}
					return
				}
				t.Fatal("the account never stood still")
			})
		})
	}
}

// TestASnapshotKeepsNoSecret plants secrets in an account and searches its snapshot.
func TestASnapshotKeepsNoSecret(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		canarytest.Plant(t, a.RoundTripper(), "staging", "web")
		masked, err := os.ReadFile(a.snapshot(t, "staging/web"))
		if err != nil {
			t.Fatal(err)
		}
		canarytest.Hunt(t, "the snapshot", string(masked))
		revealed, err := os.ReadFile(a.snapshot(t, "staging", "--reveal"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(revealed), canarytest.Secrets()[0].Parts[0]) {
			t.Error("what was revealed is masked")
		}
	})
}

func TestAnAnonymousSnapshotNamesNoAccount(t *testing.T) {
	const number = "604019283746"
	live(t, sim.Options{Scenario: seed.Steady, AccountID: number}, func(t *testing.T, a *account) {
		file := a.snapshot(t, "--anonymous")
		saved, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(saved), number) {
			t.Error("the account's number is in the file")
		}
		for _, arn := range regexp.MustCompile(`arn:aws:ecs:eu-west-1:(\d{12}):`).FindAllStringSubmatch(string(saved), -1) {
			if arn[1] != "111111000001" {
				t.Fatalf("the account is %s in one place", arn[1])
			}
		}
		a.run(t, "status", "prod/web", "--replay", file).wants(t, 0, "ok", "4/4", "8/8")
	})
}

func TestASnapshotIsReadableByItsOwnerAlone(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		file := a.snapshot(t, "staging/users")
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
		if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
			t.Errorf("beside it lie %v", left)
		}
		// Of one service it holds that alone.
		a.run(t, "status", "--replay", file).wants(t, 0, "staging").lacks(t, "prod")
		a.run(t, "status", "staging", "--replay", file).wants(t, 0, "users").lacks(t, "catalog")
		a.run(t, "snapshot", "-o", t.TempDir()).wants(t, 2, "that is not a file")
		a.run(t, "snapshot").wants(t, 2, "expected: gantry snapshot [CLUSTER[/SERVICE]] -o FILE")
		a.run(t, "snapshot", "prod/none", "-o", file).wants(t, 2, "no such service")
	})
}

func TestNothingChangesASnapshot(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		file := a.snapshot(t, "staging/users")
		for _, command := range []string{"scale staging/users 3 --yes", "restart staging/users --yes", "env set staging/users A=1 --yes"} {
			a.run(t, append(strings.Fields(command), "--replay", file)...).wants(t, 5, "a snapshot of ", "is open, which nothing changes (start without --replay)")
		}
		a.run(t, "status", "--replay", file, "--demo").wants(t, 2, "are two accounts")
	})
}

// TestWhatCouldNotBeReadIsNoEmptyList: a snapshot tells of a refusal as the account did.
func TestWhatCouldNotBeReadIsNoEmptyList(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeTargetHealth", Kind: sim.Deny})
		a.Inject(sim.Fault{Service: "ecs", Operation: "DescribeTasks", Kind: sim.ServerError})
		file := filepath.Join(t.TempDir(), "snapshot.json")
		a.run(t, "snapshot", "staging/users", "-o", file).wants(t, 0, "warning: partial: ")
		for _, args := range [][]string{{}, {"--replay", file}} {
			r := a.run(t, append(args, "status", "staging", "-o", "json")...).wants(t, 0).object(t)
			if r["partial"] != true {
				t.Errorf("%v: %v", args, r)
			}
			service := r["services"].([]any)[0].(map[string]any)
			if len(args) > 0 && (service["status"] != "unknown" || service["diedInLastHour"] != nil) {
				t.Errorf("%v: %v", args, service)
			}
		}
	})
}

func TestWhatIsNoSnapshotIsSaidInWords(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		file := a.snapshot(t, "staging/users")
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(whole, &doc); err != nil {
			t.Fatal(err)
		}
		with := func(name string, value any) string {
			other := map[string]any{}
			for k, v := range doc {
				other[k] = v
			}
			other[name] = value
			out, _ := json.Marshal(other)
			return string(out)
		}
		for name, c := range map[string]struct{ content, says string }{
			"half of one":     {string(whole[:len(whole)/2]), "the snapshot is cut off"},
			"all but the end": {strings.TrimRight(string(whole), "}\n"), "the snapshot is cut off"},
			"newer":           {with("version", 7), "the snapshot has format 7, of a newer gantry"},
			"older than any":  {with("version", 0), "damaged"},
			"other JSON":      {`{"clusters":[]}`, "no snapshot of gantry"},
			"a list":          {`[1]`, "no snapshot of gantry"},
			"text":            {"hello\n", "no snapshot of gantry"},
			"nothing":         {"", "no snapshot of gantry"},
			"no time":         {with("taken", "0001-01-01T00:00:00Z"), "damaged: it does not say when it was taken"},
			"odd entities":    {with("entities", map[string]any{"services": []any{3}}), "damaged: number 1 of its services is no object"},
			"no entities":     {with("entities", 3), "damaged"},
		} {
			bad := filepath.Join(t.TempDir(), "bad.json")
			if err := os.WriteFile(bad, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"status", "--replay", bad}, {"sim", "--from", bad, "--listen", "127.0.0.1:0"}} {
				if r := a.run(t, args...); r.code != 2 || !strings.Contains(r.err, c.says) || strings.Count(r.err, "\n") > 2 {
					t.Errorf("%s: %d, %s", name, r.code, r.err)
				}
			}
		}
		a.run(t, "status", "--replay", filepath.Join(t.TempDir(), "none")).wants(t, 2, "no such file")
	})
}

// TestTheSnapshotOfAServiceHasItsPast compares what is told of a service's past.
func TestTheSnapshotOfAServiceHasItsPast(t *testing.T) {
	live(t, sim.Options{Speed: 0.01}, func(t *testing.T, a *account) {
		file := a.snapshot(t, "prod/api-orders")
		for _, command := range []string{"history prod/api-orders", "diff api-orders:4 prod/api-orders", "rollback prod/api-orders --dry-run"} {
			args := strings.Fields(command)
			was, is := a.run(t, args...), a.run(t, append(args, "--replay", file)...)
			if got := strings.ReplaceAll(is.out, "snapshot/eu-west-1", "default/eu-west-1@"+a.url); got != was.out || was.code != is.code {
				t.Errorf("%s: %s", command, difference.Patch("account", "snapshot", was.out+was.err, is.out+is.err))
			}
		}
	})
}

// TestASnapshotHasWhoCalledWhatAndHowAlarmsTurned: what events tell of an account is told of its
// snapshot, but for secrets; where CloudTrail is denied that is said, then and now.
func TestASnapshotHasWhoCalledWhatAndHowAlarmsTurned(t *testing.T) {
	const secret = "v4lue-th4t-n0body-sees"
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "env", "set", "prod/api-checkout", "API_TOKEN="+secret, "--yes", "--no-wait").wants(t, 0)
		if err := a.SetAlarm("api-checkout-unhealthy", "ALARM"); err != nil {
			t.Fatal(err)
		}
		file := a.snapshot(t, "prod/api-checkout", "--reveal")
		said := a.run(t, "events", "prod/api-checkout", "--kind", "change,alarm", "--replay", file).wants(t, 0, "api-checkout-unhealthy", "UpdateService")
		if saved, err := os.ReadFile(file); err != nil || !strings.Contains(string(saved), "RegisterTaskDefinition") || strings.Contains(said.out, secret) {
			t.Errorf("%v; %s", err, said.out)
		}
		a.Inject(sim.Fault{Service: "cloudtrail", Operation: "LookupEvents", Kind: sim.Deny})
		a.run(t, "snapshot", "prod/api-checkout", "-o", file).wants(t, 0, "warning: partial: ", "cloudtrail:LookupEvents")
		masked, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(masked), secret) {
			t.Errorf("%v; the secret is in it", err)
		}
		a.run(t, "events", "prod/api-checkout", "--kind", "change,alarm", "--replay", file).wants(t, 0, "api-checkout-unhealthy", "cloudtrail:LookupEvents").lacks(t, "UpdateService")
	})
}

// TestASnapshotHasTheLastLinesOfTasksThatFailed: where they are asked for, and at the
// snapshot's time.
func TestASnapshotHasTheLastLinesOfTasksThatFailed(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		a.wrote()
		with, without := a.snapshot(t, "prod/api-orders", "--logs"), a.snapshot(t, "prod/api-orders")
		time.Sleep(30 * time.Minute)
		a.run(t, "logs", "prod/api-orders", "--replay", with).wants(t, 0, "KeyError: 'DB_URL'")
		a.run(t, "logs", "prod/api-orders", "--replay", without).wants(t, 2, "the snapshot holds no log lines", "--logs")
	})
}

// TestASnapshotHasTheLinesOfAwslogs: of a task whose lines are in CloudWatch Logs, read
// back by gantry and, where the snapshot is served, by other clients.
func TestASnapshotHasTheLinesOfAwslogs(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		a.wrote()
		task := at(t, a.run(t, "status", "prod/recommendations", "-o", "json").wants(t, 0).object(t), "tasks", 0, "id").(string)
		if err := a.KillTask(task, 9); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute) // it has stopped, and the driver has sent what it collected
		file := a.snapshot(t, "prod/recommendations", "--logs")
		doc, err := snapshot.Load(file)
		if err != nil || len(doc.Lines) == 0 {
			t.Fatalf("%v, %d lines", err, len(doc.Lines))
		}
		line := doc.Lines[len(doc.Lines)-1]
		if line.Group != "/ecs/recommendations" || !strings.HasPrefix(line.Stream, "ecs/recommendations/") || !strings.HasSuffix(line.Task, task) {
			t.Errorf("%+v", line)
		}
		time.Sleep(2 * time.Hour)
		a.run(t, "logs", "prod/recommendations", "--replay", file, "--since", "15m").wants(t, 0, line.Message)
		a.run(t, "logs", "prod/recommendations", "--replay", file, "--follow").wants(t, 2, "in a snapshot nothing does")

		served, err := replay.New(doc)
		if err != nil {
			t.Fatal(err)
		}
		a.net["served.test"] = served.RoundTripper()
		other := &account{url: "http://served.test", file: a.file, net: a.net}
		other.run(t, "logs", "prod/recommendations", "--since", "4h").wants(t, 0, line.Message)
		other.run(t, "logs", "prod/recommendations", "--since", "5m").wants(t, 0).lacks(t, line.Message)
	})
}

// TestAPlanOnASnapshotIsMadeAtItsTime: how long a deployment has been stuck goes by the
// clock of the recording.
func TestAPlanOnASnapshotIsMadeAtItsTime(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 0.01}, func(t *testing.T, a *account) {
		if _, err := a.OperatorDeploys("prod", "payments", "v3.9.0"); err != nil {
			t.Fatal(err)
		}
		args := []string{"deploy", "prod/payments", "--image", "payments=:v3.8.0", "--dry-run"}
		was := a.run(t, args...)
		file := a.snapshot(t, "prod/payments")
		time.Sleep(time.Hour)
		is := a.run(t, append(args, "--replay", file)...)
		line := func(r result) string {
			for l := range strings.Lines(r.err) {
				if strings.Contains(l, " in-progress: ") {
					return l
				}
			}
			return ""
		}
		if line(was) == "" || line(was) != line(is) {
			t.Errorf("then %q, looking back %q\n%s", line(was), line(is), was.err)
		}
	})
}

// TestWhatARecordingDoesNotHoldIsSaidNotToBeInIt, rather than guessed.
func TestWhatARecordingDoesNotHoldIsSaidNotToBeInIt(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		file := a.snapshot(t, "prod/payments")
		time.Sleep(time.Minute)
		a.run(t, "deploy", "prod/payments", "--image", "payments=:v8", "--dry-run", "--replay", file).wants(t, 0,
			"recorded at ", "secrets: not all is known: not in the recording", "payments:v8: not in the recording")
		r := a.run(t, "status", "prod/payments", "-o", "json", "--replay", file).wants(t, 0).object(t)
		if _, err := time.Parse(time.RFC3339, r["recorded"].(string)); err != nil {
			t.Error(err)
		}
	})
}
