package deploy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
)

// checkCase is a state of the account, an intent, and what one check has to say.
type checkCase struct {
	name   string
	intent Intent
	change func(*fake)
	check  string
	result check.Result
	text   string
}

func testChecks(t *testing.T, cases []checkCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			if c.change != nil {
				c.change(f)
			}
			got := found(t, f.plan(t, c.intent), c.check)
			if got.Result != c.result || !strings.Contains(got.Text, c.text) {
				t.Errorf("got %s: %s\nwant %s with %q", got.Result, got.Text, c.result, c.text)
			}
		})
	}
}

// testNoCheck makes sure that a plan has no such check.
func testNoCheck(t *testing.T, f *fake, intent Intent, name string) {
	t.Helper()
	for _, c := range f.plan(t, intent).Checks {
		if c.Name == name {
			t.Errorf("%s of %s looks at %s", intent.Action(), f.service.Name, c.Text)
		}
	}
}

func image(s string) Intent { return SetImages{Images: map[string]string{"web": s}} }

func denied(op string) error { return fault.Errorf(fault.Denied, op, "", "not authorized") }

// piece replaces a piece of the document in use.
func piece(old, new string) func(*fake) {
	return func(f *fake) {
		td := f.definitions[f.service.TaskDefinition]
		doc := strings.Replace(string(td.Raw), old, new, 1)
		if doc == string(td.Raw) {
			panic("the document has no " + old)
		}
		parsed, err := awsx.ParseTaskDefinition(awsx.Document(doc), td.Tags)
		if err != nil {
			panic(err)
		}
		f.definitions[td.ARN] = parsed
	}
}

func TestChecksOfImages(t *testing.T) {
	testChecks(t, []checkCase{
		{"there", image(":1.1"), nil, check.Image, check.OK, "web:1.1 exists, bbbbbbbb"},
		{"missing", image(":9"), nil, check.Image, check.Broken, "not in its repository: " + registry + "/web:9"},
		{"elsewhere", image("ghcr.io/a/b:1"), nil, check.Image, check.Skipped, "ghcr.io/a/b:1 is not in a private ECR repository"},
		{"denied", image(":1.1"), func(f *fake) { f.imageErr = denied("ecr:DescribeImages") }, check.Image, check.Skipped, "ecr:DescribeImages is denied"},
		{"moved", Restart{}, func(f *fake) {
			f.tasks = []awsx.Task{{TaskDefinition: f.service.TaskDefinition, Containers: []awsx.Container{{Name: "web", ImageDigest: digestB}}}}
		}, check.Tag, check.Warning, "this is a deploy: web runs bbbbbbbb and its tag is aaaaaaaa now"},
		{"unknown", Restart{}, nil, check.Tag, check.Skipped, "may pull another image"},
		{"revision active", UseRevision{"6"}, nil, check.Revision, check.OK, "api:6 is active"},

		{"built for the instances", image(":1.1"), func(f *fake) { f.platforms = []string{"linux/amd64", "linux/arm64"} }, check.Platform, check.OK, "built for linux/amd64: web:1.1"},
		{"built for others", image(":1.1"), func(f *fake) { f.platforms = []string{"linux/arm64"} }, check.Platform, check.Broken, "web:1.1 is built for linux/arm64 and the instances are linux/amd64"},
		{"built for some", image(":1.1"), func(f *fake) {
			f.platforms = []string{"linux/amd64"}
			f.instances[1].Attributes = map[string]string{"com.amazonaws.ecs.capability.ecr-auth": "", "ecs.cpu-architecture": "arm64"}
		}, check.Platform, check.Warning, "web:1.1 is built for linux/amd64 and the instances are linux/amd64, linux/arm64"},
		{"what the definition wants", image(":1.1"), func(f *fake) {
			f.platforms = []string{"linux/amd64"}
			piece(`"cpu":"256"`, `"cpu":"256","runtimePlatform":{"cpuArchitecture":"ARM64","operatingSystemFamily":"LINUX"}`)(f)
		}, check.Platform, check.Broken, "the task definition wants linux/arm64"},
		{"Windows", image(":1.1"), func(f *fake) {
			f.platforms = []string{"windows/amd64"}
			piece(`"cpu":"256"`, `"cpu":"256","runtimePlatform":{"cpuArchitecture":"X86_64","operatingSystemFamily":"WINDOWS_SERVER_2022_CORE"}`)(f)
		}, check.Platform, check.OK, "built for windows/amd64: web:1.1"},
		{"Fargate's default", image(":1.1"), func(f *fake) { f.platforms, f.service.LaunchType = []string{"linux/arm64"}, "FARGATE" }, check.Platform, check.Broken, "Fargate runs linux/amd64"},
		{"one manifest", image(":1.1"), nil, check.Platform, check.Skipped, "web:1.1 does not say"},
		{"one manifest that runs", Restart{}, func(f *fake) {
			f.tasks = []awsx.Task{{TaskDefinition: f.service.TaskDefinition, LastStatus: "RUNNING", Containers: []awsx.Container{{Name: "web", ImageDigest: digestA}}}}
		}, check.Platform, check.OK, "built for linux/amd64: web:1.0 runs here"},
		{"one manifest that never started", Restart{}, func(f *fake) {
			f.tasks = []awsx.Task{{TaskDefinition: f.service.TaskDefinition, LastStatus: "PENDING", Containers: []awsx.Container{{Name: "web", ImageDigest: digestA}}}}
		}, check.Platform, check.Skipped, "web:1.0 does not say"},
		{"manifest denied", image(":1.1"), func(f *fake) { f.unbuilt = denied("ecr:BatchGetImage") }, check.Platform, check.Skipped, "web:1.1: ecr:BatchGetImage is denied"},
		{"unknown machines", image(":1.1"), func(f *fake) {
			f.platforms, f.fleetErr, f.instances = []string{"linux/arm64"}, denied("ecs:ListContainerInstances"), nil
		}, check.Platform, check.Skipped, "neither the task definition nor the instances say"},
	})
}

