// Package difference finds which lines differ between two texts, and where each
// stands in both. How a difference is drawn, and what two
// documents look like before they are compared, is for others.
package difference

import "github.com/aymanbagabas/go-udiff"

// context is how many unchanged lines stand around a change in a patch.
const context = 3

// Hunks returns what changes from before to after, with at most so many unchanged
// lines around each change. The error is of edits that contradict each other, which
// the library does not make.
func Hunks(before, after string, around int) (udiff.UnifiedDiff, error) {
	u, err := udiff.ToUnifiedDiff("", "", before, udiff.Lines(before, after), around)
	if err != nil {
		return u, err
	}
	// The library forgets the unchanged lines between two changes of one hunk when it
	// counts where the next hunk stands in after.
	ahead := 0
	for _, h := range u.Hunks {
		h.ToLine = h.FromLine + ahead
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				ahead++
			case udiff.Delete:
				ahead--
			}
		}
	}
	return u, nil
}

// Patch returns what changes from before to after as a unified difference between two
// names; nothing when the texts are the same. Both end in a line feed.
func Patch(from, to, before, after string) string {
	u, err := Hunks(before, after, context)
	if err != nil {
		return "" // the edits contradict each other
	}
	u.From, u.To = from, to
	return u.String()
}
