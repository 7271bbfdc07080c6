package text

import (
	"strings"

	"gantry/internal/clean"
)

// Wrap breaks s into lines of at most w cells, at spaces where it can. Line breaks
// in s are kept. There is always at least one line.
func Wrap(s string, w int) []string {
	var out []string
	for _, line := range Lines(s) {
		out = appendWrapped(out, line, w, true)
	}
	return out
}

// Hardwrap breaks one line into pieces of at most w cells, wherever they end, so that
// joining the pieces gives the line again. A character wider than w becomes "?". The
// pieces are clean: pad them with PadPainted, since cleaned on its own a piece may
// begin with a vowel sign that only made sense behind the piece before it.
func Hardwrap(s string, w int) []string {
	return appendWrapped(nil, clean.Line(s), w, false)
}

// appendWrapped appends the pieces of one clean line.
func appendWrapped(out []string, line string, w int, words bool) []string {
	if w <= 0 {
		return append(out, "")
	}
	for {
		first := head(line, w)
		if len(first) == len(line) {
			return append(out, line)
		}
		if first == "" {
			size, _ := cluster(line)
			out = append(out, "?")
			if line = line[size:]; line == "" {
				return out
			}
			continue
		}
		cut, next := len(first), len(first)
		if words {
			cut, next = wordBreak(line, len(first))
		}
		out = append(out, line[:cut])
		if line = line[next:]; line == "" {
			return out
		}
	}
}

// wordBreak returns where to end a line that may keep n bytes, and where the next one
// begins. Leading indentation is no place to break.
func wordBreak(line string, n int) (cut, next int) {
	if line[n] == ' ' {
		next = n
	} else if space := strings.LastIndexByte(line[:n], ' '); space >= 0 && strings.Trim(line[:space], " ") != "" {
		n, next = space, space
	} else {
		return n, n
	}
	for next < len(line) && line[next] == ' ' {
		next++
	}
	return n, next
}
