package printing

import (
	"strings"
	"testing"
	"time"

	"gantry/internal/inquiry"
	"gantry/logs"
)

// TestAGapSaysOfWhenItIs: also one that stands aside from its stretch.
func TestAGapSaysOfWhenItIs(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	gap := logs.Entry{Time: at, Gap: &logs.Gap{From: at.Add(-2 * time.Hour), To: at.Add(-time.Hour), Reason: "3 came late", Aside: true}}
	for output, want := range map[string]string{
		"text": "--- some lines from 2026-03-01T10:00:00.000Z to 2026-03-01T11:00:00.000Z were not read: 3 came late ---",
		"json": `"gap":"3 came late","gapFrom":"2026-03-01T10:00:00Z","gapTo":"2026-03-01T11:00:00Z"`,
	} {
		var b strings.Builder
		p := NewLines(&b, inquiry.LineScope{}, output)
		if err := p.Print(gap); err != nil {
			t.Fatal(err)
		}
		if err := p.Flush(); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s prints %q (%v), want %q", output, b.String(), err, want)
		}
	}
}
