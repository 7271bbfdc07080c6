package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cron is a cron expression as EventBridge has it: six fields, of which one of the two days
// is a question mark.
type cron struct {
	minutes, hours, months, years field
	monthDays                     []monthDay // nil for any
	weekDays                      []weekDay  // nil for any
}

// field is a set of numbers, with how it was written; nil values are all.
type field struct {
	values []int // sorted; nil for all
	step   int   // of */n or 0/n, else 0
}

func (f field) has(n int) bool { return f.values == nil || slices.Contains(f.values, n) }

// monthDay is a day of the month: a number, the last one, or so many before it; on a weekday
// it is moved to the nearest Monday to Friday of the month.
type monthDay struct {
	day     int // 0 is the last
	before  int // of the last
	weekday bool
}

// weekDay is a day of the week, from 1 for Sunday: each, the nth of a month, or its last one.
type weekDay struct {
	day, nth int
	last     bool
}

// The names of fields' values.
var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayNames   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// The years that a cron expression may name.
const firstYear, lastYear = 1970, 2199

func parseCron(fields []string) (*cron, error) {
	if len(fields) != 6 {
		return nil, fmt.Errorf("expected 6 fields, got %d", len(fields))
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, fmt.Errorf("one of the two days has to be ?, and the other not")
	}
	c := &cron{}
	for _, f := range []struct {
		into        *field
		text, name  string
		least, most int
		names       []string
	}{
		{&c.minutes, fields[0], "minutes", 0, 59, nil}, {&c.hours, fields[1], "hours", 0, 23, nil},
		{&c.months, fields[3], "month", 1, 12, monthNames}, {&c.years, fields[5], "year", firstYear, lastYear, nil},
	} {
		got, err := parseField(f.text, f.least, f.most, f.names)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		*f.into = got
	}
	if err := c.parseMonthDays(fields[2]); err != nil {
		return nil, fmt.Errorf("day of month: %w", err)
	}
	if err := c.parseWeekDays(fields[4]); err != nil {
		return nil, fmt.Errorf("day of week: %w", err)
	}
	return c, nil
}

// parseField reads lists of numbers or names, ranges and steps.
func parseField(text string, least, most int, names []string) (field, error) {
	if text == "*" {
		return field{}, nil
	}
	var f field
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		every := 1
		if stepped {
			n, err := strconv.Atoi(step)
			if err != nil || n < 1 {
				return f, fmt.Errorf("%q is no step", step)
			}
			every, f.step = n, n
		}
		from, to := least, most
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			var err error
			if from, err = number(first, least, most, names); err != nil {
				return f, err
			}
			switch {
			case ranged:
				if to, err = number(last, least, most, names); err != nil {
					return f, err
				}
			case !stepped:
				to = from
			}
		}
		if to < from { // a range over the end: FRI-MON
			for n := from; n <= most; n += every {
				f.values = append(f.values, n)
			}
			from = least
		}
		for n := from; n <= to; n += every {
			f.values = append(f.values, n)
		}
	}
	slices.Sort(f.values)
	f.values = slices.Compact(f.values)
	if strings.Contains(text, ",") || len(f.values) > 0 && f.values[0] != least {
		f.step = 0
	}
	return f, nil
}

func number(text string, least, most int, names []string) (int, error) {
	if i := slices.Index(names, strings.ToUpper(text)); i >= 0 {
		return i + least, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%q is none of %d to %d", text, least, most)
	}
	return n, nil
}

func (c *cron) parseMonthDays(text string) error {
	if text == "*" || text == "?" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		before, last := strings.CutPrefix(part, "L-")
		plain, weekday := strings.CutSuffix(part, "W")
		switch {
		case part == "L" || part == "LW":
			c.monthDays = append(c.monthDays, monthDay{weekday: weekday})
		case last:
			n, err := number(before, 1, 30, nil)
			if err != nil {
				return err
			}
			c.monthDays = append(c.monthDays, monthDay{before: n})
		case weekday:
			n, err := number(plain, 1, 31, nil)
			if err != nil {
				return err
			}
			c.monthDays = append(c.monthDays, monthDay{day: n, weekday: true})
		default:
			f, err := parseField(part, 1, 31, nil)
			if err != nil {
				return err
			}
			for _, n := range f.values {
				c.monthDays = append(c.monthDays, monthDay{day: n})
			}
		}
	}
	return nil
}

func (c *cron) parseWeekDays(text string) error {
	if text == "*" || text == "?" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		day, nth, counted := strings.Cut(part, "#")
		plain, last := strings.CutSuffix(part, "L")
		switch {
		case part == "L":
			c.weekDays = append(c.weekDays, weekDay{day: 7})
		case counted:
			d, err := number(day, 1, 7, dayNames)
			if err != nil {
				return err
			}
			n, err := number(nth, 1, 5, nil)
			if err != nil {
				return err
			}
			c.weekDays = append(c.weekDays, weekDay{day: d, nth: n})
		case last:
			d, err := number(plain, 1, 7, dayNames)
			if err != nil {
				return err
			}
			c.weekDays = append(c.weekDays, weekDay{day: d, last: true})
		default:
			f, err := parseField(part, 1, 7, dayNames)
			if err != nil {
				return err
			}
			for _, n := range f.values {
				c.weekDays = append(c.weekDays, weekDay{day: n})
			}
		}
	}
	return nil
}

// on reports whether the expression names a day.
func (c *cron) on(day time.Time) bool {
	length := time.Date(day.Year(), day.Month()+1, 0, 12, 0, 0, 0, time.UTC).Day()
	inMonth := c.monthDays == nil || slices.ContainsFunc(c.monthDays, func(m monthDay) bool {
		n := m.day
		if n == 0 {
			n = length - m.before
		}
		if n < 1 || n > length {
			return false
		}
		if m.weekday {
			n = nearestWeekday(day.Year(), day.Month(), n, length)
		}
		return n == day.Day()
	})
	inWeek := c.weekDays == nil || slices.ContainsFunc(c.weekDays, func(w weekDay) bool {
		return int(day.Weekday())+1 == w.day && (w.nth == 0 || (day.Day()-1)/7+1 == w.nth) && (!w.last || day.Day()+7 > length)
	})
	return inMonth && inWeek
}

// nearestWeekday is the Monday to Friday that is nearest to a day, within its month.
func nearestWeekday(year int, month time.Month, day, length int) int {
	switch time.Date(year, month, day, 12, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return day + 2
		}
		return day - 1
	case time.Sunday:
		if day == length {
			return day - 2
		}
		return day + 1
	}
	return day
}

// next is the first moment after another that the expression names. A time that a zone skips
// as its clocks go forward is not made up for, and one that comes twice is meant once
// (EventBridge Scheduler, daylight saving time).
func (c *cron) next(after time.Time, zone *time.Location) (time.Time, bool) {
	local := after.In(zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, time.UTC)
	for day.Year() <= lastYear {
		switch {
		case !c.years.has(day.Year()):
			day = time.Date(day.Year()+1, 1, 1, 12, 0, 0, 0, time.UTC)
			continue
		case !c.months.has(int(day.Month())):
			day = time.Date(day.Year(), day.Month()+1, 1, 12, 0, 0, 0, time.UTC)
			continue
		case c.on(day):
			for hour := range 24 {
				for minute := range 60 {
					if !c.hours.has(hour) || !c.minutes.has(minute) {
						continue
					}
					at := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone)
					if first := at.Add(-time.Hour); first.Hour() == hour {
						at = first
					}
					if at.After(after) && at.Hour() == hour && at.Minute() == minute {
						return at, true
					}
				}
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}
