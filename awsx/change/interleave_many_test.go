//go:build integration

package change_test

import (
	"fmt"
	"testing"
)

func TestTenThousandInterleavings(t *testing.T) {
	const parts = 8
	scripts(t, 10_000/parts)
	for n := range parts {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			t.Parallel()
			interleave(t)
		})
	}
}
