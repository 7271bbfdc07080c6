package images_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui/uitest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// tagColumn is the first word of each row of a table, from the top.
func tagColumn(f *changestest.Shopfloor) []string {
	var out []string
	for _, row := range f.Screen()[3:] {
		if row == "" {
			break // the evidence comes
		}
		if fields := strings.Fields(strings.TrimPrefix(row, ">")); len(fields) > 0 && !strings.HasPrefix(row, "<") {
			out = append(out, fields[0])
		}
	}
	return out
}

func TestTagsComeNewestFirstAndUntaggedImagesAreOffered(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		digest := "sha256:" + strings.Repeat("5", 64)
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 24}, func(f *changestest.Shopfloor) {
			f.Account.Edit(func(d *awsxtest.Data) {
				d.Images[changestest.ECR+"api-orders"] = append(d.Images[changestest.ECR+"api-orders"], awsx.Image{
					Repository: changestest.ECR + "api-orders", Digest: digest, PushedAt: awsxtest.Now.Add(-time.Hour)})
			})
		}, changestest.Images).Read()
		if got := tagColumn(f); !slices.Equal(got, []string{"(untagged)", "v3", "v2", "v1"}) {
			t.Errorf("the rows are %v", got)
		}
		f.Keys("enter").Shows(`api-orders@`+digest, " passed")
	})
}

func TestAnImageIsDeployedByItsDigest(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 200, H: 50}, changestest.Images).Read()
		f.Keys("D")
		if row := f.Row("+ "); !strings.Contains(f.Text(), "api-orders@sha256:") {
			t.Errorf("the plan pins nothing: %s", row)
		}
	})
}

const sidecar = `"containerDefinitions":[{"name":"proxy","image":"nginx:1.27","memory":64,"environment":[]},`

func TestAContainerWhoseRegistryIsNotListedIsTyped(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) { f.Redefine(`"containerDefinitions":[`, sidecar) }, changestest.Images).Read()
		f.Shows("1 container not in ECR (i types)", "v3")
		f.Keys("i").Shows("container", "api-orders", "one of proxy, api-orders")
		f.Keys("ctrl+u")
		f.Answer("proxi").Shows(`"proxi" is no container of api-orders:1: expected proxy, api-orders`)
		f.Keys("backspace")
		f.Answer("y").Answer("nginx:1.28 beta").Shows(`nginx:1.28 beta`).Hides("Difference")
		f.Keys("ctrl+u")
		f.Answer(":1.28").Shows("containerDefinitions / proxy", `"image": "nginx:1.28"`)
	})
}

func TestWithoutAnyListedRegistryTheScreenSaysWhatToDo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) { f.Redefine(changestest.ECR+"api-orders:v2", "ghcr.io/acme/api:v2") }, changestest.Images).Read()
		f.Shows("ghcr.io/acme/api:v2 is in a registry that cannot be listed", "i types what to deploy")
		f.Keys("i")
		f.Answer("ghcr.io/acme/API:v3").Shows("ghcr.io/acme/API:v3")
		f.Keys("ctrl+u")
		f.Answer("ghcr.io/acme/api:v3").Shows(`"image": "ghcr.io/acme/api:v3"`)
		f.Keys("esc").Shows("ghcr.io/acme/api:v2 is in a registry")
	})
}

func TestARepositoryThatIsDeniedSaysSoAndTypingStaysPossible(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			f.Account.Fail(awsxtest.Images, &fault.Error{Class: fault.Denied, Op: "ecr:DescribeImages", Resource: "api-orders"})
		}, changestest.Images).Read()
		f.Shows("ecr:DescribeImages is not allowed", "ctrl+r tries again")
		f.Keys("i")
		f.Answer(":v3").Shows("Difference")
	})
}

func TestLeavingWhileImagesAreReadEndsTheReading(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		f.Account.Block(awsxtest.Images)
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("i").Shows("loading images")
		f.Keys("esc").Shows("api-orders")
	})
}

func TestMarkedImagesAreDeployedOneForEachContainer(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 40}, func(f *changestest.Shopfloor) {
			beside := strings.Replace(sidecar, "nginx:1.27", changestest.ECR+"api-orders:v1", 1)
			f.Redefine(`"containerDefinitions":[`, beside)
		}, changestest.Images).Read()
		f.Keys("/").Type("v3").Press("enter")
		f.Read().Keys("space", "space").Shows("2 marked", "<enter>deploy 2 marked")
		f.Keys("enter").Shows("api-orders api-orders:v3, proxy api-orders:v3")
		f.Keys("esc", "esc", "/").Type("^proxy").Press("enter")
		f.Read().Keys("g", "space", "space", "enter").Shows("two images of container", "are marked")
	})
}
