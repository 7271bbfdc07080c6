package cli_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"gantry/awsx/sim"
)

// TestStatusTellsWhatEachContainerRuns: its reference, tag, revision and digest, for all
// clusters at once.
func TestStatusTellsWhatEachContainerRuns(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		image := func(o map[string]any, path ...any) map[string]any { return at(t, o, path...).(map[string]any) }
		one := image(a.run(t, "status", "prod/catalog", "-o", "json").wants(t, 0).object(t), "service", "images", 0)
		if one["container"] != "catalog" || one["tag"] != "v3.4.0" || one["revision"] != "catalog:4" || !strings.HasSuffix(one["image"].(string), "/catalog:v3.4.0") ||
			len(one["digests"].([]any)) != 1 || !strings.HasPrefix(at(t, one, "digests", 0).(string), "sha256:") || one["tasks"] != 3.0 {
			t.Errorf("got %v", one)
		}
		all := a.run(t, "status", "-o", "json").wants(t, 0).object(t)
		tags := map[string]string{}
		for _, s := range all["services"].([]any) {
			for _, i := range at(t, s, "images").([]any) {
				tags[at(t, s, "cluster").(string)+"/"+at(t, s, "name").(string)+" "+at(t, i, "container").(string)] = at(t, i, "tag").(string)
			}
		}
		if at(t, all, "clusters", 0, "read") != true || len(tags) < 27 || tags["prod/catalog catalog"] != "v3.4.0" || tags["prod/payments metrics-agent"] == "" {
			t.Errorf("got %v", tags)
		}
		a.run(t, "scale", "prod/catalog", "0", "--yes").wants(t, 0)
		o := a.run(t, "status", "prod/catalog", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "service", "images", 0, "tag") != "v3.4.0" || at(t, o, "service", "images", 0, "tasks") != 0.0 || len(at(t, o, "service", "images", 0, "digests").([]any)) != 0 {
			t.Errorf("without a task: %v", o["service"])
		}
		a.Inject(sim.Fault{Operation: "ListTasks", Kind: sim.Deny})
		o = a.run(t, "status", "prod/catalog", "-o", "json").wants(t, 0).object(t)
		if i := image(o, "service", "images", 0); i["digests"] != nil || i["tasks"] != nil || i["tag"] != "v3.4.0" {
			t.Errorf("the tasks were not read: %v", i)
		}
	})
}

// TestWhatIsRolledOutStandsBesideWhatRan: once for each revision, the wanted one first.
func TestWhatIsRolledOutStandsBesideWhatRan(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		o := a.run(t, "status", "prod/api-orders", "-o", "json").wants(t, 0).object(t)
		revisions := map[string]bool{}
		for _, i := range at(t, o, "service", "images").([]any) {
			revisions[at(t, i, "revision").(string)] = true
		}
		if got := slices.Sorted(maps.Keys(revisions)); !slices.Equal(got, []string{"api-orders:5", "api-orders:6"}) || at(t, o, "service", "images", 0, "revision") != "api-orders:6" {
			t.Errorf("got %v", got)
		}
	})
}

// TestImagesCostNoCallEach: who runs which tag is told by the tasks that were read anyway.
func TestImagesCostNoCallEach(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		before := len(a.Calls())
		a.run(t, "status").wants(t, 0)
		table := calls(a)[before:]
		before = len(a.Calls())
		o := a.run(t, "status", "-o", "json").wants(t, 0).object(t)
		document := calls(a)[before:]
		if len(o["services"].([]any)) != 27 {
			t.Errorf("%d services", len(o["services"].([]any)))
		}
		count := map[string]int{}
		for _, c := range document {
			count[c]++
		}
		if count["ListServiceDeployments"] != 0 || count["DescribeTaskDefinition"] > 2 || len(document) > len(table)+2 {
			t.Errorf("the table takes %d calls, the document %d: %v", len(table), len(document), count)
		}
	})
}

func calls(a *account) (names []string) {
	for _, c := range a.Calls() {
		names = append(names, c.Operation)
	}
	return names
}

// TestStatusOfAllServices: --all is every service of every cluster, the worst first.
func TestStatusOfAllServices(t *testing.T) {
	live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
		r := a.run(t, "status", "--all").wants(t, 0, "CLUSTER", "staging")
		lines := strings.Split(strings.TrimSpace(r.out), "\n")
		if len(lines) != 28 || !strings.Contains(lines[1], "api-orders") {
			t.Errorf("got\n%s", r.out)
		}
		o := a.run(t, "status", "--all", "-o", "json").wants(t, 0).object(t)
		if len(o["services"].([]any)) != 27 || o["clusters"] != 3.0 || at(t, o, "services", 0, "images", 0, "tag") == nil {
			t.Errorf("got %v", o)
		}
		a.run(t, "status", "--all", "--faults").wants(t, 2, "exclude each other")
		a.run(t, "status", "--all", "@nowhere").wants(t, 2, "@nowhere is no context")
	})
}

// TestADifferenceIsData: by paths, with what stood there and what does, secrets masked.
func TestADifferenceIsData(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "env", "set", "prod/payments", "LOG_LEVEL=debug", "DB_PASSWORD=another-pw-3", "NEW=1", "--container", "payments", "--unset", "DB_USER", "--yes", "--no-wait").wants(t, 0)
		o := a.run(t, "diff", "payments:6", "payments", "-o", "json")
		if o.code == 2 { // which revision it was is the account's
			before := at(t, a.run(t, "history", "prod/payments", "-o", "json").object(t), "deployments", 1, "taskDefinition").(string)
			o = a.run(t, "diff", before, "payments", "-o", "json")
		}
		o.wants(t, 0).lacks(t, "another-pw-3")
		changes := map[string]string{}
		for _, c := range o.object(t)["changes"].([]any) {
			c := c.(map[string]any)
			before, _ := json.Marshal(c["before"])
			after, _ := json.Marshal(c["after"])
			masked := ""
			if c["masked"] == true {
				masked = " masked"
			}
			changes[strings.TrimPrefix(c["path"].(string), "/containerDefinitions/payments/environment/")] = string(before) + " " + string(after) + masked
		}
		want := map[string]string{
			"LOG_LEVEL/value": `"info" "debug"`, "DB_PASSWORD/value": `"(masked)" "(masked) changed" masked`,
			"NEW": `null {"name":"NEW","value":"1"}`, "DB_USER": `{"name":"DB_USER","value":"payments"} null`,
		}
		if !maps.Equal(changes, want) {
			t.Errorf("got %v", changes)
		}
	})
}
