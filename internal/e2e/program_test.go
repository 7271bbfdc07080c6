//go:build integration

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// patience bounds every wait for the program to show or answer something.
const patience = 30 * time.Second

// gantry is the path of the program built by TestMain.
var gantry string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gantry-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	gantry = filepath.Join(dir, "gantry")
	build := exec.Command("go", "build", "-o", gantry, "gantry")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building gantry:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// environment is a clean one: a home of its own, no AWS settings of whoever
// runs the tests, then what the test adds.
func environment(t testing.TB, add ...string) []string {
	t.Helper()
	home := home(t)
	env := []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8",
		"XDG_STATE_HOME=" + filepath.Join(home, "state"), "XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"AWS_EC2_METADATA_DISABLED=true",
	}
	return append(env, add...)
}

// home is a directory that goes with the test. A program at the other end of an ssh that was
// hung up may write what it keeps for a moment more.
func home(t testing.TB) string {
	dir, err := os.MkdirTemp("", "gantry")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		limit := time.Now().Add(patience)
		for err := os.RemoveAll(dir); err != nil; err = os.RemoveAll(dir) {
			if after(50 * time.Millisecond); time.Now().After(limit) {
				t.Error(err)
				return
			}
		}
	})
	return dir
}

// account is the environment of a test's account behind an endpoint.
func account(t testing.TB, endpoint string, add ...string) []string {
	return environment(t, append([]string{
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_ENDPOINT_URL=" + endpoint,
	}, add...)...)
}

// result is how a headless command ended.
type result struct {
	code           int
	stdout, stderr string
}

// run runs the program without a terminal until it ends.
func run(t testing.TB, env []string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, gantry, args...)
	cmd.Env = env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("gantry %s: %v", strings.Join(args, " "), err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// console is the program in a pseudo-terminal.
type console struct {
	t       testing.TB
	tty     *os.File
	screen  *vt.SafeEmulator
	cmd     *exec.Cmd
	written atomic.Int64
	stream  stream
	gate    sync.Mutex // held while the terminal takes nothing
	changed chan struct{}
	ended   chan struct{}
	once    sync.Once
}

// take is what a terminal does with what it is sent, unless it takes nothing now.
func (c *console) take(p []byte) {
	c.gate.Lock()
	defer c.gate.Unlock()
	c.written.Add(int64(len(p)))
	c.stream.add(p)
	_, _ = c.screen.Write(p)
}

// stream keeps all that a terminal was sent.
type stream struct {
	mu   sync.Mutex
	sent []byte
}

func (s *stream) add(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, p...)
}

func (s *stream) bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.sent)
}

// open starts the program in a terminal of a size.
func open(t testing.TB, w, h int, env []string, args ...string) *console {
	t.Helper()
	cmd := exec.Command(gantry, args...)
	cmd.Env = env
	return seat(t, w, h, cmd)
}

// seat starts a command in a terminal of a size.
func seat(t testing.TB, w, h int, cmd *exec.Cmd) *console {
	t.Helper()
	return answering(t, w, h, cmd, true)
}

// silent starts a command in a terminal that answers no question.
func silent(t testing.TB, w, h int, cmd *exec.Cmd) *console {
	t.Helper()
	return answering(t, w, h, cmd, false)
}

