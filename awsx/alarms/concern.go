package alarms

import (
	"cmp"
	"slices"
	"strings"

	"gantry/awsx"
)

// By says by what an alarm concerns something, the closest first.
type By int

// The ways.
const (
	// Measured: it looks at a metric of the service or the cluster itself.
	Measured By = iota
	// Grouped: it looks at a metric of one of the service's target groups.
	Grouped
	// Balanced: it looks at a metric of a load balancer in front of the service, of all that
	// the balancer has.
	Balanced
	// Stopping: the service's deployments fail when it rings.
	Stopping
	// Named: the service's deployments name it, and watch no alarms at present.
	Named
	// Scaling: it sets off a scaling policy of the service, or of the cluster's instances.
	Scaling
	// Made: it is a composite of one that concerns the service or the cluster.
	Made
)

// Concern is one way in which an alarm concerns a service or a cluster.
type Concern struct {
	Alarm *awsx.Alarm
	Of    awsx.Ref
	By    By
	// Via names what stands between: the target group, the load balancer, the scaling policy,
	// the alarm that a composite is made of.
	Via string
}

// Words say in short what the alarm has to do with it.
func (c Concern) Words() string {
	switch c.By {
	case Grouped:
		return "measures its target group " + c.Via
	case Balanced:
		return "measures its load balancer " + c.Via
	case Stopping:
		return "fails its deployments"
	case Named:
		return "is named by its deployments, which watch no alarms"
	case Scaling:
		return strings.TrimSpace("scales it by " + c.Via)
	case Made:
		return "is made of " + c.Via
	}
	return strings.TrimSpace("measures it " + c.Via)
}

// Index finds alarms by what they look at and what they set off.
type Index struct {
	by     map[string][]Concern // by key, without Of
	alarms map[string]*awsx.Alarm
}

// NewIndex makes the index of the alarms of an account and region. An alarm looks at
// something by the dimensions of its metrics, of metric maths by those of any metric (Amazon
// ECS, Elastic Load Balancing and Auto Scaling, CloudWatch dimensions); it scales something by
// the policies that are its actions; a composite has to do with all that those it is made of
// have.
func NewIndex(all []awsx.Alarm) *Index {
	x := &Index{map[string][]Concern{}, map[string]*awsx.Alarm{}}
	for i := range all {
		x.alarms[all[i].Name] = &all[i]
	}
	for i := range all {
		a := &all[i]
		for _, c := range x.direct(a) {
			x.add(c.key, Concern{Alarm: a, By: c.by, Via: c.via})
		}
		for _, child := range InRule(a.Rule) {
			x.made(a, child, child, []string{a.Name})
		}
	}
	return x
}

func (x *Index) add(key string, c Concern) {
	if key != "" && !slices.Contains(x.by[key], c) {
		x.by[key] = append(x.by[key], c)
	}
}

// made adds what a composite has to do with by one of its alarms. Within are those that led
// there: CloudWatch refuses circles, but what was read need not be what it keeps.
func (x *Index) made(of *awsx.Alarm, name, via string, within []string) {
	if slices.Contains(within, name) {
		return
	}
	child := x.alarms[name]
	if child == nil {
		child = &awsx.Alarm{Name: name}
	}
	for _, c := range x.direct(child) {
		x.add(c.key, Concern{Alarm: of, By: Made, Via: via})
	}
	for _, below := range InRule(child.Rule) {
		x.made(of, below, via, append(slices.Clip(within), name))
	}
}

// keyed is a key under which an alarm is found.
type keyed struct {
	key string
	by  By
	via string
}

// direct are the keys of an alarm itself, not of those that it is made of.
func (x *Index) direct(a *awsx.Alarm) []keyed {
	keys := []keyed{{key: alarmKey(a.Name)}}
	for _, m := range a.Metrics {
		keys = append(keys, keyed{key: measures(m)})
	}
	for _, arn := range a.Actions {
		key, policy := scales(arn)
		keys = append(keys, keyed{key, Scaling, policy})
	}
	return keys
}

// The keys of the index: a kind, and what names it.
func serviceKey(cluster, service string) string { return "service " + cluster + " " + service }
func familyKey(cluster, family string) string   { return "family " + cluster + " " + family }
func clusterKey(cluster string) string          { return "cluster " + cluster }
func groupKey(tail string) string               { return "group " + tail }
func balancerKey(tail string) string            { return "balancer " + tail }
func alarmKey(name string) string               { return "alarm " + name }
func autoKey(group string) string               { return "auto " + group }

// tail is the end of an ARN by which metrics know a target group (targetgroup/name/id) or
// a load balancer (app/name/id), as Elastic Load Balancing documents its dimensions.
func tail(arn string) string {
	_, _, resource, _ := awsx.ARNParts(arn)
	return strings.TrimPrefix(resource, "loadbalancer/")
}

// Beside is what has to be read beside a service to know all of its alarms.
type Beside struct {
	// Balancers gives the ARNs of the load balancers in front of a target group, by its ARN;
	// nil where that was not read.
	Balancers func(group string) []string
	// Policies scale the service. An alarm that sets one off says so itself; these tell where
	// its actions do not.
	Policies []awsx.ScalingPolicy
}

