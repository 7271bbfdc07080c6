package wording

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
)

// Policy puts a scaling policy on one line.
func Policy(p awsx.ScalingPolicy) string {
	what := p.Adjusts
	if p.Metric != "" {
		what = fmt.Sprintf("%s at %g", p.Metric, p.Target)
	}
	off := ""
	if p.Off {
		off = "OFF"
	}
	return JoinNonEmpty(", ", p.Name, p.Type, what, strings.Join(p.Alarms, " "), off)
}

// Schedule puts a scheduled action on one line.
func Schedule(s awsx.ScheduledScaling, now time.Time) string {
	var sets []string
	for _, b := range []struct {
		name string
		n    *int
	}{{"min", s.Min}, {"max", s.Max}, {"desired", s.Desired}} {
		if b.n != nil {
			sets = append(sets, b.name+" "+strconv.Itoa(*b.n))
		}
	}
	next := ""
	if !s.Next.IsZero() {
		next = "next " + Clock(s.Next, now)
	}
	return JoinNonEmpty(", ", s.Name, JoinNonEmpty(" ", s.When, s.Zone), strings.Join(sets, " "), next)
}

// Activity says what came of a scaling activity, and what it was.
func Activity(a awsx.ScalingActivity) string {
	return JoinNonEmpty(": ", strings.ToLower(a.Status), cmp.Or(a.Description, a.Message))
}
