package deploy

import (
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
)

// TestAPlanNamesWhatDecidedAboutProduction and holds what is asked to it.
func TestAPlanNamesWhatDecidedAboutProduction(t *testing.T) {
	f := newFake(t)
	f.service.Ref.Cluster = strings.Replace(clusterARN, "prod", "devices", 1)
	f.service.Ref.Context.Profile = "main-developer"
	if p := f.plan(t, Scale{0}); !p.Production || p.Tier != policy.TierBulk || !strings.Contains(p.JudgedBy, "nothing says") {
		t.Errorf("%v, %s: %s", p.Production, p.Tier, p.JudgedBy)
	}
}

// remembering is what was read for an intent, with a history of the service.
func remembering(t *testing.T, f *fake, intent Intent, history string) read.Current {
	t.Helper()
	cur, err := Read(t.Context(), f, f.service.Ref, intent, read.Held{})
	if err != nil {
		t.Fatal(err)
	}
	cur.History.Value, cur.Revisions = past(history)
	cur.History.Err = nil
	if history == "denied" {
		cur.History.Err = fault.Errorf(fault.Denied, "ecs:ListServiceDeployments", "", "no")
	}
	return cur
}

// TestWhatIsAskedFollowsFromTheFinishedDraft: the same revision asks for the same by
// whichever verb it comes, and passes the checks only when it is known here.
func TestWhatIsAskedFollowsFromTheFinishedDraft(t *testing.T) {
	f := newFake(t)
	f.add(t, exampleJSON(5))
	f.add(t, exampleJSON(8))
	f.add(t, strings.NewReplacer(`"family":"api"`, `"family":"mail"`, "task-definition/api:6", "task-definition/mail:6").Replace(exampleJSON(6)))
	f.service.Deployments[0].RolloutState = "IN_PROGRESS" // which holds all else up
	for _, c := range []struct {
		name, history, to string
		tier              policy.Tier
		blocked           bool
	}{
		{"older and on record", "5a 6a 7a", "6", policy.TierConfirm, false},
		{"older, never here", "6a 7a", "5", policy.TierConfirm, true},
		{"older, rolled back from", "5a! 6a 7a", "5", policy.TierConfirm, true},
		{"older, and nothing is on record", "", "5", policy.TierConfirm, false},
		{"older, and the record is denied", "denied", "5", policy.TierConfirm, false},
		{"newer, never here", "6a 7a", "8", policy.TierName, true},
		{"newer, rolled back from", "7a 8a 7a", "8", policy.TierName, true},
		{"newer, and the record is denied", "denied", "8", policy.TierName, true},
		{"another family", "6a 7a", "mail:6", policy.TierName, true},
		{"older, with a tag that was pushed again", "6b 7a", "6", policy.TierConfirm, true},
	} {
		for _, intent := range []Intent{RollBack{To: c.to, Pin: PinNone}, UseRevision{c.to}} {
			p, err := Build(remembering(t, f, intent, c.history), intent, policy.Policy{NonProduction: policy.DefaultNonProduction()})
			if err != nil {
				t.Errorf("%s, %s: %v", c.name, intent.Action(), err)
				continue
			}
			if p.Tier != c.tier || (len(p.Blocking()) > 0) != c.blocked {
				t.Errorf("%s, %s: tier %s, held up by %+v", c.name, intent.Action(), p.Tier, p.Blocking())
			}
			if c.name == "older, never here" && found(t, p, check.Record).Result != check.Warning {
				t.Errorf("the record says %+v", found(t, p, check.Record))
			}
		}
	}
}

// TestTheWayBackPinnedToWhatRanIsAMitigation though a copy is registered.
func TestTheWayBackPinnedToWhatRanIsAMitigation(t *testing.T) {
	f := newFake(t)
	intent := RollBack{To: "6", Pin: PinAll}
	p, err := Build(remembering(t, f, intent, "6b 7a"), intent, policy.Policy{NonProduction: policy.DefaultNonProduction()})
	if err != nil || p.Tier != policy.TierConfirm || len(p.Steps) != 2 {
		t.Fatalf("%+v (%v)", p.Tier, err)
	}
	for _, c := range p.Checks {
		if !c.Advice && c.Name != check.Controller {
			t.Errorf("the check %s stands in the way", c.Name)
		}
	}
}

