package seed

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/world"
)

const day = 24 * time.Hour

// serviceSeed describes a service, what it runs and what it ran before.
type serviceSeed struct {
	name       string
	family     string // of its task definitions; empty is its name, after its cluster's outside of prod
	desired    int
	mode       string // network mode, bridge by default
	launch     string // launch type, EC2 when empty
	strategy   string // over capacity providers in the API's JSON, in place of launch
	containers []containerSeed
	balancers  []balancerSeed
	classic    string // name of a classic load balancer
	daemon     bool
	rolling    fleet.Config
	grace      int           // seconds, 0 for none
	releases   []releaseSeed // oldest first; the last one runs, the first and the last succeeded
	pushed     []releaseSeed // in the registry, never deployed
	tags       []world.Tag
	drafts     []map[string]any // of its containers, for who registers several definitions
}

type containerSeed struct {
	name, repository, image string // image: of a registry elsewhere
	language                string
	port, hostPort          int
	cpu, memory             int
	environment             [][2]string
	secrets                 []string
	checked                 bool   // has a container health check
	stopTimeout             int    // seconds
	group                   string // log group of its awslogs driver; empty logs through driver
	driver                  string // of its log; empty is gelf
	routes                  bool   // it takes the lines of awsfirelens
}

type balancerSeed struct {
	container string
	port      int
	suffix    string // of the group's name
	path      string
	interval  time.Duration
	unhealthy int
	shifts    bool // has a second group, and rules between the two
}

type releaseSeed struct {
	tag        string
	age        time.Duration
	behaviour  ecr.Behaviour
	rolledBack bool // it failed, and what ran before came back
}

// seedBare builds the service with its images and target groups.
func (a *seeder) seedBare(c *fleet.Cluster, lb *elb.LoadBalancer, seed serviceSeed) *fleet.Service {
	a.seedImages(seed)
	s := a.seedService(c, seed.name, seed.desired, seed.rolling)
	s.CreatedAt = a.Ago(seed.releases[0].age)
	s.Tags = append([]world.Tag{{Key: "service", Value: seed.name}, {Key: "team", Value: teamOf(seed.name)}}, seed.tags...)
	if s.Daemon = seed.daemon; s.Daemon {
		s.Settings["placementStrategy"] = json.RawMessage(`[]`)
	}
	if seed.classic != "" {
		s.Classic = []fleet.ClassicBalancer{{Name: seed.classic, Container: seed.containers[0].name, Port: seed.containers[0].port}}
	}
	if seed.grace > 0 {
		s.Grace = &seed.grace
	}
	if s.LaunchType = seed.launch; seed.strategy != "" {
		s.Settings["capacityProviderStrategy"] = json.RawMessage(seed.strategy)
	}
	if seed.mode == "awsvpc" {
		s.Settings["networkConfiguration"] = json.RawMessage(`{"awsvpcConfiguration":{"subnets":["` + world.SubnetOf("a") + `","` +
			world.SubnetOf("b") + `","` + world.SubnetOf("c") + `"],"securityGroups":["sg-0a4c6e8f0b2d41357"],"assignPublicIp":"DISABLED"}}`)
	}
	for _, b := range seed.balancers {
		s.Balancers = append(s.Balancers, a.seedServiceBalancer(c, lb, seed, b))
	}
	return s
}

// seedWhole builds the service with its revisions, history and tasks.
func (a *seeder) seedWhole(c *fleet.Cluster, lb *elb.LoadBalancer, seed serviceSeed) error {
	s := a.seedBare(c, lb, seed)
	seed.drafts = a.containerDrafts(seed, c.Name)
	var current *fleet.Deployment
	for _, r := range seed.releases {
		d, err := a.seedRevision(c, seed, r)
		if err != nil {
			return err
		}
		if r.rolledBack {
			a.seedRolledBack(s, d, a.Ago(r.age))
			continue
		}
		current = a.seedRelease(s, d, a.Ago(r.age))
	}
	since := a.Ago(seed.releases[len(seed.releases)-1].age)
	for range seed.desired {
		a.seedTask(s, current, since.Add(a.Rng.Between(5*time.Second, 90*time.Second)))
	}
	a.seedSteadyEvents(s)
	return nil
}

