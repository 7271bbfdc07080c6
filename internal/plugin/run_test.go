package plugin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/session"
	"gantry/internal/plugin/plugintest"
)

var opens = awsx.Session{ID: "ecs-execute-command-1", URL: "wss://session.invalid/1", Token: "very-secret-token", Target: "ecs:prod_t_r", Region: "eu-west-1", Endpoint: "https://ssm.eu-west-1.amazonaws.com"}

// joiner has a stand-in that runs a container's command here.
func joiner(t *testing.T, mode, command string, more ...string) Joiner {
	t.Helper()
	path, env := plugintest.Install(t, mode, append(more, plugintest.Command+"="+command)...)
	return Joiner{Plugin: session.Plugin{Path: path, Version: "1.2.707.0"}, Profile: "main", Environ: env}
}

// runs runs words as in a container.
func runs(t *testing.T, ctx context.Context, words []string, more ...string) (string, int, error) {
	t.Helper()
	word := session.NewWord()
	var out bytes.Buffer
	code := 0
	err := joiner(t, plugintest.Shell, session.Run(word, words...), more...).Converse(ctx, opens, 5*time.Second, func(in io.Writer, from io.Reader) (err error) {
		code, err = session.Line{In: in, Out: from, Word: word}.Code(&out)
		return err
	})
	return out.String(), code, err
}

// TestACommandsOutputAndExitCodeComeThroughATerminal: without the plugin's own lines, byte
// for byte, with what a shell would take apart as one word.
func TestACommandsOutputAndExitCodeComeThroughATerminal(t *testing.T) {
	for _, c := range []struct {
		words []string
		out   string
		code  int
	}{
		{[]string{"sh", "-c", `printf 'one\ntwo'; exit 7`}, "one\ntwo", 7},
		{[]string{"printf", `a\r\n\000\377b\n\n`}, "a\r\n\x00\xffb\n\n", 0},
		{[]string{"printf", "%s|", `it's`, `$HOME "x"`, "", `\n`}, `it's|$HOME "x"||\n|`, 0},
		{[]string{"cat"}, "", 0},
		{[]string{"no-such-program-at-all"}, "", 127},
	} {
		out, code, err := runs(t, t.Context(), c.words)
		if err != nil || code != c.code || c.code != 127 && out != c.out {
			t.Errorf("%q: %q, exit %d, %v", c.words, out, code, err)
		}
	}
	long := strings.Repeat("0123456789", 40_000)
	if out, _, err := runs(t, t.Context(), []string{"sh", "-c", `i=0; while [ $i -lt 40 ]; do printf %s "$1"; i=$((i+1)); done`, "x", long[:10_000]}); err != nil || out != long {
		t.Errorf("%d bytes came, %v", len(out), err)
	}
}

// TestLinesAreThoseOfTheCommandWithoutStty: a terminal that nothing could set ends them its
// own way.
func TestLinesAreThoseOfTheCommandWithoutStty(t *testing.T) {
	out, code, err := runs(t, t.Context(), []string{"/bin/sh", "-c", `echo one; echo two`}, "PATH=/nowhere")
	if out != "one\ntwo\n" || code != 0 || err != nil {
		t.Errorf("%q, %d, %v", out, code, err)
	}
}

// TestASessionThatIsCutIsNoSuccess.
func TestASessionThatIsCutIsNoSuccess(t *testing.T) {
	out, _, err := runs(t, t.Context(), []string{"sh", "-c", "echo begun; kill -9 $PPID"})
	if !errors.Is(err, session.ErrCut) || !strings.HasPrefix(out, "begun\n") {
		t.Errorf("%q, %v", out, err)
	}
	err = joiner(t, plugintest.Fail, "").Converse(t.Context(), opens, time.Second, func(in io.Writer, out io.Reader) error {
		_, err := session.Line{In: in, Out: out, Word: "w"}.Code(io.Discard)
		return err
	})
	if !errors.Is(err, session.ErrCut) || !strings.Contains(err.Error(), "bad handshake") {
		t.Errorf("%v", err)
	}
	err = joiner(t, plugintest.Shell, "/no/such/shell").Converse(t.Context(), opens, time.Second, func(in io.Writer, out io.Reader) error {
		_, err := session.Line{In: in, Out: out, Word: "w"}.Code(io.Discard)
		return err
	})
	if !errors.Is(err, session.ErrCut) || !strings.Contains(err.Error(), "/no/such/shell") {
		t.Errorf("without a shell: %v", err)
	}
}

