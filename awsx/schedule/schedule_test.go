package schedule_test

import (
	"testing"
	"time"

	"gantry/awsx/schedule"
)

// TestWhenAScheduleIsNextDue: each form of the documentation of cron expressions of EventBridge,
// in words and by when it is next due.
func TestWhenAScheduleIsNextDue(t *testing.T) {
	const now = "2026-03-14 09:30" // a Saturday
	for _, c := range []struct{ text, zone, after, words, next string }{
		{"cron(0 6 ? * MON-FRI *)", "", now, "at 06:00 on Monday to Friday", "2026-03-16 06:00"},
		{"cron(0 6 ? * 2-6 *)", "", now, "at 06:00 on Monday to Friday", "2026-03-16 06:00"},
		{"cron(0 10 * * ? *)", "", now, "at 10:00 every day", "2026-03-14 10:00"},
		{"cron(30 9 * * ? *)", "", now, "at 09:30 every day", "2026-03-15 09:30"},
		{"cron(0/15 * * * ? *)", "", now, "every 15 minutes every day", "2026-03-14 09:45"},
		{"cron(*/10 8-17 ? * MON,WED *)", "", now, "every 10 minutes in the hours 8 to 17 on Monday, Wednesday", "2026-03-16 08:00"},
		{"cron(5 * * * ? *)", "", now, "every hour at minute 5 every day", "2026-03-14 10:05"},
		{"cron(5,35 * * * ? *)", "", now, "every hour at minutes 5, 35 every day", "2026-03-14 09:35"},
		{"cron(0 0/6 * * ? *)", "", now, "every 6 hours at minute 0 every day", "2026-03-14 12:00"},
		{"cron(* * * * ? *)", "", now, "every minute every day", "2026-03-14 09:31"},
		{"cron(0 8 1 * ? *)", "", now, "at 08:00 on the 1st of the month", "2026-04-01 08:00"},
		{"cron(0 8 31 * ? *)", "", "2026-03-31 08:00", "at 08:00 on the 31st of the month", "2026-05-31 08:00"},
		{"cron(0 0 L * ? *)", "", now, "at 00:00 on the last day of the month", "2026-03-31 00:00"},
		{"cron(0 0 L FEB ? *)", "", now, "at 00:00 on the last day of the month in February", "2027-02-28 00:00"},
		{"cron(0 0 L-2 * ? *)", "", now, "at 00:00 on the day 2 before the last of the month", "2026-03-29 00:00"},
		{"cron(0 7 15W * ? *)", "", now, "at 07:00 on the weekday nearest to the 15th of the month", "2026-03-16 07:00"}, // a Sunday
		{"cron(0 7 1W * ? *)", "", "2026-07-31 12:00", "at 07:00 on the weekday nearest to the 1st of the month", "2026-08-03 07:00"},
		{"cron(0 7 31W * ? *)", "", "2026-05-01 00:00", "at 07:00 on the weekday nearest to the 31st of the month", "2026-05-29 07:00"},
		{"cron(0 7 LW * ? *)", "", "2026-05-01 00:00", "at 07:00 on the last weekday of the month", "2026-05-29 07:00"},
		{"cron(15 10 ? * 6L 2026-2027)", "", now, "at 10:15 on the last Friday of the month of 2026, 2027", "2026-03-27 10:15"},
		{"cron(0 9 ? * 3#2 *)", "", now, "at 09:00 on the 2nd Tuesday of the month", "2026-04-14 09:00"},
		{"cron(0 9 ? * MON#5 *)", "", now, "at 09:00 on the 5th Monday of the month", "2026-03-30 09:00"},
		{"cron(0 9 ? * L *)", "", now, "at 09:00 on Saturday", "2026-03-21 09:00"},
		{"cron(0 9 ? * FRI-MON *)", "", now, "at 09:00 on Sunday, Monday, Friday, Saturday", "2026-03-15 09:00"},
		{"cron(0 0 1 JAN ? 2030)", "", now, "at 00:00 on the 1st of the month in January of 2030", "2030-01-01 00:00"},
		{"cron(0 0 1 JAN ? 2020)", "", now, "at 00:00 on the 1st of the month in January of 2020", "never"},
		{"cron(0 0 30 2 ? *)", "", now, "at 00:00 on the 30th of the month in February", "never"},
		{"cron(0 6 ? * MON-FRI *)", "Europe/Dublin", "2026-07-01 00:00", "at 06:00 on Monday to Friday (Europe/Dublin)", "2026-07-01 05:00"},
		{"cron(30 1 * * ? *)", "Europe/Dublin", "2026-03-28 12:00", "at 01:30 every day (Europe/Dublin)", "2026-03-30 00:30"}, // skipped on the 29th
		{"cron(30 1 * * ? *)", "Europe/Dublin", "2026-10-25 00:30", "at 01:30 every day (Europe/Dublin)", "2026-10-26 01:30"}, // meant once on the 25th
		{"rate(5 minutes)", "", now, "every 5 minutes", "2026-03-14 09:32"},
		{"rate(1 hour)", "", now, "every hour", "2026-03-14 10:02"},
		{"rate(7 days)", "", now, "every 7 days", "2026-03-21 08:02"},
		{"at(2026-04-01T12:00:00)", "", now, "once at 2026-04-01 12:00", "2026-04-01 12:00"},
		{"at(2026-04-01T12:00:00)", "America/New_York", now, "once at 2026-04-01 12:00 (America/New_York)", "2026-04-01 16:00"},
		{"at(2026-03-01T12:00:00)", "", now, "once at 2026-03-01 12:00", "never"},
	} {
		e, err := schedule.Parse(c.text, c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		after, _ := time.Parse("2006-01-02 15:04", c.after)
		next := "never"
		if at, ok := e.Next(after, time.Date(2026, 3, 14, 8, 2, 0, 0, time.UTC)); ok {
			next = at.UTC().Format("2006-01-02 15:04")
		}
		if e.Words() != c.words || next != c.next {
			t.Errorf("%s %s: %q, next %s; want %q, %s", c.text, c.zone, e.Words(), next, c.words, c.next)
		}
	}
}

func TestARateWithoutABeginningIsNotToldWhenItIsDue(t *testing.T) {
	e, err := schedule.Parse("rate(5 minutes)", "")
	if at, ok := e.Next(time.Date(2026, 3, 14, 8, 0, 0, 0, time.UTC), time.Time{}); ok || err != nil {
		t.Errorf("%s, %v", at, err)
	}
	if at, _ := e.Next(time.Date(2026, 3, 14, 8, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)); at.Month() != time.April {
		t.Errorf("before it began: %s", at)
	}
}

func TestWhatIsNoScheduleSaysWhy(t *testing.T) {
	for text, zone := range map[string]string{
		"": "", "cron": "", "every day": "", "cron(0 6 * * *)": "", "cron(0 6 * * * *)": "", "cron(0 6 ? * ? *)": "", "cron(60 6 * * ? *)": "", "cron(0 24 * * ? *)": "",
		"cron(0 6 32 * ? *)": "", "cron(0 6 ? * 8 *)": "", "cron(0 6 ? * MON#6 *)": "", "cron(0 6 ? * FOO *)": "", "cron(0/0 6 ? * MON *)": "", "cron(0 6 ? 13 MON *)": "",
		"cron(0 6 ? * MON 1960)": "", "cron(0 6 L-31 * ? *)": "", "cron(0 6 XW * ? *)": "", "cron(0 6 ? * XL *)": "", "rate(0 minutes)": "", "rate(5)": "", "rate(5 weeks)": "",
		"at(tomorrow)": "", "often(1 2)": "", "rate(1 hour)": "Nowhere/Land",
	} {
		if e, err := schedule.Parse(text, zone); err == nil {
			t.Errorf("%q %q is taken for %s", text, zone, e.Words())
		}
	}
}
