package clean

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabSpaces replaces a tab. A fixed run is used rather than tab stops because the
// column at which the text will be drawn is not known here.
const tabSpaces = "    "

// maxMarks is the number of combining marks kept after one base character. Real
// scripts stay within it; beyond it lies text that grows over its neighbours.
const maxMarks = 4

const hexDigits = "0123456789abcdef"

// Line returns s as one printable line. Tabs become spaces; line breaks, other
// control characters, escape sequences, bidirectional controls, zero-width and
// unassigned characters, and bytes that are not UTF-8 become visible escapes such
// as \n, \x1b or \u202e. The result is valid UTF-8, and Line of it is itself. A
// string that is clean already is returned as it is, without allocation.
func Line(s string) string { return clean(s, false) }

// Text is Line for text of several lines: line feeds stay, and a carriage return
// directly before a line feed is dropped.
func Text(s string) string { return clean(s, true) }

// IsLine reports whether Line would return s unchanged.
func IsLine(s string) bool { return firstDirty(s, false) == len(s) }

// clean copies the clean prefix of s and escapes what follows where needed.
func clean(s string, keepLF bool) string {
	start := firstDirty(s, keepLF)
	if start == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8 + 16)
	marks := maxMarks // A leading mark would land on a foreign cell.
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= ' ' && c != 0x7f:
				b.WriteByte(c)
				marks = 0
			case c == '\n' && keepLF:
				b.WriteByte(c)
				marks = maxMarks
			case c == '\r' && keepLF && i+1 < len(s) && s[i+1] == '\n':
			case c == '\t':
				b.WriteString(tabSpaces)
				marks = 0
			default:
				escapeControl(&b, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			escapeByte(&b, c)
		case !printable(r):
			escapeRune(&b, r)
		case combining(r):
			if marks < maxMarks {
				b.WriteString(s[i : i+size])
				marks++
			} else {
				escapeRune(&b, r)
			}
		default:
			b.WriteString(s[i : i+size])
			marks = 0
		}
		i += size
	}
	return b.String()
}

// firstDirty returns the index of the first byte that has to change, or len(s).
func firstDirty(s string, keepLF bool) int {
	marks := maxMarks
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= ' ' && c != 0x7f:
				marks = 0
			case c == '\n' && keepLF:
				marks = maxMarks
			default:
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, !printable(r):
			return i
		case combining(r):
			if marks >= maxMarks {
				return i
			}
			marks++
		default:
			marks = 0
		}
		i += size
	}
	return len(s)
}

// printable reports whether a rune outside ASCII takes visible room on a screen in
// a way that terminals agree on. Format characters (category Cf: bidirectional
// controls, zero-width joiners, soft hyphens, tags), line separators, private use
// and unassigned code points do not.
func printable(r rune) bool {
	if invisible(r) || prepends(r) {
		return false
	}
	return unicode.IsGraphic(r)
}

// invisible lists the characters that Unicode counts as letters or marks and that
// still draw nothing.
func invisible(r rune) bool {
	switch {
	case r == 0x034f, // combining grapheme joiner
		r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, // Hangul fillers
		r == 0x17b4, r == 0x17b5, // Khmer inherent vowels
		r >= 0x180b && r <= 0x180f,   // Mongolian variation selectors
		r == 0x2800,                  // blank Braille pattern
		r >= 0xfe00 && r <= 0xfe0f,   // variation selectors: terminals disagree on the width
		r >= 0xe0100 && r <= 0xe01ef: // more of them
		return true
	}
	return false
}

// combining reports whether r joins the character before it: marks, and the few
// letters and symbols that segmentation (Unicode annex 29) treats like marks.
func combining(r rune) bool {
	switch {
	case r < 0x0300:
		return false
	case r == 0x0e33, r == 0x0eb3, // Thai and Lao vowel AM
		r == 0xff9e, r == 0xff9f, // half-width voicing marks
		r >= 0x1f3fb && r <= 0x1f3ff: // emoji skin tones
		return true
	}
	return unicode.Is(unicode.M, r)
}

// prepends reports whether r joins the character after it, which may be padding or
// a foreign cell (the Prepend class of Unicode annex 29, format characters aside).
func prepends(r rune) bool {
	switch r {
	case 0x0d4e, 0x111c2, 0x111c3, 0x113d1, 0x1193f, 0x11941, 0x11a3a, 0x11d46, 0x11f02:
		return true
	}
	return r >= 0x11a84 && r <= 0x11a89
}

func escapeControl(b *strings.Builder, c byte) {
	switch c {
	case '\n':
		b.WriteString(`\n`)
	case '\r':
		b.WriteString(`\r`)
	default:
		escapeByte(b, c)
	}
}

func escapeByte(b *strings.Builder, c byte) {
	b.WriteString(`\x`)
	b.WriteByte(hexDigits[c>>4])
	b.WriteByte(hexDigits[c&0xf])
}

func escapeRune(b *strings.Builder, r rune) {
	digits := 4
	if r > 0xffff {
		b.WriteString(`\U`)
		digits = 8
	} else {
		b.WriteString(`\u`)
	}
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		b.WriteByte(hexDigits[r>>shift&0xf])
	}
}
