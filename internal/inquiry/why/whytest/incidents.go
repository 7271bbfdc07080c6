package whytest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/document"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
)

// Incident is something that goes wrong with shop, and what has to be said of it.
type Incident struct {
	Name string
	Does func(s *Site)
	Kind cause.Kind
	Says string // in the cause
	Sure diagnose.Sureness
	// Changed is in the change that explains it.
	Changed string
}

// Open opens a site in which it has gone wrong.
func (i Incident) Open(t *testing.T) *Site {
	t.Helper()
	s := Open(t, sim.Options{})
	Wait(time.Second)
	i.Does(s)
	return s
}

func (s *Site) group(name string) awsx.Ref {
	s.t.Helper()
	g, err := s.Port.ScalingGroup(s.t.Context(), name)
	s.Must(err)
	return g.Ref
}

// crowded has shop want more tasks of a size than the instances have room for.
func crowded(s *Site, u awsx.ServiceUpdate) {
	five := 5
	u.Service, u.Desired = s.Described("shop").Ref, &five
	_, err := s.Port.UpdateService(s.changing(), u)
	s.Must(err)
	s.Resize("shop", 8, 40_000)
	Wait(8 * time.Minute)
}

// unstartable deploys an image whose tasks cannot start for a reason.
func unstartable(why string) func(*Site) {
	return failing(ecr.Behaviour{Refused: why})
}

// failing deploys an image that behaves so.
func failing(b ecr.Behaviour) func(*Site) {
	return func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Deploy("shop", "v9", b)
		Wait(6 * time.Minute)
	}
}

const (
	pull  = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
	setUp = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
	start = "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
)

