//go:build integration

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// lines is gantry logs with its standard output as a pipe.
type lines struct {
	t      *testing.T
	cmd    *exec.Cmd
	pipe   io.ReadCloser
	read   *bufio.Reader
	errors bytes.Buffer
}

// logsOf starts gantry logs on an account.
func logsOf(t *testing.T, env []string, args ...string) *lines {
	t.Helper()
	l := &lines{t: t, cmd: exec.Command(gantry, append([]string{"logs"}, args...)...)}
	l.cmd.Env, l.cmd.Stderr = env, &l.errors
	var err error
	if l.pipe, err = l.cmd.StdoutPipe(); err == nil {
		err = l.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.cmd.Process.Kill() })
	l.read = bufio.NewReader(l.pipe)
	return l
}

// next is the next line; a program that says nothing is ended after a while.
func (l *lines) next() string {
	l.t.Helper()
	giveUp := time.AfterFunc(patience, func() { _ = l.cmd.Process.Kill() })
	defer giveUp.Stop()
	line, err := l.read.ReadString('\n')
	if err != nil {
		l.t.Fatalf("no line: %v\n%s", err, l.errors.String())
	}
	return line
}

// ends waits for the program, which must have said no error.
func (l *lines) ends(how string) {
	l.t.Helper()
	giveUp := time.AfterFunc(patience, func() { _ = l.cmd.Process.Kill() })
	defer giveUp.Stop()
	if err := l.cmd.Wait(); err != nil || strings.Contains(l.errors.String(), "gantry:") {
		l.t.Errorf("%s: %v\n%s", how, err, l.errors.String())
	}
}

// logged is the environment of a simulated account whose log store is configured.
func logged(t *testing.T, args ...string) []string {
	aws, store := simulator(t, args...)
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("logs:\n  endpoints: ["+store+"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return account(t, aws, "GANTRY_CONFIG="+file)
}

func TestLogsEndAsTheirReaderOrAPersonWants(t *testing.T) {
	env := logged(t, "--scenario", "steady", "--speed", "20")
	target := "prod/catalog"

	l := logsOf(t, env, target, "-f")
	first, second := l.next(), l.next()
	if first[:24] > second[:24] {
		t.Errorf("not oldest first:\n%s%s", first, second)
	}
	if err := l.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, l.read)
	l.ends("interrupted")

	for _, args := range [][]string{{"-f"}, {"--limit", "0", "--since", "1h"}, {"-f", "-o", "json"}} {
		l := logsOf(t, env, append([]string{target}, args...)...)
		l.next()
		_ = l.pipe.Close()
		l.ends("its reader went away from " + strings.Join(args, " "))
	}

	var line struct{ Task, Container string }
	l = logsOf(t, env, target, "--limit", "1", "-o", "json")
	if err := json.Unmarshal([]byte(l.next()), &line); err != nil || line.Task == "" {
		t.Fatalf("%v: %+v", err, line)
	}
	l.ends("whole")
	l = logsOf(t, env, target+"/"+line.Task[:8]+"/"+line.Container, "--limit", "1")
	if got := l.next(); !strings.Contains(got, " "+line.Task[:8]+"/"+line.Container+" ") {
		t.Errorf("of one container: %s", got)
	}
	l.ends("of one container")
}
