package reports

import (
	"testing"

	"gantry/internal/inquiry"
)

// TestTheWorstOfAClusterIsNamedUnlessAllIsWell.
func TestTheWorstOfAClusterIsNamedUnlessAllIsWell(t *testing.T) {
	read := inquiry.Worst{Read: true}
	for want, s := range map[string]*worstStatus{
		"-": nil, "ok": {Name: "web", Status: "ok"},
		"degraded web":             {Name: "web", Status: "degraded"},
		"unknown web: unread":      {Name: "web", Status: "unknown", Why: "unread"},
		"failed web: exit 3":       {Name: "web", Status: "failed", Why: "exit 3"},
		"pending web: 1 of 2 runs": {Name: "web", Status: "pending", Why: "1 of 2 runs"},
	} {
		if got := worstWords(read, s); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
	if got := worstWords(inquiry.Worst{}, &worstStatus{Name: "web", Status: "ok"}); got != "?" {
		t.Errorf("not read: %q", got)
	}
}
