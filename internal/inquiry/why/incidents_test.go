package why_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/document"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/why"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
)

// site is an account in which something goes wrong, with its log store.
type site struct {
	*simtest.World
	t    *testing.T
	lays logsink
	asks why.Asker
}

type logsink struct{ *logsim.Store }

func (s logsink) WriteLog(d output.Doc) { _ = s.Index("", d.Document(), d.Time) }

// open opens a site: two services in the cluster prod, shop of three tasks and till of
// two, unless the options say another.
func open(t *testing.T, o sim.Options) *site {
	t.Helper()
	s := &site{t: t, lays: logsink{logsim.New(logsim.Options{})}}
	if o.Layout == nil && o.Scenario == "" {
		o.Layout = []seed.Cluster{{Name: "prod", Services: []seed.Service{
			{Name: "shop", Desired: 3, Env: [][2]string{{"DB_URL", "postgres://shop"}, {"PORT", "8080"}}},
			{Name: "till", Desired: 2},
		}}}
	}
	o.Logs = s.lays
	s.World = simtest.Open(t, o)
	logStore, err := elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: s.lays.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	st := store.New(t.Context(), store.Options{Opener: s.Opener, Alarming: reason.AboutHealth})
	t.Cleanup(st.Close)
	s.asks = why.Asker{
		Reader: inquiry.Reader{Context: s.ID, Store: st},
		Lines:  inquiry.Lines{Store: st, Drivers: ecslog.Standard(), Open: func(context.Context, awsx.ContextID) (logs.Source, error) { return logStore, nil }},
	}
	return s
}

// must fails the test on an error of what makes the incident.
func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) service(name string) awsx.Service {
	s.t.Helper()
	ref := s.Service(s.t, "prod", name)
	found, err := awsx.Collect(s.Port.DescribeServices(s.t.Context(), ref.ClusterRef(), []string{ref.ARN}))
	s.must(err)
	return found[0]
}

// edit deploys a revision of a service that differs from what runs.
func (s *site) edit(name string, change func(container, tree *document.Node)) {
	s.t.Helper()
	svc := s.service(name)
	td, err := s.Port.TaskDefinition(s.t.Context(), svc.TaskDefinition)
	s.must(err)
	tree, err := document.Registrable(td)
	s.must(err)
	change(tree.Container(name), tree)
	ctx := awsx.WithChange(s.t.Context(), &awsx.Change{ID: "test", Record: func(awsx.Call) error { return nil }})
	next, err := s.Port.RegisterTaskDefinition(ctx, tree.Bytes())
	s.must(err)
	_, err = s.Port.UpdateService(ctx, awsx.ServiceUpdate{Service: svc.Ref, TaskDefinition: &next.ARN})
	s.must(err)
}

// deploy deploys an image that behaves so, under a tag of its own.
func (s *site) deploy(name, tag string, b ecr.Behaviour) {
	s.t.Helper()
	s.PushImage(name, tag, b)
	s.retag(name, tag)
}

func (s *site) retag(name, tag string) {
	s.t.Helper()
	s.edit(name, func(c, _ *document.Node) {
		image, _ := c.Get("image").Text()
		c.Set("image", document.Text(image[:strings.LastIndexByte(image, ':')+1]+tag))
	})
}

// configure changes a service's deployment configuration: its percentages and its breaker.
func (s *site) configure(name string, least, most int, breaker bool) {
	s.t.Helper()
	svc := s.service(name)
	ctx := awsx.WithChange(s.t.Context(), &awsx.Change{ID: "test", Record: func(awsx.Call) error { return nil }})
	_, err := s.Port.UpdateService(ctx, awsx.ServiceUpdate{Service: svc.Ref, DeploymentConfiguration: fmt.Appendf(nil,
		`{"minimumHealthyPercent":%d,"maximumPercent":%d,"deploymentCircuitBreaker":{"enable":%t,"rollback":%t}}`, least, most, breaker, breaker)})
	s.must(err)
}

// tasks are the running tasks of a service.
func (s *site) tasks(name string) []awsx.Task {
	s.t.Helper()
	ref := s.Service(s.t, "prod", name)
	all, err := awsx.Collect(s.Port.Tasks(s.t.Context(), awsx.TaskQuery{Cluster: ref.ClusterRef(), Service: name}))
	s.must(err)
	return all
}

