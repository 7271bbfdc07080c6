package revisions_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/revisions"
	"gantry/views/viewstest"
)

func TestAnyTwoRevisionsAreCompared(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			changestest.History(f)
			f.Account.Edit(func(d *awsxtest.Data) {
				for i, td := range d.TaskDefinitions {
					if strings.HasSuffix(td.ARN, "api-orders:3") {
						doc := strings.NewReplacer("hunter2", "swordfish", `"debug"`, `"info"`).Replace(string(td.Raw))
						changed, err := awsx.ParseTaskDefinition(awsx.Document(doc), nil)
						if err != nil {
							panic(err)
						}
						d.TaskDefinitions[i] = changed
					}
				}
			})
		}, changestest.Revisions).Read()
		f.Keys("=").Shows("mark a revision, or choose another than the one in use")
		f.Keys("G", "=").Shows("api-orders:1 -> api-orders:3", "3 added, 3 removed", "@ containerDefinitions / api-orders",
			`- "image": "`+changestest.ECR+`api-orders:v2"`, `+ "image": "`+changestest.ECR+`api-orders:v3"`, "(masked) changed").Hides("hunter2", "swordfish", "registeredBy")
		f.Press("c")
		if !strings.Contains(f.Clipboard, `api-orders:v3"`) || strings.Contains(f.Clipboard, "swordfish") {
			t.Errorf("copied %q", f.Clipboard)
		}
		if got := f.Saved(t); !strings.Contains(got, "api-orders:1 -> api-orders:3") || strings.Contains(got, "swordfish") {
			t.Errorf("saved %q", got)
		}
		f.Keys("esc", "g", "space", "space", "=").Shows("api-orders:2 -> api-orders:3")
		f.Keys("esc", "G", "space", "=").Shows("compare: mark two revisions, not 3")
	})
}

func TestRevisionsThatCannotBeReadAreNotCompared(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			changestest.History(f)
			f.Account.Fail(awsxtest.TaskDefinition, fault.Errorf(fault.Denied, "ecs:DescribeTaskDefinition", "api-orders:1", "no"))
		}, func(c *changes.Changes, s awsx.Ref) ui.Screen {
			account, _, _ := strings.Cut(s.ARN, ":service/")
			revision := account + ":task-definition/api-orders:"
			return revisions.NewCompare(c.Deps, s, revision+"1", revision+"3")
		}).Read()
		f.Shows("x they could not be compared", "ecs:DescribeTaskDefinition", "○ denied")
		f.Account.Fail(awsxtest.TaskDefinition, nil)
		f.Keys("ctrl+r").Shows("1 added, 1 removed")
	})
}

func TestTwoDeploymentsAreCompared(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, changestest.Recorded, changestest.Past).Read()
		f.Keys("=").Shows("choose another than the one in use")
		f.Keys("G", "=").Shows("api-orders:1 -> api-orders:3")
		f.Keys("esc", "g", "j", "space", "space", "=").Shows("api-orders:1 -> api-orders:2")
	})
}
