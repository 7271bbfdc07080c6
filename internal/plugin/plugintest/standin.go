package plugintest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// The variables by which a test tells the stand-in what to be.
const (
	Mode    = "GANTRY_TEST_PLUGIN"         // a mode below; set, the test program is the stand-in
	Version = "GANTRY_TEST_PLUGIN_VERSION" // what it says of itself
	Command = "GANTRY_TEST_PLUGIN_COMMAND" // what the container runs
	Record  = "GANTRY_TEST_PLUGIN_RECORD"  // the file in which it writes how it was called
)

// The modes.
const (
	Shell   = "shell"   // runs Command at a terminal
	Forward = "forward" // listens at the port that it was told
	Fail    = "fail"    // cannot begin
)

// Main is what a test program calls first: where it is to be the stand-in, it is, and does
// not return.
func Main() {
	if os.Getenv(Mode) != "" {
		os.Exit(run(os.Args, os.Stdout))
	}
}

// Install puts the stand-in on a PATH of its own, which it returns with the environment that
// makes it one.
func Install(t testing.TB, mode string, more ...string) (path string, env []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "session-manager-plugin")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	// Under the race detector a program sleeps for a second before it ends.
	return path, append(append(os.Environ(), "GORACE=atexit_sleep_ms=0", Mode+"="+mode, Version+"=1.2.707.0"), more...)
}

// Called is how the stand-in was called.
type Called struct {
	Args     []string          // without the program
	Response map[string]string // the session, wherever it came from
	Request  map[string]any
	ByEnv    bool // the session came through the environment
}

// Read reads how the stand-in was called.
func Read(t testing.TB, file string) Called {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c Called
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func run(args []string, out io.Writer) int {
	if len(args) == 2 && args[1] == "--version" {
		fmt.Fprintln(out, os.Getenv(Version))
		return 0
	}
	c, err := check(args[1:])
	if err != nil {
		fmt.Fprintf(out, "Cannot perform start session: %v\n", err)
		return 0 // as the plugin does
	}
	if file := os.Getenv(Record); file != "" {
		text, _ := json.Marshal(c)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			fmt.Fprintln(out, err)
			return 9
		}
	}
	fmt.Fprintf(out, "\nStarting session with SessionId: %s\n", c.Response["SessionId"])
	switch os.Getenv(Mode) {
	case Forward:
		err = forward(out, c)
	case Fail:
		err = fmt.Errorf("websocket: bad handshake")
	default:
		err = shell(out)
	}
	if err != nil {
		fmt.Fprintf(out, "Cannot perform start session: %v\n", err)
		return 0
	}
	fmt.Fprintf(out, "\n\nExiting session with sessionId: %s.\n\n", c.Response["SessionId"])
	return 0
}

// check takes the call apart as the plugin does.
func check(args []string) (Called, error) {
	c := Called{Args: args}
	if len(args) != 6 {
		return c, fmt.Errorf("%d arguments", len(args))
	}
	response := args[0]
	if strings.HasPrefix(response, "AWS_SSM_START_SESSION_RESPONSE") {
		c.ByEnv = true
		response = os.Getenv(args[0])
		_ = os.Unsetenv(args[0])
	}
	if err := json.Unmarshal([]byte(response), &c.Response); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(args[4]), &c.Request); err != nil {
		return c, err
	}
	for _, name := range []string{"SessionId", "StreamUrl", "TokenValue"} {
		if c.Response[name] == "" {
			return c, fmt.Errorf("no %s", name)
		}
	}
	if target, _ := c.Request["Target"].(string); target == "" || args[2] != "StartSession" || args[1] == "" || args[5] == "" {
		return c, fmt.Errorf("called as %q", args)
	}
	return c, nil
}

// shell runs the container's command at a terminal, as the agent does, and joins it with
// its own input and output, as the plugin does.
func shell(out io.Writer) error {
	cmd := exec.Command("/bin/sh", "-c", "exec "+os.Getenv(Command))
	terminal, err := pty.Start(cmd)
	if err != nil {
		return err
	}
	defer terminal.Close()
	go func() {
		_, _ = io.Copy(terminal, os.Stdin)
	}()
	_, _ = io.Copy(out, terminal) // a terminal that nobody holds open any more gives an error
	_ = cmd.Wait()
	return nil
}

// forward listens, and says to whoever connects what it forwards to.
func forward(out io.Writer, c Called) error {
	parameters, _ := c.Request["Parameters"].(map[string]any)
	first := func(name string) string {
		list, _ := parameters[name].([]any)
		if len(list) == 0 {
			return ""
		}
		text, _ := list[0].(string)
		return text
	}
	l, err := net.Listen("tcp", net.JoinHostPort("localhost", first("localPortNumber")))
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	go func() {
		<-signals
		_ = l.Close()
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	fmt.Fprintf(out, "Port %s opened for sessionId %s.", port, c.Response["SessionId"])
	fmt.Fprintf(out, "\nWaiting for connections...\n")
	for {
		conn, err := l.Accept()
		if err != nil {
			fmt.Fprintln(out, "Terminate signal received, exiting.")
			return nil
		}
		fmt.Fprintf(conn, "%s %s:%s\n", c.Request["DocumentName"], first("host"), first("portNumber"))
		_ = conn.Close()
	}
}
