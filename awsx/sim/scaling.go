package sim

import (
	"errors"
	"fmt"
	"time"
)

// scalable is a service as Application Auto Scaling knows it: bounds of its
// count, and a policy that follows the load within them.
type scalable struct {
	service    *service
	arn        string
	min, max   int
	suspended  suspension
	createdAt  time.Time
	policies   []*scalingPolicy
	activities []*scalingActivity // newest first
	demand     int                // tasks that the load asks for
	evaluating bool               // an evaluation is planned
	refused    bool               // a scale-in waits for a deployment, and was recorded as not done
}

// suspension tells which kinds of scaling do not take place.
type suspension struct {
	In        bool `json:"DynamicScalingInSuspended"`
	Out       bool `json:"DynamicScalingOutSuspended"`
	Scheduled bool `json:"ScheduledScalingSuspended"`
}

// scalingPolicy is a target tracking policy. Its metric is the account's own
// business: what the load asks for is scalable.demand.
type scalingPolicy struct {
	name, arn string
	metric    string
	target    float64
	high, low string // alarms
	createdAt time.Time
}

type scalingActivity struct {
	id, description, cause string
	status, message        string
	startedAt, endedAt     time.Time
	notScaled              *notScaledReason // nil for an activity that changed the count
}

type notScaledReason struct {
	Code    string `json:"Code"`
	Max     int    `json:"MaxCapacity"`
	Min     int    `json:"MinCapacity"`
	Current int    `json:"CurrentCapacity"`
}

const (
	// evaluationPeriod is how long a target tracking policy takes to notice that
	// the count is not the one that the load asks for.
	evaluationPeriod = time.Minute
	// maxActivities is how many scaling activities are kept of a service.
	maxActivities = 50
)

func (t *scalable) resource() string {
	return "service/" + t.service.cluster.name + "/" + t.service.name
}

// wanted is the count that the policy steers to.
func (t *scalable) wanted() int { return max(t.min, min(t.max, t.demand)) }

// autoscale registers a service with a policy, its two alarms and a load that
// asks for what runs.
func (a *Account) autoscale(s *service, minimum, maximum int) error {
	t := a.registerScalable(s, minimum, maximum)
	id := a.rng.uuid()
	p := &scalingPolicy{
		name: "cpu-60", metric: "ECSServiceAverageCPUUtilization", target: 60, createdAt: a.now,
		high: "TargetTracking-" + t.resource() + "-AlarmHigh-" + a.rng.uuid(),
		low:  "TargetTracking-" + t.resource() + "-AlarmLow-" + a.rng.uuid(),
	}
	p.arn = a.arn("autoscaling", "scalingPolicy:"+id+":resource/ecs/"+t.resource()+":policyName/"+p.name)
	t.policies = append(t.policies, p)
	for _, name := range []string{p.high, p.low} {
		if err := a.putAlarm(Alarm{
			Name: name, Namespace: "AWS/ECS", Metric: "CPUUtilization", Dimensions: s.dimensions(), Threshold: p.target,
			Description: "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + p.arn + ".",
		}); err != nil {
			return err
		}
	}
	return nil
}

func (a *Account) registerScalable(s *service, minimum, maximum int) *scalable {
	s.scaling = &scalable{
		service: s, min: minimum, max: maximum, createdAt: a.now, demand: s.desired,
		arn: a.arn("application-autoscaling", "scalable-target/"+a.rng.hex(36)),
	}
	return s.scaling
}

// evaluateSoon plans an evaluation if the count is not the wanted one. A service
// that has what it wants plans nothing.
func (a *Account) evaluateSoon(s *service) {
	t := s.scaling
	if t == nil || t.evaluating || len(t.policies) == 0 || t.wanted() == s.desired {
		return
	}
	t.evaluating = true
	a.after(evaluationPeriod, func() {
		t.evaluating = false
		a.evaluate(t)
	})
}

// evaluate moves the count to the wanted one. While a deployment is in progress
// it only scales out (Amazon ECS Developer Guide, service auto scaling).
func (a *Account) evaluate(t *scalable) {
	s, wanted := t.service, t.wanted()
	switch {
	case wanted > s.desired && !t.suspended.Out:
		a.scaleTo(t, wanted, t.policies[0].high)
	case wanted < s.desired && !t.suspended.In:
		if s.deploying() {
			a.recordNotScaled(t)
			a.evaluateSoon(s)
			return
		}
		a.scaleTo(t, wanted, t.policies[0].low)
	}
	t.refused = false
}

