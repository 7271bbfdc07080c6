package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"gantry/internal/clean"
)

// saved is how writing a screen to a file went.
type saved struct {
	path string
	err  error
}

// save writes what the screen shows, without colours, to a file of its own.
func (s *Shell) save() tea.Cmd {
	top := s.trail.top().screen
	head := s.header()
	var body string
	if t, ok := top.(Texter); ok {
		body = t.Text()
	} else {
		w, h := s.bodySize(len(s.banner(head)))
		body = top.View(w, h).Body
	}
	dir, at, name, kind := s.opts.SaveDir, s.opts.Now(), fileName(top.Name(), head), "txt"
	whole := func() string { return head.Crumb + "\n\n" + plain(body) }
	if f, ok := top.(Filer); ok && f.FileType() != "" {
		kind, whole = f.FileType(), func() string { return body }
	}
	if r, ok := top.(Reporter); ok {
		ctx, report := s.ctx, r.Report()
		kind, whole = r.FileType(), func() string { return report(ctx) }
	}
	return func() tea.Msg {
		path, err := saveText(dir, name, kind, at, whole())
		return saved{path: path, err: err}
	}
}

// fileName is what a saved screen is called: where it stands in its context, and what it is.
func fileName(screen string, h Header) string {
	parts := strings.Fields(h.Crumb)
	if h.Place == "" || len(parts) == 0 || parts[0] != h.Place {
		return screen
	}
	parts = parts[1:]
	if !slices.Contains(parts, screen) && !strings.HasSuffix(strings.Join(parts, " "), screen) {
		parts = append(parts, screen)
	}
	return strings.Join(parts, "-")
}

// plain strips colours and the spaces that pad rows.
func plain(body string) string {
	lines := strings.Split(clean.Text(ansi.Strip(body)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// saveText writes a file that only its owner can read, and never over another.
func saveText(dir, name, kind string, at time.Time, text string) (string, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
	}
	safe := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>| `, r) {
			return '-'
		}
		return r
	}, name)
	base := filepath.Join(dir, safe+"-"+at.Format("20060102-150405"))
	for i := 1; ; i++ {
		path := base + "." + kind
		if i > 1 {
			path = fmt.Sprintf("%s-%d.%s", base, i, kind)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if os.IsExist(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.WriteString(text)
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		return path, err
	}
}
