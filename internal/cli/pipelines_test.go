package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
)

// inDirectory is steady for a test in a directory of its own, which has files.
func inDirectory(t *testing.T, files map[string]string, act func(*testing.T, *account)) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) { act(t, newAccount(t, sim.Options{Scenario: seed.Steady})) })
}

// TestATargetThatIsLeftOutIsTheDirectorys: of every command that wants a service, and it is said.
func TestATargetThatIsLeftOutIsTheDirectorys(t *testing.T) {
	inDirectory(t, map[string]string{"ecspresso.yml": "region: eu-west-1\ncluster: staging\nservice: '{{ env `SERVICE_NAME` `users` }}'\n"}, func(t *testing.T, a *account) {
		for _, words := range []string{
			"history", "targets", "tasks", "env", "secrets", "scaling", "strategy", "why", "events", "images", "export", "logs --limit 1", "metrics", "wait",
			"deploy --image :nope --dry-run --override image", "env set A=http://b/c --dry-run", "scale 2 --dry-run", "breaker off --dry-run", "restart --dry-run", "exec --dry-run -- true", "forward :80 --dry-run",
		} {
			r := a.run(t, strings.Fields(words)...)
			if !strings.Contains(r.err, "by ecspresso.yml this is about staging/users in eu-west-1\n") || strings.Contains(r.out, "by ecspresso") || strings.Contains(r.err, "expected: gantry") {
				t.Errorf("gantry %s ended with %d:\n%s%s", words, r.code, r.out, r.err)
			}
		}
		a.run(t, "restart", "--yes", "--no-wait").wants(t, 0, "staging/users")
		// One that is named is meant, and what is wrong with it said of it.
		for _, words := range []string{"history prod/web", "scale prod/web", "scale prod/web x", "events prod", "why prod", "logs prod/web --limit 1", "rollback prod", "deploy prod --image :a", "status", "alarms"} {
			a.run(t, strings.Fields(words)...).lacks(t, "staging/users")
		}
		a.run(t, "run").wants(t, 2, "expected: gantry run CLUSTER/FAMILY")
		a.run(t, "history", "--region", "eu-west-1").wants(t, 0, "this is about staging/users\n")
	})
}

// TestADirectorySaysNothingItCannot: what it takes from elsewhere is an error, and without a
// file everything is as it was.
func TestADirectorySaysNothingItCannot(t *testing.T) {
	inDirectory(t, map[string]string{"ecspresso.yml": "cluster: staging\nservice: '{{ tfstate `x` }}'\n"}, func(t *testing.T, a *account) {
		a.run(t, "history").wants(t, 2, "ecspresso.yml: invalid: its service is not known without ecspresso (name CLUSTER/SERVICE on the command line)")
		a.run(t, "history", "prod/web").wants(t, 0)
		a.run(t, "scale", "3").wants(t, 2, "expected: gantry scale CLUSTER/SERVICE COUNT")
		if err := os.Remove("ecspresso.yml"); err != nil {
			t.Fatal(err)
		}
		a.run(t, "history").wants(t, 2, "expected: gantry history CLUSTER/SERVICE")
	})
}

// TestOwnersAreWarnedOf in the plan of whatever alters their service.
func TestOwnersAreWarnedOf(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		b, err := os.ReadFile(a.file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(a.file, append(b, "owners: {'prod/*': ecspresso, 'staging/web': Terraform}\n"...), 0o600); err != nil {
			t.Fatal(err)
		}
		const warns = "warning  owner: ecspresso deploys this service (owners in the configuration): the next ecspresso deploy undoes this"
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--dry-run").wants(t, 0, warns)
		a.run(t, "scale", "prod/catalog", "4", "--dry-run").wants(t, 0, warns)
		a.run(t, "restart", "prod/catalog", "--dry-run").wants(t, 0).lacks(t, "owner:")
		a.run(t, "scale", "staging/web", "2", "--dry-run").wants(t, 0, "the next Terraform apply undoes this")
		a.run(t, "scale", "staging/users", "2", "--dry-run").wants(t, 0).lacks(t, "owner:")
	})
}

