package place

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/words"
)

// Footprint is what one task takes of an instance.
type Footprint struct {
	cpu, memory int // CPU units and MiB
	gpus        int
	interfaces  int // network interfaces of its own
	tcp, udp    []int
}

// FootprintOf adds a document up as the scheduler does: the task's own CPU and
// memory, else the sums over its containers, of memory the soft limit where there
// is one; the GPUs that its containers reserve (ECS, ResourceRequirement); and the host
// ports that are fixed. A task with an interface of its own (awsvpc) takes no host port, and
// in host mode the container's port is the host's (ECS, task definition parameters).
func FootprintOf(tree *document.Node) Footprint {
	var f Footprint
	network := tree.Word("networkMode")
	if network == "awsvpc" {
		f.interfaces = 1
	}
	for _, c := range tree.List("containerDefinitions") {
		f.cpu += c.Number("cpu", 0)
		f.memory += c.Number("memoryReservation", c.Number("memory", 0))
		for _, r := range c.List("resourceRequirements") {
			if n, err := strconv.Atoi(r.Word("value")); err == nil && r.Word("type") == "GPU" {
				f.gpus += n
			}
		}
		for _, m := range c.List("portMappings") {
			port := m.Number("hostPort", 0)
			if network == "host" && port == 0 {
				port = m.Number("containerPort", 0)
			}
			switch {
			case port == 0 || network == "awsvpc":
			case m.Word("protocol") == "udp":
				f.udp = append(f.udp, port)
			default:
				f.tcp = append(f.tcp, port)
			}
		}
	}
	if units, ok := document.CPUUnits(tree.Word("cpu")); ok {
		f.cpu = units
	}
	if mib, ok := document.Mebibytes(tree.Word("memory")); ok {
		f.memory = mib
	}
	return f
}

// String returns what is taken, such as "256 CPU, 512 MiB, port 8080".
func (f Footprint) String() string {
	parts := []string{fmt.Sprintf("%d CPU", f.cpu), fmt.Sprintf("%d MiB", f.memory)}
	if f.gpus > 0 {
		parts = append(parts, words.Count(f.gpus, "GPU"))
	}
	for _, p := range f.tcp {
		parts = append(parts, "port "+strconv.Itoa(p))
	}
	for _, p := range f.udp {
		parts = append(parts, "port "+strconv.Itoa(p)+"/udp")
	}
	return strings.Join(parts, ", ")
}

// Placement is what decides where a task of a service may go.
type Placement struct {
	Footprint
	attributes []string // as name or name=value
	members    []memberOf
	// distinct keeps the service's tasks on instances of their own.
	distinct bool
}

// memberOf is an expression that an instance must satisfy.
type memberOf struct {
	expression string
	match      constraint
}

const logDriverAttribute = "com.amazonaws.ecs.capability.logging-driver."

// PlacementOf gathers what bears on placing a document's tasks, the constraints
// of their service among it. The attributes that a revision requires are worked
// out by ECS when it is registered: those of the base, from which the document
// comes, stand in for them, with the log drivers of the document. The error names
// an expression that is not understood.
func PlacementOf(constraints []string, tree *document.Node, base *awsx.TaskDefinition) (Placement, error) {
	p := Placement{Footprint: FootprintOf(tree), attributes: requiredAttributes(tree, base)}
	constraints = slices.Clone(constraints)
	for _, c := range tree.List("placementConstraints") {
		constraints = append(constraints, awsx.ConstraintText(c.Word("type"), c.Word("expression")))
	}
	for _, text := range constraints {
		kind, expression, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
		if kind == "distinctInstance" {
			p.distinct = true
			continue
		}
		match, err := parseConstraint(expression)
		if err != nil {
			return Placement{}, fmt.Errorf("the constraint %q is not understood: %w", expression, err)
		}
		p.members = append(p.members, memberOf{expression, match})
	}
	return p, nil
}

func requiredAttributes(tree *document.Node, base *awsx.TaskDefinition) []string {
	if base == nil || len(base.RequiresAttributes) == 0 {
		return nil
	}
	required := slices.DeleteFunc(slices.Clone(base.RequiresAttributes), func(a string) bool { return strings.HasPrefix(a, logDriverAttribute) })
	for _, c := range tree.List("containerDefinitions") {
		if driver := c.Get("logConfiguration").Word("logDriver"); driver != "" {
			required = words.AddNew(required, logDriverAttribute+driver)
		}
	}
	return required
}

