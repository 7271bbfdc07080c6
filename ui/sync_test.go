package ui

import "testing"

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