func TestChecksOfTheService(t *testing.T) {
	rolling := func(running, failed int) func(*fake) {
		return func(f *fake) {
			d := &f.service.Deployments[0]
			d.RolloutState, d.Running, d.Failed = "IN_PROGRESS", running, failed
		}
	}
	percent := func(lower, upper int) func(*fake) {
		return func(f *fake) { f.service.MinHealthyPercent, f.service.MaxPercent = lower, upper }
	}
	testChecks(t, []checkCase{
		{"quiet", image(":1.1"), nil, check.InProgress, check.OK, "no deployment"},
		{"of unknown age", image(":1.1"), rolling(0, 0), check.InProgress, check.Broken, "this change would replace it"},
		{"in progress", image(":1.1"), rolling(2, 1), check.InProgress, check.Broken, "api:7 is rolling out (2 of 4 running, 1 failed): this change would replace it"},
		{"just begun", image(":1.1"), func(f *fake) {
			rolling(0, 0)(f)
			f.service.Deployments[0].CreatedAt = time.Now().Add(-time.Minute)
		}, check.InProgress, check.Broken, "this change would replace it"},
		{"failing", image(":1.1"), rolling(0, 3), check.InProgress, check.Warning, "api:7 is rolling out and fails (0 of 4 running, 3 failed): this change replaces it"},
		{"stuck", image(":1.1"), func(f *fake) {
			rolling(0, 0)(f)
			f.service.Deployments[0].CreatedAt = time.Now().Add(-4 * time.Minute)
		}, check.InProgress, check.Warning, "api:7 is rolling out and fails (0 of 4 running, 0 failed)"},
		{"slow to start", image(":1.1"), func(f *fake) {
			rolling(0, 0)(f)
			f.service.Deployments[0].Pending, f.service.Deployments[0].CreatedAt = 4, time.Now().Add(-4*time.Minute)
		}, check.InProgress, check.Broken, "this change would replace it"},
		{"scaling meanwhile", Scale{3}, rolling(2, 0), check.InProgress, check.Warning, "applies to it as well"},
		{"settings meanwhile", SetBreaker{}, rolling(2, 0), check.InProgress, check.OK, "it goes on"},

		{"room to move", image(":1.1"), nil, check.Percent, check.OK, "between 2 and 8 tasks"},
		{"no room", image(":1.1"), percent(100, 100), check.Percent, check.Broken, "at least 4 must stay healthy and at most 4 may run"},
		{"no room by rounding", image(":1.1"), func(f *fake) { f.service.Desired = 1; percent(50, 150)(f) }, check.Percent, check.Broken, "of 1 task at least 1 must stay healthy and at most 1 may run"},
		{"room by default", image(":1.1"), percent(awsx.Unset, awsx.Unset), check.Percent, check.OK, "between 4 and 8"},
		{"a daemon by default", image(":1.1"), func(f *fake) {
			f.service.SchedulingStrategy = "DAEMON"
			percent(awsx.Unset, awsx.Unset)(f)
		}, check.Percent, check.OK, "between 0 and 4"},

		{"breaker", image(":1.1"), nil, check.Breaker, check.OK, "rolls a failing deployment back"},
		{"breaker off", image(":1.1"), func(f *fake) { f.service.Breaker = awsx.Breaker{} }, check.Breaker, check.Warning, "off"},
		{"breaker without roll back", image(":1.1"), func(f *fake) { f.service.Breaker.Rollback = false }, check.Breaker, check.Warning, "does not roll it back"},
		{"breaker blind", image(":1.1"), func(f *fake) { f.service.LoadBalancers = nil }, check.Breaker, check.Warning, "a task that dies after its start does not trip"},
		{"blind but for alarms", image(":1.1"), func(f *fake) {
			f.service.LoadBalancers, f.service.Alarms = nil, awsx.DeploymentAlarms{Enabled: true, Names: []string{"5xx"}}
		}, check.Breaker, check.OK, "rolls a failing deployment back"},
		{"a container checks", image(":1.1"), func(f *fake) {
			f.service.LoadBalancers = nil
			piece(`"stopTimeout":30`, `"healthCheck":{"command":["CMD","true"]}`)(f)
		}, check.Breaker, check.OK, "rolls a failing deployment back"},
		{"a container's check is off", image(":1.1"), func(f *fake) {
			f.service.LoadBalancers = nil
			piece(`"stopTimeout":30`, `"healthCheck":{"command":["NONE"]}`)(f)
		}, check.Breaker, check.Warning, "dies after its start"},
		{"a sidecar checks", image(":1.1"), func(f *fake) {
			f.service.LoadBalancers = nil
			piece(`"essential":false`, `"essential":false,"healthCheck":{"command":["CMD","true"]}`)(f)
		}, check.Breaker, check.Warning, "dies after its start"},

		{"ECS deploys", image(":1.1"), nil, check.Controller, check.OK, ""},
		{"CodeDeploy deploys", image(":1.1"), func(f *fake) { f.service.Controller = "CODE_DEPLOY" }, check.Controller, check.Broken, "CODE_DEPLOY owns this change"},
		{"CodeDeploy and the count", Scale{5}, func(f *fake) { f.service.Controller = "CODE_DEPLOY" }, check.Controller, check.OK, "still its own"},
		{"external and the count", Scale{5}, func(f *fake) { f.service.Controller = "EXTERNAL" }, check.Controller, check.OK, "still its own"},
		{"external and a deploy", image(":1.1"), func(f *fake) { f.service.Controller = "EXTERNAL" }, check.Controller, check.Broken, "EXTERNAL owns"},

		{"blue and green", image(":1.1"), func(f *fake) {
			f.service.Strategy, f.service.LoadBalancers[0].Alternate = "BLUE_GREEN", groupARN
		}, check.Strategy, check.OK, "BLUE_GREEN starts 4 new tasks beside those that run"},
		{"canary without a second group", image(":1.1"), func(f *fake) { f.service.Strategy = "CANARY" }, check.Strategy, check.Warning, "needs a second target group, and api has none"},
		{"a strategy of the future", image(":1.1"), func(f *fake) { f.service.Strategy = "SPIRAL" }, check.Strategy, check.Warning, "SPIRAL is not known"},
	})
	testNoCheck(t, newFake(t), image(":1.1"), check.Strategy)
	shifting := newFake(t)
	shifting.service.Strategy = "LINEAR"
	testNoCheck(t, shifting, image(":1.1"), check.Percent)
}

