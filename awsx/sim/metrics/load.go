package metrics

import (
	"hash/fnv"
	"math"
	"time"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
)

// view is an account as one call of the API sees it.
type view struct {
	*Store
	tasks map[*fleet.Service][]*fleet.Task // those that stopped too, while ECS knows them
	users map[*elb.Group][]*fleet.Task     // tasks that are or were in the group
}

func (m *Store) look() *view {
	v := &view{Store: m, tasks: map[*fleet.Service][]*fleet.Task{}, users: map[*elb.Group][]*fleet.Task{}}
	for _, c := range m.Clusters {
		for _, t := range c.Tasks {
			if t.Service == nil {
				continue
			}
			v.tasks[t.Service] = append(v.tasks[t.Service], t)
			for _, r := range t.Targets {
				v.users[r.Group] = append(v.users[r.Group], t)
			}
		}
	}
	return v
}

// ran reports whether a task ran at an instant.
func ran(t *fleet.Task, at time.Time) bool {
	return !t.StartedAt.IsZero() && !t.StartedAt.After(at) && (t.StoppingAt.IsZero() || t.StoppingAt.After(at))
}

// running is how many tasks of a service ran at an instant. What stopped more than an
// hour ago is forgotten: before that there were as many as the service wants, once it
// was made.
func (v *view) running(s *fleet.Service, at time.Time) int {
	n := 0
	for _, t := range v.tasks[s] {
		if ran(t, at) {
			n++
		}
	}
	if at.Before(v.Now.Add(-fleet.StoppedRetention)) && !at.Before(s.CreatedAt) {
		n = max(n, s.Desired)
	}
	return n
}

func (v *view) runningCount(s *fleet.Service, end time.Time) (point, bool) {
	n := v.running(s, end)
	return exactly(n), n > 0
}

// demand is how many tasks the load of a service asks for.
func (v *view) demand(s *fleet.Service, at time.Time) float64 {
	wanted := s.Desired
	if t := v.scaling.Targets[s]; t != nil {
		wanted = t.DemandAt(at)
	}
	return float64(wanted)
}

// trait is a number in [0, 1) that a thing keeps, and chance one that changes every minute.
func (v *view) trait(name, of string) float64 { return v.chance(name, of, time.Time{}) }

