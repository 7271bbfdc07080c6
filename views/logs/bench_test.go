//go:build linux

package logs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/logs"
	"gantry/logs/tail"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
)

// torrent is a log store that is written to without end, a line in each tick.
type torrent struct {
	tick      time.Duration
	container string
}

// line is the n-th line since 1970.
func (s torrent) line(n int64) logs.Entry {
	at := time.Unix(0, n*int64(s.tick))
	message := fmt.Sprintf(`%s INFO api_orders: request_id=%08x method=GET path=/orders/%d status=200 took=%dms bytes=%d`, at.UTC().Format(time.RFC3339Nano), n*2654435761, n%99991, n%997, n%4096)
	return logs.Entry{
		Time: at, Index: "logstash", ID: fmt.Sprint(n), Message: message, Level: [...]string{"info", "info", "warn", "info", "error"}[n%5],
		Source: json.RawMessage(`{"message":"` + message + `","container_id":"` + s.container + `"}`), Container: s.container,
	}
}

// span are the numbers of a range's lines that were written by now.
func (s torrent) span(r logs.Range) (from, to int64) {
	last := time.Now()
	if !r.To.IsZero() && r.To.Before(last) {
		last = r.To
	}
	return (r.From.UnixNano() + int64(s.tick) - 1) / int64(s.tick), last.UnixNano() / int64(s.tick)
}

func (s torrent) Latest(_ context.Context, _ logs.Query, r logs.Range, limit int) (logs.Page, error) {
	_, to := s.span(r)
	var p logs.Page
	for n := to; n > to-int64(limit); n-- {
		p.Entries = append(p.Entries, s.line(n))
	}
	p.Full, p.Last = true, p.Entries[len(p.Entries)-1].Time
	return p, nil
}

func (s torrent) Since(_ context.Context, _ logs.Query, r logs.Range, limit int) (logs.Page, error) {
	from, to := s.span(r)
	var p logs.Page
	for n := from; n <= to && len(p.Entries) < limit; n++ {
		p.Entries = append(p.Entries, s.line(n))
	}
	if n := len(p.Entries); n > 0 {
		p.Full, p.Last = n == limit, p.Entries[n-1].Time
	}
	return p, nil
}

func (s torrent) Histogram(_ context.Context, _ logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	h := logs.Histogram{Interval: interval, Bars: logs.EmptyBars(r, interval)}
	for i, b := range h.Bars {
		from, to := s.span(logs.Range{From: latest(b.Start, r.From), To: earliest(b.Start.Add(interval-1), r.To)})
		h.Bars[i].Lines = int(max(0, to-from+1))
	}
	return h, nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if b.IsZero() || a.Before(b) {
		return a
	}
	return b
}

func (s torrent) Explain(context.Context, logs.Query, logs.Range) (logs.Explanation, error) {
	return logs.Explanation{}, nil
}

func (s torrent) Limits() logs.Limits { return logs.Limits{MaxPage: 10_000, Step: s.tick} }

// lines a second, in the benchmarks and tests of a log that is written to quickly.
const rapidly = 10_000

// dialLog runs the console on the logs of a service that writes quickly, at 200x50.
func dialLog(t testing.TB) (*uitest.Wire, func() *logviews.Screen) {
	a, service := accountOfTwo()
	source := torrent{tick: time.Second / rapidly, container: viewstest.TasksOf(a, service)[0].Containers[0].RuntimeID}
	st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
	t.Cleanup(st.Close)
	var screen *logviews.Screen
	w := uitest.Dial(t, ui.Options{Title: "gantry", Root: func(h *ui.Host) ui.Screen {
		v := viewerOf(&views.Deps{Host: h, Now: time.Now, Store: st, Policy: viewstest.ExceptStaging{}, Nav: &viewstest.Visited{}}, nil)
		v.Open = func(context.Context, awsx.ContextID) (logs.Source, error) { return source, nil }
		screen = logviews.NewScreen(v, views.LogScope{Service: service})
		return screen
	}}, 200, 50)
	return w, func() *logviews.Screen { return screen }
}

// TestFollowingQuicklyCostsTheTerminalLittle follows 10,000 lines a second into a full
// buffer: what is written sets how often it is drawn, and no line is missing.
func TestFollowingQuicklyCostsTheTerminalLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(awsxtest.Now))
		w, screen := dialLog(t)
		w.Idle(8 * time.Second)
		const seconds = 5
		bytes := w.Idle(seconds * time.Second)
		if perSecond := bytes / seconds; perSecond == 0 || perSecond > 32<<10 {
			t.Errorf("%d bytes a second, allowed are %d", perSecond, 32<<10)
		}
		t.Logf("%d bytes a second", bytes/seconds)
		w.Bytes(uitest.Key("s"))
		ring := screen().Ring()
		if ring.Len() != logs.DefaultRingLines {
			t.Fatalf("%d lines are held", ring.Len())
		}
		last := time.Time{}
		for _, e := range ring.From(ring.First()) {
			if e.Gap != nil || !last.IsZero() && e.Time.Sub(last) != time.Second/rapidly {
				t.Fatalf("after %v comes %v, gap %v", last, e.Time, e.Gap)
			}
			last = e.Time
		}
	})
}

