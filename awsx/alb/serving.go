package alb

import "gantry/awsx"

// Serving is how the targets of a group stand.
type Serving struct {
	Read                 bool
	Registered, Healthy  int // registered without those on their way out
	Unhealthy, NotInUse  int
	Unchecked, Otherwise int // without health checks; in a state that is unknown
}

// ServingOf counts the targets of a group.
func ServingOf(g awsx.Group) Serving {
	s := Serving{Read: g.Read}
	for _, t := range g.Targets {
		switch t.State {
		case "healthy":
			s.Healthy++
		case "unhealthy", "unhealthy.draining":
			s.Unhealthy++
		case "initial":
		case "draining":
			continue
		case "unused":
			s.NotInUse++
			continue
		case "unavailable":
			s.Unchecked++
		default:
			s.Otherwise++
		}
		s.Registered++
	}
	return s
}

// FailsOpen reports whether requests go to all targets, healthy or not, because none of
// them is healthy ("Health checks for your target groups").
func (s Serving) FailsOpen() bool {
	return s.Read && s.Unhealthy > 0 && s.Healthy == 0 && s.Unchecked == 0 && s.Otherwise == 0
}

// Empty reports whether a group has nobody to send a request to: the load balancer
// answers 503 by itself ("Troubleshoot your Application Load Balancers").
func (s Serving) Empty() bool { return s.Read && s.Registered == 0 }
