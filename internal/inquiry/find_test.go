package inquiry

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheLikeliestNamesComeFirst(t *testing.T) {
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprintf("worker-%02d", i))
	}
	names = append(names, "catalog", "Inventory")
	for wanted, first := range map[string]string{
		"catlog": "catalog", "CATALOG": "catalog", "inventroy": "Inventory", "worker-7": "worker-07", "log": "catalog",
	} {
		got := some(wanted, append([]string{}, names...))
		if !strings.HasPrefix(got, first+", ") || !strings.HasSuffix(got, " and 22 others") {
			t.Errorf("for %s: %s", wanted, got)
		}
	}
	if got := some("x", nil); got != "none" {
		t.Errorf("of nothing: %s", got)
	}
}

func TestUnlikeIsADistance(t *testing.T) {
	name := rapid.StringMatching(`[a-d]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		d := unlike(a, b)
		if a == b != (d == 0) && !strings.Contains(b, a) {
			t.Fatalf("%d between %s and %s", d, a, b)
		}
		if !strings.Contains(b, a) && !strings.Contains(a, b) && d != unlike(b, a) {
			t.Fatalf("%d one way, %d the other", d, unlike(b, a))
		}
		if d > max(len(a), len(b)) {
			t.Fatalf("%d between %s and %s", d, a, b)
		}
	})
}