func (s *service) deploying() bool {
	return s.deployments[0].rollout == rolloutInProgress || s.current != nil && !s.current.terminal()
}

func (a *Account) scaleTo(t *scalable, count int, alarm string) {
	a.rescale(t.service, count)
	a.pulse(alarm)
	t.record(&scalingActivity{
		id: a.rng.uuid(), description: fmt.Sprintf("Setting desired count to %d.", count),
		cause:  fmt.Sprintf("monitor alarm %s in state ALARM triggered policy %s", alarm, t.policies[0].name),
		status: "Successful", message: fmt.Sprintf("Successfully set desired count to %d. Change successfully fulfilled by ecs.", count),
		startedAt: a.now, endedAt: a.now,
	})
}

// recordNotScaled notes once that a deployment holds a scale-in back.
func (a *Account) recordNotScaled(t *scalable) {
	if t.refused {
		return
	}
	t.refused = true
	t.record(&scalingActivity{
		id: a.rng.uuid(), description: "Attempting to scale due to alarm triggered",
		cause:  fmt.Sprintf("monitor alarm %s in state ALARM triggered policy %s", t.policies[0].low, t.policies[0].name),
		status: "NotScaled", message: "Scaling was not performed: the service is being deployed.",
		startedAt: a.now, endedAt: a.now,
		notScaled: &notScaledReason{"TargetServicePutResourceAsUnscalable", t.max, t.min, t.service.desired},
	})
}

func (t *scalable) record(done *scalingActivity) {
	t.activities = append([]*scalingActivity{done}, t.activities...)
	if len(t.activities) > maxActivities {
		t.activities = t.activities[:maxActivities]
	}
}

// rescale changes the count. A scale-out in the middle of a deployment also
// reaches the revision that carries the traffic until then.
func (a *Account) rescale(s *service, count int) {
	if more := count - s.desired; more > 0 {
		for _, d := range s.deployments[1:] {
			if d.rollout == rolloutCompleted {
				d.want += more
				break
			}
		}
	}
	if count != s.desired {
		s.steady = false
	}
	s.desired = count
	s.touch()
	if r := s.current; r != nil && !r.terminal() {
		r.targetRequested = count
	}
	a.look(s, a.rng.between(300*time.Millisecond, time.Second))
}

// Autoscale has Application Auto Scaling move the count of a service between
// minimum and maximum by a target tracking policy. Until SetDemand says
// otherwise the load asks for the count that the service has now.
func (a *Account) Autoscale(clusterName, serviceName string, minimum, maximum int) error {
	return a.changeService(clusterName, serviceName, func(s *service) error {
		if minimum < 0 || maximum < minimum {
			return fmt.Errorf("bounds are %d to %d: want 0 or more, in order", minimum, maximum)
		}
		return a.autoscale(s, minimum, maximum)
	})
}

// SetDemand changes how many tasks the load of an autoscaled service asks for.
// The policy acts on it at its next evaluation, a minute of control-plane time
// from now, within the bounds.
func (a *Account) SetDemand(clusterName, serviceName string, tasks int) error {
	return a.changeService(clusterName, serviceName, func(s *service) error {
		if s.scaling == nil {
			return fmt.Errorf("service %s is not autoscaled", s.name)
		}
		s.scaling.demand = tasks
		a.evaluateSoon(s)
		return nil
	})
}

// changeService runs do on a service by the names of its cluster and its own.
func (a *Account) changeService(clusterName, serviceName string, do func(*service) error) (err error) {
	a.change(func() {
		c := a.clusterByName[clusterName]
		if c == nil || c.byName[serviceName] == nil {
			err = fmt.Errorf("no service %s in cluster %s", serviceName, clusterName)
			return
		}
		err = do(c.byName[serviceName])
	})
	return err
}

// seedScaling has the load move the count of two services.
func (a *Account) seedScaling(c *cluster) (err error) {
	a.at(a.ago(300*day), func() {
		err = errors.Join(a.autoscale(c.byName["sessions"], 2, 8), a.autoscale(c.byName["recommendations"], 1, 4))
	})
	return err
}
