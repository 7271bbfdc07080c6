//go:build integration

package e2e

import (
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
)

// TestTheMapOnMoto makes every read of what stands around a service that moto serves, through
// gantry's own adapter, on what boto3 made.
func TestTheMapOnMoto(t *testing.T) {
	endpoint, ec2 := moto(t)
	independent(t, endpoint, "python3", "testdata/map.py", endpoint)
	a := adapter(t, endpoint)
	cluster, api := staging(t, a)
	t.Run("rules", func(t *testing.T) { routesOnMoto(t, a) })
	t.Run("groups", func(t *testing.T) { groupsOnMoto(t, a, ec2) })
	t.Run("scaling", func(t *testing.T) { scheduledOnMoto(t, a, api.Ref) })
	t.Run("schedules", func(t *testing.T) {
		found := map[string]awsx.Schedule{}
		for _, s := range every(t, a.Schedules(t.Context())) {
			found[s.Name] = s
		}
		rule, schedule := found["nightly"], found["weekly"]
		if len(found) != 2 || !rule.Enabled || rule.Expression != "cron(15 2 ? * MON-FRI *)" || len(rule.Starts) != 1 || rule.Starts[0].Count != 2 || !rule.Starts[0].Pins() {
			t.Errorf("the rule is %+v of %d", rule, len(found))
		}
		if schedule.Group != "default" || schedule.Zone != "Europe/Dublin" || len(schedule.Starts) != 1 || schedule.Starts[0].Pins() {
			t.Errorf("the schedule is %+v", schedule)
		}
	})
	t.Run("images", func(t *testing.T) {
		images := every(t, a.Images(t.Context(), "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api"))
		if len(images) != 1 || !slices.Contains(images[0].Tags, "v1") || images[0].Digest == "" || images[0].PushedAt.IsZero() {
			t.Fatalf("%+v", images)
		}
		if len(images[0].Findings) == 0 {
			t.Logf("moto tells of no findings with an image: %+v", images[0])
		}
	})
	t.Run("raw", func(t *testing.T) {
		group := cluster.In(api.LoadBalancers[0].TargetGroup)
		for kind, want := range map[awsx.Kind]string{awsx.KindAttributes: `"Value":"45"`, awsx.KindBalancingTags: "", awsx.KindScalableTarget: `"MaxCapacity":6`, awsx.KindScalingPolicy: `"Cooldown":60`, awsx.KindScheduledAction: `"cron(0 6 * * ? *)"`} {
			of := group
			if strings.HasPrefix(string(kind), "sc") {
				of = api.Ref
			}
			all, err := a.RawList(t.Context(), kind, of)
			var text strings.Builder
			for _, raw := range all {
				text.Write(raw)
			}
			if err != nil || !strings.Contains(text.String(), want) {
				t.Errorf("%s: %s, %v", kind, &text, err)
			}
		}
	})
	t.Run("commands", func(t *testing.T) {
		env := account(t, endpoint)
		for _, c := range [][2]string{
			{"export staging/api", "HttpHeaderName: X-Canary"}, {"routing staging", "host is api.example.com or *.api.example.com"}, {"route http://api.example.com/ --lb web", "90%"},
			{"groups staging", "staging-ecs"}, {"instances staging", "INSTANCE"}, {"standalone staging", "no task of staging runs without a service"}, {"targets staging/api", ec2[:10]},
		} {
			if r := run(t, env, strings.Fields(c[0])...); r.code != 0 && !strings.Contains(r.stderr, "not everything") || !strings.Contains(r.stdout+r.stderr, c[1]) {
				t.Errorf("gantry %s: exit %d\n%s%s", c[0], r.code, r.stdout, r.stderr)
			}
		}
	})
}

