package taskdef

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// Definition is a registered revision: the document as it was sent, with
// what the service adds, and the parsed part that the control plane acts on.
type Definition struct {
	ARN          string
	Family       string
	Revision     int
	Status       string
	Document     map[string]any
	Tags         []world.Tag
	NetworkMode  string
	CPU, Memory  int // task level: CPU units, MiB; 0 when not set
	Containers   []*Container
	registeredAt time.Time
	doc          []byte // the encoded document, nil after a change
}

// Container is a container definition.
type Container struct {
	Name        string
	Image       string
	CPU         int
	Memory      int
	Reservation int
	Essential   bool
	Ports       []Port
	Environment map[string]string
	secrets     map[string]bool
	Command     []string
	Overridden  bool // a run has another command than the image's
	StopTimeout time.Duration
	HealthCheck *healthCheck
	LogDriver   string
	LogOptions  map[string]string
	// ReadOnlyRoot is true when nothing can be written to the container's root.
	ReadOnlyRoot bool
}

// Port is a port mapping.
type Port struct {
	Container, Host int
	Protocol        string
}

type healthCheck struct {
	Interval, StartPeriod time.Duration
	Retries               int
}

// The statuses of a revision.
const (
	Active   = "ACTIVE"
	Inactive = "INACTIVE"
)

// defaultStopTimeout is how long the agent waits between SIGTERM and SIGKILL
// when a container definition does not say.
const defaultStopTimeout = 30 * time.Second

func (d *Definition) name() string { return d.Family + ":" + strconv.Itoa(d.Revision) }

// Container returns the container definition of a name, nil where there is none.
func (d *Definition) Container(name string) *Container {
	for _, c := range d.Containers {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Needs is what an instance must have free for one task: the task's own size,
// else the sum over its containers, soft memory limits before hard ones.
func (d *Definition) Needs() (cpu, memory int) {
	for _, c := range d.Containers {
		cpu += c.CPU
		if c.Reservation > 0 {
			memory += c.Reservation
		} else {
			memory += c.Memory
		}
	}
	if d.CPU > 0 {
		cpu = d.CPU
	}
	if d.Memory > 0 {
		memory = d.Memory
	}
	return cpu, memory
}

// StaticPorts are the host ports that a task reserves. Dynamic ports and those
// of a task with its own network interface cost nothing.
func (d *Definition) StaticPorts() []Port {
	if d.NetworkMode == "awsvpc" || d.NetworkMode == "none" {
		return nil
	}
	var fixed []Port
	for _, c := range d.Containers {
		for _, p := range c.Ports {
			if p.Host > 0 {
				fixed = append(fixed, p)
			}
		}
	}
	return fixed
}

// parseTaskDefinition reads what the control plane acts on out of a document
// that was found valid.
func parseTaskDefinition(document map[string]any) *Definition {
	d := &Definition{
		Document:    document,
		Family:      wire.Text(document["family"]),
		NetworkMode: wire.Text(document["networkMode"]),
		CPU:         CPUUnits(wire.Text(document["cpu"])),
		Memory:      Mebibytes(wire.Text(document["memory"])),
		Status:      Active,
	}
	d.NetworkMode = cmp.Or(d.NetworkMode, "bridge")
	for _, item := range wire.List(document["containerDefinitions"]) {
		d.Containers = append(d.Containers, parseContainer(wire.Object(item), d.NetworkMode))
	}
	return d
}

func parseContainer(o map[string]any, mode string) *Container {
	c := &Container{
		Name:        wire.Text(o["name"]),
		Image:       wire.Text(o["image"]),
		CPU:         wire.Integer(o["cpu"]),
		Memory:      wire.Integer(o["memory"]),
		Reservation: wire.Integer(o["memoryReservation"]),
		Essential:   o["essential"] != false,
		Environment: map[string]string{},
		secrets:     map[string]bool{},
		StopTimeout: defaultStopTimeout,
		LogDriver:   wire.Text(wire.Object(o["logConfiguration"])["logDriver"]),
		LogOptions:  map[string]string{},

		ReadOnlyRoot: o["readonlyRootFilesystem"] == true,
	}
	for name, value := range wire.Object(wire.Object(o["logConfiguration"])["options"]) {
		c.LogOptions[name] = wire.Text(value)
	}
	for _, item := range wire.List(o["portMappings"]) {
		p := wire.Object(item)
		mapping := Port{Container: wire.Integer(p["containerPort"]), Host: wire.Integer(p["hostPort"]), Protocol: wire.Text(p["protocol"])}
		mapping.Protocol = cmp.Or(mapping.Protocol, "tcp")
		if mode == "host" {
			mapping.Host = mapping.Container
		}
		c.Ports = append(c.Ports, mapping)
	}
	for _, item := range wire.List(o["environment"]) {
		c.Environment[wire.Text(wire.Object(item)["name"])] = wire.Text(wire.Object(item)["value"])
	}
	for _, item := range wire.List(o["secrets"]) {
		c.secrets[wire.Text(wire.Object(item)["name"])] = true
	}
	for _, item := range wire.List(o["command"]) {
		c.Command = append(c.Command, wire.Text(item))
	}
	if seconds := wire.Integer(o["stopTimeout"]); seconds > 0 {
		c.StopTimeout = time.Duration(seconds) * time.Second
	}
	if h := wire.Object(o["healthCheck"]); len(h) > 0 {
		c.HealthCheck = &healthCheck{
			Interval:    time.Duration(cmp.Or(wire.Integer(h["interval"]), 30)) * time.Second,
			StartPeriod: time.Duration(wire.Integer(h["startPeriod"])) * time.Second,
			Retries:     cmp.Or(wire.Integer(h["retries"]), 3),
		}
	}
	return c
}

// HasVariable reports whether the process finds name in its environment.
func (c *Container) HasVariable(name string) bool {
	_, set := c.Environment[name]
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

// CPUUnits reads a CPU size of a task, 0 where it is none.
func CPUUnits(s string) int { n, _ := strconv.Atoi(normalCPU(s)); return n }

// Mebibytes reads a memory size of a task, 0 where it is none.
func Mebibytes(s string) int { n, _ := strconv.Atoi(normalMemory(s)); return n }

// Exposes reports whether the container listens on a port.
func (c *Container) Exposes(port int) bool {
	return slices.ContainsFunc(c.Ports, func(p Port) bool { return p.Container == port })
}
