package app_test

import (
	"strings"
	"testing"
)

// TestACommandEndsAsItDoesWithoutAWebhook: one that nobody answers at is a warning
// on standard error, after the result.
func TestACommandEndsAsItDoesWithoutAWebhook(t *testing.T) {
	s := newShell(t)
	s.webhook.Close()
	code, said := s.run("", false, "restart", "staging/users", "--yes")
	if code != 0 || !strings.Contains(said, "staging/users: succeeded") {
		t.Errorf("ended with %d:\n%s", code, said)
	}
	if n := strings.Count(said, "warning: notify: a message was not sent: "); n != 2 || strings.Contains(said, s.env["HOOK"]) {
		t.Errorf("%d warnings in\n%s", n, said)
	}
}