// TestWaitsForAnImageThatIsPushed: a deploy begins once it is there, and is refused as ever
// where it never comes.
func TestWaitsForAnImageThatIsPushed(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		time.AfterFunc(70*time.Second, func() { a.PushImage("catalog", "v9.9.9", ecr.Behaviour{}) })
		began, before := time.Now(), len(calls(a))
		r := a.run(t, "deploy", "prod/catalog", "--image", ":v9.9.9", "--yes", "--no-wait", "--pin", "--wait-for-image", "5m").wants(t, 0,
			"- waiting for the image, for 5m0s at most: 1 image not pushed yet: ", "/catalog:v9.9.9", "- the image is there after 1m", "/catalog@sha256:")
		if took := time.Since(began); took < 70*time.Second || took > 2*time.Minute {
			t.Errorf("it took %s", took)
		}
		looks := 0
		for _, c := range calls(a)[before:] {
			if c == "DescribeImages" {
				looks++
			}
		}
		if looks > 20 || strings.Contains(r.out, "waiting") {
			t.Errorf("ECR was asked %d times\n%s", looks, r.out)
		}
		began = time.Now()
		a.run(t, "deploy", "prod/users", "--image", ":v7.7.7", "--yes", "--wait-for-image", "90s").wants(t, command.ExitRefused, "- waited 1m30s in vain: 1 image not pushed yet: ", "refused: image: not in its repository: ")
		if took := time.Since(began); took < 90*time.Second || took > 3*time.Minute {
			t.Errorf("it took %s", took)
		}
		began = time.Now()
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--dry-run", "--wait-for-image", "5m").wants(t, 0).lacks(t, "waiting")
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--dry-run", "--wait-for-image", "-5m").wants(t, 2, "positive duration")
		a.run(t, "deploy", "prod/catalog", "--image", "nobody=:v1", "--dry-run", "--wait-for-image", "5m").wants(t, 2, "nobody")
		a.Inject(sim.Fault{Operation: "DescribeImages", Kind: sim.Deny})
		a.run(t, "deploy", "prod/catalog", "--image", ":v8.8.8", "--dry-run", "--wait-for-image", "5m").wants(t, 0, "skipped  image: ").lacks(t, "waiting")
		if took := time.Since(began); took > time.Minute {
			t.Errorf("what needs no waiting took %s", took)
		}
	})
}

// TestWaitsForAStage: with the code of what became of the deployment, whoever started it.
func TestWaitsForAStage(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		a.run(t, "wait", "prod/catalog", "--stage", "nonsense").wants(t, 2, "expected one of rolling, draining, paused, ended, reconcile-service")
		a.run(t, "wait", "prod/catalog").wants(t, 0, "prod/catalog: succeeded: no deployment is in progress: catalog runs catalog:4")
		o := a.run(t, "wait", "prod/catalog", "--stage", "bake-time", "-o", "json").wants(t, 2, "no deployment of catalog is in progress, and the last one shifted no traffic: it never came to bake-time").object(t)
		if at(t, o, "error", "class") != "usage" {
			t.Errorf("got %v", o)
		}
		a.run(t, "wait", "prod/catalog", "--stage", "draining").wants(t, 0, "prod/catalog: succeeded: no deployment is in progress, and the last one completed, past draining: catalog runs catalog:4")
		readable := a.Inject(sim.Fault{Operation: "ListServiceDeployments", Kind: sim.Deny})
		a.run(t, "wait", "prod/catalog", "--stage", "bake-time").wants(t, 1, "no record says how the last one ended: whether it came to bake-time is not known")
		a.run(t, "wait", "prod/catalog").wants(t, 0)
		readable()
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes", "--no-wait").wants(t, 0)
		a.run(t, "wait", "prod/catalog", "--stage", "BAKE_TIME").wants(t, 2, "shifts no traffic: it never comes to bake-time")
		a.run(t, "wait", "prod/catalog", "--stage", "rolling").wants(t, 0, "prod/catalog: reached: catalog:5 has come to rolling")
		o = a.run(t, "wait", "prod/catalog", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "outcome") != "succeeded" || at(t, o, "inProgress") != true || !strings.HasPrefix(at(t, o, "deployment").(string), "ecs-svc/") {
			t.Errorf("got %v", o)
		}
		a.run(t, "wait", "prod/api-orders", "--timeout", "30s").wants(t, command.ExitTimedOut, "prod/api-orders: timed out: ")
		if got := a.changes(); len(got) != 2 {
			t.Errorf("sent %v", got)
		}
	})
}

