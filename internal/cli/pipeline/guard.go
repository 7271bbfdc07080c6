package pipeline

import (
	"io"
	"sync"
)

// Guard is a stream of a job on which no line is a command to the host, whoever wrote it: a
// container's last words are printed too. GitHub takes a line for one that begins with "::"
// after white space, and one that has "##[" anywhere (actions/runner, ActionCommand); a space
// keeps either from being read so, and what it says stays readable. A stop command around the
// output would not do: the runner reads standard output and error beside each other, and may
// come to a line after the word that lets commands in again.
type Guard struct {
	to io.Writer

	mu      sync.Mutex
	begun   bool // something visible stands on the line
	colons  int  // at its begin
	hashes  int  // at its end, two at most
	kept    int  // how often something was kept from being a command
	unended bool // the last line has no end yet
}

// Guarded returns the stream as a job on the host may be sent it: the stream itself where the
// host reads no commands.
func (h Host) Guarded(to io.Writer) io.Writer {
	if h != GitHub {
		return to
	}
	return &Guard{to: to}
}

// Write writes, with a space where a command would be read. What it returns counts the bytes
// that it was given.
func (g *Guard) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	safe := make([]byte, 0, len(p)+8)
	for _, c := range p {
		if g.commands(c) {
			g.kept++
			safe = append(safe, ' ')
		}
		safe = append(safe, c)
	}
	if len(p) > 0 {
		g.unended = p[len(p)-1] != '\n'
	}
	if _, err := g.to.Write(safe); err != nil {
		return 0, err
	}
	return len(p), nil
}

// commands reports whether a byte after those before it would make a command. The runner
// ends lines at either character of a line's end, and skips white space of any script before
// it looks: bytes beyond ASCII are taken for that.
func (g *Guard) commands(c byte) bool {
	switch {
	case c == '\n' || c == '\r':
		g.begun, g.colons, g.hashes = false, 0, 0
		return false
	case g.begun || c > ' ' && c < 0x7f && c != ':':
		g.begun = true
	case c == ':':
		if g.colons++; g.colons == 2 {
			g.begun, g.hashes = true, 0
			return true
		}
	case g.colons > 0:
		g.begun = true
	}
	switch {
	case c == '#':
		g.hashes = min(g.hashes+1, 2)
	case c == '[' && g.hashes == 2:
		g.hashes = 0
		return true
	default:
		g.hashes = 0
	}
	return false
}

// Bytes is the stream itself, without a guard.
func (g *Guard) Bytes() io.Writer { return g.to }

// Kept is how often something was kept from being read as a command, on some streams.
func Kept(streams ...io.Writer) (n int) {
	for _, w := range streams {
		if g, ok := w.(*Guard); ok {
			g.mu.Lock()
			n += g.kept
			g.mu.Unlock()
		}
	}
	return n
}

// Command writes a command of our own on a line of its own.
func (g *Guard) Command(line string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if line == "" {
		return
	}
	if g.unended {
		line = "\n" + line
	}
	g.begun, g.colons, g.hashes, g.unended = false, 0, 0, false
	_, _ = io.WriteString(g.to, line) // like all that is told beside the result
}

// Tell writes a command of our own to a stream, guarded or not.
func Tell(w io.Writer, line string) {
	if g, ok := w.(*Guard); ok {
		g.Command(line)
	} else if line != "" {
		_, _ = io.WriteString(w, line)
	}
}
