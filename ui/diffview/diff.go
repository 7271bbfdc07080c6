// Package diffview shows what changes between two texts: hunks of removed and added
// lines with some context, to be read before a change is confirmed.
package diffview

import (
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"gantry/internal/difference"
	"gantry/ui/theme"
)

// Context is how many unchanged lines are shown around a change.
const Context = 2

// Kind is what happens to a line.
type Kind uint8

// The kinds of lines. A Hunk line heads a run of others and says where it stands.
const (
	Same Kind = iota
	Added
	Removed
	Hunk
)

// Sign is the first cell of a line, which tells the kinds apart without colour.
func (k Kind) Sign() string {
	return [...]string{" ", "+", "-", "@"}[min(k, Hunk)]
}

func (k Kind) role() theme.Role {
	return [...]theme.Role{theme.Text, theme.Added, theme.Removed, theme.Hunk}[min(k, Hunk)]
}

// Line is one line of a difference. Text is raw and has no line break.
type Line struct {
	Kind Kind
	Text string
	// Number is the line's place in the text it stands in, from 1: in before for a
	// removed line, in after for others. A hunk has none.
	Number int
}

// Compare returns what changes from before to after, nothing when the texts have the
// same lines. Whether the last line ends in a line feed makes no difference.
func Compare(before, after string) []Line {
	before, after = ended(before), ended(after)
	if before == after {
		return nil
	}
	u, err := difference.Hunks(before, after, Context)
	if err != nil {
		return replaced(before, after)
	}
	var out []Line
	for _, h := range u.Hunks {
		from, to := len(out), [2]int{}
		out = append(out, Line{Kind: Hunk})
		for _, l := range h.Lines {
			line := Line{Text: strings.TrimSuffix(l.Content, "\n"), Number: h.ToLine + to[1]}
			switch l.Kind {
			case udiff.Insert:
				line.Kind = Added
				to[1]++
			case udiff.Delete:
				line.Kind, line.Number = Removed, h.FromLine+to[0]
				to[0]++
			default:
				to[0]++
				to[1]++
			}
			out = append(out, line)
		}
		out[from].Text = heading(h.FromLine, to[0], h.ToLine, to[1])
	}
	return out
}

// heading says which lines a hunk covers, the way patches do.
func heading(from, removed, to, added int) string {
	return fmt.Sprintf("-%d,%d +%d,%d", from, removed, to, added)
}

// replaced is the difference that holds for any two texts: all of one goes, all of
// the other comes.
func replaced(before, after string) []Line {
	old, fresh := split(before), split(after)
	out := []Line{{Kind: Hunk, Text: heading(1, len(old), 1, len(fresh))}}
	for i, s := range old {
		out = append(out, Line{Removed, s, i + 1})
	}
	for i, s := range fresh {
		out = append(out, Line{Added, s, i + 1})
	}
	return out
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// ended returns s with a line feed behind its last line.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}
