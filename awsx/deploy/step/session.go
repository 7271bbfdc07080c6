package step

import (
	"context"
	"encoding/json"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
)

// Exec begins a command in a container, which opens a session.
type Exec struct {
	Plain
	Asked awsx.ExecCommand
	Task  awsx.Task
	What  string // it is in words, such as "a shell"
}

// Touches the task and its service.
func (s *Exec) Touches(read.Current) Touched { return OfTask(s.Task) }

// Describe spells the call.
func (s *Exec) Describe() Description {
	return Description{
		Text: "begin " + s.What + " in container " + s.Asked.Container + " of task " + s.Task.ID,
		Command: shell.AWS(s.Asked.Task.Context, "ecs", "execute-command", "--cluster", s.Asked.Task.ClusterName(), "--task", s.Task.ID,
			"--container", s.Asked.Container, "--interactive", "--command", s.Asked.Command),
	}
}

// Run begins it.
func (s *Exec) Run(ctx context.Context, w awsx.Writer, st *State) error {
	opened, err := w.ExecuteCommand(ctx, s.Asked)
	return st.opened(opened, err)
}

// Resolve cannot tell: only the answer has the token.
func (*Exec) Resolve(context.Context, awsx.Reader, *State) (bool, error) { return false, untold }

// untold is why nobody can tell what became of a session that was asked for.
var untold = read.Untold{Why: "the answer alone leads to a session; one that nobody joins ends by itself"}

func (st *State) opened(s awsx.Session, err error) error {
	if err != nil {
		return err
	}
	st.Session, st.Applied = &s, true
	return nil
}

// StartSession begins a session with a machine, or one that forwards a port of a container.
type StartSession struct {
	Plain
	Context awsx.ContextID
	Asked   awsx.SessionRequest
	What    string // it is in words, with whom
	At      Touched
}

// Touches what it leads to.
func (s *StartSession) Touches(read.Current) Touched { return s.At }

// Describe spells the call.
func (s *StartSession) Describe() Description {
	args := []string{"--target", s.Asked.Target}
	if s.Asked.Document != "" {
		parameters, _ := json.Marshal(s.Asked.Parameters) // strings always marshal
		args = append(args, "--document-name", s.Asked.Document, "--parameters", string(parameters))
	}
	return Description{Text: "begin " + s.What, Command: shell.AWS(s.Context, "ssm", "start-session", args...)}
}

// Run begins it.
func (s *StartSession) Run(ctx context.Context, w awsx.Writer, st *State) error {
	asked := s.Asked
	asked.Reason = "gantry " + st.Change
	opened, err := w.StartSession(ctx, asked)
	return st.opened(opened, err)
}

// Resolve cannot tell: only the answer has the token.
func (*StartSession) Resolve(context.Context, awsx.Reader, *State) (bool, error) {
	return false, untold
}
