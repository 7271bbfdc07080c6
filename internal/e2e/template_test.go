//go:build integration

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCfnLintAcceptsEveryTemplate exports every service of accounts that hold all kinds of
// them (on instances and on Fargate, rules of every kind, blue/green, scaled, daemons, a
// classic load balancer, task sets of others) and has cfn-lint judge them all.
func TestCfnLintAcceptsEveryTemplate(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Fatalf("cfn-lint is not installed (pip install cfn-lint): %v", err)
	}
	dir := t.TempDir()
	var files []string
	kinds, seen := map[string]int{}, map[string]bool{}
	for _, scenario := range []string{"", "fargate", "blue-green", "code-deploy", "daemons", "classic-balancer"} {
		aws, _ := simulator(t, "--seed", "5", "--scenario", scenario)
		env := account(t, aws)
		if scenario == "" { // alarms of every kind watch its deployments
			independent(t, aws, "aws", "ecs", "update-service", "--cluster", "prod", "--service", "payments", "--deployment-configuration",
				`{"alarms":{"alarmNames":["api-checkout-unhealthy","api-checkout-errors","api-checkout-down"],"enable":true,"rollback":true}}`)
		}
		for _, name := range servicesOf(t, env) {
			if seen[name] {
				continue
			}
			seen[name] = true
			for _, form := range []string{"yaml", "json"} {
				r := run(t, env, "export", name, "--as", "cloudformation", "-o", form)
				if r.code != 0 {
					t.Errorf("%s: export %s: exit %d\n%s", scenario, name, r.code, r.stderr)
					continue
				}
				for line := range strings.Lines(r.stdout) {
					if kind, ok := strings.CutPrefix(strings.TrimSpace(line), "Type: AWS::"); ok {
						kinds[kind]++
					}
				}
				file := filepath.Join(dir, strings.ReplaceAll(scenario+"-"+name, "/", "-")+"."+form)
				if err := os.WriteFile(file, []byte(r.stdout), 0o600); err != nil {
					t.Fatal(err)
				}
				files = append(files, file)
			}
		}
	}
	t.Logf("%d templates: %v", len(files), kinds)
	for _, kind := range []string{
		"ECS::TaskDefinition", "ECS::Service", "ElasticLoadBalancingV2::TargetGroup", "ElasticLoadBalancingV2::ListenerRule",
		"ApplicationAutoScaling::ScalableTarget", "ApplicationAutoScaling::ScalingPolicy", "CloudWatch::Alarm", "CloudWatch::CompositeAlarm",
	} {
		if kinds[kind] == 0 {
			t.Errorf("no template has an %s: the accounts show too little", kind)
		}
	}
	if out, err := exec.Command(lint, append([]string{"--format", "parseable", "--"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("cfn-lint: %v\n%s", err, out)
	}
}

// servicesOf names every service of an account, as CLUSTER/SERVICE.
func servicesOf(t *testing.T, env []string) (names []string) {
	t.Helper()
	var clusters struct{ Clusters []struct{ Name string } }
	read(t, env, &clusters, "status")
	for _, c := range clusters.Clusters {
		var of struct{ Services []struct{ Name string } }
		read(t, env, &of, "status", c.Name)
		for _, s := range of.Services {
			names = append(names, c.Name+"/"+s.Name)
		}
	}
	if len(names) == 0 {
		t.Fatal("the account has no services")
	}
	return names
}

func read(t *testing.T, env []string, into any, args ...string) {
	t.Helper()
	r := run(t, env, append(args, "-o", "json")...)
	if r.code != 0 {
		t.Fatalf("%v: exit %d\n%s", args, r.code, r.stderr)
	}
	if err := json.Unmarshal([]byte(r.stdout), into); err != nil {
		t.Fatalf("%v printed %q: %v", args, r.stdout, err)
	}
}
