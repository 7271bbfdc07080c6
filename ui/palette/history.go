package palette

// maxHistory is how many commands are remembered.
const maxHistory = 200

// History is the commands that were run, recalled newest first.
type History struct {
	lines []string
	at    int          // len(lines): nothing recalled
	tell  func(string) // is told what is added; nil for nobody
}

// NewHistory starts with the commands of earlier runs, oldest first.
func NewHistory(lines []string) *History {
	h := &History{}
	for _, line := range lines {
		h.Add(line)
	}
	return h
}

// Told has each line that is added from now on told to a function.
func (h *History) Told(tell func(line string)) *History {
	h.tell = tell
	return h
}

// Add remembers a command; said again, it moves to the end.
func (h *History) Add(line string) {
	if line == "" {
		return
	}
	for i, l := range h.lines {
		if l == line {
			h.lines = append(h.lines[:i], h.lines[i+1:]...)
			break
		}
	}
	h.lines = append(h.lines, line)
	if len(h.lines) > maxHistory {
		h.lines = append([]string(nil), h.lines[len(h.lines)-maxHistory:]...)
	}
	h.at = len(h.lines)
	if h.tell != nil {
		h.tell(line)
	}
}

// Lines are the commands, oldest first.
func (h *History) Lines() []string { return append([]string(nil), h.lines...) }

// Recall steps n lines towards newer ones, older if negative. Past the newest stands the
// empty line.
func (h *History) Recall(n int) string {
	h.at = max(0, min(h.at+n, len(h.lines)))
	if h.at == len(h.lines) {
		return ""
	}
	return h.lines[h.at]
}

// Rewind begins with the newest again.
func (h *History) Rewind() { h.at = len(h.lines) }
