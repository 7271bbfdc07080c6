package app

import (
	"strings"
	"testing"

	"gantry/awsx/change"
	"gantry/awsx/deploy"
)

// TestChangesAreFollowedThoughTheConsoleIsGone: who is left without a console is told how
// the changes that it began ended, and the journal has their end.
func TestChangesAreFollowedThoughTheConsoleIsGone(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		service, err := d.app.FindService(t.Context(), "staging", "web")
		if err != nil {
			t.Fatal(err)
		}
		plan, err := d.app.Changes.Plan(t.Context(), service.Ref, deploy.Restart{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.app.Changes.Start(change.Job{Plan: plan}); err != nil {
			t.Fatal(err)
		}
		var said []string
		d.app.SeeOut(t.Context(), func(text string) { said = append(said, text) })
		if got := strings.Join(said, "\n"); len(said) != 2 || !strings.Contains(got, "restart web goes on and is followed") || !strings.Contains(got, "restart web: succeeded: ") {
			t.Errorf("it said\n%s", got)
		}
		if got := d.kinds(); !strings.HasSuffix(got, "end succeeded") {
			t.Errorf("the journal holds %q", got)
		}
	})
}
