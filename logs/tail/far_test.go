package tail_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// TestLinesBeyondTheWideSweepAreTold follows a host whose clock is right beside one whose
// clock is off: each line comes once, or a gap line counts it.
func TestLinesBeyondTheWideSweepAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		older     int
		off, late time.Duration
		says      string
	}{
		"an hour behind":                     {0, -time.Hour, 0, "came more than 15 minutes late"},
		"an hour behind, after many others":  {30_000, -time.Hour, 0, "came more than 15 minutes late"},
		"seventeen minutes behind":           {0, -17 * time.Minute, 0, "came more than 15 minutes late"},
		"seventeen minutes late, after many": {30_000, 0, 17 * time.Minute, "came more than 15 minutes late"},
		"three hours ahead":                  {0, 3 * time.Hour, 0, "lie more than 15 minutes ahead of this machine's clock"},
		"fourteen minutes behind":            {0, -14 * time.Minute, 0, ""},
		"right":                              {30_000, 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				mem := &logstest.Store{}
				for i := range c.older {
					at := start.Add(time.Duration(i-c.older) * 100 * time.Millisecond)
					mem.Add(logstest.Doc(i, at, at))
				}
				sent := 0
				for at := time.Second; at < 10*time.Minute; at += time.Second {
					mem.Add(logstest.Doc(100_000+sent, start.Add(at), start.Add(at)))
					if sent++; sent%10 == 0 {
						mem.Add(logstest.Doc(200_000+sent, start.Add(at+c.off), start.Add(at+c.late)))
						sent++
					}
				}
				got := tailtest.Watch(&countingStore{Store: mem}, tail.Options{}, 50*time.Minute)
				came, told := 0, 0
				for id, n := range got.Counts {
					if n != 1 {
						t.Errorf("%s came %d times", id, n)
					}
					if len(id) == len("100000") {
						came++
					}
				}
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
