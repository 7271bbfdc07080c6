package sim

import (
	"fmt"
	"time"
)

// The scenarios in which somebody or something else has a hand.

// seedRepushed pushes the tags of the running release and of the one before it
// again, an hour ago.
func (a *Account) seedRepushed(c *cluster) {
	s, before := a.victim(c, "api-orders", "v2.30.1", "v1.1.0")
	image := parseImage(s.def.containers[0].image)
	rebuilt := Behaviour{NeedsEnv: []string{"DB_URL"}}
	a.push(image.repository, []string{before, image.tag}, a.ago(time.Hour), rebuilt)
}

// seedRollback deploys a release that crashes, with one more failure to go
// before the circuit breaker undoes it.
func (a *Account) seedRollback(c *cluster) error {
	s, release := a.victim(c, "api-orders", "v2.32.0", "v1.4.0")
	if err := a.autoscale(s, 1, 3*max(1, s.desired)); err != nil {
		return err
	}
	const since = 40 * time.Second
	s.rolling = newRolling(100, 200, true, true)
	d, err := a.beginRevision(s, since, retag(release))
	if err != nil {
		return err
	}
	one := 1
	crashed := ending{code: essentialExited, reason: "Essential container in task exited", exit: &one}
	a.seedFailures(s, d, since, s.threshold()-1, 5*time.Second, crashed)
	return nil
}

// surge has the load of an autoscaled service grow while it is rolled back, when
// the scenario is about that.
func (a *Account) surge(s *service) {
	t := s.scaling
	if a.opts.Scenario != AutoscalerMidRollback || t == nil || len(t.policies) == 0 {
		return
	}
	a.after(3*time.Second, func() {
		t.demand = s.desired + 2
		a.evaluate(t)
	})
}

// seedSecondOperator plans the deployments of somebody else.
func (a *Account) seedSecondOperator(c *cluster) {
	s, newer := a.victim(c, "api-orders", "v2.32.1", "v1.3.0")
	a.operatorReturns(s, 20*time.Second, newer, parseImage(s.def.containers[0].image).tag)
}

// operatorReturns plans a deployment of one release, and of the other one after
// it.
func (a *Account) operatorReturns(s *service, in time.Duration, release, other string) {
	a.after(in, func() {
		// What the service ran before was valid, so this is.
		if _, err := a.operatorDeploys(s, release); err == nil {
			a.operatorReturns(s, 4*time.Minute, other, release)
		}
	})
}

// secondOperatorARN is who the other operator is.
func (a *Account) secondOperatorARN() string {
	return "arn:aws:sts::" + a.opts.AccountID + ":assumed-role/operator/second"
}

// operatorDeploys deploys another release of a service in somebody else's name.
func (a *Account) operatorDeploys(s *service, release string) (*deployment, error) {
	d, err := a.revise(s, a.secondOperatorARN(), retag(release))
	if err != nil {
		return nil, err
	}
	return a.deploy(s, d), nil
}

// OperatorDeploys has somebody else deploy another release of a service: what it
// runs with another tag for its first image, registered under another name than
// the caller's. It returns the ARN of the revision.
func (a *Account) OperatorDeploys(clusterName, serviceName, tag string) (revision string, err error) {
	err = a.changeService(clusterName, serviceName, func(s *service) error {
		if s.controller != "" {
			return fmt.Errorf("service %s is deployed by %s", s.name, s.controller)
		}
		d, err := a.operatorDeploys(s, tag)
		if err == nil {
			revision = d.def.arn
		}
		return err
	})
	return revision, err
}
