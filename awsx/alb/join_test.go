package alb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/alb"
)

const (
	region   = "arn:aws:ecs:eu-west-1:123456789012:"
	webGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123"
	admGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/admin/4567"
	defARN   = region + "task-definition/api:7"
)

var base = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func definition(mode string, ports ...awsx.PortMapping) *awsx.TaskDefinition {
	return &awsx.TaskDefinition{
		ARN: defARN, NetworkMode: mode,
		Containers: []awsx.ContainerDefinition{{Name: "app", Ports: ports}, {Name: "proxy", Ports: []awsx.PortMapping{{ContainerPort: 9000}}}},
	}
}

func task(id string, edit func(*awsx.Task)) awsx.Task {
	t := awsx.Task{
		Ref: awsx.Ref{ARN: region + "task/prod/" + id}, ID: id, TaskDefinition: defARN,
		LastStatus: "RUNNING", DesiredStatus: "RUNNING", ContainerInstance: "ci-1",
		Containers: []awsx.Container{{Name: "app"}},
	}
	if edit != nil {
		edit(&t)
	}
	return t
}

func bound(bindings ...awsx.Binding) func(*awsx.Task) {
	return func(t *awsx.Task) { t.Containers[0].Bindings = bindings }
}

func instances(arn string) (awsx.Instance, bool) {
	id, ok := map[string]string{"ci-1": "i-0a1", "ci-2": "i-0b2"}[arn]
	return awsx.Instance{EC2ID: id}, ok
}

func service(lbs ...awsx.LoadBalancer) awsx.Service {
	if len(lbs) == 0 {
		lbs = []awsx.LoadBalancer{{TargetGroup: webGroup, Container: "app", ContainerPort: 8080}}
	}
	return awsx.Service{Name: "api", LoadBalancers: lbs}
}

func group(targets ...awsx.TargetHealth) awsx.Group {
	return awsx.Group{ARN: webGroup, Read: true, Targets: targets}
}

func target(id string, port int, state string) awsx.TargetHealth {
	return awsx.TargetHealth{ID: id, Port: port, State: state}
}

// seen writes a relation as one line per fact, in the words of the domain.
func seen(j alb.Joined) []string {
	var out []string
	standing := [...]string{"unread", "unresolved", "not registered", "registered"}
	for _, t := range j.Tasks {
		for _, x := range t.Targets {
			line := fmt.Sprintf("%s %s:%d at %s:%d %s", t.Task.Name(), x.Container, x.ContainerPort, x.Address.ID, x.Address.Port, standing[x.Standing])
			if x.Standing == alb.Registered {
				line += " " + x.Health.State
			}
			out = append(out, line)
		}
	}
	for _, u := range j.Unmatched {
		line := fmt.Sprintf("left %s:%d %s", u.Target.ID, u.Target.Port, u.Kind)
		if u.Stopped != "" {
			line += " was " + awsx.ARNName(u.Stopped)
		}
		out = append(out, line)
	}
	for _, g := range j.Unread {
		out = append(out, "unread "+awsx.GroupName(g))
	}
	return out
}

