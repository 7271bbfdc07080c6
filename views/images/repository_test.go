package images_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/images"
	"gantry/views/viewstest"
)

// twoUsers has web in staging run an image of api-orders, and the tag of both move on.
func twoUsers(a *awsxtest.Account) {
	a.Edit(func(d *awsxtest.Data) {
		repository := changestest.ECR + "api-orders"
		for i, t := range d.Tasks {
			if t.Group == "service:web" {
				d.Tasks[i].Containers[0].Image = repository + ":v2"
				d.Tasks[i].Containers[0].ImageDigest = "sha256:" + strings.Repeat("8", 64)
			}
		}
		list := d.Images[repository]
		list[0].Findings = map[string]int{"CRITICAL": 1, "HIGH": 3, "LOW": 40}
		list[1].Findings = map[string]int{}
	})
}

func onRepositories(c *changes.Changes, s awsx.Ref) ui.Screen {
	return images.NewRepositories(c.Deps, s.Context)
}

func TestARepositoryTellsWhereItsImagesRunInAllClusters(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 30}, func(f *changestest.Shopfloor) { twoUsers(f.Account) }, onRepositories).Read()
		f.Shows("REPOSITORY", "payments/api-orders, staging/web", "tasks as of ")
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("enter").Shows("images of api-orders", "1 critical, 3 high", "none found", "4 !1", "(not listed)")
		f.Press("/").Type("^v2").Press("enter")
		f.Read().Shows("behind  staging/web: 1 task asked for v2 and run 88888888, which the tag does not name any more",
			"payments/api-orders: 4 tasks, container api-orders, as api-orders:v2")
	})
}

func TestAnImageOfARepositoryIsDeployedToAServiceThatUsesIt(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 30}, func(f *changestest.Shopfloor) { twoUsers(f.Account) }, onRepositories).Read()
		f.Press("/").Type("legacy").Press("enter")
		f.Keys("enter", "/").Type("v3").Press("enter")
		f.Read().Keys("enter").Shows("legacy:v1", "legacy:v3", "deploy payments/legacy")
		f.Keys("esc", "esc", "esc", "esc")
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("enter", "/").Type("v3").Press("enter")
		f.Read().Keys("D").Shows("Deploy @sha256:", "to which service?", "payments/api-orders", "staging/web")
		f.Keys("enter").Shows("api-orders@sha256:")
		f.Keys("esc", "esc", "/").Type("listed").Press("enter")
		f.Read().Keys("enter").Shows("the repository does not list it")
	})
}

// TestARegistryThatIsDeniedLeavesWhatRuns: each refusal names the missing action.
func TestARegistryThatIsDeniedLeavesWhatRuns(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 30}, func(f *changestest.Shopfloor) {
			f.Account.Fail(awsxtest.Repositories, &fault.Error{Class: fault.Denied, Op: "ecr:DescribeRepositories"})
			f.Account.Fail(awsxtest.Images, &fault.Error{Class: fault.Denied, Op: "ecr:DescribeImages", Resource: "legacy"})
		}, onRepositories).Read()
		f.Shows("ecr:DescribeRepositories is not allowed", "legacy", "payments/legacy")
		f.Press("/").Type("legacy").Press("enter")
		f.Keys("enter").Shows("(not listed)", "ecr:DescribeImages denied", "payments/legacy: ")
	})
}

func TestWithoutTasksTheImagesAreThereAndNothingIsClaimedToRun(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			f.Account.Fail(awsxtest.Tasks, &fault.Error{Class: fault.Denied, Op: "ecs:ListTasks"})
		}, changestest.Images).Read()
		f.Shows("v2", "in use", "?", "ecs:ListTasks denied", "what runs was not read").Hides("no task runs it")
	})
}

func TestFrameOfRepositories(t *testing.T) {
	viewstest.Frame(t, append(uitest.Looks(), uitest.Look{W: 200, H: 50}), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		twoUsers(a)
		return func(d *views.Deps) ui.Screen { return images.NewRepositories(d, c.Ref.Context) }
	})
}

func TestFrameOfARepository(t *testing.T) {
	viewstest.Frame(t, uitest.MainLooks(), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		twoUsers(a)
		return func(d *views.Deps) ui.Screen {
			return images.NewRepository(d, c.Ref.Context, changestest.ECR+"api-orders")
		}
	})
}