// seedImages pushes what the service was ever released as. The releases'
// behaviour is that of the first container; the others are always well.
func (a *seeder) seedImages(seed serviceSeed) {
	for n, c := range seed.containers {
		if c.repository == "" {
			continue
		}
		for _, r := range slices.Concat(seed.releases, seed.pushed) {
			if a.Images.Repositories[c.repository].Tagged(r.tag) != nil {
				continue
			}
			b := r.behaviour
			if n > 0 {
				b = ecr.Behaviour{}
			}
			a.Images.Push(c.repository, []string{r.tag}, a.Ago(r.age+40*time.Minute), b)
		}
	}
}

func teamOf(name string) string {
	teams := []string{"orders", "growth", "core", "data"}
	return teams[len(name)%len(teams)]
}

// seedRevision registers the service's task definition with the image of a
// release.
func (a *seeder) seedRevision(c *fleet.Cluster, seed serviceSeed, r releaseSeed) (d *taskdef.Definition, err error) {
	family := cmp.Or(seed.family, seed.name)
	if seed.family == "" && c.Name != "prod" {
		family = c.Name + "-" + seed.name
	}
	a.At(a.Ago(r.age+time.Minute), func() {
		d, err = a.seedDefinition(a.document(family, c.Name, seed, r.tag), []world.Tag{{Key: "service", Value: seed.name}, {Key: "commit", Value: a.Rng.Hex(10)}})
	})
	return d, err
}

