package sim

import (
	"strconv"
	"strings"
	"time"
)

// taskDefinition is a registered revision: the document as it was sent, with
// what the service adds, and the parsed part that the control plane acts on.
type taskDefinition struct {
	arn          string
	family       string
	revision     int
	status       string
	document     map[string]any
	tags         []tag
	networkMode  string
	cpu, memory  int // task level: CPU units, MiB; 0 when not set
	containers   []*containerDefinition
	registeredAt time.Time
	doc          []byte // the encoded document, nil after a change
}

type containerDefinition struct {
	name        string
	image       string
	cpu         int
	memory      int
	reservation int
	essential   bool
	ports       []portMapping
	environment map[string]string
	secrets     map[string]bool
	command     []string
	stopTimeout time.Duration
	healthCheck *healthCheck
	logDriver   string
	logOptions  map[string]string
}

type portMapping struct {
	container, host int
	protocol        string
}

type healthCheck struct {
	interval, startPeriod time.Duration
	retries               int
}

// defaultStopTimeout is how long the agent waits between SIGTERM and SIGKILL
// when a container definition does not say.
const defaultStopTimeout = 30 * time.Second

func (d *taskDefinition) name() string { return d.family + ":" + strconv.Itoa(d.revision) }

func (d *taskDefinition) container(name string) *containerDefinition {
	for _, c := range d.containers {
		if c.name == name {
			return c
		}
	}
	return nil
}

// needs is what an instance must have free for one task: the task's own size,
// else the sum over its containers, soft memory limits before hard ones.
func (d *taskDefinition) needs() (cpu, memory int) {
	for _, c := range d.containers {
		cpu += c.cpu
		if c.reservation > 0 {
			memory += c.reservation
		} else {
			memory += c.memory
		}
	}
	if d.cpu > 0 {
		cpu = d.cpu
	}
	if d.memory > 0 {
		memory = d.memory
	}
	return cpu, memory
}

// staticPorts are the host ports that a task reserves. Dynamic ports and those
// of a task with its own network interface cost nothing.
func (d *taskDefinition) staticPorts() []portMapping {
	if d.networkMode == "awsvpc" || d.networkMode == "none" {
		return nil
	}
	var fixed []portMapping
	for _, c := range d.containers {
		for _, p := range c.ports {
			if p.host > 0 {
				fixed = append(fixed, p)
			}
		}
	}
	return fixed
}

// parseTaskDefinition reads what the control plane acts on out of a document
// that was found valid.
func parseTaskDefinition(document map[string]any) *taskDefinition {
	d := &taskDefinition{
		document:    document,
		family:      text(document["family"]),
		networkMode: text(document["networkMode"]),
		cpu:         cpuUnits(text(document["cpu"])),
		memory:      mebibytes(text(document["memory"])),
		status:      active,
	}
	if d.networkMode == "" {
		d.networkMode = "bridge"
	}
	for _, item := range list(document["containerDefinitions"]) {
		d.containers = append(d.containers, parseContainer(object(item), d.networkMode))
	}
	return d
}

func parseContainer(o map[string]any, mode string) *containerDefinition {
	c := &containerDefinition{
		name:        text(o["name"]),
		image:       text(o["image"]),
		cpu:         integer(o["cpu"]),
		memory:      integer(o["memory"]),
		reservation: integer(o["memoryReservation"]),
		essential:   o["essential"] != false,
		environment: map[string]string{},
		secrets:     map[string]bool{},
		stopTimeout: defaultStopTimeout,
		logDriver:   text(object(o["logConfiguration"])["logDriver"]),
		logOptions:  map[string]string{},
	}
	for name, value := range object(object(o["logConfiguration"])["options"]) {
		c.logOptions[name] = text(value)
	}
	for _, item := range list(o["portMappings"]) {
		p := object(item)
		mapping := portMapping{container: integer(p["containerPort"]), host: integer(p["hostPort"]), protocol: text(p["protocol"])}
		if mapping.protocol == "" {
			mapping.protocol = "tcp"
		}
		if mode == "host" {
			mapping.host = mapping.container
		}
		c.ports = append(c.ports, mapping)
	}
	for _, item := range list(o["environment"]) {
		c.environment[text(object(item)["name"])] = text(object(item)["value"])
	}
	for _, item := range list(o["secrets"]) {
		c.secrets[text(object(item)["name"])] = true
	}
	for _, item := range list(o["command"]) {
		c.command = append(c.command, text(item))
	}
	if seconds := integer(o["stopTimeout"]); seconds > 0 {
		c.stopTimeout = time.Duration(seconds) * time.Second
	}
	if h := object(o["healthCheck"]); len(h) > 0 {
		c.healthCheck = &healthCheck{
			interval:    time.Duration(orDefault(integer(h["interval"]), 30)) * time.Second,
			startPeriod: time.Duration(integer(h["startPeriod"])) * time.Second,
			retries:     orDefault(integer(h["retries"]), 3),
		}
	}
	return c
}

// hasVariable tells whether the process finds name in its environment.
func (c *containerDefinition) hasVariable(name string) bool {
	_, set := c.environment[name]
	return set || c.secrets[name]
}

// normalCPU and normalMemory are the forms that the service stores: "1 vCPU"
// becomes "1024" and "2 GB" becomes "2048".
func normalCPU(s string) string { return normalUnit(s, 1024, "vcpu") }

func normalMemory(s string) string { return normalUnit(s, 1024, "gb") }

func normalUnit(s string, factor float64, suffix string) string {
	lower := strings.ToLower(strings.TrimSpace(s))
	number, found := strings.CutSuffix(lower, suffix)
	if !found {
		return strings.TrimSpace(s)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return s
	}
	return strconv.Itoa(int(n * factor))
}

func cpuUnits(s string) int { n, _ := strconv.Atoi(normalCPU(s)); return n }

func mebibytes(s string) int { n, _ := strconv.Atoi(normalMemory(s)); return n }