// barred says why an instance is out of the question, whatever room it has;
// empty when it is not.
func (p Placement) barred(i awsx.Instance) string {
	switch {
	case i.Status != "ACTIVE":
		return i.Status
	case !i.AgentConnected:
		return "agent disconnected"
	}
	for _, m := range p.members {
		if !m.match(i) {
			return "not " + m.expression
		}
	}
	for _, a := range p.attributes {
		name, want, valued := strings.Cut(a, "=")
		if v, ok := i.Attributes[name]; !ok || valued && v != want {
			return "no attribute " + a
		}
	}
	return ""
}

// room is what an instance has left.
type room struct {
	instance    awsx.Instance
	cpu, memory int
	gpus        int
	interfaces  int
	tcp, udp    []int // host ports in use
	own         int   // tasks of the service that run there
}

// roomOn is the room on an instance where tasks of the service run, each of which takes old.
func roomOn(i awsx.Instance, own int, old Footprint) room {
	return room{
		instance: i, cpu: i.CPU.Remaining, memory: i.Memory.Remaining, gpus: i.GPUs.Remaining,
		interfaces: interfacesOf(i) - own*old.interfaces, tcp: i.UsedPorts, udp: i.UsedUDPPorts, own: own,
	}
}

// plenty stands for as many network interfaces as are not known to have a bound.
const plenty = 1 << 20

// interfacesOf is the most network interfaces that an instance can have besides its own, as
// far as that is known: those that tasks of other services took are not counted, since the
// service does not tell. Without a trunk it is what its size admits (EC2, maximum network
// interfaces: the most that any family has of the size); with one it is so many that CPU or
// memory ends first (ECS, elastic network interface trunking).
func interfacesOf(i awsx.Instance) int {
	_, size, _ := strings.Cut(i.InstanceType, ".")
	most, known := map[string]int{"nano": 2, "micro": 2, "small": 3, "medium": 3, "large": 3, "xlarge": 4, "2xlarge": 4}[size]
	if _, trunk := i.Attributes["ecs.awsvpc-trunk-id"]; trunk || !known {
		return plenty
	}
	return most - 1
}

// without is the room once one of the service's tasks there has stopped.
func (r room) without(f Footprint) room {
	r.cpu, r.memory, r.own = r.cpu+f.cpu, r.memory+f.memory, r.own-1
	r.gpus, r.interfaces = r.gpus+f.gpus, r.interfaces+f.interfaces
	r.tcp = slices.DeleteFunc(slices.Clone(r.tcp), func(p int) bool { return slices.Contains(f.tcp, p) })
	r.udp = slices.DeleteFunc(slices.Clone(r.udp), func(p int) bool { return slices.Contains(f.udp, p) })
	return r
}

// with is the room once n tasks more run there.
func (r room) with(p Placement, n int) room {
	r.cpu, r.memory, r.own = r.cpu-n*p.cpu, r.memory-n*p.memory, r.own+n
	r.gpus, r.interfaces = r.gpus-n*p.gpus, r.interfaces-n*p.interfaces
	if n > 0 {
		r.tcp, r.udp = slices.Concat(r.tcp, p.tcp), slices.Concat(r.udp, p.udp)
	}
	return r
}

// shortage is what an instance lacks for one task, the zero value when nothing.
type shortage struct {
	cpu, memory int
	gpus        int
	interfaces  int
	other       string // ports, or a task that must not have a neighbour
}

func (r room) lacks(p Placement) shortage {
	s := shortage{cpu: max(p.cpu-r.cpu, 0), memory: max(p.memory-r.memory, 0), gpus: max(p.gpus-r.gpus, 0), interfaces: max(p.interfaces-r.interfaces, 0)}
	var taken []string
	for _, port := range p.tcp {
		if slices.Contains(r.tcp, port) {
			taken = append(taken, strconv.Itoa(port))
		}
	}
	for _, port := range p.udp {
		if slices.Contains(r.udp, port) {
			taken = append(taken, strconv.Itoa(port)+"/udp")
		}
	}
	switch {
	case len(taken) > 0:
		s.other = "port " + strings.Join(taken, ", ") + " in use"
	case p.distinct && r.own > 0:
		s.other = "one task of the service there already"
	}
	return s
}

// holds is how many tasks the room takes, at most limit.
func (r room) holds(p Placement, limit int) int {
	if r.lacks(p) != (shortage{}) {
		return 0
	}
	if len(p.tcp)+len(p.udp) > 0 || p.distinct {
		return min(1, limit)
	}
	n := limit
	for _, of := range [...]struct{ left, each int }{{r.cpu, p.cpu}, {r.memory, p.memory}, {r.gpus, p.gpus}, {r.interfaces, p.interfaces}} {
		if of.each > 0 {
			n = min(n, of.left/of.each)
		}
	}
	return n
}