// TestARuleCoversWhateverComesToTheSame: another image is another image by whichever verb,
// and a rule on a service covers its tasks, its family's runs and its instances' drains.
func TestARuleCoversWhateverComesToTheSame(t *testing.T) {
	image := func(rules ...policy.Rule) []policy.Rule {
		return append(rules, policy.Rule{Service: "api", Action: "deploy", Deny: true, Reason: "frozen"})
	}
	env := []policy.Rule{{Service: "api", Action: "env", Deny: true, Reason: "frozen"}}
	on := func(action string) []policy.Rule {
		return []policy.Rule{{Service: "api", Action: action, Deny: true, Reason: "frozen"}}
	}
	d := newDesk()
	d.register(t, 2)
	task, instance := d.tasks(t)[0].Ref, d.instances(t)[0].Ref
	revision := d.api.In(d.service(t).TaskDefinition)
	edited := func(change string, to string) Intent {
		td, err := d.TaskDefinition(t.Context(), d.service(t).TaskDefinition)
		if err != nil {
			t.Fatal(err)
		}
		doc := strings.Replace(string(td.Raw), change, to, 1)
		if doc == string(td.Raw) {
			t.Fatalf("%s is not in %s", change, doc)
		}
		return EditDefinition{Document: awsx.Document(doc)}
	}
	td, err := d.TaskDefinition(t.Context(), d.service(t).TaskDefinition)
	if err != nil {
		t.Fatal(err)
	}
	other := edited(td.Containers[0].Image, td.Containers[0].Image+"x")
	more := edited(`"environment":[`, `"environment":[{"name":"A","value":"b"}`)
	for _, c := range []struct {
		name   string
		rules  []policy.Rule
		target awsx.Ref
		intent Intent
		denied bool
	}{
		{"an edited image", image(), d.api, other, true},
		{"an edited variable, of images", image(), d.api, more, false},
		{"an edited variable", env, d.api, more, true},
		{"an edited image, of variables", env, d.api, other, false},
		{"an edit with a rule that stands before", image(policy.Rule{Action: "edit", Confirm: tier(policy.TierName)}), d.api, other, false},
		{"an edit with a rule for another part before", append(env, image()...), d.api, other, true},
		{"scaling", image(), d.api, Scale{9}, false},
		{"a task's stop", on("stop"), task, StopTask{}, true},
		{"a task's stop, which starts another of a tag", image(), task, StopTask{}, true},
		{"a task's stop, of all", []policy.Rule{{Service: "api", Deny: true, Reason: "frozen"}}, task, StopTask{}, true},
		{"a task's stop, of another service", []policy.Rule{{Service: "web", Deny: true}}, task, StopTask{}, false},
		{"a run of its family", on("run"), revision, RunTask{}, true},
		{"a run of its family, of images", image(), revision, RunTask{}, true},
		{"a drain of its instance", on("drain"), instance, Drain{}, true},
		{"a drain, of images", image(), instance, Drain{}, false},
		{"a drain, of another service", []policy.Rule{{Service: "web", Deny: true}}, instance, Drain{}, false},
	} {
		d.policy.Rules = c.rules
		p, err := d.plan(c.target, c.intent)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if comes := strings.HasPrefix(p.Denied, "frozen (it comes to "); (p.Denied != "") != c.denied || comes != (c.denied && c.rules[0].Action != c.intent.Action() && c.rules[0].Action != "") {
			t.Errorf("%s: denied is %q; it touches %+v and does %v", c.name, p.Denied, p.touches, p.does)
		}
	}
}