// Service returns the alarms that concern a service, in each way, by the alarms' names.
func (x *Index) Service(s awsx.Service, b Beside) []Concern {
	f := finder{index: x, of: s.Ref}
	cluster := s.Ref.ClusterName()
	f.find(serviceKey(cluster, s.Name), Measured, "")
	family, _ := awsx.SplitRevision(s.TaskDefinition)
	f.find(familyKey(cluster, family), Measured, "as family "+family)
	for _, group := range s.TargetGroups() {
		f.find(groupKey(tail(group)), Grouped, awsx.GroupName(group))
		if b.Balancers == nil {
			continue
		}
		for _, balancer := range b.Balancers(group) {
			name := tail(balancer)
			if parts := strings.Split(name, "/"); len(parts) == 3 {
				name = parts[1]
			}
			f.find(balancerKey(tail(balancer)), Balanced, name)
		}
	}
	by := Named
	if s.Alarms.Enabled {
		by = Stopping
	}
	for _, name := range s.Alarms.Names {
		f.find(alarmKey(name), by, "")
	}
	for _, p := range b.Policies {
		for _, name := range p.Alarms {
			f.find(alarmKey(name), Scaling, p.Name)
		}
	}
	return f.sorted()
}

// Cluster returns the alarms that concern a cluster itself, by its metrics and by those of
// its Auto Scaling groups, and not those of its services.
func (x *Index) Cluster(cluster awsx.Ref, groups []string) []Concern {
	f := finder{index: x, of: cluster}
	f.find(clusterKey(cluster.Name()), Measured, "")
	for _, group := range groups {
		f.find(autoKey(group), Measured, "by its group "+group)
	}
	return f.sorted()
}

// finder gathers what concerns one thing.
type finder struct {
	index *Index
	of    awsx.Ref
	found []Concern
}

// find adds the alarms under a key. What the alarm says of itself weighs more than what the
// key does, if it leads further away.
func (f *finder) find(key string, by By, via string) {
	for _, c := range f.index.by[key] {
		c.Of = f.of
		if by >= c.By {
			c.By, c.Via = by, cmp.Or(c.Via, via)
		}
		if !slices.Contains(f.found, c) {
			f.found = append(f.found, c)
		}
	}
}

func (f *finder) sorted() []Concern {
	slices.SortFunc(f.found, func(a, b Concern) int {
		return cmp.Or(strings.Compare(a.Alarm.Name, b.Alarm.Name), cmp.Compare(a.By, b.By), strings.Compare(a.Via, b.Via))
	})
	return f.found
}

// measures is the key of what a metric is about, empty for what is not ours. A metric of
// a target group names its load balancer too, and is the group's alone.
func measures(m awsx.AlarmMetric) string {
	cluster := m.Dimension("ClusterName")
	switch {
	case cluster != "" && m.Dimension("ServiceName") != "":
		return serviceKey(cluster, m.Dimension("ServiceName"))
	case cluster != "" && m.Dimension("TaskDefinitionFamily") != "":
		return familyKey(cluster, m.Dimension("TaskDefinitionFamily"))
	case cluster != "":
		return clusterKey(cluster)
	case m.Dimension("TargetGroup") != "":
		return groupKey(m.Dimension("TargetGroup"))
	case m.Dimension("LoadBalancer") != "":
		return balancerKey(m.Dimension("LoadBalancer"))
	case m.Dimension("AutoScalingGroupName") != "":
		return autoKey(m.Dimension("AutoScalingGroupName"))
	}
	return ""
}

// scales is the key of what an alarm's action scales, with the policy's name; empty for an
// action that is no scaling policy. The policy's ARN says what it scales:
// …:scalingPolicy:ID:resource/ecs/service/CLUSTER/SERVICE:policyName/NAME of a service,
// …:scalingPolicy:ID:autoScalingGroupName/GROUP:policyName/NAME of a group.
func scales(arn string) (key, policy string) {
	_, rest, _ := strings.Cut(arn, ":scalingPolicy:")
	for part := range strings.SplitSeq(rest, ":") {
		switch {
		case strings.HasPrefix(part, "resource/ecs/service/"):
			if names := strings.Split(part, "/"); len(names) == 5 {
				key = serviceKey(names[3], names[4])
			}
		case strings.HasPrefix(part, "autoScalingGroupName/"):
			key = autoKey(strings.TrimPrefix(part, "autoScalingGroupName/"))
		case strings.HasPrefix(part, "policyName/"):
			policy = strings.TrimPrefix(part, "policyName/")
		}
	}
	return key, policy
}

// Ringing is the state of an alarm that rings.
const Ringing = "ALARM"

// Routine reports whether an alarm rings when all is well: target tracking takes tasks away
// while its low alarm rings, and a service with little to do is no trouble.
func Routine(a awsx.Alarm) bool {
	return strings.HasPrefix(a.Name, "TargetTracking-") && strings.Contains(a.Name, "-AlarmLow-")
}

// Rings reports whether an alarm is in ALARM and that is trouble.
func Rings(a awsx.Alarm) bool { return a.State == Ringing && !Routine(a) }
