package analysis

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Span is what a date of a query stands for at its two ends, both included: the
// stores fill in what a date leaves open, by its beginning where From is meant and
// by the end of the day, hour, minute or second where To is. A missing month or day
// is the first at either end, so that 2026-03 stands for the first of March. A line
// is at or after the date when it is not before From, and after it when it is after
// To.
type Span struct{ From, To time.Time }

// Contains reports whether a time is within the span.
func (s Span) Contains(t time.Time) bool { return !t.Before(s.From) && !t.After(s.To) }

var errDate = errors.New("not a date")

// Date reads a date as the stores' format strict_date_optional_time||epoch_millis
// does, with date math: 2026, 2026-03-01T12:30+0100, 1772366402000, now-15m, now/d,
// 2026-03-01||+1d/d. What names no offset is in the zone, in which date math goes by
// days too. A bare number counts milliseconds since 1970, unless it has the four
// digits of a year.
func Date(s string, now time.Time, zone *time.Location) (Span, error) {
	if math, ok := strings.CutPrefix(s, "now"); ok {
		now = now.In(zone)
		return Span{now, now}.calculate(math)
	}
	anchor, math, calculated := strings.Cut(s, "||")
	span, ok := anchored(anchor, zone)
	if !ok {
		return Span{}, errDate
	}
	if calculated {
		// What is calculated with is the moment at which the date begins.
		from := span.From.In(zone)
		return Span{from, from}.calculate(math)
	}
	return span, nil
}

// Absolute reports whether a date is a number of milliseconds, which no zone moves.
func Absolute(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil && len(s) != len("2006")
}

func anchored(s string, zone *time.Location) (Span, bool) {
	if Absolute(s) {
		n, _ := strconv.ParseInt(s, 10, 64)
		at := time.UnixMilli(n).UTC()
		return Span{at, at}, true
	}
	r := reader{s, true}
	year, month, day := r.digits(4), 1, 1
	if r.next('-') {
		month = r.digits(2)
		if r.next('-') {
			day = r.digits(2)
		}
	}
	from, to := [4]int{}, [4]int{23, 59, 59, 999_999_999}
	if r.next('T') && r.rest != "" {
		for i, before := range [...]byte{0, ':', ':'} {
			if before != 0 && !r.next(before) {
				break
			}
			from[i] = r.digits(2)
			to[i] = from[i]
			if i == 2 && (r.next('.') || r.next(',')) {
				from[3] = r.fraction()
				to[3] = from[3]
			}
		}
		zone = r.zone(zone)
	}
	if !r.ok || r.rest != "" || from[0] > 23 || from[1] > 59 || from[2] > 59 {
		return Span{}, false
	}
	at := func(t [4]int) time.Time { return time.Date(year, time.Month(month), day, t[0], t[1], t[2], t[3], zone) }
	if y, m, d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Date(); y != year || int(m) != month || d != day {
		return Span{}, false // no such day
	}
	return Span{at(from).UTC(), at(to).UTC()}, true
}

// reader reads a date from its beginning; ok is false once something is amiss.
type reader struct {
	rest string
	ok   bool
}

func (r *reader) next(c byte) bool {
	if r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// digits reads a number of exactly n digits.
func (r *reader) digits(n int) int {
	out := 0
	for i := range n {
		if i >= len(r.rest) || r.rest[i] < '0' || r.rest[i] > '9' {
			r.ok = false
			return 0
		}
		out = 10*out + int(r.rest[i]-'0')
	}
	r.rest = r.rest[n:]
	return out
}

// fraction reads up to nine digits of a second, as nanoseconds.
func (r *reader) fraction() int {
	n := 0
	for n < len(r.rest) && r.rest[n] >= '0' && r.rest[n] <= '9' {
		n++
	}
	if n == 0 || n > 9 {
		r.ok = false
		return 0
	}
	out := r.digits(n)
	for range 9 - n {
		out *= 10
	}
	return out
}

// zone reads Z or an offset such as +01, +0100, +01:00 or +01:00:00.
func (r *reader) zone(usual *time.Location) *time.Location {
	sign := 1
	switch {
	case r.next('Z'):
		return time.UTC
	case r.next('-'):
		sign = -1
	case !r.next('+'):
		return usual
	}
	seconds := 3600 * r.digits(2)
	if r.next(':') {
		seconds += 60 * r.digits(2)
		if r.next(':') {
			seconds += r.digits(2)
		}
	} else if r.rest != "" {
		seconds += 60 * r.digits(2)
	}
	if seconds > 18*3600 {
		r.ok = false
	}
	return time.FixedZone("", sign*seconds)
}

// unit is a unit of date math.
type unit string

// add moves a time by n units; an unknown unit leaves it.
func (u unit) add(t time.Time, n int) time.Time {
	switch u {
	case "y":
		return months(t, 12*n)
	case "M":
		return months(t, n)
	case "w":
		return t.AddDate(0, 0, 7*n)
	case "d":
		return t.AddDate(0, 0, n)
	case "h", "H":
		return t.Add(time.Duration(n) * time.Hour)
	case "m":
		return t.Add(time.Duration(n) * time.Minute)
	case "s":
		return t.Add(time.Duration(n) * time.Second)
	}
	return t
}

// months moves a time by months; a day that the month lacks becomes its last.
func months(t time.Time, n int) time.Time {
	moved := t.AddDate(0, n, 0)
	if moved.Day() != t.Day() {
		moved = moved.AddDate(0, 0, -moved.Day())
	}
	return moved
}

// floor returns the beginning of the unit that a time is in, in the time's zone.
func (u unit) floor(t time.Time) time.Time {
	year, month, day := t.Date()
	switch u {
	case "y":
		month, day = 1, 1
	case "M":
		day = 1
	case "w":
		day -= (int(t.Weekday()) + 6) % 7
	case "d":
	case "h", "H":
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	case "m":
		return t.Add(-time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	default:
		return t.Add(-time.Duration(t.Nanosecond()))
	}
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

// maxSteps bounds the operand of date math, so that no sum leaves the calendar.
const maxSteps = 1_000_000

// calculate applies date math such as -1d/d.
func (s Span) calculate(math string) (Span, error) {
	for math != "" {
		op := math[0]
		math = math[1:]
		digits := 0
		for digits < len(math) && math[digits] >= '0' && math[digits] <= '9' {
			digits++
		}
		n := 1
		if digits > 0 {
			var err error
			if n, err = strconv.Atoi(math[:digits]); err != nil || n > maxSteps || op == '/' && n != 1 {
				return Span{}, errDate
			}
		}
		math = math[digits:]
		if math == "" || !strings.Contains("yMwdhHms", math[:1]) {
			return Span{}, errDate
		}
		u := unit(math[:1])
		math = math[1:]
		switch op {
		case '-':
			n = -n
			fallthrough
		case '+':
			s.From, s.To = u.add(s.From, n), u.add(s.To, n)
		case '/':
			s.From, s.To = u.floor(s.From), u.add(u.floor(s.To), 1).Add(-1)
		default:
			return Span{}, errDate
		}
	}
	return s, nil
}

// Timestamp reads a value of a document that is a date or begins with one, as
// dynamic mappings detect them.
func Timestamp(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02") || s[4] != '-' || s[7] != '-' || s[0] < '0' || s[0] > '9' {
		return time.Time{}, false
	}
	span, ok := anchored(s, time.UTC)
	return span.From, ok
}
