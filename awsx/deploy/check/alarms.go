package check

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// checkAlarms names the service's alarms that are in ALARM. One that is meant to
// fail deployments does not fail one that it precedes (ECS, deployment alarms).
func checkAlarms(cur read.Current, d Change) Finding {
	if !d.Starts || !cur.Alarms.Done {
		return Finding{}
	}
	if err := cur.Alarms.Err; err != nil {
		return finding(Alarms, Skipped, "the alarms are not known: %s", read.Why(err))
	}
	var ringing, deaf []string
	for _, a := range ownAlarms(cur) {
		switch {
		case a.State != "ALARM":
		case slices.Contains(cur.Service.Alarms.Names, a.Name) && cur.Service.Alarms.Enabled:
			deaf = append(deaf, a.Name)
		default:
			ringing = append(ringing, a.Name)
		}
	}
	slices.Sort(ringing)
	slices.Sort(deaf)
	var parts []string
	if len(deaf) > 0 {
		parts = append(parts, "in ALARM already, so that it cannot fail this deployment: "+strings.Join(deaf, ", "))
	}
	if len(ringing) > 0 {
		parts = append(parts, "in ALARM: "+strings.Join(ringing, ", "))
	}
	if len(parts) > 0 {
		return finding(Alarms, Warning, "%s", strings.Join(parts, "; "))
	}
	if cur.Scaling.Err != nil {
		return finding(Alarms, OK, "none of the service's alarms is in ALARM, those of scaling policies unseen")
	}
	return finding(Alarms, OK, "none of the service's alarms is in ALARM")
}

// ownAlarms returns those of the alarms that were read which belong to the
// service: by the dimensions of its metrics or of its target groups', by being
// named in its deployment configuration or in a scaling policy, or as composites
// over one of these.
func ownAlarms(cur read.Current) []awsx.Alarm {
	o := ownership{svc: cur.Service, named: map[string]bool{}, by: map[string]awsx.Alarm{}}
	for _, name := range cur.Service.Alarms.Names {
		o.named[name] = true
	}
	quiet := map[string]bool{}
	if t := cur.Scaling.Value; t != nil {
		for _, p := range t.Policies {
			for _, name := range p.Alarms {
				o.named[name] = true
				// Target tracking takes tasks away while its low alarm rings: a
				// service with little to do is no finding.
				quiet[name] = p.Type == "TargetTrackingScaling" && strings.Contains(name, "-AlarmLow-")
			}
		}
	}
	for _, a := range cur.Alarms.Value {
		o.by[a.Name] = a
	}
	var own []awsx.Alarm
	for _, a := range cur.Alarms.Value {
		if !quiet[a.Name] && o.owns(a, 0) {
			own = append(own, a)
		}
	}
	return own
}

// ownership decides which alarms belong to a service.
type ownership struct {
	svc   awsx.Service
	named map[string]bool
	by    map[string]awsx.Alarm // the alarms that were read, by name
}

// compositeDepth bounds how deep composites are followed; CloudWatch refuses
// cycles, and what was read need not be what it keeps.
const compositeDepth = 8

func (o ownership) owns(a awsx.Alarm, depth int) bool {
	if o.named[a.Name] || o.measures(a) {
		return true
	}
	return depth < compositeDepth && slices.ContainsFunc(read.AlarmsInRule(a.Rule), func(child string) bool {
		known, read := o.by[child]
		return o.named[child] || read && o.owns(known, depth+1)
	})
}

// measures reports whether an alarm's dimensions are those of the service or of
// one of its target groups (ECS: ClusterName and ServiceName; Elastic Load
// Balancing: TargetGroup, the tail of the ARN).
func (o ownership) measures(a awsx.Alarm) bool {
	cluster, service := false, false
	for _, d := range a.Dimensions {
		switch d.Name {
		case "ClusterName":
			cluster = cluster || d.Value == o.svc.Ref.ClusterName()
		case "ServiceName":
			service = service || d.Value == o.svc.Name
		case "TargetGroup":
			for _, arn := range o.svc.TargetGroups() {
				if _, _, tail, ok := awsx.ARNParts(arn); ok && tail == d.Value {
					return true
				}
			}
		}
	}
	return cluster && service
}