func answering(t testing.TB, w, h int, cmd *exec.Cmd, answers bool) *console {
	t.Helper()
	c := &console{
		t: t, cmd: cmd, screen: vt.NewSafeEmulator(w, h),
		changed: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	tty, err := pty.StartWithSize(c.cmd, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)})
	if err != nil {
		t.Fatal(err)
	}
	c.tty = tty
	go func() { // what the emulated terminal answers to queries
		to := io.Discard
		if answers {
			to = tty
		}
		_, _ = io.Copy(to, c.screen)
	}()
	go func() {
		defer close(c.ended)
		buf := make([]byte, 32<<10)
		for {
			n, err := tty.Read(buf)
			if n > 0 {
				c.take(buf[:n])
				select {
				case c.changed <- struct{}{}:
				default:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(c.kill)
	return c
}

func (c *console) kill() {
	c.once.Do(func() {
		_ = c.cmd.Process.Signal(syscall.SIGKILL)
		_ = c.cmd.Wait()
		_ = c.tty.Close()
	})
}

// text is the screen's text, a line a row.
func (c *console) text() string { return ansi.Strip(c.screen.Render()) }

// sees waits until the screen holds all the texts.
func (c *console) sees(texts ...string) string {
	c.t.Helper()
	return c.until(fmt.Sprintf("%q", texts), func(screen string) bool {
		for _, want := range texts {
			if !strings.Contains(screen, want) {
				return false
			}
		}
		return true
	})
}

// until waits until the screen satisfies a condition and returns it.
func (c *console) until(what string, ok func(string) bool) string {
	c.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		screen := c.text()
		if ok(screen) {
			return screen
		}
		select {
		case <-c.changed:
		case <-c.ended:
			if screen = c.text(); ok(screen) {
				return screen
			}
			c.t.Fatalf("the program ended before the screen showed %s:\n%s", what, screen)
		case <-deadline.C:
			c.t.Fatalf("the screen never showed %s:\n%s", what, screen)
		}
	}
}

// press types keys as a terminal sends them.
func (c *console) press(keys ...string) {
	c.t.Helper()
	for _, k := range keys {
		if _, err := c.tty.WriteString(k); err != nil {
			c.t.Fatalf("typing %q: %v", k, err)
		}
	}
}

// resize changes the terminal's size.
func (c *console) resize(w, h int) {
	c.t.Helper()
	c.screen.Resize(w, h)
	if err := pty.Setsize(c.tty, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)}); err != nil {
		c.t.Fatal(err)
	}
}

// exits waits for the program to end and returns its code.
func (c *console) exits() int {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("the program did not end:\n%s", c.text())
	}
	c.once.Do(func() {
		_ = c.cmd.Wait()
		_ = c.tty.Close()
	})
	return c.cmd.ProcessState.ExitCode()
}

// simulator starts gantry sim and returns the addresses it prints.
func simulator(t testing.TB, args ...string) (aws, logs string) {
	t.Helper()
	cmd := exec.Command(gantry, append([]string{"sim", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = environment(t)
	addresses := service(t, cmd, cmd.StdoutPipe, func(line string) bool {
		return strings.HasPrefix(line, "logs")
	})
	for _, line := range addresses {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "aws" {
			aws = f[1]
		} else if len(f) >= 2 && f[0] == "logs" {
			logs = f[1]
		}
	}
	if aws == "" || logs == "" {
		t.Fatalf("gantry sim printed no addresses: %q", addresses)
	}
	t.Logf("started gantry sim: aws %s, logs %s", aws, logs)
	return aws, logs
}

// service starts a program that serves until the test ends and returns the
// lines of one of its outputs up to the one that says it is ready.
func service(t testing.TB, cmd *exec.Cmd, output func() (io.ReadCloser, error), ready func(string) bool) []string {
	t.Helper()
	pipe, err := output()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", cmd.Path, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := make(chan []string, 1)
	go func() {
		var got []string
		var pending []byte
		sent := false
		buf := make([]byte, 4096)
		for {
			n, err := pipe.Read(buf)
			pending = append(pending, buf[:n]...)
			for {
				i := bytes.IndexByte(pending, '\n')
				if i < 0 {
					break
				}
				line := string(pending[:i])
				pending = pending[i+1:]
				if sent {
					continue
				}
				got = append(got, line)
				if ready(line) {
					lines <- got
					sent = true
				}
			}
			if err != nil {
				if !sent {
					close(lines)
				}
				return
			}
		}
	}()
	select {
	case got, ok := <-lines:
		if !ok {
			t.Fatalf("%s ended before it was ready", cmd.Path)
		}
		return got
	case <-time.After(4 * patience):
		t.Fatalf("%s was not ready in %s", cmd.Path, 4*patience)
	}
	return nil
}
