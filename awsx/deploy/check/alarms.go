package check

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alarms"
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
		case a.State != alarms.Ringing:
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

// ownAlarms returns those of the alarms that were read which concern the service, without
// those that ring when all is well.
func ownAlarms(cur read.Current) (own []awsx.Alarm) {
	beside := alarms.Beside{Balancers: func(arn string) []string {
		i := slices.IndexFunc(cur.Groups.Value, func(g awsx.TargetGroup) bool { return g.ARN == arn })
		if i < 0 {
			return nil
		}
		return cur.Groups.Value[i].LoadBalancers
	}}
	if t := cur.Scaling.Value; t != nil {
		beside.Policies = t.Policies
	}
	for _, c := range alarms.NewIndex(cur.Alarms.Value).Service(cur.Service, beside) {
		if !alarms.Routine(*c.Alarm) && (len(own) == 0 || own[len(own)-1].Name != c.Alarm.Name) {
			own = append(own, *c.Alarm)
		}
	}
	return own
}
