//go:build !linux && !windows

package process

import "syscall"

// attributes give a program a group of its own.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