// BenchmarkFollow10000 is the whole console while 10,000 lines a second come into a
// full buffer, for ten seconds: the share of a core, with the making of the lines and
// the emulated terminal; the heap in use; what is written to the terminal.
func BenchmarkFollow10000(b *testing.B) {
	for b.Loop() {
		w, screen := dialLog(b)
		time.Sleep(7 * time.Second)
		const span = 10 * time.Second
		before, began := processor(b), time.Now()
		bytes := w.Idle(span)
		used, took := processor(b)-before, time.Since(began)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(100*used.Seconds()/took.Seconds(), "%core")
		b.ReportMetric(float64(bytes)/took.Seconds()/1024, "KB/s")
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB-live")
		b.ReportMetric(float64(screen().Ring().Bytes())/(1<<20), "MiB-ring")
	}
}

// processor is the time that this process had of the processor.
func processor(b *testing.B) time.Duration { return used(b, syscall.RUSAGE_SELF) }

// thread is the time that this thread had of it, whatever else waited for it.
func thread(b *testing.B) time.Duration { return used(b, syscall.RUSAGE_THREAD) }

func used(b *testing.B, who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fullLog is a console on a log whose buffer is full, and a function that lets a
// tenth of a second's lines come and returns how long it took to take them in.
func fullLog(b *testing.B) (shell *ui.Shell, screen *logviews.Screen, more func() time.Duration) {
	source := torrent{tick: time.Second / rapidly, container: "ab12"}
	shell = ui.New(b.Context(), ui.Options{Root: func(h *ui.Host) ui.Screen {
		v := viewerOf(&views.Deps{Host: h, Now: time.Now, Store: store.New(b.Context(), store.Options{Opener: awsxtest.NewOpener()}), Policy: viewstest.ExceptStaging{}, Nav: &viewstest.Visited{}}, nil)
		screen = logviews.NewScreen(v, views.LogScope{})
		return screen
	}})
	shell.Init()
	shell.Update(tea.WindowSizeMsg{Width: 200, Height: 50})
	live := tail.Follow(b.Context(), &viewstest.Shelf{}, logs.Query{}, tail.Options{})
	b.Cleanup(live.Close)
	screen.Attach(b.Context(), source, live)
	n := time.Now().UnixNano() / int64(source.tick)
	take := func(lines int) time.Duration {
		batch := make([]logs.Entry, lines)
		for i := range batch {
			batch[i] = source.line(n)
			n++
		}
		began := time.Now()
		screen.Take(tail.Batch{Entries: batch, Status: tail.Status{State: tail.Following}})
		return time.Since(began)
	}
	take(logs.DefaultRingLines)
	return shell, screen, func() time.Duration { return take(rapidly / 10) }
}

// BenchmarkKeyWhileFollowing is a key press and its frame while 10,000 lines a second
// come: the slowest of a hundred.
func BenchmarkKeyWhileFollowing(b *testing.B) {
	shell, screen, more := fullLog(b)
	keys := []string{"k", "pgup", "j", "G", "w", "k", "w", "t", "E", "e", "t", "g", "J", "v", "pgdown", "esc", "z", "Z", "Z", "s"}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		more()
		_ = shell.View()
		if i%200 == 0 {
			_, _ = screen.HideAllBut(map[bool]string{true: "status=200", false: ""}[i%400 == 0])
		}
		b.StartTimer()
		began := time.Now()
		shell.Update(uitest.Key(keys[i%len(keys)]))
		_ = shell.View()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
}

// BenchmarkFilterLog50000 is a filter set over a full buffer, the longest that the loop has
// time for nothing else meanwhile, and what it costs a line that comes.
func BenchmarkFilterLog50000(b *testing.B) {
	for name, typed := range map[string]string{"literal": "path=/orders/7", "alternatives": "error|bytes=77", "regexp": "path=/orders/(7|8)1", "regexp inside": `\d+ms bytes=(7|8)1`} {
		b.Run(name, func(b *testing.B) {
			_, screen, more := fullLog(b)
			longest := time.Duration(0)
			runtime.LockOSThread()
			for b.Loop() {
				begun := thread(b)
				cmd, _ := screen.HideAllBut(typed)
				longest = max(longest, thread(b)-begun)
				for cmd != nil {
					msg := cmd()
					begun = thread(b)
					cmd = screen.Update(msg)
					longest = max(longest, thread(b)-begun)
				}
			}
			b.StopTimer()
			runtime.UnlockOSThread()
			b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest")
			var took time.Duration
			for range 100 {
				took += more()
			}
			b.ReportMetric(float64(took.Nanoseconds())/100/(rapidly/10), "ns/line-after")
		})
	}
}