func TestChecksOfTargetGroups(t *testing.T) {
	group := func(edit func(*awsx.TargetGroup)) func(*fake) { return func(f *fake) { edit(&f.groups[0]) } }
	testChecks(t, []checkCase{
		{"port there", image(":1.1"), nil, check.LoadBalancer, check.OK, ""},
		{"port gone", image(":1.1"), func(f *fake) { f.service.LoadBalancers[0].ContainerPort = 9 }, check.LoadBalancer, check.Broken, "port 9 of container web"},
		{"container gone", image(":1.1"), func(f *fake) { f.service.LoadBalancers[0].Container = "app" }, check.LoadBalancer, check.Broken, "container app"},

		{"probe", image(":1.1"), nil, check.TargetGroup, check.OK, "api probes HTTP /health for 200, 2 times every 15s"},
		{"probe of a port", image(":1.1"), group(func(g *awsx.TargetGroup) { g.Check = awsx.HealthCheck{Protocol: "TCP", Port: "9000"} }), check.TargetGroup, check.OK, "api probes TCP on port 9000"},
		{"group gone", image(":1.1"), func(f *fake) { f.groups = nil }, check.TargetGroup, check.Broken, "api does not exist"},
		{"only group gone", image(":1.1"), func(f *fake) {
			f.groups, f.groupsErr = nil, fault.Errorf(fault.NotFound, "elasticloadbalancing:DescribeTargetGroups", groupARN, "not found")
		}, check.TargetGroup, check.Broken, "api does not exist"},
		{"second group gone", image(":1.1"), func(f *fake) {
			f.service.LoadBalancers[0].Alternate = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/green/2"
		}, check.TargetGroup, check.Broken, "green does not exist"},
		{"targets by address", image(":1.1"), group(func(g *awsx.TargetGroup) { g.TargetType = "ip" }), check.TargetGroup, check.Broken, "api takes targets by ip, and tasks in network mode bridge are registered by instance"},
		{"targets by instance", image(":1.1"), piece(`"networkMode":"bridge"`, `"networkMode":"awsvpc"`), check.TargetGroup, check.Broken, "tasks in network mode awsvpc are registered by ip"},
		{"behind nothing", image(":1.1"), group(func(g *awsx.TargetGroup) { g.LoadBalancers = nil }), check.TargetGroup, check.Warning, "api is behind no load balancer"},
		{"denied", image(":1.1"), func(f *fake) { f.groupsErr = denied("elasticloadbalancing:DescribeTargetGroups") }, check.TargetGroup, check.Skipped, "elasticloadbalancing:DescribeTargetGroups is denied"},
	})
	f := newFake(t)
	f.service.LoadBalancers = nil
	testNoCheck(t, f, image(":1.1"), check.TargetGroup)
	testNoCheck(t, f, image(":1.1"), check.LoadBalancer)
}