// TestWaitEndsAsADeployDoes when what it waits for is rolled back, before or while it waits.
func TestWaitEndsAsADeployDoes(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "breaker", "prod/api-orders", "on", "--yes").wants(t, 0)
		a.run(t, "deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes", "--no-wait").wants(t, 0)
		a.run(t, "wait", "prod/api-orders", "--stage", "ended").wants(t, command.ExitRolledBack, "prod/api-orders: rolled back: ")
		a.run(t, "wait", "prod/api-orders").wants(t, command.ExitRolledBack, "prod/api-orders: rolled back: the last deployment was rolled back: api-orders runs api-orders:5")
	})
}

// TestAPageTellsAChange: its plan, its verdict and the last words of what failed.
func TestAPageTellsAChange(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "breaker", "prod/api-orders", "on", "--yes").wants(t, 0)
		r := a.run(t, "deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes", "-o", "markdown").wants(t, command.ExitRolledBack)
		for _, part := range []string{
			"## deploy prod/api-orders: rolled back\n", "| where | ", "production: its name has", "| before | api-orders:5, ", "\n```diff\n--- api-orders:5\n", "\n### Last lines of api-orders in task ", "\n```text\n", "KeyError: 'DB\\_URL'", "KeyError: 'DB_URL'",
		} {
			if part != "KeyError: 'DB\\_URL'" && !strings.Contains(r.out, part) {
				t.Errorf("%q is not in\n%s", part, r.out)
			}
		}
		a.run(t, "deploy", "prod/catalog", "--image", ":nope", "--yes", "-o", "markdown").wants(t, 5, "## deploy prod/catalog: refused\n", "| failed | image | not in its repository: ")
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--dry-run", "-o", "markdown").wants(t, 0, "## deploy prod/catalog: dry run\n", "### Calls\n\n```sh\nREVISION=$(", "aws ecs update-service ")
		a.run(t, "deploy", "prod/nothing", "--image", ":v1", "--yes", "-o", "markdown").wants(t, 2, "## gantry deploy failed\n\n")
		a.run(t, "restart", "prod/catalog", "prod/users", "--yes", "-o", "markdown").wants(t, 0, "## restart: done\n\n### restart prod/catalog: succeeded\n")
	})
}

// TestWhatWasDoneIsNotAdvised: to read the lines that are shown; where none is, it is.
func TestWhatWasDoneIsNotAdvised(t *testing.T) {
	for _, shown := range []bool{true, false} {
		t.Run(fmt.Sprint("lines shown ", shown), func(t *testing.T) {
			steady(t, func(t *testing.T, a *account) {
				a.run(t, "breaker", "prod/api-orders", "on", "--yes").wants(t, 0)
				if !shown {
					delete(a.net, logsHost)
				}
				r := a.run(t, "deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes", "-o", "json").wants(t, command.ExitRolledBack)
				var o struct {
					LastLines *struct{}
					Findings  []printing.Trouble
				}
				if err := json.Unmarshal([]byte(r.out), &o); err != nil || (o.LastLines != nil) != shown || len(o.Findings) == 0 {
					t.Fatalf("%v\n%s", err, r.out)
				}
				advised := slices.ContainsFunc(o.Findings, func(f printing.Trouble) bool {
					return slices.ContainsFunc(f.Next, func(s printing.Step) bool {
						return s.Do == "read lines" && s.Text == "read the last lines of the container's log"
					})
				})
				if advised == shown || strings.Contains(r.out, "read the last lines") == shown {
					t.Errorf("that it is advised is %t\n%s", advised, r.out)
				}
			})
		})
	}
}

// onGitHub runs a command as a step of a job there.
func (a *account) onGitHub(t *testing.T, args ...string) result {
	t.Helper()
	return a.runWith(t.Context(), command.Streams{In: strings.NewReader(""), Getenv: func(name string) string {
		if name == "GITHUB_ACTIONS" {
			return "true"
		}
		return os.Getenv(name)
	}}, args...)
}

