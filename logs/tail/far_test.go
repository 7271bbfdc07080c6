package tail_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// scattered are the ways in which one host's lines of ten lie elsewhere in time than they
// come: its clock is off, or its shipper late.
var scattered = map[string]struct {
	older     int
	off, late time.Duration
	says      string // by a gap line, where the store counts
}{
	"ten minutes behind":                 {0, -10 * time.Minute, 0, ""},
	"ten minutes ahead":                  {0, 10 * time.Minute, 0, ""},
	"fourteen minutes behind":            {0, -14 * time.Minute, 0, ""},
	"seventeen minutes behind":           {0, -17 * time.Minute, 0, "came more than 15 minutes late"},
	"two hours behind":                   {0, -2 * time.Hour, 0, "came more than 15 minutes late"},
	"two hours behind, after many":       {3_200, -2 * time.Hour, 0, "came more than 15 minutes late"},
	"two hours ahead":                    {0, 2 * time.Hour, 0, "more than 15 minutes ahead of this machine's clock"},
	"a day behind":                       {0, -24 * time.Hour, 0, "came more than 15 minutes late"},
	"a day ahead":                        {0, 24 * time.Hour, 0, "more than 15 minutes ahead of this machine's clock"},
	"two minutes late":                   {0, 0, 2 * time.Minute, ""},
	"seventeen minutes late, after many": {3_200, 0, 17 * time.Minute, "came more than 15 minutes late"},
	"forty minutes late":                 {0, 0, 40 * time.Minute, "came more than 15 minutes late"},
	"right":                              {3_200, 0, 0, ""},
}

// scatter writes ten minutes of lines, after older ones, and returns how many.
func scatter(mem *logstest.Store, older int, off, late time.Duration) (sent int) {
	start := time.Now()
	for i := range older {
		at := start.Add(time.Duration(i-older) * 300 * time.Millisecond)
		mem.Add(logstest.Doc(i, at, at))
	}
	for at := time.Second; at < 10*time.Minute; at += time.Second {
		mem.Add(logstest.Doc(100_000+sent, start.Add(at), start.Add(at)))
		if sent++; sent%10 == 0 {
			mem.Add(logstest.Doc(200_000+sent, start.Add(at+off), start.Add(at+late)))
			sent++
		}
	}
	return sent
}

// ofThese is how many of the lines that scatter counts came; none comes twice.
func ofThese(t *testing.T, got *tailtest.Reader) (came int) {
	t.Helper()
	for id, n := range got.Counts {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
		if len(id) == len("100000") {
			came++
		}
	}
	return came
}

// TestLinesBeyondTheWideSweepAreTold follows a host whose clock is right beside one whose
// clock is off: each line comes once, or a gap line counts it.
func TestLinesBeyondTheWideSweepAreTold(t *testing.T) {
	for name, c := range scattered {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mem := &logstest.Store{}
				sent := scatter(mem, c.older, c.off, c.late)
				got := tailtest.Watch(&countingStore{Store: mem}, tail.Options{}, 55*time.Minute)
				came, told := ofThese(t, got), 0
				for _, gap := range got.Gaps {
					if n, words, ok := strings.Cut(gap.Reason, " "); ok && words == c.says {
						told += number(n)
					} else if ok && strings.Contains(words, "15 minutes") {
						t.Errorf("a gap line says %s", gap.Reason)
					}
				}
				if came+told != sent || (told > 0) != (c.says != "") {
					t.Errorf("of %d lines %d came and %d are told; gaps %v", sent, came, told, got.Gaps)
				}
			})
		})
	}
}

// TestLinesBeyondTheWideSweepComeWhereNothingCounts follows the same hosts in a store that
// does not count, or refuses to: each line comes once, or one gap line says up to where
// none is looked for.
func TestLinesBeyondTheWideSweepComeWhereNothingCounts(t *testing.T) {
	for name, c := range scattered {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mem := &logstest.Store{}
				sent := scatter(mem, c.older, c.off, c.late)
				src := &countingStore{Store: mem, refusal: fault.Errorf(fault.Invalid, "count", "", "cannot")}
				got := tailtest.Watch(src, tail.Options{}, 55*time.Minute)
				if came := ofThese(t, got); came != sent {
					t.Errorf("of %d lines %d came; gaps %v", sent, came, got.Gaps)
				}
				for _, gap := range got.Gaps {
					if strings.Contains(gap.Reason, "does not count them") {
						t.Errorf("a gap line says %s", gap.Reason)
					}
				}
				if most := 55*60/5 + 55*60/30 + 8*55/5 + 1100; mem.Searched() > most {
					t.Errorf("%d searches, expected at most %d", mem.Searched(), most)
				}
			})
		})
	}
}

