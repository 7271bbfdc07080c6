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
		press := func() { a.signals <- os.Interrupt }
		_ = a.undisturbed(func() error {
			press()
			synctest.Wait()
			time.AfterFunc(late/2, press)
			return nil
		})
		synctest.Wait()
		if err := ctx.Err(); err != nil {
			t.Fatalf("interrupts of a program: %v", err)
		}
		press()
		synctest.Wait()
		if ctx.Err() == nil {
			t.Error("an interrupt of gantry's own ended nothing")
		}
	})
}
