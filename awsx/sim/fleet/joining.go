package fleet

import (
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/world"
)

// Join registers an instance with a cluster. Its services may place tasks on it at
// their next look.
func (a *Fleet) Join(c *Cluster, i *Instance) {
	i.Cluster, i.Host = c, "ip-"+strings.ReplaceAll(i.IP, ".", "-")
	i.ARN = a.ARN("ecs", "container-instance/"+c.Name+"/"+i.ID)
	a.Instances[i.ARN] = i
	c.Instances = world.Insert(c.Instances, i, func(i *Instance) string { return i.ID })
	for _, s := range c.Services {
		a.Look(s, a.Rng.Between(300*time.Millisecond, time.Second))
	}
}

// Leave takes an instance that EC2 terminated out of its cluster. The tasks on it end
// at once, and their targets drain with nobody to answer.
func (a *Fleet) Leave(i *Instance) {
	i.Status, i.Connected = inactive, false
	delete(a.Instances, i.ARN)
	i.Cluster.Instances = slices.DeleteFunc(i.Cluster.Instances, func(o *Instance) bool { return o == i })
	for _, t := range slices.Clone(i.Tasks) {
		if t.Desired != Stopped {
			t.Desired, t.StoppingAt = Stopped, a.Now
			t.StopCode, t.StopReason = Termination, "Host EC2 (instance "+i.EC2+") terminated."
		}
		if t.Service != nil {
			t.Service.Steady = false
		}
		a.deregisterTargets(t)
		for _, c := range t.Containers {
			c.Last = Stopped
		}
		a.finish(t)
	}
	for _, s := range i.Cluster.Services {
		a.Look(s, a.Rng.Between(300*time.Millisecond, time.Second))
	}
}
