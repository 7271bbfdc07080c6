package errands

import (
	"context"
	"errors"
	"os/exec"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/errand"
	"gantry/internal/fault"
	"gantry/internal/process"
	"gantry/ui"
	"gantry/views/changes"
	"gantry/views/shells"
)

// Errands runs commands of the operator's own.
type Errands struct {
	Changes *changes.Changes
	// Apart says what the account is instead of a real one; empty for a real one.
	Apart string
	// LookPath finds a program, and Environ is its environment.
	LookPath func(string) (string, error)
	Environ  func() []string
}

// Command runs a command for rows, or says why it does not. What may change something is
// proposed.
func (e *Errands) Command(c errand.Command, rows []errand.Row, started func()) tea.Cmd {
	host := e.Changes.Deps.Host
	lines := make([]errand.Line, len(rows))
	for i, row := range rows {
		line, err := c.For(row)
		if err != nil {
			cause := err
			if f := fault.Of(err); f != nil {
				cause = f.Err
			}
			host.Flash(ui.Warn, "%s: %s", c.Name, cause)
			return nil
		}
		lines[i] = line
	}
	switch {
	case c.Changes:
		e.propose(c, lines, started)
	case c.Terminal:
		host.Push(newTerminal(e, lines[0]))
	default:
		host.Push(newOutput(e, newRun(e, lines)))
	}
	return nil
}

// path is where the program of a line is. It looks at files, so it is not for the loop.
func (e *Errands) path(l errand.Line) (string, error) {
	path, err := e.LookPath(l.Args[0])
	if errors.Is(err, exec.ErrNotFound) {
		return "", fault.Errorf(fault.Invalid, l.Command.Action(), "", "%s is not on PATH", l.Args[0])
	}
	return path, err
}

// propose shows the plan of what may change something.
func (e *Errands) propose(c errand.Command, lines []errand.Line, started func()) {
	in := deploy.RunCommand{Verb: c.Action(), For: map[awsx.Ref]deploy.Program{}}
	of := map[awsx.Ref]int{}
	var targets []awsx.Ref
	for i, l := range lines {
		p := deploy.Program{Says: l.String(), Apart: e.Apart}
		if l.Row.Target.Noun() != "service" {
			p.Service = l.Row.Values[errand.Service]
		}
		target := l.Row.Target
		in.For[target], of[target] = p, i
		targets = append(targets, target)
	}
	how := changes.Session{Intent: func(context.Context) (deploy.Intent, error) {
		_, err := e.path(lines[0]) // they differ in what the program is given
		return in, err
	}}
	if c.Terminal {
		hand := shells.NewHandover()
		how.Hold = func(deploy.Plan) holder { return e.attended(hand, lines[0]) }
		how.Next = func(job string, p deploy.Plan) ui.Screen { return shells.NewSession(e.Changes, job, p, hand) }
	} else {
		r := newRun(e, lines)
		how.Hold = func(p deploy.Plan) holder { return r.holds(of[p.Target]) }
		how.Next = func(job string, p deploy.Plan) ui.Screen {
			s := newOutput(e, r)
			s.job, s.several = job, len(lines) > 1
			return s
		}
	}
	e.Changes.ProposeSession(in, how, started, targets...)
}

// holder runs the program of a change, as change.Job has it.
type holder = func(ctx context.Context, s awsx.Session, tell func(words string)) (deploy.Held, error)

// attended gives the terminal to a program.
func (e *Errands) attended(hand *shells.Handover, l errand.Line) holder {
	return func(ctx context.Context, _ awsx.Session, _ func(string)) (deploy.Held, error) {
		program, err := e.attending(ctx, l)
		if err != nil {
			return deploy.Held{Words: "not begun"}, err
		}
		taken, err := hand.Give(ctx, program)
		if !taken {
			return deploy.Held{Words: "not begun"}, nil
		}
		return ended(ctx, err)
	}
}

// attending is a program that gets the terminal. It ends with the context.
func (e *Errands) attending(ctx context.Context, l errand.Line) (*exec.Cmd, error) {
	path, err := e.path(l)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, l.Args[1:]...)
	cmd.Env = l.Environ(e.Environ())
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = process.Grace
	return cmd, nil
}