// TestWhatIsNotLookedForIsTold follows a store that does not count and has more lines of
// the last day than a look may read: one gap line says so, and what a look reaches comes.
func TestWhatIsNotLookedForIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		mem := &logstest.Store{MaxPage: 1000}
		for i := range 24 * 60 * 10 {
			at := start.Add(-time.Duration(i+1) * 6 * time.Second)
			mem.Add(logstest.Doc(i, at, at))
		}
		for i := range 60 {
			at := start.Add(time.Duration(i+1) * 6 * time.Second)
			mem.Add(logstest.Doc(100_000+i, at, at),
				logstest.Doc(200_000+i, at.Add(-2*time.Hour), at), logstest.Doc(300_000+i, at.Add(-10*time.Hour), at))
		}
		got := tailtest.Watch(mem, tail.Options{}, 40*time.Minute)
		near, far := 0, 0
		for id, n := range got.Counts {
			switch {
			case n != 1:
				t.Errorf("%s came %d times", id, n)
			case strings.HasPrefix(id, "2") && len(id) == 6:
				near++
			case strings.HasPrefix(id, "3") && len(id) == 6:
				far++
			}
		}
		var told []logs.Gap
		for _, gap := range got.Gaps {
			if strings.Contains(gap.Reason, "does not count them") {
				told = append(told, gap)
			}
		}
		if near != 60 || far != 0 || len(told) != 1 {
			t.Fatalf("%d of two hours and %d of ten came; told %v", near, far, told)
		}
		if g := told[0]; g.From.After(start.Add(-24*time.Hour)) || g.To.Before(start.Add(-10*time.Hour)) || g.To.After(start.Add(-2*time.Hour)) {
			t.Errorf("the gap line is of %v to %v", g.From.Sub(start), g.To.Sub(start))
		}
	})
}

// TestABusyLogThatIsWellHasNoGapLine follows a store that does not count, has more lines of
// the last day than a look may read, and none that came late: how far that reaches is in
// the status alone.
func TestABusyLogThatIsWellHasNoGapLine(t *testing.T) {
	for name, each := range map[string]time.Duration{"busy": 6 * time.Second, "so busy that the sweep is slow": 500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				mem := &logstest.Store{MaxPage: 100}
				for i := range 10_000 {
					at := start.Add(time.Duration(i-5000) * each)
					mem.Add(logstest.Doc(i, at, at))
				}
				got := tailtest.Watch(mem, tail.Options{}, 40*time.Minute)
				if len(got.Gaps) > 0 || got.Last.Reach() == "" {
					t.Errorf("it says %q, gaps %v", got.Last.Reach(), got.Gaps)
				}
			})
		})
	}
}

// TestWhatComesFarOffWhileTheQueryChangesIsNotLost has two lines come hours late just
// before the tasks of a service change, in stores that count and that do not.
func TestWhatComesFarOffWhileTheQueryChangesIsNotLost(t *testing.T) {
	for name, counts := range map[string]bool{"counted": true, "read": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				mem := &logstest.Store{}
				for i := range 1800 {
					at := start.Add(time.Duration(i) * time.Second)
					mem.Add(logstest.Doc(i, at, at))
				}
				for i := range 2 {
					mem.Add(logstest.Doc(9000+i, start.Add(-3*time.Hour), start.Add(11*time.Minute+time.Duration(i)*time.Second)))
				}
				src := &countingStore{Store: mem}
				if !counts {
					src.refusal = fault.Errorf(fault.Invalid, "count", "", "cannot")
				}
				live := tail.Follow(t.Context(), src, logs.Query{}, tail.Options{})
				got := tailtest.NewReader()
				take := func(d time.Duration) {
					ctx, cancel := context.WithTimeout(t.Context(), d)
					defer cancel()
					for b := range live.All(ctx) {
						got.Take(b)
					}
				}
				take(11*time.Minute + 10*time.Second)
				live.SetQuery(logs.Query{Text: "another"})
				take(15 * time.Minute)
				live.Close()
				told := 0
				for _, gap := range got.Gaps {
					if n, _, ok := strings.Cut(gap.Reason, " came more than"); ok {
						told += number(n)
					}
				}
				if came := got.Counts["9000"] + got.Counts["9001"]; came+told != 2 {
					t.Errorf("of 2 lines %d came and %d are told; gaps %v", came, told, got.Gaps)
				}
			})
		})
	}
}

func number(s string) (n int) {
	for _, digit := range s {
		n = 10*n + int(digit-'0')
	}
	return n
}

// TestLateLinesOfAQuietServiceComeThoughItsNewestIsOld has nothing come for twenty minutes,
// and then two lines from just before the newest one.
func TestLateLinesOfAQuietServiceComeThoughItsNewestIsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		mem := &logstest.Store{}
		for i := range 60 {
			at := start.Add(time.Duration(i) * time.Second)
			mem.Add(logstest.Doc(i, at, at))
		}
		for i := range 2 {
			mem.Add(logstest.Doc(100+i, start.Add(time.Duration(45+i)*time.Second), start.Add(20*time.Minute)))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
		defer cancel()
		live := tail.Follow(ctx, &countingStore{Store: mem}, logs.Query{}, tail.Options{})
		defer live.Close()
		late := 0
		for b := range live.All(ctx) {
			for _, e := range b.Entries {
				if e.Gap != nil {
					t.Fatalf("a gap line: %+v", *e.Gap)
				}
				if e.Late {
					late++
				}
			}
		}
		if late != 2 {
			t.Errorf("%d of 2 lines came", late)
		}
	})
}
