//go:build integration

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// host is a machine that ssh reaches: a real sshd on a loopback port, run by whoever runs
// the tests, with keys of its own.
type host struct {
	dir, port, login string
}

// sshd starts one that serves until the test ends.
func sshd(t testing.TB) *host {
	t.Helper()
	const program = "/usr/sbin/sshd"
	for _, need := range []string{program, "ssh", "ssh-keygen", "tmux"} {
		if _, err := exec.LookPath(need); err != nil {
			t.Fatalf("%v: install openssh-server, openssh-client and tmux", err)
		}
	}
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if who.Uid == "0" { // where sshd gives its privileges up
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{dir: t.TempDir(), port: strconv.Itoa(port), login: who.Username}
	for _, key := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(h.dir, key)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	config := written(t, "sshd_config", fmt.Sprintf(`ListenAddress 127.0.0.1:%s
HostKey %s
AuthorizedKeysFile %s
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
PrintLastLog no
PrintMotd no
`, h.port, filepath.Join(h.dir, "host"), filepath.Join(h.dir, "user.pub")))
	cmd := exec.Command(program, "-D", "-e", "-f", config)
	service(t, cmd, cmd.StderrPipe, func(line string) bool { return strings.Contains(line, "Server listening") })
	return h
}

// ssh is the command that runs another one at the other end, in a terminal.
func (h *host) ssh(term, command string) *exec.Cmd {
	cmd := exec.Command("ssh", "-tt", "-e", "none", "-F", "none", "-i", filepath.Join(h.dir, "user"), "-p", h.port,
		"-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
		h.login+"@127.0.0.1", command)
	cmd.Env = []string{"TERM=" + term, "HOME=" + h.dir, "PATH=" + os.Getenv("PATH")}
	return cmd
}

// typed is a command line for a shell that runs the program in an environment. TERM is the
// terminal's own at the other end.
func typed(env []string, args ...string) string {
	return runs(env, append([]string{gantry}, args...)...)
}

// runs is the same of any program.
func runs(env []string, args ...string) string {
	words := []string{"env"}
	for _, v := range env {
		if !strings.HasPrefix(v, "TERM=") {
			words = append(words, quoted(v))
		}
	}
	for _, a := range args {
		words = append(words, quoted(a))
	}
	return strings.Join(words, " ")
}

func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// titled is a command line that names the window before another one runs.
func titled(title, command string) string {
	return `printf '\033]2;%s\a' ` + quoted(title) + "; " + command
}

// inTmux is a command line that runs another one inside a tmux of its own.
func inTmux(t testing.TB, command string) (typed string, tmux func(args ...string) string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "tmux") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	tmux = func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-S", socket}, args...)...).CombinedOutput()
		if err != nil {
			t.Errorf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSuffix(string(out), "\n")
	}
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-S", socket, "kill-server").Run() // it may have ended by itself
		os.RemoveAll(dir)
	})
	return "tmux -u -S " + quoted(socket) + " -f /dev/null new-session " + quoted(command), tmux
}

var (
	modeSet   = regexp.MustCompile(`\x1b\[\?([0-9;]+)([hl])`)
	kittyKeys = regexp.MustCompile(`\x1b\[([<>])[0-9]*u`)
	otherKeys = regexp.MustCompile(`\x1b\[>4(;[0-9]+)?m`)
	titleSet  = regexp.MustCompile(`\x1b\[(22|23)(?:;[0-9;]*)?t|\x1b\](?:0|2);([^\a\x1b]*)`)
	painted   = regexp.MustCompile(`\x1b\[([0-9;:]*)m`)
)

// isClean fails the test unless what a terminal was sent leaves it as it was found, with
// the title that it had.
func (c *console) isClean(title string) {
	c.t.Helper()
	sent := c.stream.bytes()
	modes := map[string]string{}
	for _, m := range modeSet.FindAllSubmatch(sent, -1) {
		for mode := range strings.SplitSeq(string(m[1]), ";") {
			modes[mode] = string(m[2])
		}
	}
	for mode, state := range modes {
		if on := mode == "25" || mode == "7"; on != (state == "h") { // the cursor is seen, lines wrap
			c.t.Errorf("mode %s is left at %s", mode, state)
		}
	}
	if modes["1049"] != "l" {
		c.t.Error("the alternate screen was never used")
	}
	pushed := 0
	for _, m := range kittyKeys.FindAllSubmatch(sent, -1) {
		if pushed--; m[1][0] == '>' {
			pushed += 2
		}
	}
	if pushed > 0 {
		c.t.Errorf("%d more keyboard protocols were begun than ended", pushed)
	}
	if all := otherKeys.FindAllSubmatch(sent, -1); len(all) > 0 {
		if last := string(all[len(all)-1][1]); last != "" && last != ";0" {
			c.t.Errorf("the keyboard is left to tell keys at level %s", last)
		}
	}
	var kept []string
	last := ""
	for _, m := range titleSet.FindAllSubmatch(sent, -1) {
		switch string(m[1]) {
		case "22":
			kept = append(kept, last)
		case "23":
			if len(kept) == 0 {
				c.t.Error("a title is given back that was not kept")
				continue
			}
			last, kept = kept[len(kept)-1], kept[:len(kept)-1]
		case "":
			last = string(m[2])
		}
	}
	if last != title {
		c.t.Errorf("the title is left as %q, and was %q", last, title)
	}
	if all := painted.FindAllSubmatch(sent, -1); len(all) > 0 {
		if last := string(all[len(all)-1][1]); last != "" && last != "0" {
			c.t.Errorf("the terminal is left to paint with %q", last)
		}
	}
}

