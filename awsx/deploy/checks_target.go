package deploy

import (
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/fault"
)

// checkLoadBalancers makes sure that each container port a target group sends
// to is still mapped: UpdateService refuses the revision otherwise.
func checkLoadBalancers(cur Current, d draft) Check {
	if !d.starts || len(cur.Service.LoadBalancers) == 0 {
		return Check{}
	}
	var missing []string
	for _, lb := range cur.Service.LoadBalancers {
		c := d.tree.Container(lb.Container)
		if c == nil {
			missing = append(missing, "container "+lb.Container)
		} else if !mapsPort(c, lb.ContainerPort) {
			missing = append(missing, fmt.Sprintf("port %d of container %s", lb.ContainerPort, lb.Container))
		}
	}
	if len(missing) > 0 {
		return finding(CheckLoadBalancer, Broken, "the load balancer sends to what the new revision lacks: %s", strings.Join(missing, ", "))
	}
	return finding(CheckLoadBalancer, OK, "load-balanced containers and ports are still there")
}

func mapsPort(c *document.Node, port int) bool {
	return slices.ContainsFunc(c.List("portMappings"), func(m *document.Node) bool { return m.Number("containerPort", -1) == port })
}

// checkTargetGroups makes sure that the service's target groups exist and can
// take its tasks, and shows what a new task has to answer.
func checkTargetGroups(cur Current, d draft) Check {
	arns := cur.Service.TargetGroups()
	if !d.starts || len(arns) == 0 {
		return Check{}
	}
	if err := cur.Groups.Err; err != nil && fault.ClassOf(err) != fault.NotFound {
		return finding(CheckTargetGroup, Skipped, "the target groups are not known: %s", whyUnread(err))
	}
	var wrong, idle, shown []string
	for _, arn := range arns {
		i := slices.IndexFunc(cur.Groups.Value, func(g awsx.TargetGroup) bool { return g.ARN == arn })
		if i < 0 {
			wrong = append(wrong, awsx.GroupName(arn)+" does not exist, so no task can be registered in it")
			continue
		}
		g := cur.Groups.Value[i]
		if why := mismatch(g, d.tree.Word("networkMode")); why != "" {
			wrong = append(wrong, why)
		}
		if len(g.LoadBalancers) == 0 {
			idle = append(idle, g.Name+" is behind no load balancer")
		}
		shown = append(shown, g.Name+" "+probeWords(g.Check))
	}
	switch {
	case len(wrong) > 0:
		return finding(CheckTargetGroup, Broken, "%s", strings.Join(wrong, "; "))
	case len(idle) > 0:
		return finding(CheckTargetGroup, Warning, "%s", strings.Join(append(idle, shown...), "; "))
	}
	return finding(CheckTargetGroup, OK, "%s", strings.Join(shown, "; "))
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
	if network == "" {
		network = "bridge"
	}
	return fmt.Sprintf("%s takes targets by %s, and tasks in network mode %s are registered by %s", g.Name, g.TargetType, network, want)
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
		s += fmt.Sprintf(", %d times every %s", c.Healthy, c.Interval)
	}
	return s
}