// TestNothingFromOutsideIsACommandToGitHub: not in what containers wrote, in names, variables,
// images or what somebody typed, whatever prints it. The annotations are gantry's own.
func TestNothingFromOutsideIsACommandToGitHub(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		const bad = "::set-output name=x::y"
		a.run(t, "env", "set", "prod/catalog", "BAD="+bad, "LINES=a\n::add-mask::b\r::stop-commands::c", "OLD=##[add-mask]d", "FENCE=```\n## gone", "--yes").wants(t, 0)
		container, _ := a.container(t, "prod/catalog")
		for _, message := range []string{bad, "   \u00a0" + bad, "x\r" + bad, "text ##[set-output name=x]y", "::error file=a::b"} {
			a.write(t, container, message, time.Now())
		}
		commanded := func(output string) (lines []string) {
			for _, line := range strings.FieldsFunc(output, func(r rune) bool { return r == '\n' || r == '\r' }) {
				if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") || strings.Contains(line, "##[") {
					lines = append(lines, line)
				}
			}
			return lines
		}
		saw := 0
		for _, words := range []string{
			"env prod/catalog", "env prod/catalog -o json", "env prod/catalog -o dotenv", "env prod/catalog --reveal -o dotenv", "logs prod/catalog --limit 50", "logs prod/catalog --limit 50 -o json", "status prod", "history prod/catalog", "diff catalog:4 catalog",
			"diff catalog:4 catalog -o json", "export prod/catalog", "export prod/catalog -o json", "deploy prod/catalog --image :v3.3.1 --dry-run", "deploy prod/catalog --image :v3.3.1 --dry-run -o markdown", "deploy prod/catalog --image :v3.3.1 --dry-run -o json",
			"env set prod/catalog --unset BAD --unset LINES --dry-run -o markdown", "env set prod/catalog --unset OLD --dry-run", "events prod/catalog", "why prod/catalog", "run prod/catalog:5 --dry-run", "rollback prod/catalog --dry-run",
		} {
			r := a.onGitHub(t, strings.Fields(words)...)
			for _, line := range commanded(r.out + "\n" + r.err) {
				if line != "::endgroup::" && !strings.HasPrefix(line, "::group::plan: ") && !strings.HasPrefix(line, "::error title=gantry") {
					t.Errorf("gantry %s: %q", words, line)
				}
			}
			saw += strings.Count(r.out+r.err, "set-output")
			if strings.HasSuffix(words, "json") && !strings.HasPrefix(words, "logs") {
				var v any
				if err := json.Unmarshal([]byte(r.out), &v); err != nil {
					t.Errorf("gantry %s: %v", words, err)
				}
			}
		}
		if saw < 10 {
			t.Errorf("what was planted was printed %d times", saw)
		}
		for _, args := range [][]string{{"status", "\n" + bad}, {"status", bad}, {"history", "prod/" + bad}, {"deploy", "prod/catalog", "--image", bad}, {"scale", "prod/web", bad}, {bad}, {"status", "--" + bad}, {"logs", "prod/web", "--query", "\"\n" + bad}} {
			r := a.onGitHub(t, args...)
			for _, line := range commanded(r.out + "\n" + r.err) {
				if !strings.HasPrefix(line, "::error title=gantry") {
					t.Errorf("gantry %q: %q", args, line)
				}
			}
			if r.code == 0 || !strings.Contains(r.err, "\n::error title=gantry") {
				t.Errorf("gantry %q ended with %d, without an annotation:\n%s", args, r.code, r.err)
			}
		}
		if r := a.run(t, "status", "nowhere"); strings.Contains(r.err, "::") {
			t.Errorf("an annotation nobody reads: %s", r.err)
		}
	})
}

// TestWhatIsKeptFromBeingACommandIsSaid: and values in JSON stay what they are.
func TestWhatIsKeptFromBeingACommandIsSaid(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "env", "set", "prod/catalog", "OLD=##[add-mask]d", "--yes", "--no-wait").wants(t, 0)
		a.onGitHub(t, "env", "prod/catalog").wants(t, 0, "## [add-mask]d", "warning: 1 text would have been a command to the host of this job")
		a.run(t, "env", "prod/catalog").wants(t, 0, "##[add-mask]d").lacks(t, "warning")
		o := a.onGitHub(t, "env", "prod/catalog", "-o", "json").wants(t, 0).lacks(t, "warning", "##[").object(t)
		found := false
		for _, v := range o["variables"].([]any) {
			found = found || at(t, v, "value") == "##[add-mask]d"
		}
		if !found {
			t.Errorf("the value is another: %v", o)
		}
	})
}

