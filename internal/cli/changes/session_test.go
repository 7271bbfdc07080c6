package changes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/spf13/cobra"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/cli/command"
	"gantry/internal/config"
	"gantry/internal/plugin/plugintest"
)

// wire is the network to a simulated account, which tells the stand-in of the plugin what a
// container was asked to run.
type wire struct{ account http.RoundTripper }

// RoundTrip passes on.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".ExecuteCommand") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var in struct{ Command string }
		if err := errors.Join(json.Unmarshal(body, &in), os.Setenv(plugintest.Command, in.Command)); err != nil {
			return nil, err
		}
	}
	return w.account.RoundTrip(r)
}

// terminal runs commands against an account in the bubble of a test.
type terminal struct {
	*sim.Account
	record string // where the stand-in says how it was called
}

// said gathers what is written, from any goroutine.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
	on  func(all string)
}

// Write gathers, and tells who waits for something.
func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf.Write(p)
	if s.on != nil {
		s.on(s.buf.String())
	}
	return len(p), nil
}

// String is all of it.
func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// simulated runs a test on an account whose service staging/web takes shells, with a stand-in
// of the plugin on PATH.
func simulated(t *testing.T, mode string, test func(*testing.T, *terminal)) {
	t.Helper()
	record := filepath.Join(t.TempDir(), "called")
	path, env := plugintest.Install(t, mode, plugintest.Record+"="+record)
	for _, v := range env {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GANTRY_TEST_") || name == "GORACE" {
			t.Setenv(name, value)
		}
	}
	t.Setenv(plugintest.Command, "true")
	t.Setenv("PATH", filepath.Dir(path)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	synctest.Test(t, func(t *testing.T) {
		account, err := sim.New(sim.Options{Scenario: seed.Steady, Seed: 1, Speed: 50})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var lives sync.WaitGroup
		lives.Go(func() { _ = account.Run(ctx) })
		defer func() {
			cancel()
			lives.Wait()
		}()
		test(t, &terminal{account, record})
	})
}

// run runs a command in a pipeline.
func (s *terminal) run(ctx context.Context, in io.Reader, out *said, args ...string) (stdout, stderr string, code int) {
	errs := &said{}
	if out != nil {
		errs.on = out.on
	}
	var o bytes.Buffer
	p := &command.Program{Version: "test", Flags: config.Flags{Endpoint: "http://account.test"}, Streams: command.Streams{
		In: in, Out: &o, Err: errs, Getenv: os.Getenv, Wire: wire{s.RoundTripper()},
	}}
	root := &cobra.Command{Use: "gantry", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(Commands(p)...)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		command.Report(errs, err)
	}
	return o.String(), errs.String(), command.CodeOf(err)
}

func (s *terminal) does(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return s.run(t.Context(), strings.NewReader(""), nil, args...)
}

// allowed turns ECS Exec on for staging/web.
func (s *terminal) allowed(t *testing.T) {
	t.Helper()
	if _, errs, code := s.does(t, "allow-exec", "staging/web", "--yes"); code != 0 {
		t.Fatalf("exit %d:\n%s", code, errs)
	}
}