// TestWhatRunsIsInterruptedWithItsCaller: the process that was run is gone as well.
func TestWhatRunsIsInterruptedWithItsCaller(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	word := session.NewWord()
	j := joiner(t, plugintest.Shell, session.Run(word, "sh", "-c", "echo up; exec sleep 600"))
	err := j.Converse(ctx, opens, 5*time.Second, func(in io.Writer, from io.Reader) error {
		_, err := session.Line{In: in, Out: from, Word: word}.Code(writerFunc(func(p []byte) {
			if strings.Contains(string(p), "up") {
				cancel()
			}
		}))
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

type writerFunc func([]byte)

// Write calls the function.
func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

// TestFilesComeAndGoWhole: with their size and checksum, directories as archives, and the
// reason where they do not.
func TestFilesComeAndGoWhole(t *testing.T) {
	there := t.TempDir()
	content := bytes.Repeat([]byte("\x00\xff\r\n\x04~.'line\n"), 3000)
	file := filepath.Join(there, "it's a file")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	receive := func(path string, accept func(session.Facts) (io.Writer, error)) error {
		word := session.NewWord()
		return joiner(t, plugintest.Shell, session.Send(word, path)).Converse(t.Context(), opens, 5*time.Second, func(in io.Writer, out io.Reader) error {
			_, err := session.Line{In: in, Out: out, Word: word}.Receive(accept)
			return err
		})
	}
	var got bytes.Buffer
	if err := receive(file, func(f session.Facts) (io.Writer, error) {
		if f.Directory || f.Size != int64(len(content)) || len(f.Sum) != 64 {
			t.Errorf("%+v", f)
		}
		return &got, nil
	}); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("%d of %d bytes, %v", got.Len(), len(content), err)
	}
	tooLong := errors.New("too long")
	if err := receive(file, func(session.Facts) (io.Writer, error) { return nil, tooLong }); !errors.Is(err, tooLong) {
		t.Errorf("declined: %v", err)
	}
	if err := receive(filepath.Join(there, "none"), nil); err == nil || !strings.Contains(err.Error(), "cannot read it: ") {
		t.Errorf("a file that is not there: %v", err)
	}
	var archive bytes.Buffer
	if err := receive(there, func(f session.Facts) (io.Writer, error) {
		if !f.Directory {
			t.Errorf("%+v", f)
		}
		return &archive, nil
	}); err != nil || !bytes.Contains(archive.Bytes(), content) {
		t.Errorf("%d bytes, %v", archive.Len(), err)
	}

	deliver := func(path string, directory bool, from []byte) (session.Facts, error) {
		var f session.Facts
		word := session.NewWord()
		err := joiner(t, plugintest.Shell, session.Take(word, path, directory, "640", "sent")).Converse(t.Context(), opens, 5*time.Second, func(in io.Writer, out io.Reader) (err error) {
			f, err = session.Line{In: in, Out: out, Word: word}.Deliver(bytes.NewReader(from))
			return err
		})
		return f, err
	}
	to := filepath.Join(there, "copy")
	for _, body := range [][]byte{content, nil, []byte("x")} {
		f, err := deliver(to, false, body)
		read, readErr := os.ReadFile(to)
		if err != nil || readErr != nil || !bytes.Equal(read, body) || f.Size != int64(len(body)) || len(f.Sum) != 64 {
			t.Errorf("%d bytes of %d, %+v, %v, %v", len(read), len(body), f, err, readErr)
		}
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := deliver(there, false, content); err != nil {
		t.Error(err)
	}
	if read, err := os.ReadFile(filepath.Join(there, "sent")); err != nil || !bytes.Equal(read, content) {
		t.Errorf("into a directory: %d bytes, %v", len(read), err)
	}
	unpacked := filepath.Join(there, "new", "place")
	if _, err := deliver(unpacked, true, archive.Bytes()); err != nil {
		t.Error(err)
	}
	if read, err := os.ReadFile(filepath.Join(unpacked, "it's a file")); err != nil || !bytes.Equal(read, content) {
		t.Errorf("a directory: %d bytes, %v", len(read), err)
	}
	if _, err := deliver(filepath.Join(there, "none", "file"), false, content); err == nil || !strings.Contains(err.Error(), "cannot write there: ") {
		t.Errorf("to a place that is not there: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(there, "*gantry-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestTheTokenStandsOnNoCommandLine where the plugin takes it otherwise.
func TestTheTokenStandsOnNoCommandLine(t *testing.T) {
	for version, hidden := range map[string]bool{"1.2.707.0": true, "1.2.497.0": true, "1.2.463.0": false, "": false} {
		record := filepath.Join(t.TempDir(), "called")
		j := joiner(t, plugintest.Shell, "true", plugintest.Record+"="+record)
		j.Version = version
		cmd := j.At(t.Context(), opens)
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		c := plugintest.Read(t, record)
		if c.Response["TokenValue"] != "very-secret-token" || c.ByEnv != hidden || strings.Contains(strings.Join(cmd.Args, " "), "very-secret-token") == hidden {
			t.Errorf("%q: %+v", version, c)
		}
		if c.Args[1] != "eu-west-1" || c.Args[3] != "main" || c.Args[5] != opens.Endpoint || c.Request["Target"] != opens.Target {
			t.Errorf("%q: %q", version, c.Args)
		}
	}
}

// TestAForwardTellsItsPortAndEndsWithItsContext.
func TestAForwardTellsItsPortAndEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := session.Forwarding{Host: "db.internal", Remote: 5432}
	asked := f.Request(opens.Target)
	s := opens
	s.Document, s.Parameters = asked.Document, asked.Parameters
	ports := make(chan int, 1)
	ended := make(chan error, 1)
	j := joiner(t, plugintest.Forward, "")
	go func() { ended <- j.Forward(ctx, s, func(port int) { ports <- port }) }()
	conn, err := net.Dial("tcp", f.Here(<-ports))
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(conn)
	if err != nil || string(said) != "AWS-StartPortForwardingSessionToRemoteHost db.internal:5432\n" {
		t.Errorf("%q, %v", said, err)
	}
	_ = conn.Close()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	err = joiner(t, plugintest.Fail, "").Forward(t.Context(), s, func(int) { t.Error("it opened") })
	if err == nil || !strings.Contains(err.Error(), "bad handshake") {
		t.Errorf("%v", err)
	}
}

// TestThePluginIsFoundWithItsVersion.
func TestThePluginIsFoundWithItsVersion(t *testing.T) {
	path, env := plugintest.Install(t, plugintest.Shell)
	for _, variable := range env {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "GANTRY_TEST_") {
			t.Setenv(name, value)
		}
	}
	t.Setenv("PATH", filepath.Dir(path))
	p, err := Find(t.Context(), func(name string) (string, error) { return filepath.Join(filepath.Dir(path), name), nil })
	if err != nil || p.Path != path || p.Version != "1.2.707.0" || !p.Hides() {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := Find(t.Context(), func(string) (string, error) { return "", os.ErrNotExist }); p.Path != "" || err != nil {
		t.Errorf("%+v, %v", p, err)
	}
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := Free(l.Addr().(*net.TCPAddr).Port); err == nil {
		t.Error("a port that is taken is free")
	}
}
