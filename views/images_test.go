package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui/uitest"
)

// tagColumn is the first word of each row of a table, from the top.
func tagColumn(f *shopfloor) []string {
	var out []string
	for _, row := range f.Screen()[3:] {
		if fields := strings.Fields(strings.TrimPrefix(row, ">")); len(fields) > 0 && !strings.HasPrefix(row, "<") {
			out = append(out, fields[0])
		}
	}
	return out
}

func TestTagsComeNewestFirstAndUntaggedImagesAreOffered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		digest := "sha256:" + strings.Repeat("5", 64)
		f := prepared(t, uitest.Look{W: 120, H: 24}, func(f *shopfloor) {
			f.account.Edit(func(d *awsxtest.Data) {
				d.Images[ecr+"api-orders"] = append(d.Images[ecr+"api-orders"], awsx.Image{
					Repository: ecr + "api-orders", Digest: digest, PushedAt: awsxtest.Now.Add(-time.Hour)})
			})
		}, images).read()
		if got := tagColumn(f); !slices.Equal(got, []string{"(untagged)", "v3", "v2", "v1"}) {
			t.Errorf("the rows are %v", got)
		}
		f.keys("enter").Shows(`api-orders@`+digest, " passed")
	})
}

func TestAnImageIsDeployedByItsDigest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 200, H: 50}, images).read()
		f.keys("D")
		if row := f.Row("+ "); !strings.Contains(f.Text(), "api-orders@sha256:") {
			t.Errorf("the plan pins nothing: %s", row)
		}
	})
}

const sidecar = `"containerDefinitions":[{"name":"proxy","image":"nginx:1.27","memory":64,"environment":[]},`

func TestAContainerWhoseRegistryIsNotListedIsTyped(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) { f.redefine(`"containerDefinitions":[`, sidecar) }, images).read()
		f.Shows("1 container not in ECR (i types)", "v3")
		f.keys("i").Shows("container", "api-orders", "one of proxy, api-orders")
		f.keys("ctrl+u")
		f.answer("proxi").Shows(`"proxi" is no container of api-orders:1: expected proxy, api-orders`)
		f.keys("backspace")
		f.answer("y").answer("nginx:1.28 beta").Shows(`nginx:1.28 beta`).Hides("Difference")
		f.keys("ctrl+u")
		f.answer(":1.28").Shows("containerDefinitions / proxy", `"image": "nginx:1.28"`)
	})
}

func TestWithoutAnyListedRegistryTheScreenSaysWhatToDo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) { f.redefine(ecr+"api-orders:v2", "ghcr.io/acme/api:v2") }, images).read()
		f.Shows("ghcr.io/acme/api:v2 is in a registry that cannot be listed", "i types what to deploy")
		f.keys("i")
		f.answer("ghcr.io/acme/API:v3").Shows("ghcr.io/acme/API:v3")
		f.keys("ctrl+u")
		f.answer("ghcr.io/acme/api:v3").Shows(`"image": "ghcr.io/acme/api:v3"`)
		f.keys("esc").Shows("ghcr.io/acme/api:v2 is in a registry")
	})
}

func TestARepositoryThatIsDeniedSaysSoAndTypingStaysPossible(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) {
			f.account.Fail(awsxtest.Images, &fault.Error{Class: fault.Denied, Op: "ecr:DescribeImages", Resource: "api-orders"})
		}, images).read()
		f.Shows("ecr:DescribeImages is not allowed", "ctrl+r tries again")
		f.keys("i")
		f.answer(":v3").Shows("Difference")
	})
}

func TestLeavingWhileImagesAreReadEndsTheReading(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.account.Block(awsxtest.Images)
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("i").Shows("loading images")
		f.keys("esc").Shows("api-orders")
	})
}
