package fleet

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/world"
)

// Launch types, and the capacity providers that AWS itself has.
const (
	LaunchEC2     = "EC2"
	LaunchFargate = "FARGATE"
	ProviderSpot  = "FARGATE_SPOT"
	// Platform is the version of Fargate's platform that LATEST stands for.
	Platform = "1.4.0"
)

// Provider is a capacity provider over an Auto Scaling group.
type Provider struct {
	Name, ARN, Group string // Group is the Auto Scaling group's ARN
	Tags             []world.Tag
}

// Share is an entry of a capacity provider strategy.
type Share struct {
	Provider string `json:"capacityProvider"`
	Weight   int    `json:"weight"`
	Base     int    `json:"base"`
}

// Strategy is how the service spreads its tasks over capacity providers; none without
// one, when its launch type says where they run.
func (s *Service) Strategy() (shares []Share) {
	if raw := s.Settings["capacityProviderStrategy"]; raw != nil {
		_ = json.Unmarshal(raw, &shares) // the API took it
	}
	return shares
}

// OnFargate reports whether a capacity provider, or a launch type, is Fargate's.
func OnFargate(name string) bool { return name == LaunchFargate || name == ProviderSpot }

// provider chooses the capacity provider of the next task: those with a base first,
// then by weight. It is the launch type where there is no strategy.
func (s *Service) provider() string {
	shares := s.Strategy()
	if len(shares) == 0 {
		return s.LaunchType
	}
	have := map[string]int{} // beyond the base
	for _, share := range shares {
		have[share.Provider] = -share.Base
	}
	for _, t := range s.Live {
		if t.Desired == Running {
			have[t.Provider]++
		}
	}
	var best Share
	for _, share := range shares {
		if have[share.Provider] < 0 {
			return share.Provider
		}
		if share.Weight > 0 && (best.Weight == 0 || (have[share.Provider]+1)*best.Weight < (have[best.Provider]+1)*share.Weight) {
			best = share
		}
	}
	return best.Provider
}

// Place chooses where a task of a service goes. When it goes nowhere, why is the rest
// of the service's event after "was unable to place a task"; empty where nothing is said.
func (a *Fleet) Place(s *Service, mates []*Task, needs Needs) (on *Instance, provider, why string) {
	provider = s.provider()
	if a.exhausted[provider] {
		return nil, provider, ". Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone."
	}
	if OnFargate(provider) {
		return a.FargateHost(s.Cluster, mates), provider, ""
	}
	among := s.Cluster.Instances
	if len(s.Strategy()) > 0 {
		among = slices.DeleteFunc(slices.Clone(among), func(i *Instance) bool { return i.Provider != provider })
		if len(among) == 0 {
			return nil, provider, ". Reason: No Container Instances were found in your capacity provider."
		}
	} else {
		provider = ""
	}
	if s.Daemon {
		if among = slices.DeleteFunc(slices.Clone(among), s.isOn); len(among) == 0 {
			return nil, provider, "" // it waits for the tasks before to stop
		}
	}
	on, obstacle := place(among, mates, needs)
	return on, provider, " because no container instance met all of its requirements. " + obstacle
}

// FargateHost is what a task of Fargate runs on: a place in the zone in which the
// fewest of its mates are. Nobody sees it, and it holds one task.
func (a *Fleet) FargateHost(c *Cluster, mates []*Task) *Instance {
	perZone := map[string]int{}
	for _, t := range mates {
		if t.Desired == Running {
			perZone[t.Instance.Az]++
		}
	}
	zones := a.Zones()
	az := slices.MinFunc(zones, func(x, y string) int { return perZone[x] - perZone[y] })
	i := &Instance{
		Fargate: true, Az: az, Cluster: c, IP: world.AddressIn(az, 200+a.Rng.IntN(50), 1+a.Rng.IntN(254)),
		Static: map[int]string{}, Dynamic: map[int]bool{}, NextPort: FirstDynamicPort, Connected: true, Status: Active,
	}
	i.Host = "ip-" + strings.ReplaceAll(i.IP, ".", "-")
	return i
}

// SetCapacity says whether a capacity provider, or the launch type FARGATE, has room
// for tasks more.
func (a *Fleet) SetCapacity(provider string, available bool) {
	a.exhausted[provider] = !available
	for _, s := range a.Services {
		a.Look(s, time.Second)
	}
}

// End stops a task by something other than its service and its processes, as when its
// Spot capacity is taken back or its host goes.
func (a *Fleet) End(t *Task, code, reason string) {
	a.Stop(t, code, reason)
	if t.Service != nil {
		t.Service.Steady = false
	}
}

// Reclaim takes the capacity of a task on Fargate Spot back.
func (a *Fleet) Reclaim(t *Task) { a.End(t, SpotInterruption, "Your Spot Task was interrupted.") }

// OnFargate counts the cluster's tasks on Fargate: those that run, and those on the
// way.
func (c *Cluster) OnFargate() (up, coming int) {
	for _, t := range c.Tasks {
		if !t.Instance.Fargate {
			continue
		}
		switch t.Last {
		case Running:
			up++
		case Provisioning, Pending, activating:
			coming++
		}
	}
	return up, coming
}
