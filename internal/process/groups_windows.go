package process

import (
	"os"
	"os/exec"
	"syscall"
)

// attributes give a program a group of its own, which can then be interrupted alone.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// Keys are the signals of the keys that mean something to whoever has the terminal.
func Keys() []os.Signal { return []os.Signal{os.Interrupt} }

// Lives reports whether a process of this host exists. One of another user cannot be
// looked at and counts as gone.
func Lives(process int) bool {
	p, err := os.FindProcess(process)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}

// interrupt sends what ctrl+break sends to the group of a program.
func interrupt(cmd *exec.Cmd) {
	event := syscall.NewLazyDLL("kernel32.dll").NewProc("GenerateConsoleCtrlEvent")
	_, _, _ = event.Call(syscall.CTRL_BREAK_EVENT, uintptr(cmd.Process.Pid)) // who does not hear it is ended
}

// kill ends the program itself: Windows has no group to end, so what it began may go on.
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