// survey is what the instances of a cluster have to offer.
type survey struct {
	Fits  int // tasks that can start now, at most as many as were asked for
	Asked int // instances that can run a daemon at all
	best  room
	// swaps is how many instances take a task once one of the service's own there
	// has stopped.
	Swaps     int
	obstacles []obstacle
}

// obstacle is why some instances take no task.
type obstacle struct {
	why       string
	least     shortage
	instances int
}

// Look looks at every instance. Own counts the service's tasks by instance
// (ARN), and old is what each of them takes.
func Look(fleet []awsx.Instance, p Placement, old Footprint, own map[string]int, wanted int) survey {
	var s survey
	for _, i := range fleet {
		r := roomOn(i, own[i.Ref.ARN], old)
		if why := p.barred(i); why != "" {
			s.obstructed(why, shortage{})
			continue
		}
		if r.own > 0 && r.without(old).holds(p, 1) > 0 {
			s.Swaps++
		}
		n := r.holds(p, wanted)
		if n == 0 {
			lacking := r.lacks(p)
			s.obstructed(lacking.kind(), lacking)
			continue
		}
		if s.Fits == 0 || cmp.Or(cmp.Compare(r.memory, s.best.memory), cmp.Compare(r.cpu, s.best.cpu)) > 0 {
			s.best = r
		}
		s.Fits += n
	}
	s.Fits = min(s.Fits, wanted)
	slices.SortStableFunc(s.obstacles, func(a, b obstacle) int { return cmp.Compare(b.instances, a.instances) })
	return s
}

// LookForDaemon looks at every instance that can run a daemon: its task takes the
// place of the one before it, and it has no second one on an instance anyway.
func LookForDaemon(fleet []awsx.Instance, p Placement, old Footprint, own map[string]int) survey {
	p.distinct = false
	var s survey
	for _, i := range fleet {
		if p.barred(i) != "" {
			continue
		}
		s.Asked++
		r := roomOn(i, own[i.Ref.ARN], old)
		if r.own > 0 {
			r = r.without(old)
		}
		if lacking := r.lacks(p); lacking != (shortage{}) {
			s.obstructed(lacking.kind(), lacking)
			continue
		}
		s.Fits++
	}
	return s
}

// Best names the instance with the most room and what one task leaves it.
func (s survey) Best(p Placement) string {
	r := s.best
	name := cmp.Or(r.instance.EC2ID, awsx.ARNName(r.instance.Ref.ARN))
	return fmt.Sprintf("best on %s, leaving %d CPU, %d MiB", name, r.cpu-p.cpu, r.memory-p.memory)
}

// kind names what is short, without amounts.
func (s shortage) kind() string {
	return fmt.Sprint(s.cpu > 0, s.memory > 0, s.gpus > 0, s.interfaces > 0, s.other)
}

func (s *survey) obstructed(why string, lacking shortage) {
	for i := range s.obstacles {
		o := &s.obstacles[i]
		if o.why == why {
			o.instances++
			o.least.cpu, o.least.memory = min(o.least.cpu, lacking.cpu), min(o.least.memory, lacking.memory)
			o.least.gpus, o.least.interfaces = min(o.least.gpus, lacking.gpus), min(o.least.interfaces, lacking.interfaces)
			return
		}
	}
	s.obstacles = append(s.obstacles, obstacle{why, lacking, 1})
}

// String returns the obstacle and how many instances have it.
func (o obstacle) String() string { return words.Count(o.instances, "instance") + ": " + o.words() }

// words is the obstacle with the least that any of the instances is short of.
func (o obstacle) words() string {
	var amounts, parts []string
	if o.least.cpu > 0 {
		amounts = append(amounts, fmt.Sprintf("%d CPU", o.least.cpu))
	}
	if o.least.memory > 0 {
		amounts = append(amounts, fmt.Sprintf("%d MiB", o.least.memory))
	}
	if o.least.gpus > 0 {
		amounts = append(amounts, words.Count(o.least.gpus, "GPU"))
	}
	if o.least.interfaces > 0 {
		amounts = append(amounts, words.Count(o.least.interfaces, "network interface"))
	}
	if len(amounts) > 0 {
		short := strings.Join(amounts, " and ") + " short"
		if o.instances > 1 {
			short = "at least " + short
		}
		parts = append(parts, short)
	}
	if o.least.other != "" {
		parts = append(parts, o.least.other)
	}
	if len(parts) == 0 {
		parts = append(parts, o.why)
	}
	return strings.Join(parts, ", ")
}

// Why lists what stands in the way, the commonest first.
func (s survey) Why() string {
	var parts []string
	for _, o := range s.obstacles {
		parts = append(parts, o.String())
	}
	return strings.Join(parts, "; ")
}
