package inquiry

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
)

const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/"

func digestOf(s string) string { return "sha256:" + strings.Repeat(s, 64) }

// TestATagThatMovedFromUnderItsTasksIsTold: tasks are told with the digest that they run,
// and with the tag that they asked for where it names another by now.
func TestATagThatMovedFromUnderItsTasksIsTold(t *testing.T) {
	cluster := awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:123456789012:cluster/blue", Cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/blue"}
	task := func(group, image, digest, status string) awsx.Task {
		return awsx.Task{Ref: cluster.In("arn:task/" + group), Group: group, LastStatus: status,
			Containers: []awsx.Container{{Name: "app", Image: image, ImageDigest: digest}}}
	}
	shop := registry + "shop"
	runs := RunsOf([]awsx.Task{
		task("service:web", shop+":stable", digestOf("a"), "RUNNING"),
		task("service:web", shop+":stable", digestOf("a"), "RUNNING"),
		task("service:new", shop+":stable", digestOf("b"), "RUNNING"),
		task("service:pinned", shop+":stable@"+digestOf("a"), digestOf("a"), "RUNNING"),
		task("family:job", shop, digestOf("c"), "RUNNING"),
		task("service:early", shop+":stable", "", "PENDING"),
		task("service:gone", shop+":stable", digestOf("a"), "STOPPED"),
		task("service:other", registry+"shop2:stable", digestOf("a"), "RUNNING"),
	})
	images := []awsx.Image{
		{Repository: shop, Digest: digestOf("a"), PushedAt: time.Unix(100, 0)},
		{Repository: shop, Digest: digestOf("b"), PushedAt: time.Unix(200, 0), Tags: []string{"stable", "v2"}},
	}
	var got []string
	for _, u := range ImageUses(shop, images, runs) {
		words := func(runs []Run) (out []string) {
			for _, r := range runs {
				out = append(out, fmt.Sprintf("%s %d", r.Where(), r.Tasks))
			}
			return out
		}
		got = append(got, fmt.Sprintf("%s%s unlisted=%v runs%v behind%v", u.Tag, u.Image.Digest[7:8], u.Unlisted, words(u.Runs), words(u.Behind)))
	}
	want := []string{
		"stableb unlisted=false runs[blue/new 1] behind[blue/web 2]",
		"v2b unlisted=false runs[blue/new 1] behind[]",
		"a unlisted=false runs[blue/pinned 1 blue/web 2] behind[]",
		"c unlisted=true runs[blue/family:job 1] behind[]",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
