//go:build integration

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// after lets time pass: what is measured here is what happens in it.
func after(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
}

// crowded is the size at which a console is measured.
var crowded = []string{"--scenario", "steady", "--clusters", "1", "--services", "300", "--tasks", "10"}

// BenchmarkStart is the time from exec to the first row of the clusters table,
// each call answered after 30 ms. The screen has two calls to wait for.
func BenchmarkStart(b *testing.B) {
	aws, _ := simulator(b, append([]string{"--latency", "30ms"}, crowded...)...)
	env := account(b, aws)
	for b.Loop() {
		c := open(b, 80, 24, env)
		c.sees("prod", "3000/0")
		b.StopTimer()
		c.kill()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/start")
}

// BenchmarkMemory is what the console holds of 300 services and 3,000 tasks, a
// minute after their screen was opened and after four more of polling.
func BenchmarkMemory(b *testing.B) {
	aws, _ := simulator(b, crowded...)
	for b.Loop() {
		c := openServices(b, 200, 50, aws, "300")
		minute := time.Minute
		after(minute)
		b.ReportMetric(memory(b, c, "VmRSS"), "MiB-1min")
		after(4 * minute)
		b.ReportMetric(memory(b, c, "VmRSS"), "MiB-5min")
		b.ReportMetric(memory(b, c, "RssAnon"), "MiB-own")
		b.ReportMetric(memory(b, c, "VmHWM"), "MiB-peak")
		c.kill()
	}
}

// memory reads a size of the console's process in MiB.
func memory(b testing.TB, c *console, name string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(status) {
		f := strings.Fields(string(line))
		if len(f) == 3 && f[0] == name+":" {
			kib, err := strconv.Atoi(f[1])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	b.Fatalf("no %s in\n%s", name, status)
	return 0
}

// openServices opens the console and the services of the only cluster, and waits
// for a number of rows.
func openServices(t testing.TB, w, h int, aws, rows string) *console {
	t.Helper()
	return toServices(open(t, w, h, account(t, aws)), rows)
}

// toServices goes on to the services of the only cluster.
func toServices(c *console, rows string) *console {
	c.t.Helper()
	c.sees("prod")
	c.press(enter)
	c.sees("SERVICE", rows+":")
	return c
}

// settled opens a cluster of services that all fit on the screen, and waits until
// nothing is left to be read.
func settled(t *testing.T, w, h, services int) *console {
	t.Helper()
	aws, _ := simulator(t, "--scenario", "steady", "--clusters", "1", "--services", strconv.Itoa(services), "--tasks", "2")
	return openServices(t, w, h, aws, strconv.Itoa(services)).allRead()
}

// allRead waits until no cell is unread and nothing more is drawn.
func (c *console) allRead() *console {
	c.t.Helper()
	c.until("no cell unread", func(screen string) bool {
		return !strings.Contains(screen, "unread") && !strings.Contains(screen, "?  ")
	})
	c.rests()
	return c
}

// rests waits until nothing was written for a while.
func (c *console) rests() {
	c.t.Helper()
	limit := time.Now().Add(patience)
	for before := int64(-1); before != c.written.Load(); after(2 * time.Second) {
		before = c.written.Load()
		if time.Now().After(limit) {
			c.t.Fatalf("the screen never rests:\n%s", c.text())
		}
	}
}

// TestAScreenAtRestWritesNothing looks for as long as two sweeps take: what was
// read again and is still so costs a slow line nothing.
func TestAScreenAtRestWritesNothing(t *testing.T) {
	for _, size := range []struct{ w, h int }{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			t.Parallel()
			c := settled(t, size.w, size.h, 12)
			before := c.written.Load()
			after(65 * time.Second)
			if n := c.written.Load() - before; n != 0 {
				t.Errorf("%d bytes were written to a screen at rest:\n%s", n, c.text())
			}
		})
	}
}

// TestAMoveOfTheCursorIsCheapOnTheWire counts what the program writes for a move
// on the services screen, and for the evidence once the cursor rests: a line or two on a
// small screen, on a large one a panel of last lines, changes, events and targets.
func TestAMoveOfTheCursorIsCheapOnTheWire(t *testing.T) {
	const perMove = 120
	for _, size := range []struct {
		w, h, services int
		perRest        int64
	}{{80, 24, 12, 400}, {200, 50, 30, 2800}} {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			c := settled(t, size.w, size.h, size.services)
			const moves = 8
			// A way without a stop, then one with a stop at each row.
			before := c.written.Load()
			c.press(strings.Repeat("j", moves))
			c.rests()
			way := c.written.Load() - before
			if way == 0 || way > perMove*moves+size.perRest {
				t.Errorf("%d moves and a rest wrote %d bytes", moves, way)
			}
			most := int64(0)
			for range moves {
				before = c.written.Load()
				c.press("k")
				c.rests()
				most = max(most, c.written.Load()-before)
			}
			if most == 0 || most > perMove+size.perRest {
				t.Errorf("a move and its rest wrote %d bytes", most)
			}
			t.Logf("%d moves without a stop and a rest: %d bytes; a move and a rest: at most %d", moves, way, most)
		})
	}
}
