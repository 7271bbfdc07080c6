package editors

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Editor finds the operator's editor.
type Editor struct {
	Getenv   func(name string) string
	LookPath func(file string) (string, error)
}

// errNoEditor says what to do without one.
var errNoEditor = errors.New("there is no editor: set VISUAL or EDITOR")

// open writes a text for the editor, unless it lies at a path still, and finds the editor.
// Both look at files, so it is not for the loop.
func (e Editor) open(path, name, text string) fileWritten {
	cmd, err := e.command(path)
	switch {
	case err != nil:
		return fileWritten{err: err}
	case path != "":
		return fileWritten{path: path, cmd: cmd, old: true}
	}
	w := writeForEditor(name, text)
	if w.err != nil {
		w.err = fmt.Errorf("the text could not be handed to an editor: %w", w.err)
		return w
	}
	w.cmd, w.err = e.command(w.path)
	return w
}

// command makes the editor's call on a file. VISUAL and EDITOR may hold options and
// quotes: a shell splits them, as for other tools. Without either it is vi.
func (e Editor) command(path string) (*exec.Cmd, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if editor := strings.TrimSpace(e.Getenv(name)); editor != "" {
			return exec.Command("sh", "-c", editor+` "$1"`, editor, path), nil
		}
	}
	vi, err := e.LookPath("vi")
	if err != nil {
		return nil, errNoEditor
	}
	return exec.Command(vi, path), nil
}

// fileWritten tells where a text lies for the editor, and how that is called.
type fileWritten struct {
	path string
	cmd  *exec.Cmd
	old  bool // it lay there before
	err  error
}

// writeForEditor writes a text to a file that only the user can read, in a directory
// that only the user can enter.
func writeForEditor(name, text string) fileWritten {
	dir, err := os.MkdirTemp("", "gantry-edit-")
	if err != nil {
		return fileWritten{err: err}
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fileWritten{err: errors.Join(err, os.RemoveAll(dir))}
	}
	return fileWritten{path: path}
}

// dropFile removes a file that was written for the editor, with whatever the editor
// left beside it.
func dropFile(path string) error {
	if path == "" {
		return nil
	}
	return os.RemoveAll(filepath.Dir(path))
}

// dropAtEnd removes the file when the screen is left, if it is still there.
func dropAtEnd(ctx context.Context, path string) tea.Cmd {
	return func() tea.Msg {
		<-ctx.Done()
		if err := dropFile(path); err != nil {
			return fileKept{err} // nobody is there to hear it but a program that goes on
		}
		return nil
	}
}

// fileKept tells that a file could not be removed.
type fileKept struct{ err error }
