package logs

import (
	"testing"

	"pgregory.net/rapid"

	"gantry/logs"
)

// TestEveryErrorIsSeenInItsBar: whatever the scale, what is there has a row.
func TestEveryErrorIsSeenInItsBar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) int { return rapid.IntRange(0, 5000).Draw(t, name) }
		b := logs.Bar{Errors: n("errors"), Warnings: n("warnings")}
		b.Lines = b.Errors + b.Warnings + n("others")
		rows := rapid.IntRange(3, 60).Draw(t, "rows")
		h := stack(b, rows, max(b.Lines, 1)+n("most"))
		if (b.Errors > 0) != (h[0] > 0) || b.Warnings > 0 && h[1] <= h[0] && h[0] < rows || h[0] > h[1] || h[1] > h[2] || h[2] > rows || (b.Lines > 0) != (h[2] > 0) {
			t.Fatalf("%+v of %d rows is drawn as %v", b, rows, h)
		}
	})
}
