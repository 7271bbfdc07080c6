//go:build integration

package change_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// TestManyInterleavings plays as many scripts as GANTRY_SCRIPTS says, a thousand if it
// says nothing.
func TestManyInterleavings(t *testing.T) {
	const parts = 8
	n := 1000
	if text := os.Getenv("GANTRY_SCRIPTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	scripts(t, n/parts)
	for n := range parts {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			t.Parallel()
			interleave(t)
		})
	}
}
