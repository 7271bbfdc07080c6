//go:build integration

package e2e

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// begun is the program in an environment, to be started in a terminal.
func begun(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(gantry, args...)
	cmd.Env = env
	return cmd
}

// TestAStormOfResizes drags a window about for a second, down to a single cell: what is
// seen afterwards is the screen in the size that it came to.
func TestAStormOfResizes(t *testing.T) {
	c := open(t, 80, 24, environment(t), "--demo")
	c.sees("prod", "staging")
	c.press("/", "^prod$", enter, enter)
	c.sees("DIED", "catalog") // keys that come in a storm's small sizes are not taken
	sizes := []struct{ w, h int }{{20, 5}, {300, 100}, {1, 1}, {79, 23}, {60, 15}, {59, 15}, {160, 40}, {2, 100}, {300, 1}}
	for n := range 100 {
		size := sizes[n%len(sizes)]
		c.resize(size.w, size.h)
		after(10 * time.Millisecond)
	}
	for _, size := range []struct {
		w, h  int
		shows string
	}{{300, 100, "IMAGE"}, {20, 5, "20x5, needed 60x15"}, {80, 24, "api-orders"}} {
		c.resize(size.w, size.h)
		c.sees(size.shows)
	}
	rows := strings.Split(c.sees("PROD", "SERVICE", "<?>"), "\n")
	if !strings.HasPrefix(rows[0], "PROD") || !strings.Contains(rows[2], "SERVICE") || !strings.Contains(rows[23], "<?>") {
		t.Errorf("after the storm the screen is\n%s", strings.Join(rows, "\n"))
	}
	c.press(ctrlC)
	if code := c.exits(); code != 0 {
		t.Errorf("quit with %d", code)
	}
}