// TestTheDemoThroughSSH walks from the services to the lines of a task at the other end of
// a real ssh, with tmux between and without, and finds the terminal as it was.
func TestTheDemoThroughSSH(t *testing.T) {
	h := sshd(t)
	walk := func(t *testing.T, c *console) {
		t.Helper()
		c.sees("preprod", "prod", "staging")
		c.press("/", "^prod$", enter, enter)
		c.sees("api-orders", "api-checkout", "DIED")
		c.press("/", "users", enter, enter)
		c.sees("TASK", "users")
		c.press("l")
		c.sees("users", "<s>")
		c.press(escape)
		c.sees("TASK")
		c.press(ctrlC)
	}
	const named = "the operator's own"
	for _, size := range []struct{ w, h int }{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			c := seat(t, size.w, size.h, h.ssh("xterm-256color", titled(named, typed(environment(t), "--demo"))))
			walk(t, c)
			if code := c.exits(); code != 0 {
				t.Fatalf("quit with %d:\n%s", code, c.text())
			}
			c.isClean(named)
		})
		t.Run(fmt.Sprintf("%dx%d in tmux", size.w, size.h), func(t *testing.T) {
			command, tmux := inTmux(t, titled(named, typed(environment(t), "--demo"))+"; echo left with $?; exec cat -v")
			c := seat(t, size.w, size.h, h.ssh("xterm-256color", command))
			walk(t, c)
			c.sees("left with 0")
			if got := tmux("display", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_cursor_flag} #{insert_flag} #{pane_title}"); got != "0 1 0 0 0 "+named {
				t.Errorf("the pane is left with %q", got)
			}
			tmux("set-buffer", "pasted")
			tmux("paste-buffer", "-p")
			c.sees("pasted")
			if strings.Contains(c.text(), "^[[200~") {
				t.Errorf("the pane is left to bracket what is pasted:\n%s", c.text())
			}
			c.press(enter, "\x04")
			if code := c.exits(); code != 0 {
				t.Fatalf("quit with %d:\n%s", code, c.text())
			}
			c.isClean("")
		})
	}
}

// TestBytesOverSSH counts what an operator's line carries at the other end of a real ssh:
// nothing at rest, and for a move or a page what it shows, with the evidence once the
// cursor rests.
func TestBytesOverSSH(t *testing.T) {
	h := sshd(t)
	aws, _ := simulator(t, "--scenario", "steady", "--clusters", "1", "--services", "60", "--tasks", "2")
	for _, size := range []struct {
		w, h             int
		move, page, rest int64
	}{{80, 24, 120, 1700, 400}, {200, 50, 120, 4800, 2800}} {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			t.Parallel()
			c := toServices(seat(t, size.w, size.h, h.ssh("xterm-256color", typed(account(t, aws)))), "60")
			c.allRead()
			costs := func(what string, most int64, keys ...string) {
				t.Helper()
				before := c.written.Load()
				c.press(keys...)
				c.rests()
				n := c.written.Load() - before
				if n == 0 || n > most {
					t.Errorf("%s: %d bytes, allowed are %d", what, n, most)
				}
				t.Logf("%s: %d bytes", what, n)
			}
			costs("8 moves and a rest", 8*size.move+size.rest, strings.Repeat("j", 8))
			c.press("\x06")
			c.allRead() // what a page of its own reads of its targets has landed
			costs("a page back", size.page+size.rest, "\x02")
			costs("a page on", size.page+size.rest, "\x06")
			before := c.written.Load()
			after(35 * time.Second)
			if n := c.written.Load() - before; n != 0 {
				t.Errorf("%d bytes were written at rest:\n%s", n, c.text())
			}
		})
	}
}
