package alb_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/alb"
)

// drawTask makes a task of any mode whose addresses often collide with those of
// other tasks and with the targets, as reused ports and stale records do.
func drawTask(t *rapid.T, id int, mode string) awsx.Task {
	port := func(label string) int { return rapid.IntRange(32768, 32771).Draw(t, label) }
	x := task(fmt.Sprintf("t%d", id), nil)
	x.ContainerInstance = rapid.SampledFrom([]string{"ci-1", "ci-2", "ci-unread"}).Draw(t, "instance")
	x.LastStatus = rapid.SampledFrom([]string{"RUNNING", "PENDING", "STOPPED"}).Draw(t, "status")
	x.DesiredStatus = rapid.SampledFrom([]string{"RUNNING", "STOPPED"}).Draw(t, "desired")
	switch mode {
	case "awsvpc":
		n := rapid.IntRange(1, 3).Draw(t, "host")
		x.ENIs = []awsx.ENI{{PrivateV4: fmt.Sprintf("10.0.0.%d", n), PrivateV6: fmt.Sprintf("2001:db8::%d", n)}}
	case "bridge":
		for range rapid.IntRange(0, 2).Draw(t, "bindings") {
			p := port("port")
			x.Containers[0].Bindings = append(x.Containers[0].Bindings,
				awsx.Binding{ContainerPort: 8080, HostPort: p, BindIP: "0.0.0.0"},
				awsx.Binding{ContainerPort: 8080, HostPort: p, BindIP: "::"})
		}
	}
	return x
}

func TestEveryRegisteredTargetAppearsExactlyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mode := rapid.SampledFrom([]string{"bridge", "host", "awsvpc", "none"}).Draw(t, "mode")
		td := definition(mode)
		if rapid.Bool().Draw(t, "definition unread") {
			td = nil
		}
		in := alb.Input{
			Service: service(
				awsx.LoadBalancer{TargetGroup: webGroup, Container: "app", ContainerPort: 8080},
				awsx.LoadBalancer{TargetGroup: admGroup, Container: "app", ContainerPort: 8080},
				awsx.LoadBalancer{TargetGroup: webGroup, Container: "app", ContainerPort: 8080},
			),
			Definition: func(string) *awsx.TaskDefinition { return td }, Instance: instances,
		}
		for i := range rapid.IntRange(0, 6).Draw(t, "tasks") {
			in.Tasks = append(in.Tasks, drawTask(t, i, mode))
		}
		want := map[string]int{}
		for _, arn := range []string{webGroup, admGroup} {
			g := awsx.Group{ARN: arn, Read: true}
			for range rapid.IntRange(0, 6).Draw(t, "targets") {
				h := target(
					rapid.SampledFrom([]string{"i-0a1", "i-0b2", "10.0.0.1", "2001:db8::2"}).Draw(t, "id"),
					rapid.SampledFrom([]int{8080, 32768, 32769, 32770}).Draw(t, "port"),
					rapid.SampledFrom([]string{"healthy", "draining", "unhealthy"}).Draw(t, "state"))
				g.Targets = append(g.Targets, h)
				want[fmt.Sprint(arn, h)]++
			}
			in.Groups = append(in.Groups, g)
		}

		got := map[string]int{}
		j := alb.Join(in)
		for _, x := range j.Tasks {
			for _, y := range x.Targets {
				if y.Standing == alb.Registered {
					got[fmt.Sprint(y.Group, y.Health)]++
				}
			}
		}
		for _, u := range j.Unmatched {
			got[fmt.Sprint(u.Group, u.Target)]++
		}
		if len(j.Tasks) != len(in.Tasks) {
			t.Fatalf("%d tasks in, %d out", len(in.Tasks), len(j.Tasks))
		}
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("targets in %v, out %v", want, got)
		}
	})
}
