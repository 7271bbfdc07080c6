package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/session"
	"gantry/internal/crash"
	"gantry/internal/process"
)

// Joiner joins sessions by the plugin that was found.
type Joiner struct {
	session.Plugin
	// Profile is that of the shared configuration under which the plugin resumes a session.
	Profile string
	// Environ is the environment of the plugin; nil is that of this process.
	Environ []string
}

// command calls the plugin for a session.
func (j Joiner) command(s awsx.Session) *exec.Cmd {
	args, env := j.Call(s, j.Profile)
	cmd := exec.Command(j.Path, args...)
	cmd.Env = append(j.environ(), env...)
	return cmd
}

func (j Joiner) environ() []string {
	if j.Environ != nil {
		return j.Environ[:len(j.Environ):len(j.Environ)]
	}
	return os.Environ()
}

// At is the plugin's call for a terminal that is handed over to it. It ends with the
// context.
func (j Joiner) At(ctx context.Context, s awsx.Session) *exec.Cmd {
	plain := j.command(s)
	cmd := exec.CommandContext(ctx, plain.Path, plain.Args[1:]...)
	cmd.Env = plain.Env
	// The plugin takes an interrupt for a key that was typed.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = process.Grace
	return cmd
}

// Shield keeps this process from the keys that are for a session: at the terminal that the
// plugin uses they reach both. Call what it returns once the terminal is back.
func Shield() (lower func()) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, process.Keys()...)
	return func() { signal.Stop(heard) }
}

// Converse runs the plugin between two pipes while talk uses them, and returns talk's
// error, or why the plugin did not let it talk. Once talk has ended, the plugin may take
// the grace to end by itself. When the context ends, an interrupt is typed, and what does
// not end then is ended.
func (j Joiner) Converse(ctx context.Context, s awsx.Session, grace time.Duration, talk func(in io.Writer, out io.Reader) error) error {
	cmd := j.command(s)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, told := io.Pipe()
	cmd.Stdout, cmd.Stderr = told, told
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var all crash.Group
	defer all.Wait()
	var ran, said error
	ended, talked := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		defer close(ended)
		ran = process.Run(running, cmd, process.Grace)
		_ = told.Close() // never fails
	})
	all.Go(func() {
		said = talk(in, out)
		close(talked)
		_, _ = io.Copy(io.Discard, out) // the plugin must not wait for a reader
	})
	select {
	case <-talked:
	case <-ctx.Done():
		all.Go(func() { _, _ = in.Write([]byte{interrupt}) }) // who does not hear it is ended
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		stop()
		<-ended
	}
	<-talked
	code, exited := process.Code(ran)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case said != nil && exited && code != 0:
		return fmt.Errorf("%w (the plugin ended with exit code %d)", said, code)
	}
	return said
}

// interrupt is what ctrl+c types.
const interrupt = 3

// opened is what the plugin says once it listens, and at which port.
var opened = regexp.MustCompile(`Port ([0-9]+) opened for session`)

// Forward runs the plugin in the background and tells the local port once it is open. It
// returns when the context ends, or when the session does, and why.
func (j Joiner) Forward(ctx context.Context, s awsx.Session, open func(port int)) error {
	cmd := j.command(s)
	heard := &listener{open: open}
	cmd.Stdout, cmd.Stderr = heard, heard
	err := process.Run(ctx, cmd, process.Grace)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	words := session.LastWords(heard.text())
	switch {
	case words == "" && err == nil:
		return errors.New("the session ended")
	case words == "":
		return fmt.Errorf("the plugin ended: %w", err)
	}
	return fmt.Errorf("the session ended: %s", words)
}

// listener looks for the port in what the plugin prints, and keeps the end of that.
type listener struct {
	mu   sync.Mutex
	said bytes.Buffer
	open func(int)
}

// Write looks at whole text: the plugin may print a line in pieces.
func (l *listener) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said.Write(p)
	if m := opened.FindSubmatch(l.said.Bytes()); m != nil && l.open != nil {
		if port, err := strconv.Atoi(string(m[1])); err == nil {
			l.open(port)
			l.open = nil
		}
	}
	const most = 16 << 10
	if over := l.said.Len() - most; over > 0 {
		l.said.Next(over)
	}
	return len(p), nil
}

func (l *listener) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String()
}

// Hold forwards ports until the context ends, and tells where it listens.
func (j Joiner) Hold(ctx context.Context, s awsx.Session, ports session.Forwarding, tell func(words string)) (deploy.Held, error) {
	err := j.Forward(ctx, s, func(port int) { tell("listening on " + ports.Here(port) + ", which leads to " + ports.There()) })
	if ctx.Err() != nil {
		return deploy.Held{Words: "stopped", Open: true}, nil
	}
	return deploy.Held{Open: true}, err
}

// Left is what came of a plugin that had the terminal, by the error of its end.
func Left(err error) (deploy.Held, error) {
	if code, exited := process.Code(err); exited && code == 0 {
		return deploy.Held{}, nil
	}
	return deploy.Held{Open: true}, fmt.Errorf("%s: %w", session.PluginName, err)
}
