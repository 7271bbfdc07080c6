package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/internal/words"
)

// Words say in words when it is started, with the time zone where it is not UTC.
func (e Expression) Words() string {
	zone := ""
	if name := e.zone.String(); name != "UTC" {
		zone = " (" + name + ")"
	}
	switch {
	case e.cron != nil:
		return e.cron.words() + zone
	case e.every > 0:
		for _, u := range []struct {
			unit time.Duration
			name string
		}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
			if n := int(e.every / u.unit); e.every%u.unit == 0 {
				return every(n, u.name)
			}
		}
	}
	return "once at " + e.once.Format("2006-01-02 15:04") + zone
}

func every(n int, unit string) string {
	if n == 1 {
		return "every " + unit
	}
	return "every " + words.Count(n, unit)
}

func (c *cron) words() string {
	parts := []string{c.timeWords(), c.dayWords()}
	if c.months.values != nil {
		parts = append(parts, "in "+spans(c.months.values, func(n int) string { return time.Month(n).String() }))
	}
	if c.years.values != nil {
		parts = append(parts, "of "+spans(c.years.values, strconv.Itoa))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

func (c *cron) timeWords() string {
	minutes, hours := c.minutes.values, c.hours.values
	clock := func(h, m int) string { return fmt.Sprintf("%02d:%02d", h, m) }
	within := ""
	if hours != nil {
		within = " in the hours " + spans(hours, strconv.Itoa)
	}
	switch {
	case minutes == nil:
		return "every minute" + within
	case len(minutes) == 1 && len(hours) > 0 && len(hours) <= 4 && c.hours.step == 0:
		var at []string
		for _, h := range hours {
			at = append(at, clock(h, minutes[0]))
		}
		return "at " + strings.Join(at, ", ")
	case len(minutes) == 1 && c.hours.step > 1:
		return every(c.hours.step, "hour") + " at minute " + strconv.Itoa(minutes[0])
	case c.minutes.step > 0:
		return every(c.minutes.step, "minute") + within
	case hours == nil && len(minutes) == 1:
		return "every hour at minute " + strconv.Itoa(minutes[0])
	case hours == nil:
		return "every hour at minutes " + spans(minutes, strconv.Itoa)
	case len(minutes) == 1:
		return "at minute " + strconv.Itoa(minutes[0]) + within
	}
	return "at minutes " + spans(minutes, strconv.Itoa) + within
}

func (c *cron) dayWords() string {
	if c.monthDays == nil && c.weekDays == nil {
		return "every day"
	}
	if c.weekDays != nil {
		name := func(n int) string { return time.Weekday(n - 1).String() }
		var plain []int
		var others []string
		for _, w := range c.weekDays {
			switch {
			case w.nth > 0:
				others = append(others, "the "+ordinal(w.nth)+" "+name(w.day)+" of the month")
			case w.last:
				others = append(others, "the last "+name(w.day)+" of the month")
			default:
				plain = append(plain, w.day)
			}
		}
		if len(plain) > 0 {
			slices.Sort(plain)
			others = append([]string{spans(plain, name)}, others...)
		}
		return "on " + strings.Join(others, ", ")
	}
	var days []string
	for _, m := range c.monthDays {
		day := ordinal(m.day)
		switch {
		case m.day == 0 && m.before > 0:
			day = "day " + strconv.Itoa(m.before) + " before the last"
		case m.day == 0 && m.weekday:
			day = "last weekday"
		case m.day == 0:
			day = "last day"
		case m.weekday:
			day = "weekday nearest to the " + day
		}
		days = append(days, "the "+day)
	}
	return "on " + strings.Join(days, ", ") + " of the month"
}

func ordinal(n int) string {
	suffix := "th"
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		suffix = "st"
	case n%10 == 2:
		suffix = "nd"
	case n%10 == 3:
		suffix = "rd"
	}
	return strconv.Itoa(n) + suffix
}

// spans names numbers, three and more that follow each other as a range.
func spans(numbers []int, name func(int) string) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if j-i >= 2 {
			parts = append(parts, name(numbers[i])+" to "+name(numbers[j]))
		} else {
			for _, n := range numbers[i : j+1] {
				parts = append(parts, name(n))
			}
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
