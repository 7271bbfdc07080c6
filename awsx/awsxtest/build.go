package awsxtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
)

// Cluster adds a cluster with two container instances and returns it.
func (a *Account) Cluster(name string) *Cluster {
	a.mu.Lock()
	defer a.mu.Unlock()
	arn := a.arn("cluster/" + name)
	c := &Cluster{Account: a, Ref: awsx.Ref{Context: a.ID, Cluster: arn, ARN: arn}}
	a.data.Clusters = append(a.data.Clusters, awsx.Cluster{Ref: c.Ref, Name: name, Status: "ACTIVE", Instances: 2})
	for i, zone := range []string{"a", "b"} {
		a.data.Instances = append(a.data.Instances, awsx.Instance{
			Ref:   c.Ref.In(a.arn("container-instance/" + name + "/" + a.hex(32))),
			EC2ID: fmt.Sprintf("i-%s", a.hex(17)), Status: "ACTIVE", AgentConnected: true, AgentVersion: "1.89.2",
			AvailabilityZone: a.ID.Region + zone, InstanceType: "m6i.xlarge",
			CPU: awsx.Capacity{Registered: 4096, Remaining: 4096}, Memory: awsx.Capacity{Registered: 15600, Remaining: 15600},
			Attributes: map[string]string{
				"ecs.os-type": "linux", "ecs.cpu-architecture": "x86_64",
				"com.amazonaws.ecs.capability.logging-driver.awslogs": "", "com.amazonaws.ecs.capability.logging-driver.gelf": "",
				"com.amazonaws.ecs.capability.logging-driver.json-file": "",
			},
			UsedPorts: []int{22, 2375, 2376, 51678, 51679}, RegisteredAt: Now.Add(-time.Duration(30+i) * 24 * time.Hour),
		})
	}
	return c
}

// Cluster is a cluster of an account under construction.
type Cluster struct {
	Account *Account
	Ref     awsx.Ref
}

// spec is what the options of a service say.
type spec struct {
	desired, running int
	image            string
	network          string
	containerPort    int
	balanced         bool
	env              []envVar
	state, reason    string
	events           []string
	stopped          []string
	driver           string
}

type envVar struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Option changes what Service makes.
type Option func(*spec)

// Desired sets the desired count, and the running count with it. Default 2.
func Desired(n int) Option { return func(s *spec) { s.desired, s.running = n, n } }

// Running sets how many tasks run, when they are fewer than desired.
func Running(n int) Option { return func(s *spec) { s.running = n } }

// Tag sets the tag of the service's image. Default v1.
func Tag(tag string) Option { return func(s *spec) { s.image = tag } }

// Env adds an environment variable of the container.
func Env(name, value string) Option {
	return func(s *spec) { s.env = append(s.env, envVar{name, value}) }
}

// Network sets the network mode: bridge, host or awsvpc. Default bridge, on
// dynamic ports.
func Network(mode string) Option { return func(s *spec) { s.network = mode } }

// Unbalanced gives the service no load balancer.
func Unbalanced() Option { return func(s *spec) { s.balanced = false } }

// Targets sets the state of all its targets, such as unhealthy because of
// Target.ResponseCodeMismatch. Default healthy.
func Targets(state, reason string) Option { return func(s *spec) { s.state, s.reason = state, reason } }

// Event adds an event, without the service's name before it; the last is the
// newest.
func Event(text string) Option { return func(s *spec) { s.events = append(s.events, text) } }

// Driver sets the log driver of the service's container. Default gelf.
func Driver(name string) Option { return func(s *spec) { s.driver = name } }

// Stopped adds a stopped task with its reason.
func Stopped(reason string) Option { return func(s *spec) { s.stopped = append(s.stopped, reason) } }

