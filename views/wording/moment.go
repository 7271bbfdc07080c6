package wording

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gantry/internal/words"
)

// ParseMoment reads a time of the day, which is the last one that has passed, a date
// with a time, or how long ago. The zone is that of now unless the date names one.
func ParseMoment(typed string, now time.Time) (time.Time, error) {
	typed = strings.TrimSpace(typed)
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, typed); err == nil {
			at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), now.Location())
			if at.After(now) {
				at = at.AddDate(0, 0, -1)
			}
			return at, nil
		}
	}
	dated := strings.Replace(typed, " ", "T", 1)
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.RFC3339, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, dated, now.Location()); err == nil {
			return t, nil
		}
	}
	if ago, err := parseAgo(typed); err == nil {
		return now.Add(-ago), nil
	}
	return time.Time{}, fmt.Errorf("%q is no time: expected 14:05, 14:05:30, 2006-01-02T15:04 or 2h", typed)
}

// parseAgo reads a positive duration, of days too.
func parseAgo(typed string) (time.Duration, error) {
	d, err := words.Duration(typed)
	if err == nil && d <= 0 {
		return 0, errors.New("not in the past")
	}
	return d, err
}
