package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"
)

// terminalTakes is how many bytes a terminal's clipboard is sent at most: xterm and others
// drop a sequence of more than 100,000 characters, which base64 makes of these, and say
// nothing.
const terminalTakes = 74_994

// errSecrets is why what no clipboard takes goes into no file.
var errSecrets = errors.New("nothing is written to a file while secrets are shown")

// copied is how copying went. What no clipboard took lies in a file; what is for the terminal
// to take is the text.
type copied struct {
	what, how, text string
	err             error
	file            saved
}

func (s *Shell) copy(what, text string) {
	if text == "" {
		s.flash(Warn, what+": there is nothing to copy")
		return
	}
	dir, at, way, ctx := s.opts.SaveDir, s.opts.Now(), s.opts.Clipboard, s.ctx
	shown, ok := s.trail.top().screen.(Revealing)
	secret := ok && shown.Revealing()
	s.run(func() tea.Msg {
		c := copied{what: what}
		switch tool, err := way.Put(ctx, text); {
		case tool != "" && err == nil:
			c.how = "copied by " + tool
			return c
		case tool == "" && len(text) <= terminalTakes:
			c.text = text
			return c
		default:
			c.how, c.err = "is too long for the terminal's clipboard", err
		}
		if secret {
			c.file.err = errSecrets
		} else {
			c.file.path, c.file.err = saveText(dir, "copied-"+what, "txt", at, text)
		}
		return c
	}, owner{id: ownerShell})
}

// took says how copying went.
func (s *Shell) took(c copied) {
	said, level := c.what+" "+c.how, Info
	switch {
	case c.text != "":
		// The terminal does not acknowledge, so no more than this can be said.
		s.pending = append(s.pending, tea.SetClipboard(c.text))
		said = c.what + " sent to the terminal's clipboard"
	case c.err != nil:
		said, level = "copying "+c.what+": "+c.err.Error(), Error
	}
	switch {
	case c.file.err != nil:
		said, level = said+"; saving it: "+c.file.err.Error(), Error
	case c.file.path != "":
		said += "; it is in " + c.file.path
	}
	s.flash(level, said)
}
