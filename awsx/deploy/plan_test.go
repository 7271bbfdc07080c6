package deploy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/internal/fault"
)

func TestADeployRegistersAndUpdates(t *testing.T) {
	p := newFake(t).plan(t, SetImages{Images: map[string]string{"web": ":1.1"}})
	if len(p.Steps) != 2 {
		t.Fatalf("%d steps", len(p.Steps))
	}
	if p.Before != "api:7, web "+registry+"/web:1.0" || p.After != "new revision, web "+registry+"/web:1.1" {
		t.Errorf("summary is %q", p.Summary())
	}
	for _, want := range []string{
		"--- api:7", "+++ api:new",
		`-      "image": "` + registry + `/web:1.0"`,
		`+      "image": "` + registry + `/web:1.1"`,
	} {
		if !strings.Contains(p.Diff, want) {
			t.Errorf("the difference lacks %q:\n%s", want, p.Diff)
		}
	}
	if n := strings.Count(p.Diff, "\n+") + strings.Count(p.Diff, "\n-"); n != 3 { // +++ and one line each
		t.Errorf("the difference has more than the image:\n%s", p.Diff)
	}
	if len(p.Carried) != 1 || p.Carried[0] != "quantumMode" {
		t.Errorf("carried fields are %v", p.Carried)
	}
	if p.Leaves != "leaves at least 2 of 4 tasks during the deployment" {
		t.Errorf("leaves: %s", p.Leaves)
	}
	want := []string{
		"# an AWS CLI that does not know these fields leaves them out: quantumMode\n" +
			"REVISION=$(doc=$(mktemp); trap 'rm -f \"$doc\"' EXIT\n" +
			"  aws ecs describe-task-definition --profile main --region eu-west-1 --task-definition api:7 --include TAGS --output json |\n" +
			"  jq '. as $answer | .taskDefinition | del(." + strings.Join(document.ReadOnlyFields(), ", .") + ")" +
			` | .tags = [$answer.tags[]? | select(.key | ascii_downcase | startswith("aws:") | not)] | if .tags == [] then del(.tags) else . end` +
			` | .containerDefinitions |= ((.[] | select(.name == "web")) |= (.image = "` + registry + "/web:1.1\"))' > \"$doc\" &&\n" +
			"  aws ecs register-task-definition --profile main --region eu-west-1 --query taskDefinition.taskDefinitionArn --output text --cli-input-json \"file://$doc\")",
		`aws ecs update-service --profile main --region eu-west-1 --cluster prod --service api --task-definition "$REVISION"`,
	}
	if got := p.Commands(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("commands are\n%s", strings.Join(got, "\n"))
	}
}

func TestScalingSendsACountAndNothingElse(t *testing.T) {
	p := newFake(t).plan(t, Scale{6})
	if got := strings.Join(p.Commands(), "\n"); got != "aws ecs update-service --profile main --region eu-west-1 --cluster prod --service api --desired-count 6" {
		t.Errorf("commands are %s", got)
	}
	if p.Diff != "" || p.Before != "4 tasks" || p.After != "6 tasks" || p.Leaves != "adds 2 tasks to 4" {
		t.Errorf("plan is %+v", p)
	}
}

func TestScalingNeedsNoRightToReadDefinitions(t *testing.T) {
	f := newFake(t)
	f.definitions = nil
	if p := f.plan(t, Scale{6}); p.Timeout() < follow.MinTimeout {
		t.Errorf("timeout is %s", p.Timeout())
	}
}