// dies has tasks of a service end so for a while, as often as they come back.
func (s *site) dies(name, code, why string, span time.Duration) {
	s.t.Helper()
	for end := time.Now().Add(span); time.Now().Before(end); wait(20 * time.Second) {
		for _, task := range s.tasks(name) {
			if task.LastStatus == "RUNNING" {
				_ = s.EndTask(task.Ref.ARN, code, why) // it may be gone meanwhile
			}
		}
	}
}

// wait lets the account live.
func wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (s *site) why(name string) why.Answer {
	s.t.Helper()
	answer, err := s.asks.Service(s.t.Context(), s.Service(s.t, "prod", name))
	s.must(err)
	return answer
}

// told are troubles as a person reads them, for what a test prints.
func told(all []diagnose.Trouble, depth string) string {
	var b strings.Builder
	for _, t := range all {
		fmt.Fprintf(&b, "%s%s (%s): %s\n", depth, t.Kind, t.Sure, t.Cause)
		for _, p := range t.Evidence {
			fmt.Fprintf(&b, "%s    %s [%s]\n", depth, p.Text, p.Where)
		}
		if t.Change != nil {
			fmt.Fprintf(&b, "%s    changed: %s\n", depth, t.Change.Text)
		}
		b.WriteString(told(t.Follows, depth+"  then "))
	}
	return b.String()
}

// incident is something that goes wrong with shop, and what has to be said of it.
type incident struct {
	name string
	does func(s *site)
	kind cause.Kind
	says string // in the cause
	sure diagnose.Sureness
	// changed is in the change that explains it.
	changed string
}

// unstartable deploys an image whose tasks cannot start for a reason.
func unstartable(why string) func(*site) {
	return func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{Refused: why})
		wait(6 * time.Minute)
	}
}

const (
	pull  = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
	setUp = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
	start = "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
)

