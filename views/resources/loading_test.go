package resources_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/beat"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

// stopwatch is a console that tells when the frame after a key is written: it is both the
// model of a program and its terminal.
type stopwatch struct {
	*ui.Shell
	pressed, drawn atomic.Bool
	written        chan time.Time
}

// Update notes that a key was taken.
func (s *stopwatch) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := s.Shell.Update(msg)
	if _, ok := msg.(tea.KeyPressMsg); ok {
		s.pressed.Store(true)
	}
	return s, cmd
}

// View notes that the frame after the key is there.
func (s *stopwatch) View() tea.View {
	v := s.Shell.View()
	if s.pressed.CompareAndSwap(true, false) {
		s.drawn.Store(true)
	}
	return v
}

// Write is the terminal's.
func (s *stopwatch) Write(p []byte) (int, error) {
	if s.drawn.CompareAndSwap(true, false) {
		s.written <- time.Now()
	}
	return len(p), nil
}

// BenchmarkKeyToFrameWhileLoading is the time from a key to the bytes of its frame, with the
// renderer's own pace in it, while the rows of 10,000 services land: the slowest of a
// hundred, beside by how much a timer alone is late on a machine that others use.
func BenchmarkKeyToFrameWhileLoading(b *testing.B) {
	a := awsxtest.New(awsx.ContextID{Profile: "main"})
	cluster := a.Cluster("main")
	for n := range 10_000 {
		cluster.Service(fmt.Sprintf("service-%05d", n), awsxtest.Desired(1))
	}
	for _, look := range uitest.MainLooks()[:2] {
		b.Run(look.String(), func(b *testing.B) {
			st := store.New(b.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
			defer st.Close()
			s := &stopwatch{written: make(chan time.Time, 1)}
			s.Shell = ui.New(b.Context(), ui.Options{Terminal: look.Terminal(), Root: func(h *ui.Host) ui.Screen {
				return resources.NewServices(&views.Deps{Host: h, Now: time.Now, Store: st, Policy: viewstest.ExceptStaging{}, Nav: &viewstest.Visited{}}, cluster.Ref)
			}})
			options := []tea.ProgramOption{tea.WithInput(nil), tea.WithOutput(s), tea.WithoutSignalHandler(),
				tea.WithWindowSize(look.W, look.H), tea.WithEnvironment([]string{"TERM=xterm-256color"})}
			p := beat.NewProgram(s, options...)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = p.Run()
			}()
			time.Sleep(3 * time.Second)
			keys := []string{"j", "j", "pgdown", "k", "pgup", "G", "k", "g", "space", "ctrl+w"}
			var took, late []time.Duration
			for n := 0; b.Loop(); n++ {
				began := time.Now()
				p.Send(uitest.Key(keys[n%len(keys)]))
				took = append(took, (<-s.written).Sub(began))
				asleep, pause := time.Now(), time.Duration(1+n%7)*time.Millisecond // keys keep no time with the frames
				time.Sleep(pause)
				late = append(late, time.Since(asleep)-pause)
			}
			p.Kill()
			<-ended
			_ = s.Shell.Close(context.Background())
			slices.Sort(took)
			slices.Sort(late)
			b.ReportMetric(float64(late[len(late)*99/100].Microseconds())/1000, "ms-machine-p99")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
		})
	}
}
