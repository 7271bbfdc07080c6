package difference_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gantry/internal/difference"
)

func TestAHunkBehindOneOfTwoChangesStandsWhereItSays(t *testing.T) {
	got := difference.Patch("a", "b", "c\nb\n-\n-\n-\n-\n-\n-\n-\n-\n-\nz\n", "a\nc\na\nb\n-\n-\n-\n-\n-\n-\n-\n-\n-\ny\n")
	want := "--- a\n+++ b\n@@ -1,4 +1,6 @@\n+a\n c\n+a\n b\n -\n -\n@@ -9,4 +11,4 @@\n -\n -\n -\n-z\n+y\n"
	if got != want {
		t.Errorf("got\n%s", got)
	}
	if got := difference.Patch("a", "b", "x\n", "x\n"); got != "" {
		t.Errorf("the same texts differ:\n%s", got)
	}
}

func TestEachLineStandsWhereItsHunkSays(t *testing.T) {
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "\n"}), 0, 40)
	rapid.Check(t, func(t *rapid.T) {
		before, after := strings.Join(lines.Draw(t, "before"), ""), strings.Join(lines.Draw(t, "after"), "")
		u, err := difference.Hunks(before, after, 1)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.SplitAfter(after, "\n")
		for _, h := range u.Hunks {
			at := h.ToLine - 1
			for _, l := range h.Lines {
				if l.Kind.String() == "delete" {
					continue
				}
				if text[at] != l.Content {
					t.Fatalf("line %d of after is %q, not %q", at+1, text[at], l.Content)
				}
				at++
			}
		}
	})
}
