package fleet

import (
	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/schedules"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/world"
)

// Output is what processes write at the turns of their lives.
type Output interface {
	// Started is called when a process has started.
	Started(c *Container)
	// Died is called when a process exits by itself.
	Died(c *Container, code int)
	// Signalled is called when a process is asked to stop.
	Signalled(c *Container)
	// FailsChecks is called when a health check of a process begins to fail.
	FailsChecks(c *Container)
}

// Fleet is the clusters of an account and the control plane that moves what is in
// them.
type Fleet struct {
	*world.World
	Definitions *taskdef.Catalog
	Images      *ecr.Registry
	Balancing   *elb.Balancing
	Alarms      *alarms.Board
	Schedules   *schedules.Board
	Output      Output

	taskSeq       uint64
	Clusters      []*Cluster // by name
	ClusterByName map[string]*Cluster
	Services      map[string]*Service // by ARN
	Tasks         map[string]*Task    // by ARN
	Instances     map[string]*Instance
	Rollouts      map[string]*Rollout
	Revisions     map[string]*Revision
	Providers     []*Provider // by name
	exhausted     map[string]bool

	// updated hears of each service whose count somebody may have changed.
	Updated func(*Service)
	// rolledBack hears of each service that begins to go back to what it ran before.
	RolledBack func(*Service)
}

// New returns a fleet without clusters, and the alarms that its deployments watch.
func New(w *world.World) *Fleet {
	f := &Fleet{
		World: w, Definitions: taskdef.NewCatalog(w), Images: ecr.NewRegistry(w), Balancing: elb.NewBalancing(w),
		ClusterByName: map[string]*Cluster{},
		Services:      map[string]*Service{},
		Tasks:         map[string]*Task{},
		Instances:     map[string]*Instance{},
		Rollouts:      map[string]*Rollout{},
		Revisions:     map[string]*Revision{},
		exhausted:     map[string]bool{},
		Updated:       func(*Service) {},
		RolledBack:    func(*Service) {},
	}
	f.Alarms = alarms.NewBoard(w, f.alarmFired)
	f.Schedules = &schedules.Board{World: w}
	return f
}
