//go:build integration

package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

const ctrlZ = "\x1a"

// TestSuspendAndResume stops the console by its key and goes on with it as shells do: in a
// terminal, through ssh, and inside tmux at the other end. Where there is no shell to go
// on with it, it says so and stays.
func TestSuspendAndResume(t *testing.T) {
	h := sshd(t)
	env := environment(t, "PS1=shell> ")
	bash := runs(env, "bash", "--norc", "--noprofile", "-i")
	local := exec.Command("bash", "--norc", "--noprofile", "-i")
	local.Env = env
	inside, _ := inTmux(t, bash)
	for _, c := range []struct {
		name string
		cmd  *exec.Cmd
	}{{"terminal", local}, {"ssh", h.ssh("xterm-256color", bash)}, {"ssh and tmux", h.ssh("xterm-256color", inside)}} {
		t.Run(c.name, func(t *testing.T) {
			c := seat(t, 80, 24, c.cmd)
			c.sees("shell>")
			c.press(quoted(gantry), " --demo", enter)
			c.sees("preprod", "staging")
			for range 2 {
				c.press(ctrlZ)
				c.until("the shell", func(screen string) bool {
					return strings.Contains(screen, "Stopped") && !strings.Contains(screen, "staging ")
				})
				c.press("echo he\"\"re", enter)
				c.sees("here")
				c.resize(100, 30)
				c.press("fg", enter)
				c.until("the console again, as wide as the terminal became", func(screen string) bool {
					return strings.Contains(screen, "staging") && !strings.Contains(screen, "Stopped")
				})
				c.press("/", "^prod$", enter)
				c.until("keys heeded", func(screen string) bool { return !strings.Contains(screen, "staging") })
				c.press(escape)
				c.sees("staging")
			}
			c.press(ctrlC)
			c.sees("shell>")
			c.press("exit", enter)
			c.exits()
			c.isClean("")
		})
	}
	direct, _ := inTmux(t, typed(env, "--demo"))
	for name, cmd := range map[string]*exec.Cmd{"no shell, ssh": h.ssh("xterm-256color", typed(env, "--demo")), "no shell, tmux": h.ssh("xterm-256color", direct)} {
		t.Run(name, func(t *testing.T) {
			c := seat(t, 80, 24, cmd)
			c.sees("staging")
			c.press(ctrlZ)
			c.sees("suspend: there is no shell here", "staging")
			c.press("/", "^prod$", enter, enter)
			c.sees("api-orders")
			c.press(ctrlC)
			if code := c.exits(); code != 0 {
				t.Errorf("quit with %d:\n%s", code, c.text())
			}
		})
	}
}
