// Package text is the only place that knows how wide text is on a screen: each character
// as wide as wcwidth says, as nearly all terminals have it, and as Bubble Tea's renderer
// places them. One that reads clusters of characters together is not asked to.
//
// Functions take raw text and clean it (see package clean) before they measure, cut
// or pad it, so nothing that obeys can reach the terminal through them. The
// functions whose names end in Painted take text that a theme has styled; they skip
// the cleaning and leave escape sequences whole. Widths count terminal cells.
package text

import (
	"strings"
	"unicode/utf8"

	"gantry/internal/clean"

	"github.com/charmbracelet/x/ansi"
)

// Line returns s as one printable line.
func Line(s string) string { return clean.Line(s) }

// Lines returns s as printable text split into its lines.
func Lines(s string) []string { return strings.Split(clean.Text(s), "\n") }

// Width returns the number of cells that s takes once cleaned.
func Width(s string) int {
	if n, ok := cells(s); ok {
		return n
	}
	return ansi.StringWidthWc(clean.Line(s))
}

// Truncate returns the start of s in at most w cells. When something is cut off, the
// result ends in tail.
func Truncate(s string, w int, tail string) string {
	if plain(s) {
		if len(s) <= w {
			return s
		}
		if keep := w - width(tail); keep >= 0 {
			return s[:keep] + tail
		}
		return head(tail, w)
	}
	return cut(s, w, tail, func(s string, _, keep int) string { return head(s, keep) + tail })
}

// cut returns s, cleaned, when it is at most w cells wide. Otherwise it is what shorten makes
// of it, which is told how wide s is and how many cells of it have room beside tail.
func cut(s string, w int, tail string, shorten func(s string, total, keep int) string) string {
	s = clean.Line(s)
	total, keep := width(s), w-width(tail)
	switch {
	case total <= w:
		return s
	case keep < 0:
		return head(tail, w)
	}
	return shorten(s, total, keep)
}

// TruncateLeft returns the end of s in at most w cells, after tail when something is
// cut off. It suits image tags and paths, whose end says most.
func TruncateLeft(s string, w int, tail string) string {
	return cut(s, w, tail, func(s string, total, keep int) string { return tail + behind(s, total-keep) })
}

// TruncateMiddle returns the start and the end of s in at most w cells, with tail between
// them when something is cut out. It suits names, which differ at either end.
func TruncateMiddle(s string, w int, tail string) string {
	return cut(s, w, tail, func(s string, total, keep int) string { return head(s, keep-keep/2) + tail + behind(s, total-keep/2) })
}

// Pad adds spaces behind s up to w cells. It cuts nothing.
func Pad(s string, w int) string {
	s = clean.Line(s)
	return s + Spaces(w-Width(s))
}

// Fit returns s in exactly w cells: cut with tail, or padded behind.
func Fit(s string, w int, tail string) string {
	if w <= 0 {
		return ""
	}
	s = Truncate(s, w, tail)
	return s + Spaces(w-width(s))
}

// FitRight returns s in exactly w cells: cut with tail, or padded in front.
func FitRight(s string, w int, tail string) string {
	if w <= 0 {
		return ""
	}
	s = Truncate(s, w, tail)
	return Spaces(w-width(s)) + s
}

// Window returns the cells of s from left on, in exactly w cells. A wide character
// that an edge cuts in half becomes a space.
func Window(s string, left, w int) string {
	if w <= 0 {
		return ""
	}
	left = max(left, 0)
	s = clean.Line(s)
	if plain(s) {
		s = s[min(left, len(s)):]
		if len(s) >= w {
			return s[:w]
		}
		return s + Spaces(w-len(s))
	}
	s = behind(s, left)
	return PadPainted(head(s, w), w) // Cleaned on its own, a cut piece could grow.
}

// FitPainted is Fit for text that is styled already.
func FitPainted(s string, w int, tail string) string {
	if w <= 0 {
		return ""
	}
	return PadPainted(TruncatePainted(s, w, tail), w)
}

// TruncatePainted is Truncate for text that is styled already.
func TruncatePainted(s string, w int, tail string) string {
	if ansi.StringWidthWc(s) <= w {
		return s
	}
	return ansi.TruncateWc(s, w, tail)
}

// PadPainted is Pad for text that is styled already.
func PadPainted(s string, w int) string {
	return s + Spaces(w-ansi.StringWidthWc(s))
}

// WidthPainted is Width for text that is styled already.
func WidthPainted(s string) int { return ansi.StringWidthWc(s) }

// width measures clean text.
func width(s string) int {
	if n, ok := cells(s); ok {
		return n
	}
	return ansi.StringWidthWc(s)
}

const blank = "                                                                                                                                "

// Spaces returns n spaces; none when n is negative.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blank):
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}

// plain reports whether every byte of s is printable ASCII, so that s is clean and
// as wide as it is long.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// cells counts the cells of a text that is clean and needs no segmentation: printable
// ASCII, Latin letters, and the signs that screens draw with, each of which takes one
// cell whatever stands beside it. It is not ok of any other text.
func cells(s string) (n int, ok bool) {
	for i := 0; i < len(s); n++ {
		if b := s[i]; b < utf8.RuneSelf {
			if b < ' ' || b > '~' {
				return 0, false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !single(r) {
			return 0, false
		}
		i += size
	}
	return n, true
}

// single reports whether a rune beyond ASCII is known to take one cell and to join with
// no other: letters of Latin-1 and Latin Extended, the ellipsis, dashes, the bullet,
// arrows, box drawing, blocks and geometric shapes.
func single(r rune) bool {
	switch {
	case r >= 0xA1 && r < 0x250:
		return r != 0xAD // a soft hyphen takes none
	case r == '–', r == '—', r == '•', r == '…':
		return true
	}
	return r >= 0x2190 && r < 0x2200 || r >= 0x2500 && r < 0x25FD
}

// head returns as much of clean s as fits w cells.
func head(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if len(s) <= w {
		return s // A cell takes at least one byte.
	}
	cells := 0
	for i := 0; i < len(s); {
		n, width := cluster(s[i:])
		if cells+width > w {
			return s[:i]
		}
		cells += width
		i += n
	}
	return s
}

// behind returns clean s without its first n cells. A wide character across the edge
// is replaced by as many spaces as it reaches over.
func behind(s string, n int) string {
	cells := 0
	for i := 0; i < len(s); {
		if cells >= n {
			return Spaces(cells-n) + s[i:]
		}
		size, width := cluster(s[i:])
		cells += width
		i += size
	}
	return Spaces(cells - n)
}

// Whole widens a range of bytes of clean text until it splits no character, combining
// marks included, so that the range can be painted apart from what is around it.
func Whole(s string, from, to int) (wideFrom, wideTo int) {
	if (from == len(s) || s[from] < 0x80) && (to == len(s) || s[to] < 0x80) {
		return from, to
	}
	wideFrom, wideTo = from, to
	for i := 0; i < to; {
		size, _ := cluster(s[i:])
		if i <= from {
			wideFrom = i
		}
		i += size
		wideTo = i
	}
	return wideFrom, max(wideTo, to)
}

// cluster returns the length and the width of the first character of clean s as a
// reader sees it, combining marks included.
func cluster(s string) (size, width int) {
	if s[0] < 0x80 && (len(s) == 1 || s[1] < 0x80) {
		return 1, 1
	}
	c, w := ansi.FirstGraphemeCluster(s, ansi.WcWidth)
	return len(c), w
}
