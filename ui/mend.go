package ui

import (
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// found is where the program is that the banner names.
type found struct {
	run  []string
	path string
	err  error
}

// mended tells that the program has ended.
type mended struct {
	run []string
	err error
}

// mend looks for the program that ends the trouble which the banner tells of.
func (s *Shell) mend() tea.Cmd {
	head := s.header()
	run := head.Mend
	if len(run) == 0 && head.Again && s.opts.Again != nil {
		s.opts.Again(s.host)
		return nil
	}
	if len(run) == 0 {
		s.flash(Warn, "no banner here names a program that mends it")
		return nil
	}
	look := s.opts.LookPath
	return func() tea.Msg {
		path, err := look(run[0])
		return found{run, path, err}
	}
}

// start gives the terminal to the program, or says why not and what to do instead.
func (s *Shell) start(f found) {
	if f.err != nil {
		s.flash(Error, f.run[0]+" is not on PATH here: run "+strings.Join(f.run, " ")+" where it is, as the same user; what it writes is noticed here")
		return
	}
	s.as(owner{id: ownerShell}, func() tea.Cmd {
		return s.host.Exec(exec.Command(f.path, f.run[1:]...), func(err error) tea.Msg { return mended{f.run, err} })
	})
}

// after says how the program ended, and has read again what it was for.
func (s *Shell) after(m mended) {
	what := strings.Join(m.run, " ")
	if m.err != nil {
		s.flash(Error, what+": "+m.err.Error())
		return
	}
	s.flash(Info, what+": done")
	if s.opts.Mended != nil {
		s.opts.Mended(s.host)
	}
}
