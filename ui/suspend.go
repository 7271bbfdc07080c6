package ui

import (
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// The title of a window is kept when the console takes it and given back when it leaves.
// A terminal that keeps none ignores both.
var (
	keepTitle    = ansi.WindowOp(22, 2)
	restoreTitle = ansi.WindowOp(23, 2)
)

// suspended is how a suspension ended.
type suspended struct{ err error }

// suspend gives the terminal back to the shell that started the console, until that goes
// on with it.
func suspend() tea.Cmd {
	return tea.Exec(&suspension{}, func(err error) tea.Msg { return result{to: owner{id: ownerShell}, msg: suspended{err}} })
}

// suspension stops the process. Bubble Tea's own waits for ever where the kernel stops
// nobody: a command of ssh or of a tmux window has no shell above it.
type suspension struct{ out io.Writer }

// Run returns when the process goes on.
func (s *suspension) Run() error {
	if _, err := io.WriteString(s.out, restoreTitle); err != nil {
		return err
	}
	err := stop()
	_, failed := io.WriteString(s.out, keepTitle)
	return errors.Join(err, failed)
}

// SetStdin is given the terminal, which nobody reads.
func (*suspension) SetStdin(io.Reader) {}

// SetStdout is given the terminal.
func (s *suspension) SetStdout(w io.Writer) { s.out = w }

// SetStderr is given where errors go, of which there are none.
func (*suspension) SetStderr(io.Writer) {}
