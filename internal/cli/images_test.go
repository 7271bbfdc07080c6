package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
)

// TestImagesTellsWhereEachRuns of a service, of a repository by its name and by its URI.
func TestImagesTellsWhereEachRuns(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "images", "prod/catalog").wants(t, 0, ".amazonaws.com/catalog\n", "TAG", "SCAN", "prod/catalog 3", "staging/catalog 1")
		if r := a.run(t, "images", "prod/payments").wants(t, 0, "prod/payments 3"); !strings.Contains(r.err, "agent:1.42.0 is in a registry that cannot be listed") {
			t.Errorf("got %s", r.err)
		}
		o := a.run(t, "images", "catalog", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "repositories", 0, "read") != true || at(t, o, "repositories", 0, "images", 0, "listed") != true || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
		uri, _ := at(t, o, "repositories", 0, "uri").(string)
		a.run(t, "images", uri+":v1").wants(t, 0, "prod/catalog 3")
		for _, unknown := range []string{"nowhere/catalog", "nothing"} {
			if r := a.run(t, "images", unknown); r.code == 0 || !strings.Contains(r.err, "not found") {
				t.Errorf("%s: exit %d, %s", unknown, r.code, r.err)
			}
		}
	})
}

func TestImagesWithoutPermissionNamesTheMissingAction(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		remove := a.Inject(sim.Fault{Service: "ecs", Operation: "ListTasks", Kind: sim.Deny})
		if r := a.run(t, "images", "prod/catalog").wants(t, 0, "v3.4.0"); !strings.Contains(r.err, "ecs:ListTasks") {
			t.Errorf("got %s", r.err)
		}
		remove()
		a.Inject(sim.Fault{Service: "ecr", Operation: "DescribeImages", Kind: sim.Deny})
		if r := a.run(t, "images", "prod/catalog"); r.code == 0 || !strings.Contains(r.err, "ecr:DescribeImages") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
	})
}
