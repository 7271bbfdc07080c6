package ui

import (
	"fmt"
	"strings"
	"time"

	"gantry/internal/clean"
)

// maxNotes bounds the messages kept of a run.
const maxNotes = 1000

// note is a message of this run, its text fit to be shown.
type note struct {
	at    time.Time
	level Level
	text  string
}

// notes are the messages of this run and the one in the status line.
type notes struct {
	now     func() time.Time
	all     []note
	current note
	version int // grows with each message, for views that cache
}

func newNotes(now func() time.Time) *notes { return &notes{now: now} }

func (n *notes) add(level Level, text string) {
	n.current = note{at: n.now(), level: level, text: clean.Shown(text)}
	if len(n.all) == maxNotes {
		n.all = append(n.all[:0], n.all[1:]...)
	}
	n.all = append(n.all, n.current)
	n.version++
}

// keyPressed clears a notice, which was seen by now; an error stays.
func (n *notes) keyPressed() {
	if n.current.level != Error {
		n.dismiss()
	}
}

// dismiss clears the status line; the message stays in the list.
func (n *notes) dismiss() { n.current = note{} }

// flash shows a line and keeps it.
func (s *Shell) flash(level Level, text string) { s.notes.add(level, text) }

// messages is the name of the screen of them.
const messages = "messages"

// openMessages shows every message of this run, the last one in view.
func (s *Shell) openMessages() {
	if s.trail.top().screen.Name() == messages {
		return
	}
	s.push(NewDocument(s.host, DocumentOptions{Name: messages, Live: s.notes.text}))
}

// text is all messages, one a line.
func (n *notes) text() (string, int) {
	if len(n.all) == 0 {
		return "no messages yet", n.version
	}
	var b strings.Builder
	for _, m := range n.all {
		word := "info "
		switch m.level {
		case Warn:
			word = "warn "
		case Error:
			word = "error"
		}
		fmt.Fprintf(&b, "%s  %s  %s\n", m.at.Format("15:04:05"), word, m.text)
	}
	return b.String(), n.version
}