func (v *view) chance(name, of string, at time.Time) float64 {
	h := fnv.New64a()
	var b [16]byte
	minute := uint64(at.Unix() / 60)
	for i := range 8 {
		b[i], b[8+i] = byte(v.Seed>>(8*i)), byte(minute>>(8*i))
	}
	h.Write(b[:])
	h.Write([]byte(name + "\x00" + of))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// wave is how the load moves around its mean: by day and night, and from minute to minute.
func (v *view) wave(s *fleet.Service, at time.Time) float64 {
	day := 2 * math.Pi * (float64(at.Unix()%86400)/86400 + 0.1*v.trait("phase", s.ARN))
	slow := 2 * math.Pi * (float64(at.Unix()%2700) / 2700)
	return 1 + 0.14*math.Sin(day) + 0.05*math.Sin(slow) + 0.08*(v.chance("wave", s.ARN, at)-0.5)
}

// pressed is how busy each task is: 1 where there are as many as the load asks for.
func (v *view) pressed(s *fleet.Service, at time.Time) (float64, bool) {
	n := v.running(s, at)
	if n == 0 {
		return 0, false
	}
	return v.demand(s, at) / float64(n) * v.wave(s, at), true
}

func (v *view) cpu(s *fleet.Service, end time.Time) (point, bool) {
	busy, ok := v.pressed(s, end)
	usual := 25 + 30*v.trait("cpu", s.ARN)
	if v.scaling.Targets[s] != nil {
		usual = 55 // what its policy steers to
	}
	return gauge(v.alarmed("CPUUtilization", s, end, min(100, usual*busy))), ok
}

func (v *view) memory(s *fleet.Service, end time.Time) (point, bool) {
	busy, ok := v.pressed(s, end)
	usual := 35 + 30*v.trait("memory", s.ARN)
	return gauge(v.alarmed("MemoryUtilization", s, end, min(100, usual*(0.85+0.15*busy)))), ok
}

// alarmed is a value that is above the threshold of the alarms on it while they fire.
func (v *view) alarmed(name string, s *fleet.Service, end time.Time, value float64) float64 {
	if threshold, since, fires := v.Alarms.FiringOn(spaceECS, name, s.Dimensions()); fires && !end.Before(since) {
		return max(value, threshold+(100-threshold)*(0.3+0.4*v.chance("alarm", s.ARN, end)))
	}
	return value
}

// task is a value of a service as one of its tasks has it.
func (v *view) task(t *fleet.Task, end time.Time, of func(*fleet.Service, time.Time) (point, bool)) (point, bool) {
	p, ok := of(t.Service, end)
	if !ok || !ran(t, end) {
		return point{}, false
	}
	share := 0.8 + 0.3*v.trait("share", t.ID) + 0.1*v.chance("share", t.ID, end)
	return gauge(min(100, p.sum/p.count*share)), true
}

// targets is how many targets of a group were healthy at the end of a minute, and how
// many there were.
func (v *view) targets(g *elb.Group, end time.Time) (up, all int) {
	for _, t := range v.users[g] {
		if !ran(t, end) {
			continue
		}
		all++
		if healthy(t, g, end) {
			up++
		}
	}
	return up, all
}

// healthy reports whether a task of a group answered its checks at an instant. It began to
// some seconds after it started.
func healthy(t *fleet.Task, g *elb.Group, at time.Time) bool {
	const settles = 15 * time.Second
	return t.WasHealthy && g.Balancer != nil && at.Sub(t.StartedAt) >= settles && (t.DegradesAt.IsZero() || at.Before(t.DegradesAt))
}

// requests are those that reached the targets of a group.
func (v *view) requests(g *elb.Group, end time.Time) (point, bool) {
	var asked float64
	counts := map[*fleet.Service]int{}
	for _, t := range v.users[g] {
		if ran(t, end) {
			counts[t.Service]++
		}
	}
	for _, t := range v.users[g] { // in the order of the tasks, so that sums are the same every time
		n := counts[t.Service]
		if n == 0 {
			continue
		}
		delete(counts, t.Service)
		share := float64(n) / float64(max(1, v.running(t.Service, end)))
		perTask := 120 + 1800*v.trait("requests", t.Service.ARN)
		asked += perTask * v.demand(t.Service, end) * v.wave(t.Service, end) * min(1, share)
	}
	return counted(asked), asked >= 1
}

// failures are the requests that targets answered with an error: few, and most of those
// that reach targets which fail their checks.
func (v *view) failures(g *elb.Group, end time.Time) (point, bool) {
	asked, ok := v.requests(g, end)
	if !ok {
		return point{}, false
	}
	up, all := v.targets(g, end)
	share := 0.0015 * v.chance("failures", g.ARN, end)
	if all > 0 && up < all {
		share += 0.6 * float64(all-up) / float64(all) * (0.7 + 0.3*v.chance("broken", g.ARN, end))
	}
	failed := counted(asked.sum * share)
	return failed, failed.sum > 0 // CloudWatch reports the metric only when there are some
}

// latency is how long targets take to answer, in seconds.
func (v *view) latency(g *elb.Group, end time.Time) (point, bool) {
	asked, ok := v.requests(g, end)
	if !ok {
		return point{}, false
	}
	usual := 0.012 + 0.07*v.trait("latency", g.ARN)
	busy := 1.0
	for _, t := range v.users[g] {
		if b, runs := v.pressed(t.Service, end); runs {
			busy = max(busy, b)
		}
	}
	up, all := v.targets(g, end)
	median := usual * math.Pow(busy, 2) * (0.9 + 0.2*v.chance("median", g.ARN, end))
	slow := median * (4 + 3*v.chance("slow", g.ARN, end))
	if up < all {
		slow += 2.5 * float64(all-up) / float64(all)
	}
	return point{sum: 1.3 * median * asked.sum, low: median / 6, high: 1.4 * slow, count: asked.sum, p50: median, p99: slow}, true
}
