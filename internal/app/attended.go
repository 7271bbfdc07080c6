package app

import (
	"io"
	"os/exec"

	tea "charm.land/bubbletea/v2"
)

// attended is a program that has the terminal: keys that reach the whole process group, such
// as ctrl+c in a shell, are for it and do not end the console.
type attended struct {
	*exec.Cmd
	undisturbed func(func() error) error
}

// Run runs it.
func (a attended) Run() error {
	if a.undisturbed == nil {
		return a.Cmd.Run()
	}
	return a.undisturbed(a.Cmd.Run)
}

// SetStdin gives it the terminal to read.
func (a attended) SetStdin(r io.Reader) { a.Stdin = r }

// SetStdout gives it the terminal to write.
func (a attended) SetStdout(w io.Writer) { a.Stdout = w }

// SetStderr gives it the terminal for errors.
func (a attended) SetStderr(w io.Writer) { a.Stderr = w }

// handOver gives the terminal to a program.
func (a *App) handOver(c *exec.Cmd, done tea.ExecCallback) tea.Cmd {
	return tea.Exec(attended{c, a.undisturbed}, done)
}