var incidents = []incident{
	{"missing tag", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.retag("shop", "v77")
		wait(2 * time.Minute)
	}, cause.ImageMissing, "shop:v77", diagnose.Certain, "v77"},
	{"no pull permission", unstartable(pull + "acme/shop:v9: unexpected status from HEAD request to https://acme/v2/shop/manifests/v9: 403 Forbidden"), cause.ImageDenied, "not allowed", diagnose.Certain, "v9"},
	{"registry not reached", unstartable(pull + "registry.acme.test/shop:v9: failed to do request: Head \"https://registry.acme.test/v2/shop/manifests/v9\": dial tcp 10.3.8.4:443: i/o timeout"), cause.RegistryUnreached, "registry.acme.test", diagnose.Certain, ""},
	{"registry login", unstartable(setUp + "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp 10.3.3.7:443: i/o timeout"), cause.RegistryLogin, "login", diagnose.Certain, ""},
	{"wrong architecture", unstartable("CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'"), cause.WrongArchitecture, "architecture", diagnose.Certain, "v9"},
	{"wrong architecture that shows when it runs", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{Platforms: []string{"linux/arm64"}, Bare: true})
		wait(6 * time.Minute)
	}, cause.WrongArchitecture, "exec format error", diagnose.Certain, "v9"},
	{"disk full", unstartable("CannotPullContainerError: failed to register layer: write /usr/lib/locale: no space left on device"), cause.DiskFull, "disk full", diagnose.Certain, ""},
	{"missing secret", unstartable(setUp + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /prod/shop/pin"), cause.SecretMissing, "/prod/shop/pin", diagnose.Certain, ""},
	{"secret's key", unstartable(setUp + "unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key pin"), cause.SecretKey, "no key pin", diagnose.Certain, ""},
	{"secret denied", unstartable(setUp + "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop-key-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/ecs-exec/0a1 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop-key-AbCdEf"), cause.SecretDenied, "secretsmanager:GetSecretValue", diagnose.Certain, ""},
	{"log driver refused", unstartable("CannotCreateContainerError: Error response from daemon: failed to initialize logging driver: dial tcp 127.0.0.1:24224: connect: connection refused"), cause.LogRefused, "log driver", diagnose.Certain, ""},
	{"subnet full", unstartable("ResourceInitializationError: InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request."), cause.SubnetFull, "subnet full", diagnose.Certain, ""},
	{"command not found", unstartable(start + "exec: \"serve\": executable file not found in $PATH: unknown"), cause.CommandMissing, "serve", diagnose.Certain, ""},
	{"exit 127", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{ExitAfter: 2 * time.Second, ExitCode: 127})
		wait(6 * time.Minute)
	}, cause.CommandMissing, "127", diagnose.Certain, "v9"},
	{"out of memory", func(s *site) {
		s.dies("shop", "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage", 4*time.Minute)
	}, cause.OutOfMemory, "memory", diagnose.Certain, ""},
	{"a variable that the new image asks for", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{NeedsEnv: []string{"CACHE_URL"}})
		wait(6 * time.Minute)
	}, cause.VariableMissing, "CACHE_URL", diagnose.Likely, ""},
	{"a variable that was taken away", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.must(s.SetBehaviour("shop", "v1", ecr.Behaviour{NeedsEnv: []string{"DB_URL"}}))
		s.edit("shop", func(c, _ *document.Node) {
			env := c.Get("environment")
			env.Items = slices.DeleteFunc(env.Items, func(n *document.Node) bool { return n.Word("name") == "DB_URL" })
		})
		wait(6 * time.Minute)
	}, cause.VariableMissing, "DB_URL", diagnose.Certain, "DB_URL removed"},
	{"a second rollout that fails too", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v8", ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 9})
		wait(4 * time.Minute)
		s.deploy("shop", "v9", ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 3})
		wait(4 * time.Minute)
	}, cause.Exits, "exit 3", diagnose.Certain, "v1 -> shop:v9"},
	{"exit 3", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 3})
		wait(6 * time.Minute)
	}, cause.Exits, "exit 3", diagnose.Certain, "v9"},
	{"container health check", func(s *site) {
		s.dies("shop", "ServiceSchedulerInitiated", "Task failed container health checks", 4*time.Minute)
	}, cause.ContainerUnwell, "health check", diagnose.Certain, ""},
	{"wrong status", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{Health: ecr.AnswersUnavailable})
		wait(8 * time.Minute)
	}, cause.WrongAnswer, "503", diagnose.Certain, "v9"},
	{"security group", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{Health: ecr.NeverAnswers})
		wait(8 * time.Minute)
	}, cause.CheckTimesOut, "security group", diagnose.Certain, ""},
	{"starts slowly", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.deploy("shop", "v9", ecr.Behaviour{StartsIn: 5 * time.Minute})
		wait(10 * time.Minute)
	}, cause.StartsSlowly, "grace period is 30s", diagnose.Likely, "v9"},
	{"circuit breaker rolled back", func(s *site) {
		s.deploy("shop", "v9", ecr.Behaviour{ExitAfter: 3 * time.Second, ExitCode: 1})
		wait(20 * time.Minute)
	}, cause.RolledBack, "exit 1", diagnose.Certain, ""},
	{"target group deleted", func(s *site) {
		s.must(s.DeleteTargetGroup("prod-shop"))
		s.retag("shop", "v2")
		wait(3 * time.Minute)
	}, cause.GroupGone, "target group", diagnose.Certain, ""},
	{"agents disconnected", func(s *site) {
		s.agents(false)
		s.retag("shop", "v2")
		wait(5 * time.Minute)
	}, cause.AgentsDisconnected, "3 of 3", diagnose.Certain, ""},
	{"throttled control plane", func(s *site) {
		s.must(s.Say("prod", "shop", "operations are being throttled on Elastic Load Balancing. Will try again later."))
		for _, task := range s.tasks("shop") {
			s.must(s.EndTask(task.Ref.ARN, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)"))
		}
		wait(time.Second)
	}, cause.Throttling, "throttled", diagnose.Certain, ""},
	{"not enough memory", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.sized("shop", 8, 70_000)
		wait(3 * time.Minute)
	}, cause.MemoryLacking, "memory", diagnose.Certain, "size memory"},
	{"not enough CPU", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.sized("shop", 17_000, 512)
		wait(3 * time.Minute)
	}, cause.CPULacking, "CPU", diagnose.Certain, "size cpu"},
	{"static port", func(s *site) {
		s.configure("shop", 100, 200, false)
		s.edit("shop", func(c, _ *document.Node) { c.Get("portMappings").Items[0].Set("hostPort", number(9090)) })
		wait(3 * time.Minute)
		s.retag("shop", "v2")
		wait(3 * time.Minute)
	}, cause.PortTaken, "host port taken", diagnose.Certain, ""},
	{"percentages that deadlock", func(s *site) {
		s.configure("shop", 70, 130, false)
		s.retag("shop", "v2")
		wait(15 * time.Minute)
	}, cause.Deadlock, "of 3 tasks at least 70% have to be healthy and at most 130% may run", diagnose.Certain, ""},
	{"a dependency that is down", func(s *site) {
		for i := range 12 {
			s.writes("shop", fmt.Sprintf("2000-01-01 00:00:%02d,000 ERROR shop: order %d failed\nTraceback (most recent call last):\n  File \"/app/db.py\", line 9, in get\nConnectionError: db.internal:5432 refused the connection", i, i))
		}
		wait(2 * time.Second)
	}, cause.Dependency, "look at what the service depends on", diagnose.Likely, ""},
	{"autoscaling undid a count", func(s *site) {
		s.must(s.Autoscale("prod", "shop", 3, 6))
		svc := s.service("shop")
		two := 2
		_, err := s.Port.UpdateService(awsx.WithChange(s.t.Context(), &awsx.Change{ID: "test", Record: func(awsx.Call) error { return nil }}), awsx.ServiceUpdate{Service: svc.Ref, Desired: &two})
		s.must(err)
		at := time.Now()
		s.asks.SetByHand = func(awsx.Ref) []diagnose.CountSet { return []diagnose.CountSet{{At: at, Count: 2, By: "ops"}} }
		wait(10 * time.Minute)
	}, cause.Autoscaled, "set to 2 by hand", diagnose.Certain, ""},
}