func routesOnMoto(t *testing.T, a awsx.Account) {
	var rules []awsx.Rule
	for _, route := range every(t, a.Routes(t.Context())) {
		if route.Err != nil {
			t.Fatal(route.Err)
		}
		rules = append(rules, route.Rules...)
	}
	var fields []string
	for _, r := range rules {
		for _, c := range r.Conditions {
			fields = append(fields, c.Field)
			switch {
			case c.Field == "http-header" && (c.Header != "X-Canary" || !slices.Equal(c.Values, []string{"on"})),
				c.Field == "query-string" && !slices.Equal(c.Query, []awsx.QueryValue{{Key: "beta", Value: "1"}}),
				c.Field == "source-ip" && !slices.Equal(c.Values, []string{"10.0.0.0/8"}):
				t.Errorf("rule %s: %+v", r.Priority, c)
			}
		}
	}
	if want := []string{"host-header", "path-pattern", "http-header", "http-request-method", "query-string", "source-ip", "host-header", "path-pattern"}; !slices.Equal(fields, want) {
		t.Errorf("conditions %v, want %v", fields, want)
	}
	by := map[string]awsx.Rule{}
	for _, r := range rules {
		by[r.Priority] = r
	}
	if forward := by["10"].Actions[0]; len(forward.Groups) != 2 || forward.Groups[0].Weight != 90 || !forward.Sticky {
		t.Errorf("%+v", forward)
	}
	if r := by["70"].Actions[0].Redirect; r.Status != "HTTP_301" || r.Protocol != "HTTPS" {
		t.Errorf("%+v", r)
	}
	if f := by["80"].Actions[0].Fixed; f.Status != "503" || f.Body != "later" {
		t.Errorf("%+v", f)
	}
	if d := by["default"]; !d.Default {
		t.Errorf("%+v", d)
	}
}

func groupsOnMoto(t *testing.T, a awsx.Account, ec2 string) {
	ctx := t.Context()
	groups := every(t, a.ScalingGroups(ctx))
	if len(groups) != 1 {
		t.Fatalf("%+v", groups)
	}
	g := groups[0]
	if g.Name != "staging-ecs" || g.Min != 1 || g.Max != 4 || g.Desired != 2 || len(g.Members) != 2 || !slices.Equal(g.Termination, []string{"OldestInstance"}) {
		t.Errorf("%+v", g)
	}
	if l, err := a.Launch(ctx, g.Source); err != nil || l.Type != "m5.large" || l.Joins.Cluster != "staging" {
		t.Errorf("%+v, %v", l, err)
	}
	if p, err := a.GroupPolicies(ctx, g.Name); err != nil || len(p) != 1 || p[0].Name != "add" || p[0].Adjusts != "+2" {
		t.Errorf("%+v, %v", p, err)
	}
	if s, err := a.GroupSchedules(ctx, g.Name); err != nil || len(s) != 1 || s[0].Name != "night" || s[0].Min == nil || *s[0].Min != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := a.GroupActivities(ctx, g.Name, 5); err != nil {
		t.Error(err)
	}
	ids := []string{ec2}
	for _, m := range g.Members {
		ids = append(ids, m.ID)
	}
	machines, err := a.Machines(ctx, ids)
	if err != nil || len(machines) != 3 {
		t.Fatalf("%+v, %v", machines, err)
	}
	for _, m := range machines {
		if m.PrivateIP == "" || m.Image == "" || m.Type == "" {
			t.Errorf("%+v", m)
		}
	}
}

func scheduledOnMoto(t *testing.T, a awsx.Account, service awsx.Ref) {
	target, err := a.ScalableTarget(t.Context(), service)
	if err != nil || target.Max != 6 || len(target.Policies) != 1 || target.Policies[0].Adjusts != "+2" {
		t.Errorf("%+v, %v", target, err)
	}
	s, err := a.ScheduledScaling(t.Context(), service)
	if err != nil || len(s) != 1 || s[0].Name != "morning" || s[0].Min == nil || *s[0].Min != 2 || *s[0].Max != 8 {
		t.Errorf("%+v, %v", s, err)
	}
}
