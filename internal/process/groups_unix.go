//go:build !windows

package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Keys are the signals of the keys that mean something to whoever has the terminal.
func Keys() []os.Signal { return []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTSTP} }

// Lives reports whether a process of this host exists, whoever owns it.
func Lives(process int) bool {
	err := syscall.Kill(process, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// interrupt and kill reach the whole group of a program. An error says that nobody is left.
func interrupt(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
func kill(cmd *exec.Cmd)      { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
