package deploy

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/internal/fault"
)

func tier(t policy.Tier) *policy.Tier { return &t }

func TestTheFirstRuleThatMatchesDecides(t *testing.T) {
	image := SetImages{Images: map[string]string{"": ":v2"}}
	cases := []struct {
		name   string
		rules  []policy.Rule
		intent Intent
		tier   policy.Tier
		denied string
	}{
		{"none", nil, image, policy.TierName, ""},
		{"one of another cluster", []policy.Rule{{Cluster: "stag*", Deny: true}}, image, policy.TierName, ""},
		{"one of another account", []policy.Rule{{Account: "9*", Deny: true}}, image, policy.TierName, ""},
		{"one of another service", []policy.Rule{{Service: "web", Deny: true}}, image, policy.TierName, ""},
		{"one of another action", []policy.Rule{{Action: "scale", Deny: true}}, image, policy.TierName, ""},
		{"deny", []policy.Rule{{Account: awsxtest.Number, Cluster: "PR?D", Service: "a*", Action: "deploy", Deny: true, Reason: "frozen until Monday"}}, image, policy.TierName, "frozen until Monday"},
		{"deny without a reason", []policy.Rule{{Deny: true}}, image, policy.TierName, "it gives no reason"},
		{"by profile", []policy.Rule{{Account: "main", Deny: true, Reason: "no"}}, image, policy.TierName, "no"},
		{"raise", []policy.Rule{{Confirm: tier(policy.TierBulk)}}, image, policy.TierBulk, ""},
		{"lower", []policy.Rule{{Confirm: tier(policy.TierConfirm)}}, image, policy.TierConfirm, ""},
		{"lower than anything", []policy.Rule{{Confirm: tier(policy.TierRead)}}, image, policy.TierConfirm, ""},
		{"the first of two", []policy.Rule{{Action: "deploy", Confirm: tier(policy.TierConfirm)}, {Deny: true}}, image, policy.TierConfirm, ""},
		{"a limit alone ends the search", []policy.Rule{{MaxBulk: 3}, {Deny: true}}, image, policy.TierName, ""},
	}
	for _, c := range cases {
		d := newDesk()
		d.policy.Rules = c.rules
		p := d.mustPlan(t, d.api, c.intent)
		if p.Tier != c.tier || p.Denied != c.denied {
			t.Errorf("%s: tier %s and denied %q, want %s and %q", c.name, p.Tier, p.Denied, c.tier, c.denied)
		}
	}
}

func TestARuleOfAnAccountHoldsThoughSTSDoesNotSayWhoAsks(t *testing.T) {
	d := newDesk()
	d.Fail(awsxtest.Identity, fault.Errorf(fault.Denied, "sts:GetCallerIdentity", "", "no"))
	d.policy.Rules = []policy.Rule{{Account: awsxtest.Number, Deny: true, Reason: "frozen"}}
	if p := d.mustPlan(t, d.api, Restart{}); p.Denied != "frozen" {
		t.Errorf("denied is %q", p.Denied)
	}
}

func TestADenialIsFinal(t *testing.T) {
	d := newDesk()
	d.policy.Rules = []policy.Rule{{Action: "restart", Deny: true, Reason: "frozen"}}
	p := d.mustPlan(t, d.api, Restart{})
	o := d.options(p)
	o.Override = check.Names()
	if _, err := Run(t.Context(), o); !errors.Is(err, ErrRefused) || fault.ClassOf(err) != fault.Denied || !strings.Contains(err.Error(), "frozen") {
		t.Errorf("got %v", err)
	}
	if len(d.lines) > 0 {
		t.Errorf("the journal holds %v", d.lines)
	}
}

// plansOf makes restarts of services of some clusters.
func plansOf(t *testing.T, d *desk, services ...string) []Plan {
	t.Helper()
	clusters := map[string]*awsxtest.Cluster{"prod": d.cluster}
	var plans []Plan
	for _, s := range services {
		cluster, name, _ := strings.Cut(s, "/")
		if clusters[cluster] == nil {
			clusters[cluster] = d.Account.Cluster(cluster)
		}
		plans = append(plans, d.mustPlan(t, clusters[cluster].Service(name), Restart{}))
	}
	return plans
}

