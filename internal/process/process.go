package process

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"time"

	"gantry/internal/crash"
)

// Grace is how long a program may take to end after it was asked to.
const Grace = 3 * time.Second

// Run runs a program until it ends. When the context ends first, the program is
// interrupted, and killed after the grace with all processes of its group: the error is
// then the context's. Whatever of the group is left when the program has ended is killed.
// The command must not be bound to a context of its own.
func Run(ctx context.Context, cmd *exec.Cmd, grace time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	begun := make(chan error, 1)
	var running crash.Group
	defer running.Wait()
	running.Go(func() {
		// The kernel ties the child's end to that of the thread that began it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		cmd.SysProcAttr = attributes()
		// What the program began may hold its output open.
		cmd.WaitDelay = grace
		err := cmd.Start()
		begun <- err
		if err != nil {
			return
		}
		ended <- cmd.Wait()
	})
	if err := <-begun; err != nil {
		return err
	}
	defer kill(cmd)
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	interrupt(cmd)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		kill(cmd)
		<-ended
	}
	return ctx.Err()
}

// Code is the exit code of a program by the error of its end; ok is false when it did not
// come to an exit.
func Code(err error) (code int, ok bool) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, true
	case errors.As(err, &exit) && exit.Exited():
		return exit.ExitCode(), true
	}
	return 0, false
}
