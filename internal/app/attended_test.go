package app

import (
	"os/exec"
	"testing"
)

// TestAProgramAtTheTerminalKeepsItsKeys: it runs while interrupts are for it.
func TestAProgramAtTheTerminalKeepsItsKeys(t *testing.T) {
	within := 0
	keep := func(run func() error) error {
		within++
		return run()
	}
	if err := (attended{exec.Command("true"), keep}).Run(); err != nil || within != 1 {
		t.Errorf("%d, %v", within, err)
	}
}
