package analysis

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Span is the stretch of time that a date of a query stands for, both ends
// included: 2026-03 is the whole month. A line is at or after the date when it is
// not before From, and after it when it is after To.
type Span struct{ From, To time.Time }

// Contains reports whether a time is within the span.
func (s Span) Contains(t time.Time) bool { return !t.Before(s.From) && !t.After(s.To) }

var errDate = errors.New("not a date")

// Date reads a date as the stores' format strict_date_optional_time||epoch_millis
// does, with date math: 2026-03-01T12:30, 1772366402000, now-15m, now/d,
// 2026-03-01||+1d/d. What lacks a zone is in UTC. A bare number counts
// milliseconds since 1970.
func Date(s string, now time.Time) (Span, error) {
	if math, ok := strings.CutPrefix(s, "now"); ok {
		return Span{now, now}.calculate(math)
	}
	anchor, math, _ := strings.Cut(s, "||")
	span, ok := anchored(anchor)
	if !ok {
		return Span{}, errDate
	}
	return span.calculate(math)
}

// layouts are the forms of a date and what each one leaves open. A fraction is
// read after any second.
var layouts = [...]struct {
	layout string
	open   unit
}{
	{"2006-01-02T15:04:05Z07:00", "ns"},
	{"2006-01-02T15:04:05", "ns"},
	{"2006-01-02", "d"},
	{"2006-01-02T15:04Z07:00", "m"},
	{"2006-01-02T15:04", "m"},
	{"2006-01-02T15Z07:00", "h"},
	{"2006-01-02T15", "h"},
	{"2006-01", "M"},
}

func anchored(s string) (Span, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		at := time.UnixMilli(n).UTC()
		return Span{at, at}, true
	}
	for _, l := range layouts {
		if len(s) < len("2006-01") || len(s) > len("2006-01") && s[7] != '-' {
			break
		}
		t, err := time.Parse(l.layout, s)
		if err != nil {
			continue
		}
		t = t.UTC()
		if l.open == "ns" {
			if strings.Contains(s, ".") {
				return Span{t, t}, true
			}
			return Span{t, t.Add(time.Second - 1)}, true
		}
		return Span{t, l.open.add(t, 1).Add(-1)}, true
	}
	return Span{}, false
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

// floor returns the beginning of the unit that a time is in.
func (u unit) floor(t time.Time) time.Time {
	t = t.UTC()
	switch u {
	case "y":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	case "M":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	case "w":
		day := t.Truncate(24 * time.Hour)
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	case "d":
		return t.Truncate(24 * time.Hour)
	case "h", "H":
		return t.Truncate(time.Hour)
	case "m":
		return t.Truncate(time.Minute)
	case "s":
		return t.Truncate(time.Second)
	}
	return t
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
			if n, err = strconv.Atoi(math[:digits]); err != nil || n > maxSteps || op == '/' {
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
	span, ok := anchored(s)
	return span.From, ok
}
