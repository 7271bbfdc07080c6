package check

import (
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// ScaledCount tells what becomes of a count of tasks that is set by hand on a service
// that Application Auto Scaling moves.
func ScaledCount(svc awsx.Service, t awsx.ScalableTarget, n int) Finding {
	if t.Suspended() {
		return finding(Scaling, OK, "%d stays: scaling is suspended", n)
	}
	return scaledCount(read.Current{Service: svc}, t, n)
}

// ScalingWords returns the bounds of a service's count, such as "2 to 8 tasks", and
// what moves it between them.
func ScalingWords(t awsx.ScalableTarget) (bounds, state string) {
	return t.Bounds(), strings.TrimSpace(t.State() + by(t))
}
