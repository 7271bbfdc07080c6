package uitest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"

	"gantry/ui"
)

// redraw is longer than Bubble Tea's renderer waits between two frames, twice
// over: it draws on a ticker, and tells nobody.
const redraw = 50 * time.Millisecond

// Wire runs the console in Bubble Tea itself and counts what it writes to the
// terminal. In a synctest bubble it takes no time.
type Wire struct {
	program *tea.Program
	out     counter
	running sync.WaitGroup
	err     error
}

// counter counts what goes to an emulated terminal.
type counter struct {
	mu    sync.Mutex
	emu   *vt.Emulator
	bytes atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes.Add(int64(len(p)))
	// Without a terminal for input Bubble Tea leaves it to the line to return the carriage.
	if _, err := c.emu.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Dial runs a shell on a terminal of w by h cells until the test ends.
func Dial(t testing.TB, o ui.Options, w, h int) *Wire {
	t.Helper()
	wire := &Wire{out: counter{emu: vt.NewEmulator(w, h)}}
	if o.Terminal == (ui.Terminal{}) {
		o.Terminal = trueColour()
	}
	o.Terminal.Ask = false
	shell := ui.New(context.Background(), o)
	running, stop := context.WithCancel(context.Background())
	wire.program = tea.NewProgram(shell, tea.WithContext(running),
		tea.WithInput(nil), tea.WithOutput(&wire.out), tea.WithoutSignalHandler(),
		tea.WithWindowSize(w, h), tea.WithColorProfile(o.Terminal.Profile),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	// The emulator answers queries; nobody reads them, so they are thrown away.
	answers := make(chan struct{})
	go func() {
		defer close(answers)
		_, _ = io.Copy(io.Discard, wire.out.emu)
	}()
	wire.running.Go(func() { _, wire.err = wire.program.Run() })
	t.Cleanup(func() {
		stop()
		wire.running.Wait()
		if errors.Is(wire.err, tea.ErrProgramPanic) {
			t.Error(wire.err)
		}
		if crash := shell.Crash(); crash != nil {
			t.Errorf("the console crashed: %v", crash)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := shell.Close(ctx); err != nil {
			t.Errorf("commands did not end with their contexts: %v", err)
		}
		// The emulator's own Close races with its Read; the end of its pipe does not.
		if pipe, ok := wire.out.emu.InputPipe().(io.Closer); ok {
			_ = pipe.Close()
		}
		<-answers
	})
	wire.Rest()
	return wire
}

// Rest waits until what was sent is drawn.
func (w *Wire) Rest() { time.Sleep(redraw) }

// Bytes sends messages one by one, each drawn before the next, and returns how
// many bytes they cost together.
func (w *Wire) Bytes(msgs ...tea.Msg) int {
	before := w.out.bytes.Load()
	for _, m := range msgs {
		w.program.Send(m)
		w.Rest()
	}
	return int(w.out.bytes.Load() - before)
}

// Idle returns how many bytes are written while nothing happens for d.
func (w *Wire) Idle(d time.Duration) int {
	before := w.out.bytes.Load()
	time.Sleep(d)
	return int(w.out.bytes.Load() - before)
}

// Text is what the terminal shows.
func (w *Wire) Text() string {
	w.out.mu.Lock()
	defer w.out.mu.Unlock()
	return strings.TrimRight(w.out.emu.String(), "\n ")
}
