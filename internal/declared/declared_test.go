package declared

import (
	"slices"
	"testing"
)

// TestWhatWasGivenOutStays: no reader changes what another reads.
func TestWhatWasGivenOutStays(t *testing.T) {
	var l List[string]
	l.Add("a").Add("b", "c")
	first := l.All()
	first[0] = "x"
	if got := l.All(); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("declared are %q", got)
	}
}
