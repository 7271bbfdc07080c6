package logs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx/awsxtest"
	"gantry/logs"
	"gantry/logs/tail"
	"gantry/ui"
	"gantry/ui/logview"
	"gantry/views"
	"gantry/views/logs/whose"
	"gantry/views/viewstest"
)

func TestAGapSaysWhatIsMissing(t *testing.T) {
	l := newLines(whose.Scopes{{}}, time.UTC)
	at := awsxtest.Now
	l.ring.Add([]logs.Entry{{Time: at, Gap: &logs.Gap{From: at.Add(-time.Minute), To: at, Reason: "more lines came than could be read"}}})
	const want = "lines from 09:25:53 to 09:26:53 are not shown: more lines came than could be read"
	if line := l.At(0); !line.Gap || line.Message != want {
		t.Errorf("drawn as %+v", line)
	}
	for name, text := range map[string]string{"record": l.record(l.ring.At(0)).Text(), "saved": l.text(slices.Values([]uint64{0}))} {
		if !strings.Contains(text, want) {
			t.Errorf("%s: %q", name, text)
		}
	}
	if l.error(0) {
		t.Error("a gap is no error line")
	}
}

func TestLevelsAreTheLoggersOwn(t *testing.T) {
	for level, want := range map[string]logview.Level{
		"TRACE": logview.LevelDebug, "debug": logview.LevelDebug, "Notice": logview.LevelInfo, "WARNING": logview.LevelWarn,
		"err": logview.LevelError, "FATAL": logview.LevelError, "": logview.LevelNone, "3": logview.LevelNone,
	} {
		if got := levelOf(level); got != want {
			t.Errorf("%q is %v, want %v", level, got, want)
		}
	}
}

// TestTheScreenWakesBeforeItsWordsAreWrong: up to the moment for which a wake-up
// is asked the words stay true.
func TestTheScreenWakesBeforeItsWordsAreWrong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := awsxtest.Now
		span := func(name string, most time.Duration) time.Duration {
			return time.Duration(rapid.Int64Range(-int64(time.Minute), int64(most)).Draw(t, name))
		}
		s := tail.Status{
			State:   rapid.SampledFrom([]tail.State{tail.Following, tail.Behind, tail.Retrying, tail.NoStore}).Draw(t, "state"),
			Newest:  now.Add(-span("age", 100*time.Hour)),
			RetryAt: now.Add(span("retry", time.Minute)),
		}
		at, ok := wordsChange(s, now)
		if !ok {
			at = now.Add(time.Hour)
		} else if !at.After(now) {
			t.Fatalf("it would wake at once, for ever: %v", at.Sub(now))
		}
		if before, last := s.Words(now), s.Words(at.Add(-1)); before != last {
			t.Fatalf("%q became %q before %v", before, last, at.Sub(now))
		}
	})
}

func TestBatchesAreDrawnAtMostTenTimesASecond(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s := &viewstest.Shelf{}
		s.Write(time.Now(), "", "", "info", "hello")
		x := newSession(t.Context())
		x.tail = tail.Follow(x.ctx, s, logs.Query{}, tail.Options{})
		defer x.tail.Close()
		defer x.end()
		began := time.Now()
		if b, ok := x.next(redrawEvery)().(batched); !ok || len(b.batch.Entries) != 1 {
			t.Errorf("it brought %+v", b)
		}
		if took := time.Since(began); took < 100*time.Millisecond {
			t.Errorf("drawn again after %v", took)
		}
	})
}

// TestBarsAreAsWideAsTheScreen however few there are.
func TestBarsAreAsWideAsTheScreen(t *testing.T) {
	for _, w := range []int{40, 80, 113, 200} {
		for _, n := range []int{1, 7, 31, w - axisCells} {
			d, total := barDrawing{w: w}, 0
			for i := range n {
				if d.wide(i, n) < 1 {
					t.Errorf("%d bars on %d cells: bar %d has no width", n, w, i)
				}
				total += d.wide(i, n)
			}
			if total != w-axisCells {
				t.Errorf("%d bars fill %d of %d cells", n, total, w-axisCells)
			}
		}
	}
}

// TestATaskThatEndedIsNoPipelineThatIsBehind.
func TestATaskThatEndedIsNoPipelineThatIsBehind(t *testing.T) {
	for _, state := range []tail.State{tail.Behind, tail.Following} {
		w := words{deps: &views.Deps{Now: func() time.Time { return awsxtest.Now }}, page: &page{lines: newLines(whose.Scopes{{}}, time.UTC)}, scopes: whose.Scopes{{}}, whose: &whose.Whose{}, search: &search{}}
		w.page.view = logview.New(w.page.lines)
		w.search.source, w.search.session = (*viewstest.Shelf)(nil), &session{}
		w.search.status.State = state
		w.whose.Subject.Known = true
		w.whose.Subject.Ended = time.Date(2026, 3, 14, 8, 8, 59, 0, time.UTC)
		if fresh, banner := w.fresh(); fresh.Text != "ended 08:08" || fresh.State != ui.FreshLive || banner != "" {
			t.Errorf("state %d: %+v, %q", state, fresh, banner)
		}
	}
}