func TestIntentsThatChangeNothingRegisterNothing(t *testing.T) {
	for name, intent := range map[string]Intent{
		"same image":    SetImages{Images: map[string]string{"web": ":1.0"}},
		"same value":    SetEnv{map[string]edits.Env{"web": {Set: vars("LOG_LEVEL", "info")}}},
		"no edit":       SetEnv{},
		"same count":    Scale{4},
		"same revision": UseRevision{"7"},
	} {
		_, err := newFake(t).tryPlan(intent)
		if fault.ClassOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), "nothing changed") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestIntentsThatCannotBe(t *testing.T) {
	cases := []struct {
		name   string
		intent Intent
		change func(*fake)
		want   string
	}{
		{"no image", SetImages{}, nil, "no image is given"},
		{"negative count", Scale{-1}, nil, "expected a count of 0 or more"},
		{"a daemon's count", Scale{2}, func(f *fake) { f.service.SchedulingStrategy = "DAEMON" }, "has no count"},
		{"revision", UseRevision{"seven"}, nil, "expected a number, family:number or a task definition ARN"},
		{"missing revision", UseRevision{"99"}, nil, "no such revision"},
		{"no service", Restart{}, func(f *fake) { f.service.Name = "" }, "no such service"},
		{"task sets", Restart{}, func(f *fake) { f.service.TaskDefinition, f.service.Controller = "", "EXTERNAL" }, "its deployment controller (EXTERNAL) runs task sets"},
		{"too large", SetEnv{map[string]edits.Env{"web": {Set: vars("BIG", strings.Repeat("x", 70000))}}}, nil, "the service admits 65536"},
	}
	for _, c := range cases {
		f := newFake(t)
		if c.change != nil {
			c.change(f)
		}
		if _, err := f.tryPlan(c.intent); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestRollingBackUsesTheRevisionOrACopyOfIt(t *testing.T) {
	f := newFake(t)
	p := f.plan(t, UseRevision{"6"})
	if len(p.Steps) != 1 || !strings.HasSuffix(p.Commands()[0], "--task-definition api:6") {
		t.Errorf("an active revision gives %v", p.Commands())
	}
	if !strings.HasPrefix(p.After, "api:6 (1.0@aaaaaaaa") {
		t.Errorf("the way back is %q, which does not say the digest that it will run", p.After)
	}
	f.definitions[revisionARN("api", 6)].Status = "INACTIVE"
	p = f.plan(t, UseRevision{revisionARN("api", 6)})
	if len(p.Steps) != 2 || !strings.HasPrefix(p.After, "a copy of api:6 (") {
		t.Errorf("an inactive revision gives %v", p.Commands())
	}
	if c := found(t, p, check.Revision); c.Result != check.Warning || !strings.Contains(c.Text, "INACTIVE") {
		t.Errorf("check is %+v", c)
	}
}

func TestTiers(t *testing.T) {
	image := SetImages{Images: map[string]string{"web": ":1.1"}}
	env := SetEnv{map[string]edits.Env{"web": {Unset: []string{"LOG_LEVEL"}}}}
	runs := func(digest string) func(*fake) {
		return func(f *fake) {
			f.images["123456789012.dkr.ecr.eu-west-1.amazonaws.com/proxy latest"] = awsx.Image{}
			f.tasks = []awsx.Task{{TaskDefinition: f.service.TaskDefinition, Containers: []awsx.Container{{Name: "web", ImageDigest: digest}}}}
			td := f.definitions[f.service.TaskDefinition]
			td.Raw = awsx.Document(strings.Replace(string(td.Raw), "nginx:1.27", "nginx@"+digestA, 1))
			td.Containers[1].Image = "nginx@" + digestA
		}
	}
	cases := []struct {
		name    string
		intent  Intent
		cluster string
		change  func(*fake)
		want    policy.Tier
	}{
		{"deploy", image, "prod", nil, policy.TierName},
		{"deploy outside production", image, "staging", nil, policy.TierConfirm},
		{"environment", env, "prod", nil, policy.TierName},
		{"scale up", Scale{5}, "prod", nil, policy.TierConfirm},
		{"scale down", Scale{3}, "prod", nil, policy.TierName},
		{"scale to nothing", Scale{0}, "prod", nil, policy.TierBulk},
		{"scale to nothing outside production", Scale{0}, "dev-1", nil, policy.TierConfirm},
		{"roll back", UseRevision{"6"}, "prod", nil, policy.TierConfirm},
		{"a newer revision", UseRevision{"7"}, "prod", func(f *fake) {
			f.service.TaskDefinition = revisionARN("api", 6)
		}, policy.TierName},
		{"restart on the same digest", Restart{}, "prod", runs(digestA), policy.TierConfirm},
		{"restart of a moved tag", Restart{}, "prod", runs(digestB), policy.TierName},
		{"restart on who knows what", Restart{}, "prod", nil, policy.TierName},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.service.Ref.Cluster = strings.Replace(clusterARN, "prod", c.cluster, 1)
			if c.change != nil {
				c.change(f)
			}
			p := f.plan(t, c.intent)
			if p.Tier != c.want {
				t.Errorf("tier is %d, want %d", p.Tier, c.want)
			}
		})
	}
}

func found(t *testing.T, p Plan, name string) check.Finding {
	t.Helper()
	for _, c := range p.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %s in %+v", name, p.Checks)
	return check.Finding{}
}

