package cli

import (
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// TestAnInterruptForAProgramIsItsOwn, also one that is heard of just after the program ended; the
// next one is for gantry again.
func TestAnInterruptForAProgramIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, a := attend(t.Context())
		defer a.stop()
		press := func() error {
			a.signals <- os.Interrupt
			synctest.Wait()
			return ctx.Err()
		}
		if err := a.undisturbed(press); err != nil {
			t.Fatalf("an interrupt while a program ran: %v", err)
		}
		if err := press(); err != nil {
			t.Fatalf("an interrupt that was late: %v", err)
		}
		time.Sleep(late)
		if press() == nil {
			t.Error("an interrupt of gantry's own ended nothing")
		}
	})
}
