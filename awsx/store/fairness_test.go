package store

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
)

// TestNoGroupStarves: whatever is in trouble and wherever the operator scrolls, what is on
// screen is read within twice the time that reading all that is urgent takes, and the groups
// that nobody looks at have their turn too.
func TestNoGroupStarves(t *testing.T) {
	synctest.Test(t, func(*testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			groups := rapid.IntRange(1, 200).Draw(t, "groups")
			suspects := rapid.IntRange(0, groups).Draw(t, "suspects")
			shown := rapid.IntRange(0, min(50, groups)).Draw(t, "on screen")
			s := newTargetSource(&Store{groups: newGroupCache(nil), refresh: rounds(10 * time.Second)}, awsx.Ref{})
			wanted := map[string]*wantedGroup{}
			for i := range groups {
				w := &wantedGroup{arn: fmt.Sprintf("group/%03d", i), suspect: i < suspects}
				s.wanted, wanted[w.arn] = append(s.wanted, w), w
			}
			since := map[string]time.Time{} // when a group came on screen, or was last read
			// Scrolling does not make a group that was there before any less urgent.
			urgent := time.Duration(suspects + shown)
			bound := 2*urgent*time.Second/urgentAgain + 2*suspectAge
			first := 0
			for range 4 * 120 {
				if rapid.IntRange(0, 40).Draw(t, "scrolls") == 0 {
					first = rapid.IntRange(0, groups-shown).Draw(t, "to")
				}
				d := demand{interval: 10 * time.Second, visible: map[string]bool{}}
				for _, w := range s.wanted[first : first+shown] {
					d.visible[w.arn] = true
					if _, ok := since[w.arn]; !ok {
						since[w.arn] = time.Now()
					}
				}
				for _, arn := range s.choose(d) {
					s.store.groups.reading(groupKey{arn: arn}).triedAt = time.Now()
					since[arn] = time.Now()
				}
				for arn, at := range since {
					if !d.visible[arn] && !wanted[arn].suspect {
						delete(since, arn)
					} else if waited := time.Since(at); waited > bound {
						t.Fatalf("%s waits for %s, of %s", arn, waited, bound)
					}
				}
				time.Sleep(tick)
			}
			read := 0
			for _, w := range s.wanted {
				if tried, _ := s.store.groups.tried(groupKey{arn: w.arn}); !tried.IsZero() {
					read++
				}
			}
			if least := min(groups, suspects+20); read < least {
				t.Fatalf("%d of %d groups were read, want %d", read, groups, least)
			}
		})
	})
}

// TestWhatIsOnScreenComesFirstAmongEquals, though a hundred others are suspects.
func TestWhatIsOnScreenComesFirstAmongEquals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTargetSource(&Store{groups: newGroupCache(nil), refresh: rounds(10 * time.Second)}, awsx.Ref{})
		for i := range 140 {
			s.wanted = append(s.wanted, &wantedGroup{arn: fmt.Sprint(i), suspect: i < 120})
		}
		d := demand{interval: 10 * time.Second, visible: map[string]bool{}}
		for i := 120; i < 140; i++ {
			d.visible[fmt.Sprint(i)] = true
		}
		chosen := s.choose(d)
		if len(chosen) != atOnce {
			t.Fatalf("%d are read at once: %v", len(chosen), chosen)
		}
		for _, arn := range chosen {
			if !d.visible[arn] {
				t.Errorf("%s is read before what is on screen", arn)
			}
		}
	})
}

// TestWhatIsOnScreenHasTwoOfThreeCalls where an account answers one call at a time, and all of
// what it answers before it was read once, though others are suspects that were never read.
func TestWhatIsOnScreenHasTwoOfThreeCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTargetSource(&Store{groups: newGroupCache(nil), refresh: rounds(10 * time.Second)}, awsx.Ref{})
		d := demand{interval: 10 * time.Second, visible: map[string]bool{}}
		for i := range 140 {
			s.wanted = append(s.wanted, &wantedGroup{arn: fmt.Sprint(i), suspect: i < 120})
			if i >= 120 {
				d.visible[fmt.Sprint(i)] = true
			}
		}
		var visible []bool // of each call
		for len(visible) < 80 {
			s.pace.learns(nil, 1, 4*time.Second, time.Now())
			for _, arn := range s.choose(d) {
				visible = append(visible, d.visible[arn])
				s.store.groups.reading(groupKey{arn: arn}).triedAt = time.Now()
			}
			time.Sleep(4 * time.Second)
		}
		for i := range 20 {
			if !visible[i] {
				t.Fatalf("call %d is for what nobody looks at, and what is on screen was not read", i)
			}
		}
		n := 0
		for _, on := range visible[20:] {
			if on {
				n++
			}
		}
		if n != 40 {
			t.Errorf("%d of 60 calls are for what is on screen", n)
		}
	})
}

// TestTheRestIsReadThoughWhatIsUrgentTakesAllThereIs: an account that answers one call in two
// seconds has no time for all that is on screen, and the others are read too.
func TestTheRestIsReadThoughWhatIsUrgentTakesAllThereIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTargetSource(&Store{groups: newGroupCache(nil), refresh: rounds(30 * time.Second)}, awsx.Ref{})
		d := demand{interval: 30 * time.Second, visible: map[string]bool{}}
		for i := range 60 {
			s.wanted = append(s.wanted, &wantedGroup{arn: fmt.Sprint(i)})
			d.visible[fmt.Sprint(i)] = i < 40
		}
		for arn, shown := range d.visible {
			if !shown {
				delete(d.visible, arn)
			}
		}
		oldest := time.Duration(0)
		for begun := time.Now(); time.Since(begun) < 20*time.Minute; {
			chosen := s.choose(d)
			calling := time.Now()
			for _, arn := range chosen {
				time.Sleep(2 * time.Second)
				if at, _ := s.store.groups.tried(groupKey{arn: arn}); d.visible[arn] && !at.IsZero() {
					oldest = max(oldest, time.Since(at))
				}
				s.store.groups.reading(groupKey{arn: arn}).triedAt = time.Now()
			}
			s.pace.learns(nil, len(chosen), time.Since(calling), time.Now())
			time.Sleep(tick)
		}
		for _, w := range s.wanted {
			if tried, _ := s.store.groups.tried(groupKey{arn: w.arn}); tried.IsZero() {
				t.Errorf("%s was never read", w.arn)
			}
		}
		if oldest > 3*time.Minute {
			t.Errorf("what is on screen was not read for %s", oldest)
		}
	})
}

// rounds is a store's interval.
func rounds(d time.Duration) *atomic.Int64 {
	var n atomic.Int64
	n.Store(int64(d))
	return &n
}
