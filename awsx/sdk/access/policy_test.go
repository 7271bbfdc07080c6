package access

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the policies of docs/iam.md anew")

const policyPage = "../../../docs/iam.md"

// statement is one of a policy.
type statement struct {
	Sid, Effect string
	Action      []string
	Resource    string
	Condition   any `json:",omitempty"`
}

// passing lets ECS run tasks as their roles, and lets nobody else have these.
func passing(sid string) statement {
	return statement{sid, "Allow", []string{"iam:PassRole"}, "*", map[string]any{"StringEquals": map[string]string{"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}
}

// operating says what an operator does with each call that changes something. A call that
// stands in no line fails the test.
var operating = []struct {
	sid     string
	actions []string
}{
	{"Deploy", []string{"ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:UpdateService", "ecs:StopServiceDeployment", "ecs:ContinueServiceDeployment"}},
	{"RunAndStop", []string{"ecs:RunTask", "ecs:StopTask"}},
	{"Scale", []string{"application-autoscaling:RegisterScalableTarget"}},
	{"Hosts", []string{
		"ecs:UpdateContainerInstancesState", "autoscaling:SetDesiredCapacity", "autoscaling:UpdateAutoScalingGroup", "autoscaling:TerminateInstanceInAutoScalingGroup",
	}},
	{"Shells", []string{"ecs:ExecuteCommand", "ssm:StartSession", "ssm:TerminateSession"}},
}

// deploying is what gantry calls for a deployment from a pipeline and for the way back: a
// test of internal/cli does both and holds the page against what was called.
var deploying = []string{
	"application-autoscaling:DescribeScalableTargets", "autoscaling:DescribeAutoScalingGroups",
	"autoscaling:DescribeLaunchConfigurations", "autoscaling:DescribePolicies", "autoscaling:DescribeScalingActivities",
	"autoscaling:DescribeScheduledActions", "cloudwatch:DescribeAlarms", "ec2:DescribeInstances",
	"ec2:DescribeLaunchTemplateVersions", "ecr:BatchGetImage", "ecr:DescribeImages", "ecs:DescribeCapacityProviders",
	"ecs:DescribeClusters", "ecs:DescribeContainerInstances", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions",
	"ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks", "ecs:ListClusters", "ecs:ListContainerInstances",
	"ecs:ListServiceDeployments", "ecs:ListTasks", "ecs:RegisterTaskDefinition", "ecs:StopServiceDeployment", "ecs:UpdateService",
	"elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
	"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth", "iam:GetRole",
}

// TestThePoliciesGrantWhatIsCalledAndNoMore holds the page against the table of everything
// that gantry may call. With -update the policies are written anew.
func TestThePoliciesGrantWhatIsCalledAndNoMore(t *testing.T) {
	var looking, changing []string
	for _, a := range apis() {
		for _, q := range a.quotas {
			for _, op := range q.reads {
				if a.iam != "sts" { // needs no permission
					looking = append(looking, a.iam+":"+op)
				}
			}
			for _, op := range q.writes {
				changing = append(changing, a.iam+":"+op)
			}
		}
	}
	slices.Sort(looking)
	look := statement{Sid: "Look", Effect: "Allow", Action: slices.Compact(looking), Resource: "*"}
	operator := []statement{look}
	granted := map[string]bool{}
	for _, o := range operating {
		operator = append(operator, statement{Sid: o.sid, Effect: "Allow", Action: o.actions, Resource: "*"})
		for _, action := range o.actions {
			granted[action] = true
		}
	}
	if want := slices.Sorted(slices.Values(changing)); !slices.Equal(want, slices.Sorted(maps.Keys(granted))) {
		t.Errorf("gantry may call\n%s\nand an operator may\n%s", want, slices.Sorted(maps.Keys(granted)))
	}
	for _, action := range deploying {
		if !granted[action] && !slices.Contains(look.Action, action) {
			t.Errorf("a deployer may %s, which gantry never calls", action)
		}
	}
	page, err := os.ReadFile(policyPage)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for name, statements := range map[string][]statement{
		"read-only": {look}, "operator": append(operator, passing("Roles")),
		"deployer": {{Sid: "Deploy", Effect: "Allow", Action: deploying, Resource: "*"}, passing("Roles")},
	} {
		policy, err := json.MarshalIndent(struct {
			Version   string
			Statement []statement
		}{"2012-10-17", statements}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(text, "<!-- policy "+name+" -->\n```json\n")
		was, after, closed := strings.Cut(rest, "\n```\n")
		if !ok || !closed {
			t.Fatalf("%s has no place for the policy of the %s", policyPage, name)
		}
		if was != string(policy) && !*update {
			t.Errorf("the policy of the %s is not what gantry calls: go test ./awsx/sdk/access -run Policies -update", name)
		}
		text = before + "<!-- policy " + name + " -->\n```json\n" + string(policy) + "\n```\n" + after
	}
	if *update {
		if err := os.WriteFile(policyPage, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
