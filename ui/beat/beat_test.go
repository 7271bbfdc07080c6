package beat

import (
	"bytes"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// still is a model that shows what it was told last.
type still struct{ text string }

func (still) Init() tea.Cmd { return nil }

func (s still) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if text, ok := msg.(string); ok {
		return still{text}, nil
	}
	return s, nil
}

func (s still) View() tea.View { return tea.NewView(s.text) }

// screen keeps what is written to it.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *screen) shows(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Contains(s.buf.Bytes(), []byte(text))
}

func (s *screen) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Len()
}

// inBubble runs a program on a screen until the test ends.
func inBubble(t *testing.T, test func(*testing.T, *tea.Program, *beat, *screen)) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		p, b := newProgram(still{"first"}, tea.WithInput(nil), tea.WithOutput(&out), tea.WithoutSignalHandler(),
			tea.WithContext(t.Context()), tea.WithWindowSize(40, 4), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
		var running sync.WaitGroup
		running.Go(func() { _, _ = p.Run() })
		time.Sleep(time.Minute)
		test(t, p, b, &out)
		p.Quit()
		running.Wait()
	})
}

// TestFramesThatFollowOneAnotherAreWrittenAtThePace: none waits longer than from one look to the next.
func TestFramesThatFollowOneAnotherAreWrittenAtThePace(t *testing.T) {
	inBubble(t, func(t *testing.T, p *tea.Program, _ *beat, out *screen) {
		for i := range 100 {
			before := out.size()
			p.Send(strconv.Itoa(i))
			if time.Sleep(time.Second/PerSecond + time.Millisecond); out.size() == before {
				t.Fatalf("frame %d is late", i)
			}
		}
	})
}

// TestAFrameIsWrittenSoonAfterARest: the ticker of this Bubble Tea is found, rests, and is
// back for the next frame.
func TestAFrameIsWrittenSoonAfterARest(t *testing.T) {
	inBubble(t, func(t *testing.T, p *tea.Program, b *beat, out *screen) {
		if !out.shows("first") {
			t.Fatal("the first frame was not written")
		}
		for _, text := range []string{"second", "third"} {
			b.mu.Lock()
			rested := b.rested
			b.mu.Unlock()
			if !rested {
				t.Fatal("the renderer has nothing to draw and does not rest")
			}
			p.Send(text)
			time.Sleep(soon + time.Millisecond)
			if !out.shows(text) {
				t.Errorf("%s is not written after %s", text, soon)
			}
			time.Sleep(time.Minute)
		}
	})
}
