package machines

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/world"
)

// The images that machines are launched from: what everything runs, what it ran before,
// and one that was deregistered, from which nothing can be launched any more.
const (
	Image     = "ami-0d1f0b7e6a5c43921"
	OldImage  = "ami-0a77c3e15b9d20f48"
	LostImage = "ami-00c5f1d2e3b4a5968"
)

// The states of a machine as its group sees it.
const (
	pending     = "Pending"
	inService   = "InService"
	waiting     = "Terminating:Wait"
	terminating = "Terminating"
)

// The states of a machine as EC2 sees it.
const (
	starting     = "pending"
	running      = "running"
	shuttingDown = "shutting-down"
	terminated   = "terminated"
)

// Park is the machines of an account and what launches them.
type Park struct {
	*fleet.Fleet
	Groups         []*Group         // by name
	Templates      []*Template      // by name
	Configurations []*Configuration // by name
	machines       []*Machine       // that EC2 shows, in order of launch
	lost           map[string]bool  // images from which nothing can be launched
}

// NewPark returns a park without machines.
func NewPark(f *fleet.Fleet) *Park {
	return &Park{Fleet: f, lost: map[string]bool{LostImage: true}}
}

// Launch is what a machine is launched from.
type Launch struct {
	Image, Type string
	UserData    string // as the machine runs it
	CreatedAt   time.Time
}

// Cluster is the cluster that the user data has the agent join: what is assigned to
// ECS_CLUSTER, by an echo or in a heredoc; empty when nothing is.
func (l Launch) Cluster() string {
	_, rest, found := strings.Cut(l.UserData, "ECS_CLUSTER=")
	if !found {
		return "default" // as the agent does
	}
	end := strings.IndexAny(rest, " \t\r\n\"'")
	if end < 0 {
		end = len(rest)
	}
	return rest[:end]
}

// Joining is user data by which the agent joins a cluster.
func Joining(cluster string) string {
	return "#!/bin/bash\necho ECS_CLUSTER=" + cluster + " >> /etc/ecs/ecs.config\n"
}

// JoinElsewhere has what a group over a template launches from now join another cluster.
func (p *Park) JoinElsewhere(g *Group, cluster string) {
	next, _ := g.launch()
	next.UserData, next.CreatedAt = Joining(cluster), p.Now
	g.Template.Versions = append(g.Template.Versions, next)
	g.Template.Default = len(g.Template.Versions)
}

func (l Launch) encoded() string { return base64.StdEncoding.EncodeToString([]byte(l.UserData)) }

// Configuration is a launch configuration. It is never changed.
type Configuration struct {
	Name, ARN string
	Launch
}

// Template is a launch template.
type Template struct {
	ID, Name string
	Versions []Launch // the first is version 1
	Default  int      // a version
}

// Machine is an EC2 instance.
type Machine struct {
	ID, IP, Az, Type, Image string
	state                   string // to EC2
	stage                   string // to its group
	Group                   *Group // nil for one that was launched by hand
	configuration           string // name, of the group's launch configuration
	template                int    // version of the group's template
	launchedAt              time.Time
	protected               bool            // from scale-in
	host                    *fleet.Instance // nil while it belongs to no cluster
}

// Policy is a scaling policy of a group. Nothing evaluates it.
type Policy struct {
	Name, Type string
	Metric     string // that a target tracking policy follows; one of its own as "namespace name"
	Target     float64
	Adjustment int // of instances, by a simple or a step policy
	Alarms     []string
}

// Schedule is a scheduled action of a group or of a service. Nothing carries it out.
type Schedule struct {
	Name, Recurrence  string
	Min, Max, Desired *int
	Next              time.Time
}

// Group is an Auto Scaling group.
type Group struct {
	Name, ARN         string
	Min, Max, Desired int
	Configuration     *Configuration // nil with a template
	Template          *Template
	Version           string // of the template: a number, $Latest or $Default
	Machines          []*Machine
	Policies          []Policy
	Schedules         []Schedule
	Suspended         []string // processes
	Provider          *fleet.Provider
	createdAt         time.Time
	activities        []*activity // newest first
	causes            []string    // of what the group is about to do
	wanted            int         // what managed scaling steers to
	returning         bool        // managed scaling is about to set the count back
	failures          int         // launches in a row that failed
	retrying          bool
}

