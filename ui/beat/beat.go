package beat

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// How often the renderer looks for something to write.
const (
	// PerSecond is how often it does while one frame follows the other: a key waits for it,
	// so that at half of it a frame alone would be late.
	PerSecond = 120
	// soon is when it looks for the first frame after a rest.
	soon = 4 * time.Millisecond
	// awake is how long it goes on after a frame was made. On a machine that is busy the
	// renderer is handed it late.
	awake = 20 * time.Millisecond
	// resting is how often it looks all the same, for what no frame announces and for a
	// frame that was handed over later than that.
	resting = 100 * time.Millisecond
)

// NewProgram makes a program of a model whose renderer rests where nothing happens.
func NewProgram(m tea.Model, opts ...tea.ProgramOption) *tea.Program {
	p, _ := newProgram(m, opts...)
	return p
}

func newProgram(m tea.Model, opts ...tea.ProgramOption) (*tea.Program, *beat) {
	b := &beat{}
	p := tea.NewProgram(model{m, b}, append(opts, tea.WithFPS(PerSecond))...)
	b.find = func() *time.Ticker { return tickerOf(p) }
	return p, b
}

// model tells the beat of each frame.
type model struct {
	tea.Model
	beat *beat
}

// Update implements tea.Model.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	next, cmd := m.Model.Update(msg)
	return model{next, m.beat}, cmd
}

// View implements tea.Model. The renderer is handed what it returns at once.
func (m model) View() tea.View {
	defer m.beat.drawn()
	return m.Model.View()
}

// tickerOf returns the ticker of a program's renderer, nil before it was started. The program
// hands it to nobody, and has no other way to be told to rest; where it has none by this name the
// renderer keeps its pace. It is to be called on the loop, which starts the renderer.
func tickerOf(p *tea.Program) *time.Ticker {
	f := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return (*time.Ticker)(f.UnsafePointer())
}

// beat is the pace of one renderer.
type beat struct {
	find func() *time.Ticker

	mu     sync.Mutex
	ticker *time.Ticker
	rests  *time.Timer // looks whether there is still something to draw
	until  time.Time   // there is, as far as is known
	rested bool
	woken  bool // it looks for the first frame after a rest
}

// drawn has the renderer look for the frame that was made, and for a while after it.
func (b *beat) drawn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ticker == nil {
		if b.ticker = b.find(); b.ticker == nil {
			return
		}
		b.rests = time.AfterFunc(awake, b.look)
	}
	b.until = time.Now().Add(awake)
	if b.rested {
		b.rested, b.woken = false, true
		b.ticker.Reset(soon)
		b.rests.Reset(awake)
	}
}

// look lets the renderer rest once nothing was drawn for a while.
func (b *beat) look() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if left := time.Until(b.until); left > 0 {
		if b.woken { // else it keeps the pace: to set it again would put off the next look
			b.ticker.Reset(time.Second / PerSecond)
		}
		b.woken = false
		b.rests.Reset(left)
		return
	}
	b.rested, b.woken = true, false
	b.ticker.Reset(resting)
}
