package inquiry

import (
	"fmt"
	"strings"
	"testing"
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