// TestARuleHoldsForTheSameCallByAnotherVerb: the calls that a verb makes are the same by
// whichever other they are made.
func TestARuleHoldsForTheSameCallByAnotherVerb(t *testing.T) {
	f := newFake(t)
	f.add(t, strings.NewReplacer("/web:1.0", "/web:0.9", `"cpu":"256"`, `"cpu":"512"`).Replace(exampleJSON(6)))
	f.add(t, exampleJSON(8))
	const paused = "6a 7a… paused"
	raw := string(f.definitions[f.service.TaskDefinition].Raw)
	files := EditDefinition{Document: awsx.Document(strings.Replace(raw, `"environment":[`, `"environmentFiles":[{"type":"s3","value":"arn:aws:s3:::b/x.env"}],"environment":[`, 1))}
	for _, c := range []struct {
		intent         Intent
		history        string
		denies, admits []string
	}{
		{RollBack{To: "8"}, "6a 7a", []string{"use revision"}, []string{"restart", "env"}},
		{UseRevision{"6"}, "6a 7a", []string{"roll back", "deploy", "edit"}, []string{"restart", "secrets"}},
		{RollBack{To: "6"}, "6a 7a", []string{"use revision", "edit"}, []string{"restart"}},
		{RollBack{}, "6a 7a", []string{"deploy", "edit"}, []string{"use revision", "cancel"}},
		{Cancel{}, "6a 7a…", []string{"roll back"}, []string{"deploy", "restart"}},
		{RollBack{}, "6a 7a…", []string{"cancel"}, []string{"restart"}},
		{Continue{RollBack: true}, paused, []string{"cancel", "roll back"}, []string{"deploy"}},
		{Continue{}, paused, nil, []string{"cancel", "roll back"}},
		{files, "6a 7a", []string{"env"}, []string{"deploy", "secrets"}},
	} {
		f.history, f.revisions = past(strings.TrimSuffix(c.history, " paused"))
		if c.history == paused {
			f.history[0].Hooks = []awsx.LifecycleHook{{ID: "h-1", Status: "AWAITING_ACTION"}}
		}
		cur, err := Read(t.Context(), f, f.service.Ref, c.intent, read.Held{})
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range append(slices.Clone(c.denies), c.admits...) {
			p, err := Build(cur, c.intent, policy.Policy{Rules: []policy.Rule{{Action: action, Deny: true, Reason: "frozen"}}})
			if err != nil || (p.Denied != "") != slices.Contains(c.denies, action) {
				t.Errorf("%#v under a rule against %s: denied is %q (%v)", c.intent, action, p.Denied, err)
			}
		}
	}
}

// TestARuleOnAServiceCoversTheEndOfItsRevisions, by hand and by the setting that keeps some.
func TestARuleOnAServiceCoversTheEndOfItsRevisions(t *testing.T) {
	d := newDesk()
	d.ranOnce(t, 5)
	old, err := d.TaskDefinition(t.Context(), "api:2")
	if err != nil {
		t.Fatal(err)
	}
	revision := awsx.Ref{Context: d.api.Context, ARN: old.ARN}
	for _, c := range []struct {
		rule   policy.Rule
		denied bool
	}{
		{policy.Rule{Cluster: "prod", Service: "api", Deny: true}, true},
		{policy.Rule{Cluster: "prod", Deny: true}, true},
		{policy.Rule{Service: "api", Action: "deregister", Deny: true}, true},
		{policy.Rule{Cluster: "batch", Service: "api", Deny: true}, false},
		{policy.Rule{Cluster: "prod", Service: "web", Deny: true}, false},
	} {
		d.policy.Rules = []policy.Rule{c.rule}
		if p := d.mustPlan(t, revision, Deregister{}); (p.Denied != "") != c.denied {
			t.Errorf("%+v: denied is %q of %+v", c.rule, p.Denied, p.touches)
		}
	}
	d.policy.Rules = []policy.Rule{{Cluster: "prod", Service: "api", Action: "prune", Deny: true, Reason: "kept"}}
	before := d.active(t)
	res := d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if res.Pruned == nil || res.Pruned.Err == nil || !strings.HasSuffix(d.active(t), before) {
		t.Errorf("active are %s, before %s: %+v", d.active(t), before, res.Pruned)
	}
}

