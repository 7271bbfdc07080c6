package diagnose

import (
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/awsx/diagnose/cause"
)

// Ringing is an alarm that rings for a service.
type Ringing struct {
	Name, Why string
	Since     time.Time
	// Scales says that it moves the count, which is what it is for; Shared that it measures
	// what others have a part in, such as a load balancer.
	Scales, Shared bool
}

// Alarms are those of an account and region that ring, as far as they were read.
type Alarms struct {
	index  *alarms.Index
	byName map[string]awsx.Alarm
	beside alarms.Beside
}

// NewAlarms takes the alarms of an account. Balancers gives the load balancers in front of a
// target group.
func NewAlarms(all []awsx.Alarm, balancers func(group string) []string) *Alarms {
	x := &Alarms{alarms.NewIndex(all), map[string]awsx.Alarm{}, alarms.Beside{Balancers: balancers}}
	for _, a := range all {
		x.byName[a.Name] = a
	}
	return x
}

// Ringing are the alarms that ring for a service, each once; none while x is nil.
func (x *Alarms) Ringing(s awsx.Service) (all []Ringing) {
	if x == nil {
		return nil
	}
	for _, c := range x.index.Service(s, x.beside) {
		if !alarms.Rings(*c.Alarm) {
			continue
		}
		i := slices.IndexFunc(all, func(r Ringing) bool { return r.Name == c.Alarm.Name })
		if i < 0 {
			i = len(all)
			all = append(all, Ringing{Name: c.Alarm.Name, Why: alarms.Why(*c.Alarm, x.byName), Since: c.Alarm.Since, Shared: true})
		}
		all[i].Scales = all[i].Scales || c.By == alarms.Scaling
		all[i].Shared = all[i].Shared && c.By == alarms.Balanced
	}
	return all
}

// alarmed tells of alarms that ring: beside what is wrong they are evidence, and alone they
// are what is known to be wrong.
func (x *inquest) alarmed() {
	var proofs []Proof
	own := Trouble{Kind: cause.AlarmRings, Sure: Certain}
	for _, a := range x.Ringing {
		if a.Scales {
			continue
		}
		proofs = append(proofs, Proof{a.Since, "alarm " + a.Name + " rings: " + a.Why, InAlarms})
		if a.Shared {
			continue
		}
		if own.Short == "" {
			own.Short, own.Cause = "alarm "+a.Name+": "+a.Why, "the alarm "+a.Name+" rings: "+a.Why
		}
		if own.Since.IsZero() || a.Since.Before(own.Since) {
			own.Since = a.Since
		}
	}
	proofs = proofs[:min(len(proofs), maxEvents)]
	switch own.Evidence = proofs; {
	case len(x.found) > 0:
		x.found[0].Evidence = append(x.found[0].Evidence, proofs...)
	case own.Short != "" && x.facts.Service.Desired > 0:
		x.add(own)
	}
}
