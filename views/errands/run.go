package errands

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/clean"
	"gantry/internal/errand"
	"gantry/internal/fault"
	"gantry/internal/process"
	"gantry/internal/words"
)

// run is some lines that are run, and what they print. It is safe for concurrent use: the loop
// reads what programs write.
type run struct {
	errands *Errands
	lines   []errand.Line
	ctx     context.Context // of all of them, which stop ends
	stop    context.CancelFunc
	wake    chan struct{} // one waiting value stands for any number of changes

	mu      sync.Mutex
	said    []said // by line
	version int
	shown   string // text, as it was made last
	shownAt int    // of that version
}

// said is what one line printed.
type said struct {
	kept    []string // whole lines, cleaned
	bytes   int      // of those
	dropped int      // lines that are no longer kept
	rest    string   // a line that has not ended
	end     string   // how it ended; empty while it runs, or before
	begun   bool
}

// The most that is kept of what a line prints, and of one line of it.
const (
	mostKept = 1 << 20
	mostLine = 16 << 10
)

func newRun(e *Errands, lines []errand.Line) *run {
	r := &run{errands: e, lines: lines, wake: make(chan struct{}, 1), said: make([]said, len(lines))}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// errStopped is the error of a program that the operator stopped.
var errStopped = errors.New("stopped")

// quiet are variables by which programs print for who reads a text: without colours and
// without a pager that would wait for keys.
var quiet = []string{"NO_COLOR=1", "TERM=dumb", "PAGER=cat", "GIT_PAGER=cat", "AWS_PAGER="}

// one runs a line to its end.
func (r *run) one(ctx context.Context, i int) (deploy.Held, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.ctx, cancel)()
	began := time.Now()
	held, err := r.runs(ctx, i)
	words := wordsOf(held, err)
	r.change(i, func(s *said) {
		s.flush()
		if s.end = words; s.begun {
			s.end += " after " + time.Since(began).Round(time.Second).String()
		}
	})
	return held, err
}

func (r *run) runs(ctx context.Context, i int) (deploy.Held, error) {
	if ctx.Err() != nil || r.ctx.Err() != nil {
		return deploy.Held{Words: "not begun"}, errStopped
	}
	l := r.lines[i]
	path, err := r.errands.path(l)
	if err != nil {
		return deploy.Held{}, err
	}
	r.change(i, func(s *said) { s.begun = true })
	cmd := exec.Command(path, l.Args[1:]...)
	cmd.Env = append(l.Environ(r.errands.Environ()), quiet...)
	cmd.Stdout = writer{r, i}
	cmd.Stderr = cmd.Stdout
	return ended(ctx, process.Run(ctx, cmd, process.Grace))
}

// wordsOf say how a program ended, or why it did not begin.
func wordsOf(held deploy.Held, err error) string {
	if f := fault.Of(err); f != nil {
		err = f.Err // what was to be run is named above it
	}
	if held.Words == "" && err != nil {
		return err.Error()
	}
	return held.Words
}

// ended is what came of a program, by the error of its end.
func ended(ctx context.Context, err error) (deploy.Held, error) {
	code, exited := process.Code(err)
	switch {
	case ctx.Err() != nil:
		return deploy.Held{Words: "stopped"}, errStopped
	case !exited:
		return deploy.Held{}, err
	case code != 0:
		return deploy.Held{Words: fmt.Sprintf("exit code %d", code)}, fmt.Errorf("exit code %d", code)
	}
	return deploy.Held{Words: "exit code 0"}, nil
}

// all runs the lines one after the other, whatever becomes of any.
func (r *run) all(ctx context.Context) {
	for i := range r.lines {
		_, _ = r.one(ctx, i) // which is said with what it printed
	}
}

// holds is a line as the runner of changes runs it.
func (r *run) holds(i int) holder {
	return func(ctx context.Context, _ awsx.Session, tell func(string)) (deploy.Held, error) {
		tell("running")
		return r.one(ctx, i)
	}
}

// over reports whether every line has ended.
func (r *run) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.said {
		if s.end == "" {
			return false
		}
	}
	return true
}

// change changes what was said by a line, and wakes who shows it.
func (r *run) change(i int, f func(*said)) {
	r.mu.Lock()
	f(&r.said[i])
	r.version++
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default: // one is waiting there already
	}
}

// text is all that was said, cleaned, and a number that differs whenever it changed.
func (r *run) text() (string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shown != "" && r.shownAt == r.version {
		return r.shown, r.version // it is asked for at each frame
	}
	var b strings.Builder
	for i, s := range r.said {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString("$ " + r.lines[i].String() + "\n")
		if s.dropped > 0 {
			b.WriteString("(not kept any more: the first " + words.Count(s.dropped, "line") + ")\n")
		}
		for _, line := range s.kept {
			b.WriteString(line + "\n")
		}
		if s.rest != "" {
			b.WriteString(shown(s.rest) + "\n")
		}
		switch {
		case s.end != "":
			b.WriteString("(" + s.end + ")\n")
		case s.begun:
			b.WriteString("(running)\n")
		}
	}
	r.shown, r.shownAt = b.String(), r.version
	return r.shown, r.version
}

// shown is a line that a program printed, as it may be shown.
func shown(line string) string {
	return clean.Shown(clean.Plain(strings.TrimSuffix(line, "\r")))
}

// add takes what was printed.
func (s *said) add(text string) {
	for {
		line, rest, whole := strings.Cut(text, "\n")
		s.rest += line
		if len(s.rest) > mostLine {
			s.rest = strings.ToValidUTF8(s.rest[:mostLine], "") + " …"
		}
		if !whole {
			return
		}
		s.keep()
		text = rest
	}
}

// keep ends a line.
func (s *said) keep() {
	line := shown(s.rest)
	s.kept, s.bytes, s.rest = append(s.kept, line), s.bytes+len(line)+1, ""
	gone := 0
	for s.bytes > mostKept {
		s.bytes -= len(s.kept[gone]) + 1
		gone++
	}
	s.kept, s.dropped = s.kept[gone:], s.dropped+gone
}

// flush ends a line that the program did not.
func (s *said) flush() {
	if s.rest != "" {
		s.keep()
	}
}

// writer takes what the program of a line prints.
type writer struct {
	run  *run
	line int
}

// Write keeps it.
func (w writer) Write(p []byte) (int, error) {
	w.run.change(w.line, func(s *said) { s.add(string(p)) })
	return len(p), nil
}