// TestAWayBackOfTheSameRevisionIsAskedForAsARestartIs: both pull what a tag names by then,
// which is not known here.
func TestAWayBackOfTheSameRevisionIsAskedForAsARestartIs(t *testing.T) {
	f := newFake(t)
	f.history, f.revisions = past("7a 7b")
	under := policy.Policy{NonProduction: policy.DefaultNonProduction()}
	for _, intent := range []Intent{Restart{}, RollBack{}} {
		cur := remembering(t, f, intent, "7a 7b")
		cur.Wanted = cur.Definition
		clear(cur.Images)
		if p, err := Build(cur, intent, under); err != nil || len(p.Steps) != 1 || p.Tier != policy.TierName {
			t.Errorf("%s: %s in %d steps (%v)", intent.Action(), p.Tier, len(p.Steps), err)
		}
	}
}

// TestARuleOnTheCountHoldsForBoundsThatMoveIt: bounds around the count leave it alone.
func TestARuleOnTheCountHoldsForBoundsThatMoveIt(t *testing.T) {
	under := policy.Policy{Rules: []policy.Rule{{Action: "scale", Deny: true, Reason: "frozen"}}}
	f := newFake(t)
	for _, c := range []struct {
		lower, upper int
		denied       bool
	}{{6, 9, true}, {0, 3, true}, {2, 9, false}} {
		in := SetScaling{Min: &c.lower, Max: &c.upper}
		cur := read.Current{Target: f.service.Ref, Service: f.service}
		cur.Scaling.Value = &awsx.ScalableTarget{Min: 1, Max: 8}
		p, err := Build(cur, in, under)
		if err != nil || (p.Denied != "") != c.denied {
			t.Errorf("from %d to %d: denied is %q (%v)", c.lower, c.upper, p.Denied, err)
		}
	}
}

// TestARuleHoldsWhereNothingCouldBeRead: which services a drain moves is not known.
func TestARuleHoldsWhereNothingCouldBeRead(t *testing.T) {
	d := newDesk()
	instance := d.instances(t)[0].Ref
	d.Fail(awsxtest.Tasks, fault.Errorf(fault.Denied, "ecs:ListTasks", "", "no"))
	d.policy.Rules = []policy.Rule{{Service: "api", Action: "drain", Deny: true, Reason: "frozen"}}
	if p := d.mustPlan(t, instance, Drain{}); p.Denied != "frozen" {
		t.Errorf("denied is %q", p.Denied)
	}
	d.policy.Rules[0].Action = "scale"
	if p := d.mustPlan(t, instance, Drain{}); p.Denied != "" {
		t.Errorf("denied is %q", p.Denied)
	}
}

// TestARuleLowersNothingOfWhatItDoesNotMean: it is for one of the services that are moved,
// or for one part of what is edited.
func TestARuleLowersNothingOfWhatItDoesNotMean(t *testing.T) {
	f := newFake(t)
	under := policy.Policy{NonProduction: policy.DefaultNonProduction(), Rules: []policy.Rule{{Action: "deploy", Confirm: tier(policy.TierConfirm)}}}
	raw := string(f.definitions[f.service.TaskDefinition].Raw)
	edited := EditDefinition{Document: awsx.Document(strings.Replace(raw, "/web:1.0", "/web:1.1", 1))}
	cur, err := Read(t.Context(), f, f.service.Ref, edited, read.Held{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Build(cur, edited, under)
	if err != nil || p.Tier != policy.TierName {
		t.Errorf("an edit is asked for by %s (%v)", p.Tier, err)
	}
	under.Rules[0].Confirm = tier(policy.TierBulk)
	if p, err := Build(cur, edited, under); err != nil || p.Tier != policy.TierBulk {
		t.Errorf("an edit of what a rule guards is asked for by %s (%v)", p.Tier, err)
	}
	under.Rules = []policy.Rule{{Service: "web", Confirm: tier(policy.TierConfirm)}}
	instance := Plan{Intent: Drain{}, Tier: policy.TierName, touches: []policy.Bearing{{Names: []string{"i-1", "web"}}, {Names: []string{"i-1", "api"}}}}
	if instance.rule(under); instance.Tier != policy.TierName {
		t.Errorf("a drain is asked for by %s", instance.Tier)
	}
}