// sized gives a service's tasks another size: CPU units and MiB.
func (s *site) sized(name string, cpu, memory int) {
	s.edit(name, func(c, tree *document.Node) {
		c.Set("cpu", number(cpu))
		c.Set("memory", number(memory))
		c.Set("memoryReservation", number(memory-1))
		tree.Drop("cpu")
		tree.Drop("memory")
	})
}

func number(n int) *document.Node { return &document.Node{Raw: fmt.Appendf(nil, "%d", n)} }

// writes has the containers of a service's tasks write a line each.
func (s *site) writes(name, line string) {
	s.t.Helper()
	for _, task := range s.tasks(name) {
		s.must(s.lays.Index("", map[string]any{
			"@timestamp": time.Now().UTC().Format(time.RFC3339Nano), "message": line, "container_id": task.Containers[0].RuntimeID,
		}, time.Now()))
	}
}

// agents connects or disconnects the agents of all instances.
func (s *site) agents(connected bool) {
	ref := s.Service(s.t, "prod", "shop").ClusterRef()
	all, err := awsx.Collect(s.Port.Instances(s.t.Context(), ref))
	s.must(err)
	for _, i := range all {
		s.must(s.SetAgentConnected(i.Ref.ARN, connected))
	}
}

func TestTheFirstFindingNamesTheIncident(t *testing.T) {
	for _, i := range incidents {
		t.Run(i.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t, sim.Options{})
				wait(time.Second)
				i.does(s)
				i.check(t, s.why("shop"))
				s.agrees(t, "shop")
				if till := s.why("till"); len(till.Troubles) != 0 {
					t.Errorf("till, which is well, is said to have:\n%s", told(till.Troubles, ""))
				}
			})
		})
	}
}

func dump(t *testing.T, w why.Answer) {
	for _, d := range w.Service().Deployments {
		t.Logf("%+v", d)
	}
	for _, e := range w.Service().Events {
		t.Log(e.At, e.Message)
	}
}

func (i incident) check(t *testing.T, why why.Answer) {
	t.Helper()
	if len(why.Troubles) == 0 {
		dump(t, why)
		t.Fatalf("nothing is found; the verdict is %s, %s; unread %v", why.Finding.Status, why.Finding.Why, why.Unread)
	}
	first := why.Troubles[0]
	switch {
	case first.Kind != i.kind, !strings.Contains(first.Cause, i.says), first.Sure != i.sure:
	case i.changed != "" && (first.Change == nil || !strings.Contains(first.Change.Text, i.changed)):
	case len(first.Evidence) == 0 || len(first.Next) == 0:
	case len(why.Unread) > 0 && i.kind != cause.GroupGone:
		t.Errorf("unread: %v", why.Unread)
		return
	default:
		if testing.Verbose() {
			t.Log("\n" + told(why.Troubles, ""))
		}
		return
	}
	dump(t, why)
	t.Errorf("want %s (%s) that says %q and the change %q, got\n%s(verdict %s: %s; unread %v)", i.kind, i.sure, i.says, i.changed, told(why.Troubles, ""), why.Finding.Status, why.Finding.Why, why.Unread)
}