// activity is something that a group did, or does.
type activity struct {
	id, description, cause string
	status, message        string
	progress               int
	startedAt, endedAt     time.Time
}

// launch is what the group launches from now, and of a template its version.
func (g *Group) launch() (Launch, int) {
	if g.Template == nil {
		return g.Configuration.Launch, 0
	}
	n := g.Template.number(g.Version)
	return g.Template.Versions[n-1], n
}

// number is the version that a name stands for, 0 when there is none of it.
func (t *Template) number(version string) int {
	switch version {
	case "$Latest":
		return len(t.Versions)
	case "$Default", "":
		return t.Default
	}
	n := 0
	for _, c := range version {
		if c < '0' || c > '9' || n > len(t.Versions) {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	if n > len(t.Versions) {
		return 0
	}
	return n
}

// staying are the machines that the group counts: those that it does not end.
func (g *Group) staying() []*Machine {
	return slices.DeleteFunc(slices.Clone(g.Machines), func(m *Machine) bool { return m.stage == terminating || m.stage == waiting })
}

// AddGroup adds a group that has no machines, and returns it.
func (p *Park) AddGroup(g *Group) *Group {
	g.ARN = p.ARN("autoscaling", "autoScalingGroup:"+p.Rng.UUID()+":autoScalingGroupName/"+g.Name)
	if g.Provider != nil {
		if g.Provider.Group != "" {
			g.ARN = g.Provider.Group
		}
		g.Provider.Group = g.ARN
	}
	g.createdAt, g.wanted = p.Now, g.Desired
	p.Groups = world.Insert(p.Groups, g, func(g *Group) string { return g.Name })
	return g
}

// AddTemplate adds a launch template whose newest version is its default, and returns it.
func (p *Park) AddTemplate(name string, versions ...Launch) *Template {
	t := &Template{ID: "lt-0" + p.Rng.Hex(16), Name: name, Versions: versions, Default: len(versions)}
	p.Templates = world.Insert(p.Templates, t, func(t *Template) string { return t.Name })
	return t
}

// AddConfiguration adds a launch configuration, and returns it.
func (p *Park) AddConfiguration(name string, l Launch) *Configuration {
	c := &Configuration{Name: name, Launch: l,
		ARN: p.ARN("autoscaling", "launchConfiguration:"+p.Rng.UUID()+":launchConfigurationName/"+name)}
	p.Configurations = world.Insert(p.Configurations, c, func(c *Configuration) string { return c.Name })
	return c
}

// Adopt makes machines of a cluster's instances, which a group launched, or nobody when it
// is nil. Those of version 0 come from what the group launches now.
func (p *Park) Adopt(g *Group, version int, hosts ...*fleet.Instance) {
	for _, host := range hosts {
		m := &Machine{
			ID: host.EC2, IP: host.IP, Az: host.Az, Type: host.InstanceType, Image: host.Image, state: running, stage: inService,
			Group: g, launchedAt: host.RegisteredAt.Add(-joining), host: host,
		}
		p.machines = append(p.machines, m)
		if g == nil {
			continue
		}
		l, now := g.launch()
		if m.template = now; version > 0 && version < now {
			l, m.template = g.Template.Versions[version-1], version
		}
		m.Image, host.Image = l.Image, l.Image
		if g.Configuration != nil {
			m.configuration = g.Configuration.Name
		}
		g.Machines = append(g.Machines, m)
	}
}

// LoseImage deregisters an image: nothing can be launched from it any more.
func (p *Park) LoseImage(id string) { p.lost[id] = true }

// Find finds a machine by its EC2 id.
func (p *Park) Find(id string) *Machine {
	for _, m := range p.machines {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// GroupNamed finds a group.
func (p *Park) GroupNamed(name string) *Group {
	for _, g := range p.Groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}
