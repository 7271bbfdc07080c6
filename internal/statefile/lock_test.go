//go:build !windows

package statefile_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/statefile"
)

// TestAnotherRunIsWaitedForAWhile: what holds the folder for a moment is waited for, and what
// never lets go of it, as a run that was suspended, holds nobody up for long.
func TestAnotherRunIsWaitedForAWhile(t *testing.T) {
	for name, c := range map[string]struct{ held, least, most time.Duration }{
		"a moment": {300 * time.Millisecond, 300 * time.Millisecond, 400 * time.Millisecond},
		"for good": {time.Hour, time.Second, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "console.json")
				other, err := os.Open(filepath.Dir(path))
				if err != nil {
					t.Fatal(err)
				}
				defer other.Close()
				held := int(other.Fd())
				if err := syscall.Flock(held, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
					t.Skip("no locks here: ", err)
				}
				let := time.AfterFunc(c.held, func() { _ = syscall.Flock(held, syscall.LOCK_UN) })
				defer let.Stop()
				began := time.Now()
				var waited time.Duration
				if err := statefile.Together(path, func() ([]byte, error) {
					waited = time.Since(began)
					return []byte("{}"), nil
				}); err != nil {
					t.Fatal(err)
				}
				if b, err := os.ReadFile(path); err != nil || string(b) != "{}" || waited < c.least || waited > c.most {
					t.Errorf("it holds %q (%v) after %s", b, err, waited)
				}
			})
		})
	}
}
