package deploy

import (
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// provided attaches capacity providers to the cluster; one more is of the account alone,
// and one is being made.
func provided(_ *testing.T, d *desk) {
	d.Edit(func(data *awsxtest.Data) {
		data.Clusters[0].CapacityProviders = []string{"blue", "green", "new", "FARGATE", "FARGATE_SPOT"}
		for _, name := range []string{"blue", "green", "other", "FARGATE", "FARGATE_SPOT"} {
			data.Providers = append(data.Providers, awsx.CapacityProvider{Name: name, Status: "ACTIVE"})
		}
		data.Providers = append(data.Providers, awsx.CapacityProvider{Name: "new", Status: "PROVISIONING"})
	})
}

func shares(t *testing.T, typed string) SetStrategy {
	strategy, err := awsx.ParseStrategy(strings.Fields(typed))
	if err != nil {
		t.Fatal(err)
	}
	return SetStrategy{strategy}
}

func TestAStrategyThatECSNeverTakesIsRefused(t *testing.T) {
	for typed, want := range map[string]string{
		"":                   "nothing changed: the tasks run on launch type EC2 already",
		"blue=1 blue=2":      "blue is named twice",
		"blue=1001":          "blue: expected a weight of 0 to 1000",
		"blue=-1":            "blue: expected a weight of 0 to 1000",
		"blue=1,100001":      "blue: expected a base of 0 to 100000",
		"blue=1,1 green=1,1": "blue and green have a base: only one provider can",
		"blue=0 green=0,5":   "every weight is 0",
		"blue=1 FARGATE=1":   "cannot be mixed",
		manyShares():         "a strategy has at most 20",
	} {
		d := newDesk()
		provided(t, d)
		if _, err := d.plan(d.api, shares(t, typed)); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", typed, err, want)
		}
	}
	d := newDesk()
	provided(t, d)
	d.edit(func(s *awsx.Service) { s.SchedulingStrategy = "DAEMON" })
	if _, err := d.plan(d.api, shares(t, "FARGATE=1")); err == nil || !strings.Contains(err.Error(), "Fargate has none") {
		t.Errorf("a daemon on Fargate: %v", err)
	}
}

func manyShares() string {
	var typed []string
	for c := 'c'; c <= 'z'; c++ {
		typed = append(typed, string(c)+"=1")
	}
	return strings.Join(typed, " ")
}

func TestTheProvidersOfAStrategyAreLookedAt(t *testing.T) {
	denied := func(op awsxtest.Op) func(*desk) {
		return func(d *desk) { d.Fail(op, fault.Errorf(fault.Denied, "ecs:Describe"+string(op), "", "no")) }
	}
	for _, c := range []struct {
		typed   string
		prepare func(*desk)
		result  check.Result
		want    string
	}{
		{"blue=1 green=2", nil, check.OK, "all are attached to the cluster and usable"},
		{"blue=1 nope=2", nil, check.Broken, "there is no capacity provider nope; the cluster has blue, green"},
		{"other=2", nil, check.Broken, "other is not attached to the cluster, which has blue, green"},
		{"new=2", nil, check.Broken, "new is PROVISIONING"},
		{"blue=1", denied(awsxtest.CapacityProviders), check.Skipped, "their state is not known: ecs:DescribeCapacityProviders"},
		{"blue=1", denied(awsxtest.Clusters), check.Skipped, "which providers the cluster has is not known: ecs:DescribeClusters"},
	} {
		d := newDesk()
		provided(t, d)
		if c.prepare != nil {
			c.prepare(d)
		}
		p := d.mustPlan(t, d.api, shares(t, c.typed))
		i := slices.IndexFunc(p.Checks, func(f check.Finding) bool { return f.Name == check.Providers })
		if i < 0 || p.Checks[i].Result != c.result || !strings.Contains(p.Checks[i].Text, c.want) {
			t.Errorf("%s: found %+v, want %s %q", c.typed, p.Checks, c.result, c.want)
		}
	}
}

// TestRoomIsLookedForWhereTheStrategyBringsTheTasks: on Fargate no instance needs room.
func TestRoomIsLookedForWhereTheStrategyBringsTheTasks(t *testing.T) {
	d := newDesk()
	provided(t, d)
	p := d.mustPlan(t, d.api, shares(t, "FARGATE=1 FARGATE_SPOT=3"))
	if !slices.ContainsFunc(p.Checks, func(f check.Finding) bool {
		return f.Name == check.Capacity && strings.Contains(f.Text, "Fargate finds the room")
	}) {
		t.Errorf("found %+v", p.Checks)
	}
}

func TestAStrategyThatWasNotSetIsNotTakenForSet(t *testing.T) {
	d := newDesk()
	provided(t, d)
	p := d.mustPlan(t, d.api, shares(t, "blue=1"))
	if done, err := p.Steps[0].Resolve(t.Context(), d.Account, &step.State{}); done || err != nil {
		t.Errorf("resolved as %v (%v), and nothing was sent", done, err)
	}
	d.edit(func(s *awsx.Service) { s.CapacityProviders = shares(t, "green=1").Strategy })
	if done, err := p.Steps[0].Resolve(t.Context(), d.Account, &step.State{}); done || err == nil {
		t.Errorf("resolved as %v (%v), and somebody else set another", done, err)
	}
}
