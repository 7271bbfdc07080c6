package seed

import (
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/fleet"
)

// The scenarios in which somebody or something else has a hand.

// seedRepushed pushes the tags of the running release and of the one before it
// again, an hour ago.
func (a *seeder) seedRepushed(c *fleet.Cluster) {
	s, before := a.victim(c, "api-orders", "v2.30.1", "v1.1.0")
	image := ecr.ParseImage(s.Def.Containers[0].Image)
	rebuilt := ecr.Behaviour{NeedsEnv: []string{"DB_URL"}}
	a.Images.Push(image.Repository, []string{before, image.Tag}, a.Ago(time.Hour), rebuilt)
}

// seedRollback deploys a release that crashes, with one more failure to go
// before the circuit breaker undoes it.
func (a *seeder) seedRollback(c *fleet.Cluster) error {
	s, release := a.victim(c, "api-orders", "v2.32.0", "v1.4.0")
	if err := a.scaling.Autoscale(s, 1, 3*max(1, s.Desired)); err != nil {
		return err
	}
	const since = 40 * time.Second
	s.Rolling = fleet.NewConfig(100, 200, true, true)
	d, err := a.beginRevision(s, since, retag(release))
	if err != nil {
		return err
	}
	one := 1
	crashed := ending{code: fleet.EssentialExited, reason: "Essential container in task exited", exit: &one}
	a.seedFailures(s, d, since, s.Threshold()-1, 5*time.Second, crashed)
	return nil
}

// surge has the load of an autoscaled service grow while it is rolled back.
func (a *seeder) surge(s *fleet.Service) {
	t := a.scaling.Targets[s]
	if t == nil || len(t.Policies) == 0 {
		return
	}
	a.After(3*time.Second, func() {
		t.Demand = s.Desired + 2
		a.scaling.Evaluate(t)
	})
}

// seedSecondOperator plans the deployments of somebody else.
func (a *seeder) seedSecondOperator(c *fleet.Cluster) {
	s, newer := a.victim(c, "api-orders", "v2.32.1", "v1.3.0")
	a.operatorReturns(s, 20*time.Second, newer, ecr.ParseImage(s.Def.Containers[0].Image).Tag)
}

// operatorReturns plans a deployment of one release, and of the other one after
// it.
func (a *seeder) operatorReturns(s *fleet.Service, in time.Duration, release, other string) {
	a.After(in, func() {
		// What the service ran before was valid, so this is.
		if _, err := OperatorDeploys(a.Fleet, s, release); err == nil {
			a.operatorReturns(s, 4*time.Minute, other, release)
		}
	})
}

// OperatorDeploys deploys another release of a service in somebody else's name, and
// returns the ARN of the revision that it registered.
func OperatorDeploys(f *fleet.Fleet, s *fleet.Service, release string) (revision string, err error) {
	d, err := revise(f, s, "arn:aws:sts::"+f.AccountID+":assumed-role/operator/second", retag(release))
	if err != nil {
		return "", err
	}
	f.Deploy(s, d)
	return d.ARN, nil
}