// TestATerminalThatNeverAnswers delays nothing, and what it answers late is no key.
func TestATerminalThatNeverAnswers(t *testing.T) {
	c := silent(t, 80, 24, begun(environment(t), "--demo"))
	c.sees("prod", "staging")
	asked := string(c.stream.bytes())
	for what, question := range map[string]string{"the background": ansi.RequestBackgroundColor, "synchronized output": ansi.RequestModeSynchronizedOutput} {
		if !strings.Contains(asked, question) {
			t.Errorf("%s is not asked for: %q", what, asked)
		}
	}
	for _, answer := range []string{
		"\x1b[?62;1;22c", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b]11;rgb:0000/0000/0000\a", "\x1b[?1u", "\x1b[?2026;2$y", "\x1b[?2027;0$y",
		"\x1bP>|XTerm(390)\x1b\\", "\x1b[>41;390;0c", "\x1bP1+r5463\x1b\\", "\x1b[I",
	} {
		c.press(answer)
		after(20 * time.Millisecond)
		c.press(answer[:2])
		after(5 * time.Millisecond)
		c.press(answer[2:])
	}
	after(300 * time.Millisecond)
	if screen := c.sees("prod", "staging"); strings.Contains(screen, "does nothing") || strings.Contains(screen, "! ") && strings.Contains(screen, "key") {
		t.Errorf("an answer was taken for a key:\n%s", screen)
	}
	c.press("/", "^prod$", enter, enter)
	c.sees("api-orders")
	c.press(ctrlC)
	if code := c.exits(); code != 0 {
		t.Errorf("quit with %d", code)
	}
}

// TestSixteenColours draws with those alone where TERM names a terminal that has no more.
func TestSixteenColours(t *testing.T) {
	for _, term := range []string{"xterm", "screen", "linux"} {
		t.Run(term, func(t *testing.T) {
			c := open(t, 80, 24, environment(t, "TERM="+term), "--demo")
			c.sees("prod", "staging")
			c.press("/", "^prod$", enter, enter)
			c.sees("api-orders", "x fail")
			c.press(ctrlC)
			c.exits()
			sent := c.stream.bytes()
			for _, more := range []string{"38;5;", "48;5;", "38;2;", "48;2;", "38:"} {
				if bytes.Contains(sent, []byte(more)) {
					t.Errorf("more than sixteen colours are used: %s", more)
				}
			}
			if !bytes.Contains(sent, []byte("\x1b[31")) {
				t.Error("what failed is not red")
			}
			c.isClean("")
		})
	}
}

// TestOutsideUTF8NothingButASCII draws with ASCII where the locale writes nothing else.
func TestOutsideUTF8NothingButASCII(t *testing.T) {
	for _, locale := range []string{"LANG=C", "LC_ALL=POSIX", "LANG="} {
		c := open(t, 200, 50, environment(t, locale), "--demo")
		c.sees("prod", "staging")
		c.press("/", "^prod$", enter, enter)
		c.sees("api-orders")
		c.rests()
		c.press("?")
		c.sees("Keys")
		c.press(ctrlC)
		c.exits()
		for _, b := range c.stream.bytes() {
			if b > '~' {
				t.Fatalf("%s: byte %#x is sent:\n%s", locale, b, c.text())
			}
		}
	}
}

// TestSynchronizedOutput wraps frames where the terminal says that it can, over ssh when the
// configuration says so, and never when that says no.
func TestSynchronizedOutput(t *testing.T) {
	const asks, wraps = ansi.RequestModeSynchronizedOutput, ansi.SetModeSynchronizedOutput
	for _, c := range []struct {
		name, sync  string
		env         []string
		asked, used bool
	}{
		{"local", "auto", nil, true, true},
		{"ssh", "auto", []string{"SSH_TTY=/dev/pts/9"}, false, false},
		{"ssh, a modern terminal", "auto", []string{"SSH_TTY=/dev/pts/9", "TERM=xterm-kitty"}, true, true},
		{"ssh, on", "on", []string{"SSH_TTY=/dev/pts/9"}, false, true},
		{"local, off", "off", nil, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := written(t, "config.yaml", "screen:\n  sync: "+c.sync+"\n")
			console := silent(t, 80, 24, begun(environment(t, c.env...), "--demo", "--config", config))
			console.sees("prod", "staging")
			if c.asked {
				console.press("\x1b[?2026;2$y") // it can, and does not now
			}
			console.press("/", "^prod$", enter, enter)
			console.sees("api-orders")
			console.press(ctrlC)
			console.exits()
			sent := string(console.stream.bytes())
			if got := strings.Contains(sent, asks); got != c.asked {
				t.Errorf("asked is %t", got)
			}
			if got := strings.Contains(sent, wraps); got != c.used {
				t.Errorf("used is %t", got)
			}
			console.isClean("")
		})
	}
}

// TestTheClipboardThroughSSH reaches the operator's own terminal, by tmux where one runs.
func TestTheClipboardThroughSSH(t *testing.T) {
	h := sshd(t)
	env := environment(t)
	osc52 := []byte("\x1b]52;")
	name := []byte(base64.StdEncoding.EncodeToString([]byte("prod")))
	copies := func(c *console, says string) {
		c.sees("prod", "staging")
		c.press("/", "^prod$", enter, "c")
		c.sees(says)
	}
	c := seat(t, 80, 24, h.ssh("xterm-256color", typed(env, "--demo")))
	copies(c, "sent to the terminal's clipboard")
	if sent := c.stream.bytes(); !bytes.Contains(sent, osc52) || !bytes.Contains(sent, name) {
		t.Error("the terminal was not sent the name")
	}
	command, tmux := inTmux(t, typed(env, "--demo"))
	c = seat(t, 80, 24, h.ssh("xterm-256color", command))
	copies(c, "copied by tmux")
	if got := tmux("show-buffer"); got != "prod" {
		t.Errorf("tmux holds %q", got)
	}
	c.until("the terminal around tmux was sent the name", func(string) bool {
		sent := c.stream.bytes()
		return bytes.Contains(sent, osc52) && bytes.Contains(sent, name)
	})
}

// counted is an address that passes calls on and counts them.
func counted(t *testing.T, address string) (string, *atomic.Int64) {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	calls, proxy := new(atomic.Int64), httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		r.Host = to.Host
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// TestATerminalThatStalls takes nothing for a while, as one whose line is cut does: polling
// goes on, memory stays, and when it reads again it gets what was under way and one frame.
func TestATerminalThatStalls(t *testing.T) {
	aws, _ := simulator(t, "--clusters", "1", "--services", "60", "--speed", "10")
	address, calls := counted(t, aws)
	c := toServices(open(t, 200, 50, account(t, address)), "60")
	stalled := func() {
		t.Helper()
		c.gate.Lock()
		for n := range 100 { // pages for whoever does not read them, until no more can be written
			_, _ = c.tty.WriteString([]string{"\x06", "\x02"}[n%2])
			after(40 * time.Millisecond)
		}
	}
	stalled()
	before, memoryBefore := calls.Load(), memory(t, c, "VmRSS")
	after(45 * time.Second)
	if n := calls.Load() - before; n < 4 {
		t.Errorf("%d calls while the terminal stalled", n)
	}
	if grown := memory(t, c, "VmRSS") - memoryBefore; grown > 16 {
		t.Errorf("%.1f MiB more are held", grown)
	}
	start := c.written.Load()
	c.gate.Unlock()
	c.sees("SERVICE", "<?>")
	c.rests()
	t.Logf("%d bytes when it read again", c.written.Load()-start)
	c.press("/", "orders", enter)
	c.sees("/orders")
	c.press(escape, escape)

	// Nobody reads, and the program is told to end: it does.
	stalled()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.cmd.Process.Wait()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("a stalled terminal keeps the program from ending")
	}
	c.gate.Unlock()
}