func TestChecksOfContainers(t *testing.T) {
	network := func(mode, ports string) func(*fake) {
		return func(f *fake) {
			if mode != "bridge" {
				piece(`"networkMode":"bridge"`, `"networkMode":"`+mode+`"`)(f)
			}
			piece(`[{"containerPort":8080,"hostPort":0,"protocol":"tcp"}]`, ports)(f)
		}
	}
	log := func(configuration string) func(*fake) {
		return piece(`"stopTimeout":30`, `"logConfiguration":`+configuration)
	}
	role := `"executionRoleArn":"arn:aws:iam::123456789012:role/api-execution"`
	testChecks(t, []checkCase{
		{"dynamic ports", image(":1.1"), nil, check.Ports, check.OK, "chosen when tasks start"},
		{"a fixed port", image(":1.1"), network("bridge", `[{"containerPort":80,"hostPort":8080}]`), check.Ports, check.OK, "8080/tcp of the host: one task an instance"},
		{"a port twice", image(":1.1"), func(f *fake) {
			network("bridge", `[{"containerPort":80,"hostPort":8080}]`)(f)
			piece(`"essential":false`, `"essential":false,"portMappings":[{"containerPort":81,"hostPort":8080}]`)(f)
		}, check.Ports, check.Broken, "web and proxy both want 8080/tcp"},
		{"a port by two protocols", image(":1.1"), network("bridge", `[{"containerPort":53,"hostPort":53},{"containerPort":53,"hostPort":53,"protocol":"udp"}]`), check.Ports, check.OK, "53/tcp, 53/udp of the host"},
		{"own interface", image(":1.1"), network("awsvpc", `[{"containerPort":8080}]`), check.Ports, check.OK, "an interface of its own"},
		{"own interface, other port", image(":1.1"), network("awsvpc", `[{"containerPort":80,"hostPort":8080}]`), check.Ports, check.Broken, "in network mode awsvpc port 80 cannot become 8080"},
		{"host network, other port", image(":1.1"), network("host", `[{"containerPort":80,"hostPort":8080}]`), check.Ports, check.Broken, "in network mode host port 80 cannot become 8080"},
		{"host network, port twice", image(":1.1"), network("host", `[{"containerPort":80},{"containerPort":80,"hostPort":80}]`), check.Ports, check.Broken, "web and web both want 80/tcp"},
		{"the agent's port", image(":1.1"), network("bridge", `[{"containerPort":80,"hostPort":51678}]`), check.Ports, check.Broken, "port 51678 of the host is reserved"},
		{"no network", image(":1.1"), network("none", `[{"containerPort":80}]`), check.Ports, check.Broken, "cannot map ports"},

		{"a variable twice before", image(":1.1"), piece(`"environment":[`, `"environment":[{"name":"TWICE","value":"1"},{"name":"TWICE","value":"2"},`), check.Variables, check.Warning, "TWICE of web, as before"},
		{"no driver", image(":1.1"), nil, check.Logs, check.Warning, "the lines of web stay on the instance: no log driver is set"},
		{"no driver on Fargate", image(":1.1"), func(f *fake) { f.service.LaunchType = "FARGATE" }, check.Logs, check.Warning, "the lines of web are lost"},
		{"a group", image(":1.1"), log(`{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/api"}}`), check.Logs, check.OK, "web to awslogs /ecs/api"},
		{"no group", image(":1.1"), log(`{"logDriver":"awslogs"}`), check.Logs, check.Broken, "web: awslogs has no awslogs-group"},
		{"an endpoint", image(":1.1"), log(`{"logDriver":"gelf","options":{"gelf-address":"udp://logs:12201"}}`), check.Logs, check.OK, "web to gelf udp://logs:12201"},
		{"a secret endpoint", image(":1.1"), log(`{"logDriver":"splunk","secretOptions":[{"name":"splunk-url","valueFrom":"arn"}]}`), check.Logs, check.OK, "web to splunk"},
		{"an endpoint with a password", image(":1.1"), log(`{"logDriver":"splunk","options":{"splunk-url":"https://u:canary@s:8088"}}`), check.Logs, check.OK, "web to splunk https://"},
		{"routed by nothing", image(":1.1"), log(`{"logDriver":"awsfirelens","options":{"Name":"es","Host":"es.internal"}}`), check.Logs, check.Broken, "no container that routes"},
		{"routed", image(":1.1"), func(f *fake) {
			log(`{"logDriver":"awsfirelens","options":{"Name":"es","Host":"es.internal"}}`)(f)
			piece(`"essential":false`, `"essential":false,"firelensConfiguration":{"type":"fluentbit"}`)(f)
		}, check.Logs, check.OK, "web to awsfirelens es es.internal"},

		{"roles", image(":1.1"), piece(`"cpu":"256"`, `"cpu":"256","taskRoleArn":"arn:aws:iam::123456789012:role/api"`), check.Roles, check.OK, "execution role api-execution, task role api: needs iam:PassRole"},
		{"roles of a restart", Restart{}, nil, check.Roles, check.OK, "execution role api-execution"},
		{"secrets without a role", image(":1.1"), piece(role, `"x":1`), check.Roles, check.Broken, "there is no execution role, and web has secrets"},
		{"Fargate without a role", image(":1.1"), func(f *fake) {
			f.service.LaunchType = "FARGATE"
			piece(role, `"x":1`)(f)
			piece(`"secrets":[{"name":"API_KEY","valueFrom":"arn:aws:ssm:eu-west-1:123456789012:parameter/api-key"}]`, `"y":1`)(f)
		}, check.Roles, check.Broken, "Fargate pulls web from ECR"},
		{"no role needed", image(":1.1"), func(f *fake) {
			piece(role, `"x":1`)(f)
			piece(`"secrets":[{"name":"API_KEY","valueFrom":"arn:aws:ssm:eu-west-1:123456789012:parameter/api-key"}]`, `"y":1`)(f)
		}, check.Roles, check.OK, "no role of their own"},
	})
}