// Service adds a service with all that belongs to it: its repository with the
// images v1 to v3, a task definition of one container named as the service, a
// target group, its tasks and their targets.
func (c *Cluster) Service(name string, options ...Option) awsx.Ref {
	o := spec{desired: 2, running: 2, image: "v1", network: "bridge", containerPort: 8080, balanced: true, state: "healthy", driver: "gelf"}
	for _, option := range options {
		option(&o)
	}
	a := c.Account
	a.mu.Lock()
	defer a.mu.Unlock()

	repository := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", Number, a.ID.Region, name)
	if _, ok := a.data.Images[repository]; !ok {
		for i, tag := range []string{"v3", "v2", "v1"} {
			a.data.Images[repository] = append(a.data.Images[repository], awsx.Image{
				Repository: repository, Tags: []string{tag}, Digest: digest(repository, tag),
				PushedAt: Now.Add(-time.Duration(i+1) * 24 * time.Hour), Size: 48 << 20, ScanStatus: "COMPLETE",
			})
		}
	}
	td := a.definition(name, repository, o)
	arn := a.arn("service/" + c.Ref.Name() + "/" + name)
	s := awsx.Service{
		Ref: c.Ref.In(arn), Name: name, Status: "ACTIVE", Desired: o.desired, Running: o.running, TaskDefinition: td.ARN,
		LaunchType: "EC2", SchedulingStrategy: "REPLICA", Controller: "ECS", Strategy: "ROLLING", MinHealthyPercent: 100, MaxPercent: 200,
		Breaker: awsx.Breaker{Enabled: true, Rollback: true}, GracePeriod: 30 * time.Second, CreatedAt: Now.Add(-90 * 24 * time.Hour),
		Deployments: []awsx.Deployment{{
			ID: "ecs-svc/" + a.digits(19), Status: "PRIMARY", TaskDefinition: td.ARN, Desired: o.desired, Running: o.running,
			RolloutState: "COMPLETED", CreatedAt: Now.Add(-24 * time.Hour), UpdatedAt: Now.Add(-24 * time.Hour),
		}},
	}
	if o.balanced {
		group := a.group(name, o)
		s.LoadBalancers = []awsx.LoadBalancer{{TargetGroup: group, Container: name, ContainerPort: o.containerPort}}
	}
	if len(o.events) == 0 {
		o.events = []string{"has reached a steady state."}
	}
	for i, text := range o.events {
		at := Now.Add(-time.Duration(len(o.events)-i) * time.Minute)
		s.Events = append([]awsx.ServiceEvent{{ID: a.hex(32), At: at, Message: "(service " + name + ") " + text}}, s.Events...)
	}
	a.data.Services = append(a.data.Services, s)
	for range o.running {
		a.startTask(&s, td, s.Deployments[0].ID, o.state, o.reason)
	}
	for _, reason := range o.stopped {
		a.stopTask(&s, td, reason)
	}
	for i := range a.data.Clusters {
		if cl := &a.data.Clusters[i]; cl.Ref == c.Ref {
			cl.Services++
			cl.Running += o.running
		}
	}
	return s.Ref
}

// definition registers the service's first revision; the lock is held.
func (a *Account) definition(name, repository string, o spec) *awsx.TaskDefinition {
	host := 0 // dynamic
	if o.network != "bridge" {
		host = o.containerPort
	}
	doc, err := json.Marshal(map[string]any{
		"family": name, "networkMode": o.network, "requiresCompatibilities": []string{"EC2"}, "volumes": []any{},
		"containerDefinitions": []any{map[string]any{
			"name": name, "image": repository + ":" + o.image, "cpu": 128, "memory": 512, "memoryReservation": 256, "essential": true,
			"portMappings": []any{map[string]any{"containerPort": o.containerPort, "hostPort": host, "protocol": "tcp"}},
			"environment":  append([]envVar{}, o.env...),
			"logConfiguration": map[string]any{"logDriver": o.driver, "options": map[string]string{
				"gelf-address": "udp://logstash.internal:12201", "tag": name,
			}},
		}},
	})
	if err != nil {
		panic(err) // only strings and numbers are marshalled
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(doc, &fields); err != nil {
		panic(err)
	}
	td, err := a.register(name, nil, fields)
	if err != nil {
		panic(err)
	}
	return td
}

// group adds the service's target group; the lock is held.
func (a *Account) group(name string, o spec) string {
	prefix := fmt.Sprintf("arn:aws:elasticloadbalancing:%s:%s:", a.ID.Region, Number)
	g := awsx.TargetGroup{
		ARN: prefix + "targetgroup/" + name + "/" + a.hex(16), Name: name, TargetType: "instance", Protocol: "HTTP", Port: 80,
		LoadBalancers: []string{prefix + "loadbalancer/app/public/50dc6c495c0c9188"},
		Check: awsx.HealthCheck{
			Enabled: true, Protocol: "HTTP", Port: "traffic-port", Path: "/health", Matcher: "200",
			Interval: 30 * time.Second, Timeout: 5 * time.Second, Healthy: 5, Unhealthy: 2,
		},
	}
	if o.network == "awsvpc" {
		g.TargetType = "ip"
	}
	a.data.TargetGroups = append(a.data.TargetGroups, g)
	a.data.Health[g.ARN] = awsx.GroupHealth{TargetGroup: g.ARN}
	return g.ARN
}

func (a *Account) arn(resource string) string {
	return fmt.Sprintf("arn:aws:ecs:%s:%s:%s", a.ID.Region, Number, resource)
}

// hex returns n hexadecimal digits that no call before returned.
func (a *Account) hex(n int) string {
	a.serial++
	return fmt.Sprintf("%0*x", n, uint64(a.serial)*0x9e3779b97f4a7c15>>max(0, 64-4*n))[:n]
}

func (a *Account) digits(n int) string {
	a.serial++
	return fmt.Sprintf("%0*d", n, uint64(a.serial)*1_000_003)
}

func digest(repository, tag string) string {
	var h uint64 = 14695981039346656037 // FNV-1a
	for _, b := range []byte(repository + ":" + tag) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return "sha256:" + strings.Repeat(fmt.Sprintf("%016x", h), 4)
}