func (a *seeder) document(family, environment string, seed serviceSeed, release string) map[string]any {
	drafts := seed.drafts
	if drafts == nil {
		drafts = a.containerDrafts(seed, environment)
	}
	var containers []any
	for n, c := range seed.containers {
		document := maps.Clone(drafts[n])
		document["image"] = cmp.Or(c.image, a.Images.RegistryHost()+"/"+c.repository+":"+release)
		containers = append(containers, document)
	}
	document := map[string]any{
		"family":               family,
		"containerDefinitions": containers,
		"taskRoleArn":          "arn:aws:iam::" + a.AccountID + ":role/ecs-task-" + seed.name,
		"executionRoleArn":     "arn:aws:iam::" + a.AccountID + ":role/ecs-execution",
		"runtimePlatform":      map[string]any{"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
	}
	if seed.mode != "" {
		document["networkMode"] = seed.mode
	}
	if seed.launch == fleet.LaunchFargate {
		document["requiresCompatibilities"], document["cpu"], document["memory"] = []any{fleet.LaunchFargate}, "256", "1024"
	}
	return document
}

// containerDrafts are those of a service's containers, in their order.
func (a *seeder) containerDrafts(seed serviceSeed, environment string) []map[string]any {
	var drafts []map[string]any
	for _, c := range seed.containers {
		drafts = append(drafts, a.containerDraft(c, environment))
	}
	return drafts
}

// containerDraft is what the definitions of a container have in common: all but the image.
func (a *seeder) containerDraft(c containerSeed, environment string) map[string]any {
	variables := []any{
		map[string]any{"name": "APP_ENV", "value": environment},
		map[string]any{"name": "LOG_LEVEL", "value": "info"},
		map[string]any{"name": "PORT", "value": strconv.Itoa(c.port)},
	}
	for _, pair := range c.environment {
		variables = append(variables, map[string]any{"name": pair[0], "value": pair[1]})
	}
	var secrets []any
	for _, name := range c.secrets {
		secrets = append(secrets, map[string]any{
			"name": name, "valueFrom": a.ARN("ssm", "parameter/"+environment+"/"+c.name+"/"+name),
		})
	}
	document := map[string]any{
		"name": c.name, "cpu": c.cpu, "memoryReservation": c.memory, "memory": 2 * c.memory,
		"essential": true, "environment": variables, "command": command(c),
		"logConfiguration": a.logConfiguration(c),
	}
	if c.routes {
		document["firelensConfiguration"] = map[string]any{"type": "fluentbit"}
	}
	if len(secrets) > 0 {
		document["secrets"] = secrets
	}
	var ports []any
	if c.port > 0 {
		ports = append(ports, map[string]any{"containerPort": c.port, "hostPort": c.hostPort, "protocol": "tcp"})
	}
	document["portMappings"] = ports
	if c.checked {
		document["healthCheck"] = map[string]any{
			"command":  []any{"CMD-SHELL", "curl -fsS http://localhost:" + strconv.Itoa(c.port) + "/health || exit 1"},
			"interval": 15, "timeout": 5, "retries": 3, "startPeriod": 30,
		}
	}
	if c.stopTimeout > 0 {
		document["stopTimeout"] = c.stopTimeout
	}
	return document
}

func (a *seeder) logConfiguration(c containerSeed) map[string]any {
	if c.group != "" {
		return map[string]any{"logDriver": output.Awslogs, "options": map[string]any{
			"awslogs-group": c.group, "awslogs-region": a.Region, "awslogs-stream-prefix": "ecs",
		}}
	}
	driver := cmp.Or(c.driver, "gelf")
	return map[string]any{"logDriver": driver, "options": driverOptions(driver)}
}

// driverOptions are those of a log driver that sends elsewhere than to CloudWatch Logs.
func driverOptions(driver string) map[string]any {
	switch driver {
	case "gelf":
		return map[string]any{"gelf-address": "udp://logstash.internal:12201"}
	case "fluentd":
		return map[string]any{"fluentd-address": "fluentd.internal:24224", "fluentd-async": "true"}
	case "awsfirelens":
		return map[string]any{"Name": "es", "Host": "logs.internal", "Port": "9200", "Logstash_Format": "On"}
	case "json-file":
		return map[string]any{"max-size": "50m", "max-file": "3"}
	case "syslog":
		return map[string]any{"syslog-address": "tcp://logstash.internal:5514"}
	}
	return nil
}

// command is what the container runs; the log lines go with it.
func command(c containerSeed) []any {
	switch c.language {
	case "python":
		return []any{"gunicorn", "--bind", "0.0.0.0:" + strconv.Itoa(c.port), "app.wsgi"}
	case "java":
		return []any{"java", "-jar", "/app/app.jar"}
	case "node":
		return []any{"node", "server.js"}
	case "nginx":
		return []any{"nginx", "-g", "daemon off;"}
	}
	return []any{"/app/" + c.name}
}

func (a *seeder) seedServiceBalancer(c *fleet.Cluster, lb *elb.LoadBalancer, seed serviceSeed, b balancerSeed) fleet.Balancer {
	g := groupSeed{
		name: shorten(c.Name+"-"+seed.name+b.suffix, 32), path: b.path, port: b.port, targetType: "instance",
		interval: b.interval, deregistration: 30 * time.Second, unhealthyAfter: b.unhealthy,
	}
	if seed.mode == "awsvpc" {
		g.targetType = "ip"
	}
	g.interval = cmp.Or(g.interval, 15*time.Second)
	g.unhealthyAfter = cmp.Or(g.unhealthyAfter, 3)
	group := a.seedGroup(g)
	group.Tags = append(group.Tags, seed.tags...) // whoever made the service made its groups
	host := seed.name + b.suffix + "." + c.Name + ".example.com"
	production := a.forward(lb, group, []string{host})
	balancer := fleet.Balancer{Group: group, Container: b.container, Port: b.port}
	if b.shifts {
		a.seedAlternate(lb, &balancer, g, production, host)
	}
	return balancer
}

func shorten(name string, n int) string {
	if len(name) > n {
		return name[:n]
	}
	return name
}

// seedSteadyEvents adds what a quiet service says every six hours.
func (a *seeder) seedSteadyEvents(s *fleet.Service) {
	const period = 6 * time.Hour
	offset := a.Rng.Between(10*time.Minute, period)
	for n := 3; n >= 0; n-- {
		if at := a.Ago(offset + time.Duration(n)*period); at.After(s.Deployments[0].UpdatedAt) {
			a.EventAt(s, at, fleet.SteadyState)
		}
	}
}