// TestExecSaysWhatIsMissingAndHowToMendIt, opens nothing, and does so once it is mended.
func TestExecSaysWhatIsMissingAndHowToMendIt(t *testing.T) {
	simulated(t, plugintest.Shell, func(t *testing.T, s *terminal) {
		_, errs, code := s.does(t, "exec", "staging/web", "--yes", "--", "true")
		if code != command.ExitRefused || !strings.Contains(errs, "exec-flag: ECS Exec is off for service web") || !strings.Contains(errs, "to mend it: gantry allow-exec staging/web") {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		if _, errs, code := s.does(t, "exec", "staging/web", "--dry-run"); code != command.ExitRefused || !strings.Contains(errs, "failed   exec-flag") || !strings.Contains(errs, "ok       plugin: session-manager-plugin 1.2.707.0") {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		s.allowed(t)
		out, errs, code := s.does(t, "exec", "staging/web", "--yes", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
		if out != "out\nerr\n" || code != 7 || !strings.Contains(errs, "-> command sh in container web") || strings.Contains(errs, "echo err") {
			t.Errorf("%q, exit %d:\n%s", out, code, errs)
		}
		c := plugintest.Read(t, s.record)
		if !c.ByEnv || c.Response["TokenValue"] == "" || !strings.HasPrefix(fmt.Sprint(c.Request["Target"]), "ecs:staging_") {
			t.Errorf("%+v", c)
		}
		if strings.Contains(strings.Join(c.Args, " ")+out+errs, c.Response["TokenValue"]) {
			t.Error("the token is shown")
		}
		for _, wrong := range [][]string{{"exec", "staging/web"}, {"exec", "staging/web", "--", "bash"}, {"exec", "web", "--", "ls"}, {"exec", "staging/web", "-t", "--", "ls"}, {"exec", "staging/web", "--timeout", "-1s", "--", "ls"}} {
			if _, errs, code := s.does(t, append([]string{wrong[0], "--yes"}, wrong[1:]...)...); code != command.ExitUsage {
				t.Errorf("%q: exit %d:\n%s", wrong, code, errs)
			}
		}
		if _, errs, code := s.does(t, "exec", "staging/web", "--", "true"); code != command.ExitRefused || !strings.Contains(errs, "without a terminal give --yes") {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		if _, errs, code := s.does(t, "exec", "staging/web", "-c", "nope", "--yes", "--", "true"); code != command.ExitUsage || !strings.Contains(errs, "its containers are web") {
			t.Errorf("exit %d:\n%s", code, errs)
		}
	})
}

// TestEachMistakeOfAShellHasItsWords, and a plan names the word that answers it.
func TestEachMistakeOfAShellHasItsWords(t *testing.T) {
	simulated(t, plugintest.Shell, func(t *testing.T, s *terminal) {
		for _, c := range []struct{ line, says string }{
			{"exec staging/nope", "no such service in cluster staging"},
			{"exec staging/web", "a shell needs a terminal"},
			{"cp a b", "neither is in a container"},
			{"cp staging/web: ./b", "names no path in the container"},
			{"cp web:/tmp/a ./b", "names no cluster: expected CLUSTER/web:/tmp/a"},
			{"cp staging/web:/a staging/catalog:/b", "both are in a container"},
		} {
			if _, errs, code := s.does(t, strings.Fields(c.line)...); code != command.ExitUsage || !strings.Contains(errs, c.says) {
				t.Errorf("%s: exit %d:\n%s", c.line, code, errs)
			}
		}
		_, errs, _ := s.does(t, "exec", "prod/web", "--dry-run", "--", "true")
		_, id, _ := strings.Cut(strings.Fields(errs)[1], "/")
		if !strings.Contains(errs, "answer   --confirm "+id[:8]+" (asks for the task's name") || !strings.Contains(errs, "as       arn:aws:sts::000000000000:") {
			t.Errorf("%s", errs)
		}
	})
}

// TestFilesAreCopiedOutAndIn, with their checksums, and not where a limit or a place forbids.
func TestFilesAreCopiedOutAndIn(t *testing.T) {
	there, here := t.TempDir(), t.TempDir()
	content := bytes.Repeat([]byte("\x00 line\r\n"), 5000)
	if err := errors.Join(os.WriteFile(filepath.Join(there, "dump"), content, 0o600), os.Mkdir(filepath.Join(there, "sub"), 0o755),
		os.WriteFile(filepath.Join(there, "sub", "inner"), []byte("inner"), 0o600)); err != nil {
		t.Fatal(err)
	}
	simulated(t, plugintest.Shell, func(t *testing.T, s *terminal) {
		s.allowed(t)
		if _, errs, code := s.does(t, "cp", "staging/web:"+there+"/dump", here, "--yes"); code != 0 || !strings.Contains(errs, "copied 40000 bytes, SHA-256 ") {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		if got, err := os.ReadFile(filepath.Join(here, "dump")); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if out, errs, code := s.does(t, "cp", "staging/web:"+there+"/dump", "-", "--yes"); code != 0 || out != string(content) {
			t.Errorf("%d bytes, exit %d:\n%s", len(out), code, errs)
		}
		if _, errs, code := s.does(t, "cp", "staging/web:"+there, filepath.Join(here, "all"), "--yes"); code != 0 {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		if got, err := os.ReadFile(filepath.Join(here, "all", "sub", "inner")); err != nil || string(got) != "inner" {
			t.Errorf("%q, %v", got, err)
		}
		if _, errs, code := s.does(t, "cp", filepath.Join(here, "all"), "staging/web:"+there+"/back", "--yes"); code != 0 {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		if got, err := os.ReadFile(filepath.Join(there, "back", "dump")); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if _, errs, code := s.run(t.Context(), strings.NewReader("typed"), nil, "cp", "-", "staging/web:"+there+"/typed", "--yes"); code != 0 {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		if got, err := os.ReadFile(filepath.Join(there, "typed")); err != nil || string(got) != "typed" {
			t.Errorf("%q, %v", got, err)
		}
		for _, c := range []struct {
			args []string
			code int
			want string
		}{
			{[]string{"cp", "staging/web:" + there + "/none", here}, command.ExitFailed, "the container cannot read it"},
			{[]string{"cp", "staging/web:" + there, "-"}, command.ExitFailed, "cannot go to standard output"},
			{[]string{"cp", "staging/web:" + there, filepath.Join(here, "dump")}, command.ExitFailed, "is a file, and a directory comes"},
			{[]string{"cp", filepath.Join(here, "none"), "staging/web:/tmp"}, command.ExitUsage, "no such file"},
			{[]string{"cp", here, there}, command.ExitUsage, "neither is in a container"},
			{[]string{"cp", "a/b:/c", "a/b:/d"}, command.ExitUsage, "both are in a container"},
			{[]string{"cp", "api:/tmp/dump", here}, command.ExitUsage, "api:/tmp/dump names no cluster: expected CLUSTER/api:/tmp/dump"},
			{[]string{"cp", "staging/web:", here}, command.ExitUsage, "staging/web: names no path in the container, such as staging/web:/tmp/dump.txt"},
			{[]string{"cp", here, "staging/web"}, command.ExitUsage, "staging/web names no path in the container, such as staging/web:/tmp/dump.txt"},
			{[]string{"cp", "arn:aws:ecs:eu-west-1:1:task/prod/1", "."}, command.ExitUsage, "names no path in the container"},
			{[]string{"cp", ":/tmp", here}, command.ExitUsage, "neither is in a container"},
		} {
			if _, errs, code := s.does(t, append(c.args, "--yes")...); code != c.code || !strings.Contains(errs, c.want) {
				t.Errorf("%q: exit %d:\n%s", c.args, code, errs)
			}
		}
		for _, dir := range []string{here, there} {
			if left, _ := filepath.Glob(filepath.Join(dir, "*gantry-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		}
	})
}

// TestAForwardListensUntilItIsInterrupted, says where, and is ended in the account.
func TestAForwardListensUntilItIsInterrupted(t *testing.T) {
	simulated(t, plugintest.Forward, func(t *testing.T, s *terminal) {
		s.allowed(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var once sync.Once
		out := &said{on: func(all string) {
			_, rest, found := strings.Cut(all, "listening on ")
			if address, _, whole := strings.Cut(rest, ","); found && whole {
				once.Do(func() {
					conn, err := net.Dial("tcp", address)
					if err != nil {
						t.Error(err)
						return
					}
					got, err := io.ReadAll(conn)
					_ = conn.Close()
					if err != nil || string(got) != "AWS-StartPortForwardingSessionToRemoteHost db.internal:5432\n" {
						t.Errorf("%q, %v", got, err)
					}
					cancel()
				})
			}
		}}
		_, errs, code := s.run(ctx, strings.NewReader(""), out, "forward", "staging/web", ":db.internal:5432", "--yes")
		if code != command.ExitInterrupt || !strings.Contains(errs, "which leads to db.internal:5432") {
			t.Errorf("exit %d:\n%s", code, errs)
		}
		ends := 0
		for _, c := range s.Calls() {
			if c.Operation == "TerminateSession" {
				ends++
			}
		}
		if ends != 1 {
			t.Errorf("ended %d times", ends)
		}
		if _, errs, code := s.does(t, "forward", "staging/web", "80:x", "--yes"); code != command.ExitUsage {
			t.Errorf("exit %d:\n%s", code, errs)
		}
	})
}

// TestWithoutThePluginNothingIsOpened.
func TestWithoutThePluginNothingIsOpened(t *testing.T) {
	simulated(t, plugintest.Shell, func(t *testing.T, s *terminal) {
		s.allowed(t)
		if err := os.Setenv("PATH", "/nowhere"); err != nil {
			t.Fatal(err)
		}
		if _, errs, code := s.does(t, "exec", "staging/web", "--yes", "--", "true"); code != command.ExitRefused || !strings.Contains(errs, "session-manager-plugin is not on PATH") {
			t.Errorf("exit %d:\n%s", code, errs)
		}
	})
}