// TestGitLabFoldsThePlan between marks on standard error.
func TestGitLabFoldsThePlan(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.runWith(t.Context(), command.Streams{In: strings.NewReader(""), Getenv: func(name string) string {
			if name == "GITLAB_CI" {
				return "true"
			}
			return os.Getenv(name)
		}}, "restart", "prod/catalog", "--dry-run")
		if !strings.Contains(r.err, ":gantry_plan[collapsed=true]\r\x1b[0Kplan: restart prod/catalog\n") || !strings.Contains(r.err, ":gantry_plan\r\x1b[0K\n") || strings.Contains(r.out, "section_") {
			t.Errorf("got %q", r.err)
		}
	})
}

// TestThePageOfPipelinesShowsTheExamples as they are, which are run on the simulator.
func TestThePageOfPipelinesShowsTheExamples(t *testing.T) {
	page, err := os.ReadFile("../../docs/pipeline.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir("../../docs/examples")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile("../../docs/examples/" + f.Name())
		if err != nil || !strings.Contains(string(page), "\n"+string(text)+"```\n") {
			t.Errorf("docs/pipeline.md does not show %s as it is (%v)", f.Name(), err)
		}
	}
}

// TestWaitsForThePlatformOfAnImage: a build pushes its platforms one by one, and the tag means
// the last of them.
func TestWaitsForThePlatformOfAnImage(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		a.PushImage("catalog", "v9.9.9", ecr.Behaviour{Platforms: []string{"linux/arm64"}})
		time.AfterFunc(time.Minute, func() {
			a.PushImage("catalog", "v9.9.9", ecr.Behaviour{Platforms: []string{"linux/amd64", "linux/arm64"}})
		})
		began, before := time.Now(), len(calls(a))
		a.run(t, "deploy", "prod/catalog", "--image", ":v9.9.9", "--yes", "--no-wait", "--wait-for-image", "5m").wants(t, 0,
			"- waiting for the image, for 5m0s at most: catalog:v9.9.9 is built for linux/arm64 and the task definition wants linux/amd64", "- the image is there after 1m")
		if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
			t.Errorf("it took %s", took)
		}
		if n := len(calls(a)) - before; n > 120 {
			t.Errorf("it took %d calls", n)
		}
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.5.0-arm64", "--yes", "--wait-for-image", "30s").wants(t, command.ExitRefused, "- waited 30s in vain: ", "gantry: refused: ", "platform: catalog:v3.5.0-arm64 is built for linux/arm64")
	})
}

// TestWaitsForTheStagesOfAShift of traffic, up to the hook that holds it up; and not for those
// of which another controller knows.
func TestWaitsForTheStagesOfAShift(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen, Speed: 10}, func(t *testing.T, a *account) {
		a.run(t, "wait", "prod/storefront", "--stage", "PRE_SCALE_UP").wants(t, 0, "prod/storefront: reached: ", "has come to pre-scale-up")
		a.run(t, "wait", "prod/storefront", "--stage", "paused").wants(t, 0, "has come to paused")
		a.run(t, "wait", "prod/storefront", "--stage", "bake-time", "--timeout", "20s").wants(t, command.ExitTimedOut)
		a.run(t, "continue", "prod/storefront", "--yes", "--no-wait").wants(t, 0)
		a.run(t, "wait", "prod/storefront", "--stage", "bake-time").wants(t, 0, "has come to bake-time")
		a.run(t, "wait", "prod/storefront").wants(t, 0)
		a.run(t, "wait", "prod/storefront", "--stage", "bake-time").wants(t, 0, "prod/storefront: succeeded: no deployment is in progress, and the last one completed, past bake-time: ")
		a.run(t, "wait", "prod/ranking").wants(t, 0, "prod/ranking: succeeded")
		a.run(t, "wait", "prod/billing").wants(t, 2, "the deployment controller CODE_DEPLOY owns the deployments of this service: wait for it there")
	})
}
