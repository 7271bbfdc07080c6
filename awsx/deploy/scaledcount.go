package deploy

import (
	"strings"

	"gantry/awsx"
)

// ScaledCount tells what becomes of a count of tasks that is set by hand on a service
// that Application Auto Scaling moves.
func ScaledCount(svc awsx.Service, t awsx.ScalableTarget, n int) Check {
	if t.Suspended() {
		return finding(CheckScaling, OK, "%d stays: scaling is suspended", n)
	}
	return scaledCount(Current{Service: svc}, t, n)
}

// ScalingWords returns the bounds of a service's count, such as "2 to 8 tasks", and
// what moves it between them.
func ScalingWords(t awsx.ScalableTarget) (bounds, state string) {
	return describeBounds(t), strings.TrimSpace(describeScaling(t) + by(t))
}
