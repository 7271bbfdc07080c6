package table_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"gantry/ui/table"
	"gantry/ui/theme"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

const many = 10_000

// BenchmarkKey10000 is a key press and the frame after it, in a table of 10,000 rows.
func BenchmarkKey10000(b *testing.B) {
	for _, size := range []struct{ w, h int }{{80, 24}, {200, 50}} {
		for _, key := range []string{"j", "pgdown", "G", "space"} {
			b.Run(fmt.Sprintf("%dx%d/%s", size.w, size.h, key), func(b *testing.B) {
				tb, th := newTable(), coloured()
				tb.SetRows(services(many))
				tb.View(th, size.w, size.h)
				for i := 0; b.Loop(); i++ {
					if i%200 == 199 {
						press(tb, "g")
					}
					press(tb, key)
					_ = tb.View(th, size.w, size.h)
				}
			})
		}
	}
}

// BenchmarkFilterKey10000 is a letter typed into the filter, and the frame after it; whole is
// all that has to be done until its rows are shown, which many rows take several frames for.
func BenchmarkFilterKey10000(b *testing.B) {
	for name, typed := range map[string][2]string{
		"literal": {"orders-0", "orders-00"}, "regexp": {"^api.*0", "^api.*00"}, "fuzzy": {"-f api0", "-f api00"}, "first": {"", "a"},
	} {
		tb, th := newTable(), coloured()
		tb.SetRows(services(many))
		_ = tb.View(th, 200, 50)
		clear := func() {
			_ = tb.SetFilter(typed[0])
			if name == "first" {
				tb.SetRows(services(many)) // which forgets the text of rows
			}
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				clear()
				b.StartTimer()
				_ = tb.Narrow(typed[1])
				_ = tb.View(th, 200, 50)
			}
		})
		b.Run(name+" whole", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				clear()
				b.StartTimer()
				_ = tb.SetFilter(typed[1])
				_ = tb.View(th, 200, 50)
			}
		})
	}
}

// BenchmarkSetRows10000 is a snapshot of 10,000 rows that lands.
func BenchmarkSetRows10000(b *testing.B) {
	th := coloured()
	rows := services(many)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			tb := newTable()
			tb.SetRows(rows)
			_ = tb.View(th, 200, 50)
		}
	})
	b.Run("again", func(b *testing.B) {
		tb := newTable()
		tb.SetRows(rows)
		other := slices.Clone(rows)
		for i := 0; b.Loop(); i++ {
			other[i%many].minutes++
			tb.SetRows(other)
			_ = tb.View(th, 200, 50)
		}
	})
}

// screen is the smallest program around a table.
type screen struct {
	tb   *table.Table[service]
	th   *theme.Theme
	w, h int
}

func (s *screen) Init() tea.Cmd { return nil }

func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.w, s.h = msg.Width, msg.Height
	case tea.KeyPressMsg:
		press(s.tb, msg.String())
	}
	return s, nil
}

func (s *screen) View() tea.View {
	v := tea.NewView(s.tb.View(s.th, s.w, s.h))
	v.AltScreen = true
	return v
}

// wire counts what is written and tells of each write.
type wire struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	written chan struct{}
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	select {
	case w.written <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (w *wire) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Len()
}

func (w *wire) holds(s string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Contains(w.buf.Bytes(), []byte(s))
}

// BenchmarkBytesPerMove runs frames through the real renderer and counts what reaches
// the terminal when the cursor moves within the screen.
func BenchmarkBytesPerMove(b *testing.B) {
	const budget = 120
	for _, size := range []struct{ w, h int }{{80, 24}, {200, 50}} {
		b.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(b *testing.B) {
			tb := newTable()
			tb.SetRows(services(many))
			out := &wire{written: make(chan struct{}, 1)}
			ctx, cancel := context.WithCancel(b.Context())
			p := tea.NewProgram(&screen{tb: tb, th: coloured()},
				tea.WithContext(ctx), tea.WithInput(nil), tea.WithOutput(out), tea.WithFPS(120),
				tea.WithWindowSize(size.w, size.h), tea.WithColorProfile(colorprofile.ANSI),
				tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignals())
			done := make(chan struct{})
			go func() { defer close(done); _, _ = p.Run() }()
			for !out.holds("RUN/DES") {
				<-out.written
			}
			select { // The write that brought the header may have been told of twice.
			case <-out.written:
			default:
			}
			start, moves := out.len(), 0
			keys := []tea.KeyPressMsg{{Code: tea.KeyDown}, {Code: tea.KeyUp}}
			for b.Loop() {
				p.Send(keys[moves/(size.h-3)%2])
				<-out.written
				moves++
			}
			per := float64(out.len()-start) / float64(moves)
			cancel()
			<-done
			b.ReportMetric(per, "bytes/move")
			if per > budget {
				b.Errorf("%.0f bytes a move, at most %d", per, budget)
			}
		})
	}
}