func TestATaskIsFoundInItsGroupInEveryNetworkMode(t *testing.T) {
	tests := []struct {
		name   string
		mode   string // "-" leaves the definition unread
		ports  []awsx.PortMapping
		task   func(*awsx.Task)
		lbs    []awsx.LoadBalancer
		groups []awsx.Group
		want   []string
	}{
		{
			name: "bridge with a dynamic port", mode: "bridge",
			ports:  []awsx.PortMapping{{ContainerPort: 8080}},
			task:   bound(awsx.Binding{ContainerPort: 8080, HostPort: 32768, Protocol: "tcp", BindIP: "0.0.0.0"}),
			groups: []awsx.Group{group(target("i-0a1", 32768, "healthy"))},
			want:   []string{"t1 app:8080 at i-0a1:32768 registered healthy"},
		},
		{
			name: "both halves of a dual-stack binding are one target", mode: "",
			task: bound(awsx.Binding{ContainerPort: 8080, HostPort: 32768, BindIP: "0.0.0.0"},
				awsx.Binding{ContainerPort: 8080, HostPort: 32768, BindIP: "::"}),
			groups: []awsx.Group{group(target("i-0a1", 32768, "initial"))},
			want:   []string{"t1 app:8080 at i-0a1:32768 registered initial"},
		},
		{
			name: "bridge with a static port before the agent reports it", mode: "bridge",
			ports:  []awsx.PortMapping{{ContainerPort: 8080, HostPort: 80}},
			groups: []awsx.Group{group(target("i-0a1", 80, "healthy"))},
			want:   []string{"t1 app:8080 at i-0a1:80 registered healthy"},
		},
		{
			name: "bridge with a dynamic port not bound yet", mode: "bridge",
			ports:  []awsx.PortMapping{{ContainerPort: 8080}},
			task:   func(t *awsx.Task) { t.LastStatus = "PENDING" },
			groups: []awsx.Group{group()},
			want:   []string{"t1 app:8080 at :0 unresolved"},
		},
		{
			name: "host mode has no bindings", mode: "host",
			groups: []awsx.Group{group(target("i-0a1", 8080, "unhealthy"))},
			want:   []string{"t1 app:8080 at i-0a1:8080 registered unhealthy"},
		},
		{
			name: "awsvpc over IPv4", mode: "awsvpc",
			task:   func(t *awsx.Task) { t.ENIs = []awsx.ENI{{PrivateV4: "10.0.0.9", PrivateV6: "2001:db8::9"}} },
			groups: []awsx.Group{group(target("10.0.0.9", 8080, "healthy"))},
			want:   []string{"t1 app:8080 at 10.0.0.9:8080 registered healthy"},
		},
		{
			name: "awsvpc over IPv6 in another spelling", mode: "awsvpc",
			task: func(t *awsx.Task) {
				t.ContainerInstance = ""
				t.ENIs = []awsx.ENI{{PrivateV4: "10.0.0.9", PrivateV6: "2001:db8::9"}}
			},
			groups: []awsx.Group{group(target("2001:0db8:0:0:0:0:0:9", 8080, "healthy"))},
			want:   []string{"t1 app:8080 at 2001:db8::9:8080 registered healthy"},
		},
		{
			name: "awsvpc without an interface yet", mode: "awsvpc",
			task:   func(t *awsx.Task) { t.LastStatus = "PROVISIONING" },
			groups: []awsx.Group{group()},
			want:   []string{"t1 app:8080 at :0 unresolved"},
		},
		{
			name: "a task without its definition is read by what it carries", mode: "-",
			task:   bound(awsx.Binding{ContainerPort: 8080, HostPort: 32770}),
			groups: []awsx.Group{group(target("i-0a1", 32770, "healthy"))},
			want:   []string{"t1 app:8080 at i-0a1:32770 registered healthy"},
		},
		{
			name: "host mode without the definition is believed when registered", mode: "-",
			groups: []awsx.Group{group(target("i-0a1", 8080, "healthy"))},
			want:   []string{"t1 app:8080 at i-0a1:8080 registered healthy"},
		},
		{
			name: "without definition nothing is claimed by guess", mode: "-",
			groups: []awsx.Group{group(target("i-0a1", 31000, "healthy"))},
			want:   []string{"t1 app:8080 at :0 unresolved", "left i-0a1:31000 undetermined"},
		},
		{
			name: "an instance that was not read leaves its targets undetermined", mode: "bridge",
			task: func(t *awsx.Task) {
				t.ContainerInstance = "ci-unread"
				t.Containers[0].Bindings = []awsx.Binding{{ContainerPort: 8080, HostPort: 32768}}
			},
			groups: []awsx.Group{group(target("i-0c3", 32768, "healthy"))},
			want:   []string{"t1 app:8080 at :0 unresolved", "left i-0c3:32768 undetermined"},
		},
		{
			name: "a target in its first checks may be of a task that was starting when it was read", mode: "bridge",
			task:   func(t *awsx.Task) { t.LastStatus = "PENDING" },
			ports:  []awsx.PortMapping{{ContainerPort: 8080}},
			groups: []awsx.Group{group(target("i-0a1", 32790, "initial"), target("i-0a1", 32791, "unhealthy"))},
			want:   []string{"t1 app:8080 at :0 unresolved", "left i-0a1:32790 undetermined", "left i-0a1:32791 foreign"},
		},
		{
			name: "two groups and two load-balanced containers", mode: "bridge",
			task: func(t *awsx.Task) {
				t.Containers = []awsx.Container{
					{Name: "app", Bindings: []awsx.Binding{{ContainerPort: 8080, HostPort: 32768}, {ContainerPort: 8081, HostPort: 32769}}},
					{Name: "proxy", Bindings: []awsx.Binding{{ContainerPort: 8080, HostPort: 32770}}},
				}
			},
			lbs: []awsx.LoadBalancer{
				{TargetGroup: webGroup, Container: "proxy", ContainerPort: 8080},
				{TargetGroup: admGroup, Container: "app", ContainerPort: 8081},
			},
			groups: []awsx.Group{
				group(target("i-0a1", 32770, "healthy")),
				{ARN: admGroup, Read: true, Targets: []awsx.TargetHealth{target("i-0a1", 32769, "unhealthy")}},
			},
			want: []string{
				"t1 proxy:8080 at i-0a1:32770 registered healthy",
				"t1 app:8081 at i-0a1:32769 registered unhealthy",
			},
		},
		{
			name: "a UDP group takes the UDP binding", mode: "bridge",
			task: bound(awsx.Binding{ContainerPort: 8080, HostPort: 32768, Protocol: "tcp"}, awsx.Binding{ContainerPort: 8080, HostPort: 32900, Protocol: "udp"}),
			groups: []awsx.Group{{ARN: webGroup, Read: true, Settings: awsx.TargetGroup{ARN: webGroup, Protocol: "UDP"},
				Targets: []awsx.TargetHealth{target("i-0a1", 32900, "healthy")}}},
			want: []string{"t1 app:8080 at i-0a1:32900 registered healthy"},
		},
		{
			name: "a group that was not read says nothing", mode: "bridge",
			task:   bound(awsx.Binding{ContainerPort: 8080, HostPort: 32768}),
			groups: []awsx.Group{{ARN: webGroup, Targets: []awsx.TargetHealth{target("i-0a1", 32768, "healthy")}}},
			want:   []string{"t1 app:8080 at i-0a1:32768 unread", "unread web"},
		},
		{
			name: "a located task that is missing from its group", mode: "bridge",
			task:   bound(awsx.Binding{ContainerPort: 8080, HostPort: 32768}),
			groups: []awsx.Group{group(target("i-0a1", 40000, "draining"), target("i-0zz", 9, "healthy"))},
			want: []string{
				"t1 app:8080 at i-0a1:32768 not registered",
				"left i-0a1:40000 draining",
				"left i-0zz:9 foreign",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			td := definition(tt.mode, tt.ports...)
			if tt.mode == "-" {
				td = nil
			}
			got := seen(alb.Join(alb.Input{
				Service: service(tt.lbs...), Tasks: []awsx.Task{task("t1", tt.task)}, Groups: tt.groups,
				Definition: func(string) *awsx.TaskDefinition { return td }, Instance: instances,
			}))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOnlyForeignTargetsAreCalledForeign(t *testing.T) {
	ours, theirs, leaving := target("i-0a1", 32768, "healthy"), target("i-0zz", 9, "healthy"), target("i-0a1", 40000, "draining")
	j := alb.Join(alb.Input{
		Service: service(), Instance: instances, Groups: []awsx.Group{group(ours, theirs, leaving)},
		Tasks: []awsx.Task{task("t1", bound(awsx.Binding{ContainerPort: 8080, HostPort: 32768}))},
	})
	if j.Foreign(webGroup, ours) || !j.Foreign(webGroup, theirs) || j.Foreign(webGroup, leaving) || j.Foreign(admGroup, theirs) {
		t.Errorf("%+v", j)
	}
}

func TestAReusedPortBelongsToTheTaskThatRunsNow(t *testing.T) {
	static := bound(awsx.Binding{ContainerPort: 8080, HostPort: 80})
	old := task("old", static)
	old.DesiredStatus, old.StartedAt = "STOPPED", base
	now := task("now", static)
	now.StartedAt = base.Add(time.Minute)
	got := seen(alb.Join(alb.Input{
		Service: service(), Tasks: []awsx.Task{old, now}, Instance: instances,
		Groups: []awsx.Group{group(target("i-0a1", 80, "initial"))},
	}))
	want := []string{"old app:8080 at i-0a1:80 not registered", "now app:8080 at i-0a1:80 registered initial"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestATargetLeftBehindNamesTheNewestStoppedTaskThatHadIt(t *testing.T) {
	gone := bound(awsx.Binding{ContainerPort: 8080, HostPort: 32768})
	first, second := task("first", gone), task("second", gone)
	first.StoppedAt, second.StoppedAt = base, base.Add(time.Minute)
	got := seen(alb.Join(alb.Input{
		Service: service(), Stopped: []awsx.Task{second, first}, Instance: instances,
		Groups: []awsx.Group{group(target("i-0a1", 32768, "draining"))},
	}))
	if diff := cmp.Diff([]string{"left i-0a1:32768 draining was second"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPortsAreListedPerContainer(t *testing.T) {
	mapped := []awsx.PortMapping{{ContainerPort: 8080}, {ContainerPort: 53, HostPort: 53, Protocol: "udp"}}
	app := func(cp, hp int, proto, host string) alb.Port {
		return alb.Port{Container: "app", ContainerPort: cp, Protocol: proto, Host: host, HostPort: hp}
	}
	tests := []struct {
		name string
		td   *awsx.TaskDefinition
		task awsx.Task
		want []alb.Port
	}{
		{"bound dual-stack", definition("bridge", mapped...), task("t", bound(
			awsx.Binding{ContainerPort: 8080, HostPort: 32768, Protocol: "tcp", BindIP: "0.0.0.0"},
			awsx.Binding{ContainerPort: 8080, HostPort: 32768, Protocol: "tcp", BindIP: "::"})),
			[]alb.Port{app(8080, 32768, "tcp", "i-0a1")}},
		{"not bound yet", definition("bridge", mapped...), task("t", nil),
			[]alb.Port{app(8080, 0, "tcp", "i-0a1"), app(53, 53, "udp", "i-0a1")}},
		{"host", definition("host", mapped...), task("t", nil),
			[]alb.Port{app(8080, 8080, "tcp", "i-0a1"), app(53, 53, "udp", "i-0a1")}},
		{"awsvpc", definition("awsvpc", mapped...), task("t", func(t *awsx.Task) { t.ENIs = []awsx.ENI{{PrivateV4: "10.0.0.9"}} }),
			[]alb.Port{app(8080, 8080, "tcp", "10.0.0.9"), app(53, 53, "udp", "10.0.0.9")}},
		{"no containers reported", definition("bridge", mapped[0]), task("t", func(t *awsx.Task) { t.Containers = nil }),
			[]alb.Port{app(8080, 0, "tcp", "i-0a1"), {Container: "proxy", ContainerPort: 9000, Protocol: "tcp", Host: "i-0a1"}}},
		{"nothing known", nil, task("t", nil), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, alb.Ports(tt.task, tt.td, "i-0a1")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAPortRangeIsOnePort(t *testing.T) {
	task := awsx.Task{Containers: []awsx.Container{{Name: "app", Bindings: []awsx.Binding{
		{BindIP: "0.0.0.0", Range: "9000-9010", HostRange: "49000-49010", Protocol: "tcp"},
		{BindIP: "::", Range: "9000-9010", HostRange: "49000-49010", Protocol: "tcp"},
	}}}}
	ports := alb.Ports(task, nil, "i-1")
	if len(ports) != 1 || ports[0].Inside() != "9000-9010" || ports[0].Outside() != "49000-49010" {
		t.Errorf("ports %+v", ports)
	}
	td := &awsx.TaskDefinition{Containers: []awsx.ContainerDefinition{{Name: "app", Ports: []awsx.PortMapping{{Range: "9000-9010"}}}}}
	if ports := alb.Ports(awsx.Task{}, td, "i-1"); len(ports) != 1 || ports[0].Inside() != "9000-9010" || ports[0].Outside() != "" {
		t.Errorf("ports of the definition %+v", ports)
	}
}

func TestATaskOfAPairOfGroupsIsInEither(t *testing.T) {
	service := awsx.Service{LoadBalancers: []awsx.LoadBalancer{{TargetGroup: "blue", Alternate: "green", Container: "app", ContainerPort: 80}}}
	task := awsx.Task{LastStatus: "RUNNING", ENIs: []awsx.ENI{{PrivateV4: "10.0.0.1"}}}
	in := alb.Input{Service: service, Tasks: []awsx.Task{task}, Groups: []awsx.Group{
		{ARN: "blue", Read: true}, {ARN: "green", Read: true, Targets: []awsx.TargetHealth{{ID: "10.0.0.1", Port: 80, State: "healthy"}}},
	}}
	got := alb.Join(in)
	if targets := got.Tasks[0].Targets; len(targets) != 1 || targets[0].Standing != alb.Registered || targets[0].Group != "green" || len(got.Unmatched) > 0 {
		t.Errorf("%+v", got)
	}
	in.Groups[1] = awsx.Group{ARN: "green"}
	if got := alb.Join(in); got.Tasks[0].Targets[0].Standing != alb.Unread || len(got.Unread) != 1 {
		t.Errorf("the group it may be in is unread: %+v", got)
	}
	in.Groups[1].Read = true
	if got := alb.Join(in); len(got.Tasks[0].Targets) != 1 || got.Tasks[0].Targets[0].Standing != alb.NotRegistered {
		t.Errorf("it is in neither: %+v", got)
	}
}
