package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Expression says when something is started.
type Expression struct {
	every time.Duration // of rate(…)
	once  time.Time     // of at(…)
	cron  *cron
	zone  *time.Location
}

// Parse reads rate(VALUE UNIT), cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) or
// at(yyyy-mm-ddThh:mm:ss). Zone is the time zone that cron and at are in, by its IANA name;
// empty is UTC (EventBridge Scheduler, schedule types).
func Parse(text, zone string) (Expression, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return Expression{}, fmt.Errorf("the time zone %q is not known", zone)
	}
	kind, rest, opened := strings.Cut(strings.TrimSpace(text), "(")
	inside, closed := strings.CutSuffix(rest, ")")
	if !opened || !closed {
		return Expression{}, fmt.Errorf("%q is no schedule: expected rate(…), cron(…) or at(…)", text)
	}
	e := Expression{zone: loc}
	fields := strings.Fields(inside)
	switch kind {
	case "rate":
		e.every, err = rate(fields)
	case "at":
		e.once, err = time.ParseInLocation("2006-01-02T15:04:05", strings.TrimSpace(inside), loc)
	case "cron":
		e.cron, err = parseCron(fields)
	default:
		err = fmt.Errorf("expected rate, cron or at")
	}
	if err != nil {
		return Expression{}, fmt.Errorf("the schedule %s: %w", text, err)
	}
	return e, nil
}

func rate(fields []string) (time.Duration, error) {
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	if len(fields) != 2 {
		return 0, fmt.Errorf("expected a value and a unit")
	}
	n, err := strconv.Atoi(fields[0])
	unit := units[strings.TrimSuffix(fields[1], "s")]
	if err != nil || n < 1 || unit == 0 {
		return 0, fmt.Errorf("expected a number of minutes, hours or days")
	}
	return time.Duration(n) * unit, nil
}

// Next returns when the schedule is next due after a moment; ok is false when it is never
// again, or when that cannot be told. Base is when a rate began to count, zero where that is
// not known: a rule of EventBridge does not tell.
func (e Expression) Next(after, base time.Time) (at time.Time, ok bool) {
	switch {
	case e.cron != nil:
		return e.cron.next(after, e.zone)
	case e.every > 0 && !base.IsZero():
		if after.Before(base) {
			return base, true
		}
		return base.Add((after.Sub(base)/e.every + 1) * e.every), true
	}
	return e.once, e.once.After(after)
}
