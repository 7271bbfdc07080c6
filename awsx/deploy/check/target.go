package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// checkLoadBalancers makes sure that each container port a target group sends
// to is still mapped: UpdateService refuses the revision otherwise.
func checkLoadBalancers(cur read.Current, d Change) Finding {
	if !d.Starts || len(cur.Service.LoadBalancers) == 0 {
		return Finding{}
	}
	var missing []string
	for _, lb := range cur.Service.LoadBalancers {
		c := d.Tree.Container(lb.Container)
		if c == nil {
			missing = append(missing, "container "+lb.Container)
		} else if !mapsPort(c, lb.ContainerPort) {
			missing = append(missing, fmt.Sprintf("port %d of container %s", lb.ContainerPort, lb.Container))
		}
	}
	if len(missing) > 0 {
		return finding(LoadBalancer, Broken, "the load balancer sends to what the new revision lacks: %s", strings.Join(missing, ", "))
	}
	return finding(LoadBalancer, OK, "load-balanced containers and ports are still there")
}

func mapsPort(c *document.Node, port int) bool {
	return slices.ContainsFunc(c.List("portMappings"), func(m *document.Node) bool { return m.Number("containerPort", -1) == port })
}

// checkTargetGroups makes sure that the service's target groups exist and can
// take its tasks, and shows what a new task has to answer.
func checkTargetGroups(cur read.Current, d Change) Finding {
	arns := cur.Service.TargetGroups()
	if !d.Starts || len(arns) == 0 {
		return Finding{}
	}
	if err := cur.Groups.Err; err != nil && fault.ClassOf(err) != fault.NotFound {
		return finding(TargetGroup, Skipped, "the target groups are not known: %s", read.Why(err))
	}
	var wrong, idle, shown []string
	for _, arn := range arns {
		i := slices.IndexFunc(cur.Groups.Value, func(g awsx.TargetGroup) bool { return g.ARN == arn })
		if i < 0 {
			wrong = append(wrong, awsx.GroupName(arn)+" does not exist, so no task can be registered in it")
			continue
		}
		g := cur.Groups.Value[i]
		if why := mismatch(g, d.Tree.Word("networkMode")); why != "" {
			wrong = append(wrong, why)
		}
		if len(g.LoadBalancers) == 0 {
			idle = append(idle, g.Name+" is behind no load balancer")
		}
		shown = append(shown, g.Name+" "+probeWords(g.Check))
	}
	switch {
	case len(wrong) > 0:
		return finding(TargetGroup, Broken, "%s", strings.Join(wrong, "; "))
	case len(idle) > 0:
		return finding(TargetGroup, Warning, "%s", strings.Join(append(idle, shown...), "; "))
	}
	return finding(TargetGroup, OK, "%s", strings.Join(shown, "; "))
}

// checkEmptied tells what a count of 0 comes to.
func checkEmptied(cur read.Current, d Change) Finding {
	if n, counts := d.count(); !counts || n > 0 || !onService(cur) {
		return Finding{}
	}
	return Emptied(cur.Service)
}

// Emptied says what it is for whoever calls a service that it runs no task: a load
// balancer answers itself where a group has no target (Elastic Load Balancing,
// troubleshooting: HTTP 503). There is no finding behind no load balancer.
func Emptied(svc awsx.Service) Finding {
	var names []string
	for _, arn := range svc.TargetGroups() {
		names = append(names, awsx.GroupName(arn))
	}
	if len(names) == 0 {
		return Finding{}
	}
	return finding(TargetGroup, Warning, "no target is left in %s: rules that send there answer 503", strings.Join(names, ", "))
}

// mismatch says why a group cannot take tasks of a network mode: those with an
// interface of their own are registered by address, others by instance (ECS,
// service load balancing considerations).
func mismatch(g awsx.TargetGroup, network string) string {
	want := "instance"
	if network == "awsvpc" {
		want = "ip"
	}
	if g.TargetType == "" || g.TargetType == want {
		return ""
	}
	return fmt.Sprintf("%s takes targets by %s, and tasks in network mode %s are registered by %s", g.Name, g.TargetType, cmp.Or(network, "bridge"), want)
}

// probeWords describe a health check as what has to be answered, and how often.
func probeWords(c awsx.HealthCheck) string {
	s := "probes " + strings.TrimSpace(c.Protocol+" "+c.Path)
	if c.Port != "" && c.Port != "traffic-port" {
		s += " on port " + c.Port
	}
	if c.Matcher != "" {
		s += " for " + c.Matcher
	}
	if c.Healthy > 0 && c.Interval > 0 {
		s += fmt.Sprintf(", %s every %s", words.Count(c.Healthy, "time"), c.Interval)
	}
	return s
}