// Incidents are what goes wrong with shop, one at a time.
var Incidents = []Incident{
	{"missing tag", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Retag("shop", "v77")
		Wait(2 * time.Minute)
	}, cause.ImageMissing, "shop:v77", diagnose.Certain, "v77"},
	{"no pull permission", unstartable(pull + "acme/shop:v9: unexpected status from HEAD request to https://acme/v2/shop/manifests/v9: 403 Forbidden"), cause.ImageDenied, "not allowed", diagnose.Certain, "v9"},
	{"registry not reached", unstartable(pull + "registry.acme.test/shop:v9: failed to do request: Head \"https://registry.acme.test/v2/shop/manifests/v9\": dial tcp 10.3.8.4:443: i/o timeout"), cause.RegistryUnreached, "registry.acme.test", diagnose.Certain, ""},
	{"registry login", unstartable(setUp + "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp 10.3.3.7:443: i/o timeout"), cause.RegistryLogin, "login", diagnose.Certain, ""},
	{"wrong architecture", unstartable("CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'"), cause.WrongArchitecture, "architecture", diagnose.Certain, "v9"},
	{"wrong architecture that shows when it runs", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Deploy("shop", "v9", ecr.Behaviour{Platforms: []string{"linux/arm64"}, Bare: true})
		Wait(6 * time.Minute)
	}, cause.WrongArchitecture, "exec format error", diagnose.Certain, "v9"},
	{"disk full", unstartable("CannotPullContainerError: failed to register layer: write /usr/lib/locale: no space left on device"), cause.DiskFull, "disk full", diagnose.Certain, ""},
	{"missing secret", unstartable(setUp + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /prod/shop/pin"), cause.SecretMissing, "/prod/shop/pin", diagnose.Certain, ""},
	{"secret's key", unstartable(setUp + "unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key pin"), cause.SecretKey, "no key pin", diagnose.Certain, ""},
	{"secret denied", unstartable(setUp + "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop-key-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/ecs-exec/0a1 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop-key-AbCdEf"), cause.SecretDenied, "secretsmanager:GetSecretValue", diagnose.Certain, ""},
	{"log driver refused", unstartable("CannotCreateContainerError: Error response from daemon: failed to initialize logging driver: dial tcp 127.0.0.1:24224: connect: connection refused"), cause.LogRefused, "log driver", diagnose.Certain, ""},
	{"subnet full", unstartable("ResourceInitializationError: InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request."), cause.SubnetFull, "subnet full", diagnose.Certain, ""},
	{"command not found", unstartable(start + "exec: \"serve\": executable file not found in $PATH: unknown"), cause.CommandMissing, "serve", diagnose.Certain, ""},
	{"exit 126", failing(ecr.Behaviour{ExitAfter: 2 * time.Second, ExitCode: 126}), cause.CommandMissing, "126", diagnose.Certain, "v9"},
	{"exit 127", failing(ecr.Behaviour{ExitAfter: 2 * time.Second, ExitCode: 127}), cause.CommandMissing, "127", diagnose.Certain, "v9"},
	{"out of memory", func(s *Site) {
		s.Dies("shop", "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage", 4*time.Minute)
	}, cause.OutOfMemory, "memory", diagnose.Certain, ""},
	{"a variable that the new image asks for", failing(ecr.Behaviour{NeedsEnv: []string{"CACHE_URL"}}), cause.VariableMissing, "CACHE_URL", diagnose.Likely, ""},
	{"a variable that was taken away", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Must(s.SetBehaviour("shop", "v1", ecr.Behaviour{NeedsEnv: []string{"DB_URL"}}))
		s.Edit("shop", func(c, _ *document.Node) {
			env := c.Get("environment")
			env.Items = slices.DeleteFunc(env.Items, func(n *document.Node) bool { return n.Word("name") == "DB_URL" })
		})
		Wait(6 * time.Minute)
	}, cause.VariableMissing, "DB_URL", diagnose.Certain, "DB_URL removed"},
	{"a second rollout that fails too", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Deploy("shop", "v8", ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 9})
		Wait(4 * time.Minute)
		s.Deploy("shop", "v9", ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 3})
		Wait(4 * time.Minute)
	}, cause.Exits, "exit 3", diagnose.Certain, "v1 -> shop:v9"},
	{"exit 3", failing(ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 3}), cause.Exits, "exit 3", diagnose.Certain, "v9"},
	{"container health check", func(s *Site) {
		s.Dies("shop", "ServiceSchedulerInitiated", "Task failed container health checks", 4*time.Minute)
	}, cause.ContainerUnwell, "health check", diagnose.Certain, ""},
	{"wrong status", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Deploy("shop", "v9", ecr.Behaviour{Health: ecr.AnswersUnavailable})
		Wait(8 * time.Minute)
	}, cause.WrongAnswer, "503", diagnose.Certain, "v9"},
	{"security group", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Deploy("shop", "v9", ecr.Behaviour{Health: ecr.NeverAnswers})
		Wait(8 * time.Minute)
	}, cause.CheckTimesOut, "security group", diagnose.Certain, ""},
	{"a port that the program does not listen on", func(s *Site) {
		s.Configure("shop", 0, 100, false)
		s.Deploy("shop", "v9", ecr.Behaviour{Health: ecr.RefusesConnections})
		for range 4 {
			Wait(time.Minute)
			s.Writes("shop", "Listening on http://0.0.0.0:3000")
		}
	}, cause.PortWrong, "listens on port 3000, and the service sends to port 8080", diagnose.Certain, ""},
	{"starts slowly", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Deploy("shop", "v9", ecr.Behaviour{StartsIn: 5 * time.Minute})
		Wait(10 * time.Minute)
	}, cause.StartsSlowly, "grace period is 30s", diagnose.Likely, "v9"},
	{"circuit breaker rolled back", func(s *Site) {
		s.Deploy("shop", "v9", ecr.Behaviour{ExitAfter: 3 * time.Second, ExitCode: 1})
		Wait(20 * time.Minute)
	}, cause.RolledBack, "exit 1", diagnose.Certain, ""},
	{"target group deleted", func(s *Site) {
		s.Must(s.DeleteTargetGroup("prod-shop"))
		s.Retag("shop", "v2")
		Wait(3 * time.Minute)
	}, cause.GroupGone, "target group", diagnose.Certain, ""},
	{"a rule that takes the requests before", func(s *Site) {
		s.Must(s.PutRule("prod-public", 443, 1, elb.Rule{Conditions: []elb.Condition{elb.Hosts("shop.*")}, Fixed: "503"}))
		Wait(2 * time.Second)
	}, cause.RuleShadowed, "no request reaches the service", diagnose.Certain, ""},
	{"Spot interruption", func(s *Site) {
		s.Must(s.Forget("prod", "shop")) // no capacity comes back meanwhile
		for _, task := range s.RunningTasks("shop") {
			s.Must(s.EndTask(task.Ref.ARN, "SpotInterruption", "Your Spot Task was interrupted."))
		}
		Wait(2 * time.Second)
	}, cause.SpotInterrupted, "taken back", diagnose.Certain, ""},
	{"instances that join another cluster", func(s *Site) {
		s.Must(s.JoinElsewhere("prod-ecs", "prodd"))
		s.Must(s.Port.SetGroupDesired(s.changing(), s.group("prod-ecs"), 4))
		s.Configure("shop", 100, 200, false)
		crowded(s, awsx.ServiceUpdate{})
	}, cause.CannotJoin, "prodd", diagnose.Likely, ""},
	{"draining that never ends", func(s *Site) {
		s.Configure("shop", 70, 130, false)
		Wait(time.Minute)
		host := s.RunningTasks("shop")[0].ContainerInstance
		_, err := s.Port.SetInstanceStatus(s.changing(), awsx.Ref{Context: s.ID, Cluster: s.Described("shop").Ref.Cluster, ARN: host}, "DRAINING")
		s.Must(err)
		Wait(10 * time.Minute)
	}, cause.NeverDrains, "drain", diagnose.Certain, ""},
	{"agents disconnected", func(s *Site) {
		s.Agents(false)
		s.Retag("shop", "v2")
		Wait(5 * time.Minute)
	}, cause.AgentsDisconnected, "3 of 3", diagnose.Certain, ""},
	{"throttled control plane", func(s *Site) {
		s.Must(s.Say("prod", "shop", "operations are being throttled on Elastic Load Balancing. Will try again later."))
		for _, task := range s.RunningTasks("shop") {
			s.Must(s.EndTask(task.Ref.ARN, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)"))
		}
		Wait(time.Second)
	}, cause.Throttling, "throttled", diagnose.Certain, ""},
	{"not enough memory", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Resize("shop", 8, 70_000)
		Wait(3 * time.Minute)
	}, cause.MemoryLacking, "memory", diagnose.Certain, "size memory"},
	{"not enough CPU", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Resize("shop", 17_000, 512)
		Wait(3 * time.Minute)
	}, cause.CPULacking, "CPU", diagnose.Certain, "size cpu"},
	{"static port", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Edit("shop", func(c, _ *document.Node) { c.Get("portMappings").Items[0].Set("hostPort", number(9090)) })
		Wait(3 * time.Minute)
		s.Retag("shop", "v2")
		Wait(3 * time.Minute)
	}, cause.PortTaken, "host port taken", diagnose.Certain, ""},
	{"percentages that deadlock", func(s *Site) {
		s.Configure("shop", 70, 130, false)
		s.Retag("shop", "v2")
		Wait(15 * time.Minute)
	}, cause.Deadlock, "of 3 tasks at least 70% have to be healthy and at most 130% may run", diagnose.Certain, ""},
	{"a rollout that nothing moves and nothing ends", func(s *Site) {
		s.Configure("shop", 100, 200, false)
		s.Must(s.Forget("prod", "shop"))
		s.Retag("shop", "v2")
		Wait(35 * time.Minute)
	}, cause.Stuck, "does not move, 0 of 3 new tasks run", diagnose.Unexplained, ""},
	{"a dependency that is down", func(s *Site) {
		for i := range 12 {
			s.Writes("shop", fmt.Sprintf("2000-01-01 00:00:%02d,000 ERROR shop: order %d failed\nTraceback (most recent call last):\n  File \"/app/db.py\", line 9, in get\nConnectionError: db.internal:5432 refused the connection", i, i))
		}
		Wait(2 * time.Second)
	}, cause.Dependency, "look at what the service depends on", diagnose.Likely, ""},
	{"autoscaling undid a count", func(s *Site) {
		s.Must(s.Autoscale("prod", "shop", 3, 6))
		svc := s.Described("shop")
		two := 2
		_, err := s.Port.UpdateService(s.changing(), awsx.ServiceUpdate{Service: svc.Ref, Desired: &two})
		s.Must(err)
		at := time.Now()
		s.Asks.SetByHand = func(awsx.Ref) []diagnose.CountSet { return []diagnose.CountSet{{At: at, Count: 2, By: "ops"}} }
		Wait(10 * time.Minute)
	}, cause.Autoscaled, "set to 2 by hand", diagnose.Certain, ""},
	{"a group at its maximum", func(s *Site) {
		s.Must(s.Manage("prod", "prod-ecs", "ondemand"))
		three := 3
		s.Must(s.Port.UpdateGroup(s.changing(), awsx.GroupUpdate{Group: s.group("prod-ecs"), Max: &three}))
		s.Configure("shop", 100, 200, false)
		crowded(s, awsx.ServiceUpdate{Capacity: &awsx.CapacityStrategy{{Provider: "ondemand", Weight: 1}}, ForceNew: true})
	}, cause.GroupAtMaximum, "maximum of 3 instances", diagnose.Likely, ""},
}
