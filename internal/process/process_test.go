package process_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gantry/internal/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestNothingIsLeftOfAProgramThatHearsNoRequest: the process that it began is killed too,
// and the output that both hold is closed.
func TestNothingIsLeftOfAProgramThatHearsNoRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	cmd := exec.Command("/bin/sh", "-c", `trap '' INT TERM; (trap '' INT TERM; exec sleep 600) & echo $!; wait`)
	cmd.Stdout = in
	ended := make(chan error, 1)
	go func() {
		ended <- process.Run(ctx, cmd, time.Millisecond)
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// The child is init's by now, which may take a moment to bury it.
	for process.Lives(child) {
		if state, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(child)).Output(); strings.HasPrefix(string(state), "Z") {
			break
		}
	}
}

// TestAProgramsEndIsToldByItsExitCode.
func TestAProgramsEndIsToldByItsExitCode(t *testing.T) {
	err := process.Run(t.Context(), exec.Command("/bin/sh", "-c", "exit 3"), time.Second)
	if code, ok := process.Code(err); code != 3 || !ok {
		t.Errorf("%d, %v, %v", code, ok, err)
	}
	err = process.Run(t.Context(), exec.Command("/no/such/program"), time.Second)
	if _, ok := process.Code(err); ok || err == nil {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := process.Run(ended, exec.Command("/bin/true"), time.Second); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
