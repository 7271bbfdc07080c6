package scaling

import (
	"fmt"
	"time"

	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/fleet"
)

// Scaler is Application Auto Scaling of the services of a fleet.
type Scaler struct {
	*fleet.Fleet
	Targets map[*fleet.Service]*scalable
}

// New scales nothing yet. It acts on what it hears of the fleet.
func New(f *fleet.Fleet) *Scaler {
	a := &Scaler{Fleet: f, Targets: map[*fleet.Service]*scalable{}}
	f.Updated = a.evaluateSoon
	return a
}

// scalable is a service as Application Auto Scaling knows it: bounds of its
// count, and a policy that follows the load within them.
type scalable struct {
	service    *fleet.Service
	arn        string
	min, max   int
	suspended  suspension
	createdAt  time.Time
	Policies   []*scalingPolicy
	Schedules  []Schedule
	activities []*scalingActivity // newest first
	Demand     int                // tasks that the load asks for
	before     []demand           // what it asked for before, the oldest first
	evaluating bool               // an evaluation is planned
	refused    bool               // a scale-in waits for a deployment, and was recorded as not done
}

// demand is what a load asked for until something else.
type demand struct {
	until time.Time
	tasks int
}

// DemandAt is how many tasks the load asked for at an instant.
func (t *scalable) DemandAt(at time.Time) int {
	for _, was := range t.before {
		if at.Before(was.until) {
			return was.tasks
		}
	}
	return t.Demand
}

// Schedule is a scheduled action on a service's bounds. Nothing carries it out.
type Schedule struct {
	Name, At string // At is a cron(…), rate(…) or at(…) expression
	Zone     string // of the expression; empty for UTC
	Min, Max *int
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
	return "service/" + t.service.Cluster.Name + "/" + t.service.Name
}

// wanted is the count that the policy steers to.
func (t *scalable) wanted() int { return max(t.min, min(t.max, t.Demand)) }

// Autoscale registers a service with a policy, its two alarms and a load that
// asks for what runs.
func (a *Scaler) Autoscale(s *fleet.Service, minimum, maximum int) error {
	t := a.registerScalable(s, minimum, maximum)
	id := a.Rng.UUID()
	p := &scalingPolicy{
		name: "cpu-60", metric: "ECSServiceAverageCPUUtilization", target: 60, createdAt: a.Now,
		high: "TargetTracking-" + t.resource() + "-AlarmHigh-" + a.Rng.UUID(),
		low:  "TargetTracking-" + t.resource() + "-AlarmLow-" + a.Rng.UUID(),
	}
	p.arn = a.ARN("autoscaling", "scalingPolicy:"+id+":resource/ecs/"+t.resource()+":policyName/"+p.name)
	t.Policies = append(t.Policies, p)
	for _, name := range []string{p.high, p.low} {
		if err := a.Alarms.PutAlarm(alarms.Alarm{
			Name: name, Namespace: "AWS/ECS", Metric: "CPUUtilization", Dimensions: s.Dimensions(), Threshold: p.target, Actions: []string{p.arn},
			Description: "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + p.arn + ".",
		}); err != nil {
			return err
		}
	}
	return nil
}

func (a *Scaler) registerScalable(s *fleet.Service, minimum, maximum int) *scalable {
	t := &scalable{
		service: s, min: minimum, max: maximum, createdAt: a.Now, Demand: s.Desired,
		arn: a.ARN("application-autoscaling", "scalable-target/"+a.Rng.Hex(36)),
	}
	a.Targets[s] = t
	return t
}

// SetDemand changes how many tasks the load of a service asks for.
func (a *Scaler) SetDemand(s *fleet.Service, tasks int) error {
	t := a.Targets[s]
	if t == nil {
		return fmt.Errorf("service %s is not autoscaled", s.Name)
	}
	t.before = append(t.before, demand{a.Now, t.Demand})
	t.Demand = tasks
	a.evaluateSoon(s)
	return nil
}

// evaluateSoon plans an evaluation if the count is not the wanted one. A service
// that has what it wants plans nothing.
func (a *Scaler) evaluateSoon(s *fleet.Service) {
	t := a.Targets[s]
	if t == nil || t.evaluating || len(t.Policies) == 0 || t.wanted() == s.Desired {
		return
	}
	t.evaluating = true
	a.After(evaluationPeriod, func() {
		t.evaluating = false
		a.Evaluate(t)
	})
}

// Evaluate moves the count to the wanted one. While a deployment is in progress
// it only scales out (Amazon ECS Developer Guide, service auto scaling).
func (a *Scaler) Evaluate(t *scalable) {
	s, wanted := t.service, t.wanted()
	switch {
	case wanted > s.Desired && !t.suspended.Out:
		a.scaleTo(t, wanted, t.Policies[0].high)
	case wanted < s.Desired && !t.suspended.In:
		if s.Deploying() {
			a.recordNotScaled(t)
			a.evaluateSoon(s)
			return
		}
		a.scaleTo(t, wanted, t.Policies[0].low)
	}
	t.refused = false
}

func (a *Scaler) scaleTo(t *scalable, count int, alarm string) {
	a.Rescale(t.service, count)
	a.Alarms.Pulse(alarm, evaluationPeriod)
	t.record(&scalingActivity{
		id: a.Rng.UUID(), description: fmt.Sprintf("Setting desired count to %d.", count),
		cause:  fmt.Sprintf("monitor alarm %s in state ALARM triggered policy %s", alarm, t.Policies[0].name),
		status: "Successful", message: fmt.Sprintf("Successfully set desired count to %d. Change successfully fulfilled by ecs.", count),
		startedAt: a.Now, endedAt: a.Now,
	})
}

// recordNotScaled notes once that a deployment holds a scale-in back.
func (a *Scaler) recordNotScaled(t *scalable) {
	if t.refused {
		return
	}
	t.refused = true
	t.record(&scalingActivity{
		id: a.Rng.UUID(), description: "Attempting to scale due to alarm triggered",
		cause:  fmt.Sprintf("monitor alarm %s in state ALARM triggered policy %s", t.Policies[0].low, t.Policies[0].name),
		status: "NotScaled", message: "Scaling was not performed: the service is being deployed.",
		startedAt: a.Now, endedAt: a.Now,
		notScaled: &notScaledReason{"TargetServicePutResourceAsUnscalable", t.max, t.min, t.service.Desired},
	})
}

func (t *scalable) record(done *scalingActivity) {
	t.activities = append([]*scalingActivity{done}, t.activities...)
	if len(t.activities) > maxActivities {
		t.activities = t.activities[:maxActivities]
	}
}