func TestHeldServicesTellWhoSharesAFamily(t *testing.T) {
	f := newFake(t)
	f.tasksErr = denied("ecs:ListTasks")
	held := read.Held{Services: []awsx.Service{
		f.service,
		{Name: "worker", TaskDefinition: revisionARN("api", 3)},
		{Name: "gone", Status: "INACTIVE", TaskDefinition: revisionARN("api", 3)},
		{Name: "web", TaskDefinition: revisionARN("web", 3)},
	}}
	cur, err := Read(t.Context(), f, f.service.Ref, image(":1.1"), held)
	if err != nil {
		t.Fatal(err)
	}
	if got := cur.Family.Value; !slices.Equal(got, []string{"worker"}) {
		t.Errorf("the family is shared with %v", got)
	}
}

// TestEveryCheckCanBeOverridden makes sure that no plan has a check whose name an
// override does not know.
func TestEveryCheckCanBeOverridden(t *testing.T) {
	f := newFake(t)
	for _, intent := range []Intent{image(":1.1"), Restart{}, UseRevision{"6"}, Scale{9}, SetBreaker{}} {
		for _, c := range f.plan(t, intent).Checks {
			if !slices.Contains(check.Names(), c.Name) {
				t.Errorf("%s has check %s, which is not in CheckNames", intent.Action(), c.Name)
			}
			if c.Text == "" {
				t.Errorf("%s: %s says nothing", intent.Action(), c.Name)
			}
		}
	}
}