func TestChecksHoldADeployUpAndAMitigationNot(t *testing.T) {
	f := newFake(t)
	f.service.Deployments[0].RolloutState = "IN_PROGRESS"
	deploy := f.plan(t, SetImages{Images: map[string]string{"web": ":1.1"}})
	if b := deploy.Blocking(); len(b) != 1 || b[0].Name != check.InProgress {
		t.Errorf("a deploy is held up by %+v", b)
	}
	if b := deploy.Blocking(check.InProgress); len(b) != 0 {
		t.Errorf("overridden, a deploy is held up by %+v", b)
	}
	if b := f.plan(t, UseRevision{"6"}).Blocking(); len(b) != 0 {
		t.Errorf("a roll back is held up by %+v", b)
	}
	f.service.Controller = "CODE_DEPLOY"
	if b := f.plan(t, UseRevision{"6"}).Blocking(); len(b) != 1 || b[0].Name != check.Controller {
		t.Errorf("a roll back that CodeDeploy owns is held up by %+v", b)
	}
}

// TestNoSecretLeavesThroughAPlan plants values and searches everything that a
// plan is shown or printed as.
func TestNoSecretLeavesThroughAPlan(t *testing.T) {
	f := newFake(t)
	td := f.definitions[f.service.TaskDefinition]
	labelled := strings.Replace(string(td.Raw), `"stopTimeout":30`,
		`"stopTimeout":30,"command":["serve","--db=postgres://u:old-canary@db/x"],"dockerLabels":{"api.token":"old-canary"},"logConfiguration":{"logDriver":"splunk","options":{"splunk-token":"old-canary"}}`, 1)
	f.add(t, labelled)
	p := f.plan(t, SetEnv{map[string]edits.Env{"web": {Set: vars("DB_PASSWORD", "new-canary", "SENTRY_DSN", "new-canary", "LOG_LEVEL", "debug", "URL", "https://me:new-canary@host/")}}})
	shown, err := json.Marshal(struct {
		Plan  Plan
		Steps []step.Description
	}{p, []step.Description{p.Steps[0].Describe(), p.Steps[1].Describe()}})
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"the difference": p.Diff, "the old text": p.Old, "the new text": p.New, "the plan as JSON": string(shown),
		"%v": fmt.Sprintf("%v", p), "%+v": fmt.Sprintf("%+v", p), "%#v": fmt.Sprintf("%#v", p), "the commands": strings.Join(p.Commands(), "\n"),
	} {
		if strings.Contains(text, "canary") {
			t.Errorf("%s shows a planted secret:\n%s", what, text)
		}
	}
	for _, want := range []string{"(masked) changed", `"SENTRY_DSN"`, `+        {"name": "LOG_LEVEL", "value": "debug"}`} {
		if !strings.Contains(p.Diff, want) {
			t.Errorf("the difference lacks %q:\n%s", want, p.Diff)
		}
	}
	if p.After != "new revision, web set LOG_LEVEL, set DB_PASSWORD, add SENTRY_DSN, add URL" {
		t.Errorf("after is %q", p.After)
	}
}

func TestAnUnchangedSecretIsNoDifference(t *testing.T) {
	p := newFake(t).plan(t, SetEnv{map[string]edits.Env{"web": {Set: vars("LOG_LEVEL", "debug")}}})
	if strings.Contains(p.Diff, "changed") {
		t.Errorf("the difference marks a secret that stayed:\n%s", p.Diff)
	}
}

func TestCommandsAreQuotedForAShell(t *testing.T) {
	f := newFake(t)
	f.service.Name = "it's"
	f.service.Ref.Context.Profile = "a b"
	got := f.plan(t, Scale{5}).Commands()[0]
	if !strings.Contains(got, `--profile 'a b'`) || !strings.Contains(got, `--service 'it'\''s'`) {
		t.Errorf("command is %s", got)
	}
}

// TestAVariableMoreIsOneLineMore guards against differences in which a comma or
// the other half of a pair makes the neighbour of a change look changed.
func TestAVariableMoreIsOneLineMore(t *testing.T) {
	p := newFake(t).plan(t, SetEnv{Containers: map[string]edits.Env{"web": {Set: []awsx.EnvVar{{Name: "ZONE", Value: "a"}}}}})
	var changed []string
	for _, line := range strings.Split(p.Diff, "\n")[2:] {
		if strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-") {
			changed = append(changed, line)
		}
	}
	if want := `+        {"name": "ZONE", "value": "a"}`; len(changed) != 1 || changed[0] != want {
		t.Errorf("changed are %q, want %q", changed, want)
	}
}
