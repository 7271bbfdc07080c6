package ui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestWhichTerminalsAreAskedForSynchronizedOutput(t *testing.T) {
	for _, c := range []struct {
		env   map[string]string
		asked bool
	}{
		{map[string]string{"TERM": "xterm-256color"}, true},
		{map[string]string{"TERM_PROGRAM": "iTerm.app"}, true},
		{map[string]string{"TERM_PROGRAM": "Apple_Terminal"}, false},
		{map[string]string{"TERM": "xterm-256color", "SSH_TTY": "/dev/pts/0"}, false},
		{map[string]string{"TERM": "xterm-kitty", "SSH_TTY": "/dev/pts/0"}, true},
		{map[string]string{"TERM": "xterm", "SSH_TTY": "/dev/pts/0", "WT_SESSION": "1"}, true},
	} {
		if got := AsksForSync(func(name string) string { return c.env[name] }); got != c.asked {
			t.Errorf("%v: asked is %t", c.env, got)
		}
	}
}

// TestWhatTheTerminalOffersIsTakenAsFarAsItIsWanted: that it would measure clusters of
// characters never is, as columns are counted otherwise.
func TestWhatTheTerminalOffersIsTakenAsFarAsItIsWanted(t *testing.T) {
	for _, c := range []struct {
		sync Sync
		mode ansi.DECMode
		want bool
	}{
		{SyncAuto, ansi.ModeSynchronizedOutput, true},
		{SyncOff, ansi.ModeSynchronizedOutput, false},
		{SyncAuto, ansi.ModeUnicodeCore, false},
	} {
		offered := tea.ModeReportMsg{Mode: c.mode, Value: ansi.ModeReset}
		if got := (Terminal{Sync: c.sync}).heard(nil, offered) != nil; got != c.want {
			t.Errorf("sync %v, mode %v: taken is %t", c.sync, c.mode, got)
		}
	}
}