func TestAStandaloneTaskIsCheckedAsFarAsItGoes(t *testing.T) {
	f := newFake(t)
	f.instances = []awsx.Instance{instance("i-1", 300, 8192)}
	cur, err := Read(t.Context(), f, awsx.Ref{Cluster: clusterARN, ARN: revisionARN("api", 7)}, RunTask{Count: 2}, read.Held{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Build(cur, RunTask{Count: 2}, policy.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if c := found(t, p, check.Capacity); c.Result != check.Warning || !strings.Contains(c.Text, "room for 1 of 2 tasks of 256 CPU, 512 MiB") {
		t.Errorf("capacity is %+v", c)
	}
	if c := found(t, p, check.Image); c.Result != check.OK || !strings.Contains(c.Text, "web:1.0 exists") {
		t.Errorf("image is %+v", c)
	}
	for _, c := range p.Checks {
		if slices.Contains([]string{check.Controller, check.InProgress, check.Percent, check.TargetGroup, check.Breaker}, c.Name) {
			t.Errorf("a task of no service is checked for its %s: %s", c.Name, c.Text)
		}
	}
}

func TestARestartPassesNoRole(t *testing.T) {
	if c := found(t, newFake(t).plan(t, Restart{}), check.Roles); strings.Contains(c.Text, "PassRole") {
		t.Errorf("a forced deployment names no revision, and the check says %s", c.Text)
	}
}

func TestTheLogCheckShowsNoCredentials(t *testing.T) {
	f := newFake(t)
	piece(`"stopTimeout":30`, `"logConfiguration":{"logDriver":"splunk","options":{"splunk-url":"https://u:canary@s:8088","splunk-token":"canary"}}`)(f)
	if c := found(t, f.plan(t, image(":1.1")), check.Logs); strings.Contains(c.Text, "canary") {
		t.Errorf("the check says %s", c.Text)
	}
}
