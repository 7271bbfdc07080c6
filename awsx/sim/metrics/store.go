package metrics

import (
	"maps"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/scaling"
)

// The namespaces that have metrics.
const (
	spaceECS      = "AWS/ECS"
	spaceALB      = "AWS/ApplicationELB"
	spaceNLB      = "AWS/NetworkELB"
	spaceInsights = "ECS/ContainerInsights"
)

// Store is the metrics and the dashboards of an account.
type Store struct {
	*fleet.Fleet
	scaling    *scaling.Scaler
	dashboards []dashboard // by name
}

// New returns the metrics of what is scaled, and of all that is beside it.
func New(s *scaling.Scaler) *Store { return &Store{Fleet: s.Fleet, scaling: s} }

// metric is one that there is.
type metric struct {
	namespace, name string
	dimensions      map[string]string
	// at is the datum of the minute that ends at an instant; ok is false where there is none.
	at func(end time.Time) (p point, ok bool)
}

// key tells metrics apart.
func key(namespace, name string, dimensions map[string]string) string {
	var b strings.Builder
	b.WriteString(namespace + "\x00" + name)
	for _, d := range slices.Sorted(maps.Keys(dimensions)) {
		b.WriteString("\x00" + d + "=" + dimensions[d])
	}
	return b.String()
}

// point is what was seen in a minute.
type point struct {
	sum, low, high, count float64
	p50, p99              float64
}

// gauge is a point of a value that was looked at some times a minute.
func gauge(v float64) point {
	const seen = 4
	return point{sum: v * seen, low: v * 0.94, high: v * 1.06, count: seen, p50: v, p99: v * 1.05}
}

// exactly is a point of a count that does not move within the minute.
func exactly(n int) point {
	v := float64(n)
	return point{sum: v, low: v, high: v, count: 1, p50: v, p99: v}
}

// counted is a point of something that happened n times.
func counted(n float64) point {
	if n < 1 {
		n = 0
	}
	n = float64(int(n))
	return point{sum: n, low: min(n, 1), high: min(n, 1), count: max(n, 1), p50: 1, p99: 1}
}

// plus is the points of two minutes, or of two resources, together.
func (p point) plus(o point) point {
	if p.count == 0 {
		return o
	}
	all := p.count + o.count
	mixed := func(a, b float64) float64 { return (a*p.count + b*o.count) / all }
	return point{
		sum: p.sum + o.sum, low: min(p.low, o.low), high: max(p.high, o.high), count: all,
		p50: mixed(p.p50, o.p50), p99: mixed(p.p99, o.p99),
	}
}

// all calls yield with each metric of the account until that returns false.
func (m *Store) all(yield func(metric) bool) {
	seen := m.look()
	goOn := true
	add := func(namespace, name string, dimensions map[string]string, at func(time.Time) (point, bool)) {
		goOn = goOn && yield(metric{namespace, name, dimensions, at})
	}
	for _, c := range m.Clusters {
		m.clusterMetrics(seen, c, add)
		if !goOn {
			return
		}
	}
	m.balancerMetrics(seen, add)
}

// find looks metrics up by their keys.
func (m *Store) find(wanted map[string]bool) map[string]metric {
	found := map[string]metric{}
	m.all(func(x metric) bool {
		if k := key(x.namespace, x.name, x.dimensions); wanted[k] {
			found[k] = x
		}
		return len(found) < len(wanted)
	})
	return found
}

type adder func(namespace, name string, dimensions map[string]string, at func(time.Time) (point, bool))

func (m *Store) clusterMetrics(seen *view, c *fleet.Cluster, add adder) {
	whole := func(of func(*fleet.Service, time.Time) (point, bool)) func(time.Time) (point, bool) {
		return func(end time.Time) (all point, ok bool) {
			for _, s := range c.Services {
				if p, has := of(s, end); has {
					all, ok = all.plus(p), true
				}
			}
			return all, ok
		}
	}
	dimensions := map[string]string{"ClusterName": c.Name}
	add(spaceECS, "CPUUtilization", dimensions, whole(seen.cpu))
	add(spaceECS, "MemoryUtilization", dimensions, whole(seen.memory))
	for _, s := range c.Services {
		of := func(f func(*fleet.Service, time.Time) (point, bool)) func(time.Time) (point, bool) {
			return func(end time.Time) (point, bool) { return f(s, end) }
		}
		add(spaceECS, "CPUUtilization", s.Dimensions(), of(seen.cpu))
		add(spaceECS, "MemoryUtilization", s.Dimensions(), of(seen.memory))
		if c.Insights == fleet.InsightsOff {
			continue
		}
		add(spaceInsights, "RunningTaskCount", s.Dimensions(), of(seen.runningCount))
		if c.Insights != fleet.InsightsEnhanced {
			continue
		}
		for _, t := range seen.tasks[s] {
			ofTask := map[string]string{"ClusterName": c.Name, "ServiceName": s.Name, "TaskId": t.ID}
			add(spaceInsights, "TaskCpuUtilization", ofTask, func(end time.Time) (point, bool) { return seen.task(t, end, seen.cpu) })
			add(spaceInsights, "TaskMemoryUtilization", ofTask, func(end time.Time) (point, bool) { return seen.task(t, end, seen.memory) })
		}
	}
}

func (m *Store) balancerMetrics(seen *view, add adder) {
	for _, lb := range m.Balancing.Balancers {
		var groups []*elb.Group
		for _, g := range m.Balancing.Groups {
			if g.Balancer == lb {
				groups = append(groups, g)
			}
		}
		name := strings.TrimPrefix(tail(lb.ARN), "loadbalancer/")
		ofBalancer := map[string]string{"LoadBalancer": name}
		space := spaceALB
		if lb.Type == "network" {
			space = spaceNLB
		}
		for _, g := range groups {
			both := map[string]string{"LoadBalancer": name, "TargetGroup": tail(g.ARN)}
			add(space, "HealthyHostCount", both, func(end time.Time) (point, bool) {
				up, all := seen.targets(g, end)
				return exactly(up), all > 0 || len(g.Targets) > 0
			})
			add(space, "UnHealthyHostCount", both, func(end time.Time) (point, bool) {
				up, all := seen.targets(g, end)
				return exactly(all - up), all > 0 || len(g.Targets) > 0
			})
		}
		if space == spaceNLB {
			continue
		}
		for _, x := range []struct {
			name string
			of   func(*elb.Group, time.Time) (point, bool)
		}{{"RequestCount", seen.requests}, {"HTTPCode_Target_5XX_Count", seen.failures}, {"TargetResponseTime", seen.latency}} {
			add(space, x.name, ofBalancer, func(end time.Time) (all point, ok bool) {
				for _, g := range groups {
					if p, has := x.of(g, end); has {
						all, ok = all.plus(p), true
					}
				}
				return all, ok
			})
			for _, g := range groups {
				add(space, x.name, map[string]string{"LoadBalancer": name, "TargetGroup": tail(g.ARN)},
					func(end time.Time) (point, bool) { return x.of(g, end) })
			}
		}
	}
}

// tail is the end of an ARN by which metrics know a resource.
func tail(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
