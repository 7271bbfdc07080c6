package ui

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/crash"
	"gantry/ui/beat"
)

// leaving is how long the commands of screens may take to end with the program.
const leaving = 2 * time.Second

// RunOptions are what running needs besides the shell.
type RunOptions struct {
	// Hangup is what ends the console when the terminal is gone; nil is SIGHUP.
	Hangup <-chan os.Signal
	// Drain lets running changes come to a point where they can be left. Its
	// context ends after Patience.
	Drain    func(ctx context.Context) error
	Patience time.Duration
	// Output is what the console draws on; nil is standard output.
	Output io.Writer
	// Program are further options: input, size.
	Program []tea.ProgramOption
}

// Run runs the console until the operator leaves, ctx ends or the terminal hangs
// up, and returns when all commands have ended. A hang-up drains and is no error;
// the end of ctx is tea.ErrProgramKilled; a panic restores the terminal and is a *crash.Report.
func Run(ctx context.Context, s *Shell, o RunOptions) error {
	if o.Hangup == nil {
		hangup := make(chan os.Signal, 1)
		signal.Notify(hangup, syscall.SIGHUP)
		defer signal.Stop(hangup)
		o.Hangup = hangup
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	if o.Output == nil {
		o.Output = os.Stdout
	}
	opts := append(s.opts.Terminal.programOptions(), tea.WithContext(running), tea.WithOutput(o.Output))
	p := beat.NewProgram(s, append(opts, o.Program...)...)

	type watch struct {
		hungUp bool
		err    error
	}
	ended, watched := make(chan struct{}), make(chan watch, 1)
	var watching crash.Group
	watching.Go(func() {
		var w watch
		defer func() { watched <- w }()
		select {
		case <-ended:
		case <-o.Hangup:
			w.hungUp = true
			// Not asked to quit by a message: the loop may not read another one, and
			// the question whether to quit has nobody to answer it.
			defer stop()
			w.err = drain(ctx, o)
		}
	})
	s.crashes.stopBy(stop)
	// Nothing is to be done about a terminal that is gone: the program ends of itself.
	_, _ = io.WriteString(o.Output, keepTitle)
	_, err := p.Run()
	_, _ = io.WriteString(o.Output, restoreTitle)
	if fault := s.Crash(); fault != nil {
		err = fault
	}
	close(ended)
	if w := <-watched; w.hungUp {
		err = w.err
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	return errors.Join(err, s.Close(closing))
}

func drain(ctx context.Context, o RunOptions) error {
	if o.Drain == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Patience)
	defer cancel()
	return o.Drain(ctx)
}
