package logs

import (
	"fmt"
	"strings"
	"time"
)

// The reasons of gap lines.
const (
	reasonBudget       = "more lines came than could be read"
	reasonOneTimestamp = "more lines share one timestamp than the store returns at once"
	reasonNotTaken     = "lines came faster than they were taken"
)

// plural returns "1 line" or "2 lines".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func list(names []string) string { return strings.Join(names, ", ") }

// coarse returns a duration in its largest unit: 12s, 4m, 3h, 2d.
func coarse(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d/time.Second)))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d/time.Hour))
	default:
		return fmt.Sprintf("%dd", int(d/(24*time.Hour)))
	}
}