func TestABatchIsConfirmedByItsNumberAndItsClusters(t *testing.T) {
	cases := []struct {
		name     string
		services []string
		tier     policy.Tier
		word     string
		order    string
	}{
		{"two in production", []string{"prod/web", "prod/orders"}, policy.TierBulk, "2 prod", "prod/orders prod/web"},
		{"over two clusters", []string{"shop/web", "prod/web", "shop/cart"}, policy.TierBulk, "3 prod shop", "prod/web shop/cart shop/web"},
		{"outside production", []string{"staging/a", "staging/b"}, policy.TierConfirm, "2 staging", "staging/a staging/b"},
		{"one of them in production", []string{"staging/a", "prod/b"}, policy.TierBulk, "2 prod staging", "prod/b staging/a"},
		{"one alone", []string{"prod/web"}, policy.TierConfirm, "web", "prod/web"},
	}
	for _, c := range cases {
		d := newDesk()
		b, err := BuildBatch(plansOf(t, d, c.services...), d.policy)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, p := range b.Plans {
			order = append(order, p.Target.ClusterName()+"/"+p.Target.Name())
		}
		if b.Tier != c.tier || b.Consent().Word != c.word || strings.Join(order, " ") != c.order {
			t.Errorf("%s: tier %s, word %q, order %v", c.name, b.Tier, b.Consent().Word, order)
		}
		text := strings.Join(b.Lines(), "\n")
		for _, s := range c.services {
			if !strings.Contains(text, s+": ") {
				t.Errorf("%s: the text lacks %s:\n%s", c.name, s, text)
			}
		}
		if len(b.Commands()) != len(c.services) {
			t.Errorf("%s: commands are %q", c.name, b.Commands())
		}
	}
}

func TestBatchesThatAreRefused(t *testing.T) {
	d := newDesk()
	plans := plansOf(t, d, "prod/a", "prod/b", "prod/c")
	scale := d.mustPlan(t, d.api, Scale{5})
	denied := plans[1]
	denied.Denied = "frozen"
	limit := policy.Policy{Rules: []policy.Rule{{Cluster: "prod", MaxBulk: 2, Reason: "two at a time"}}}
	cases := []struct {
		name   string
		plans  []Plan
		policy policy.Policy
		class  fault.Class
		want   string
	}{
		{"empty", nil, policy.Policy{}, fault.Invalid, "at least one target"},
		{"two verbs", append(slices.Clone(plans), scale), policy.Policy{}, fault.Invalid, "one verb for all: found restart and scale"},
		{"one target twice", append(slices.Clone(plans), plans[0]), policy.Policy{}, fault.Invalid, "is in the batch twice"},
		{"a denied one", []Plan{plans[0], denied}, policy.Policy{}, fault.Denied, "denies this for b: frozen"},
		{"too many", plans, limit, fault.Denied, "admits 2 targets at a time and the batch has 3: two at a time"},
	}
	for _, c := range cases {
		_, err := BuildBatch(c.plans, c.policy)
		if err == nil || fault.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if c.class == fault.Denied && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: the error is no refusal", c.name)
		}
	}
	if b, err := BuildBatch([]Plan{denied}, policy.Policy{}); err != nil || b.Plans[0].Denied != "frozen" {
		t.Errorf("one that is denied is hidden: %v", err)
	}
	if _, err := BuildBatch(plans[:2], limit); err != nil {
		t.Errorf("two are refused: %v", err)
	}
}

func TestABatchNamesTheTargetsWhoseChecksStandInTheWay(t *testing.T) {
	d := newDesk()
	plans := plansOf(t, d, "prod/a", "prod/b")
	plans[1].Checks = []check.Finding{{Name: check.Percent, Result: check.Broken, Text: "no room"}}
	b, err := BuildBatch(plans, d.policy)
	if err != nil {
		t.Fatal(err)
	}
	blocking := b.Blocking()
	if len(blocking) != 1 || len(blocking[plans[1].Target.ARN]) != 1 || len(b.Blocking(check.Percent)) != 0 {
		t.Errorf("in the way: %+v", blocking)
	}
	if text := strings.Join(b.Lines(), "\n"); !strings.Contains(text, "  failed min-max: no room") {
		t.Errorf("the text is\n%s", text)
	}
}

// TestEveryVerbIsAnAction guards the list by which rules are checked against a
// verb that was forgotten there.
func TestEveryVerbIsAnAction(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`\) Action\(\) string \{ return .+ \}`)
	verbs := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		verbs += len(form.FindAll(source, -1))
	}
	actions := slices.Sorted(slices.Values(Actions()))
	if verbs < 10 || len(slices.Compact(actions)) != verbs {
		t.Errorf("there are %d verbs, and the actions are %q", verbs, actions)
	}
}
