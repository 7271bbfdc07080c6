package changes

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gantry/internal/cli/printing"
)

// draft is a document on disk that somebody edits, in a directory that only they
// can look into: editors leave copies beside what they edit.
type draft struct{ dir, file string }

// newDraft writes a document to edit. Revision names the file.
func newDraft(revision, text string) (draft, error) {
	dir, err := os.MkdirTemp("", "gantry-edit-") // mode 0700
	if err != nil {
		return draft{}, err
	}
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == os.PathSeparator || r == ':' {
			return '-'
		}
		return r
	}, revision)
	d := draft{dir: dir, file: filepath.Join(dir, name+".json")}
	return d, os.WriteFile(d.file, []byte(text), 0o600)
}

// remove takes the draft away, and what an editor left beside it.
func (d draft) remove() error { return os.RemoveAll(d.dir) }

// editDraft runs the editor on a draft and returns what it has then.
func (p program) editDraft(ctx context.Context, d draft) (string, error) {
	editor := cmp.Or(p.Getenv("VISUAL"), p.Getenv("EDITOR"), "vi")
	// Both variables may hold a command with arguments, which is a shell's to read.
	// It must not die of an interrupt that is for the editor, nor hide it from it.
	cmd := exec.Command("sh", "-c", "trap : INT; "+editor+` "$@"`, editor, d.file)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.In, printing.Raw(p.Out), printing.Raw(p.Err)
	if err := p.undisturbed(cmd.Run); err != nil {
		return "", fmt.Errorf("the editor %s: %w", editor, err)
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	edited, err := os.ReadFile(d.file)
	return string(edited), err
}

// undisturbed calls f while the interrupt key is for the program that f runs.
func (p program) undisturbed(f func() error) error {
	if p.Undisturbed == nil {
		return f()
	}
	return p.Undisturbed(f)
}
