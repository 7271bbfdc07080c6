package statefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gantry/internal/clean"
	"gantry/internal/crash"
)

// settle is how long a change waits for others before it is written.
const settle = time.Second

// File is the state of the console, in memory and on disk. Its methods answer from memory
// and may be called from anywhere; a goroutine of its own writes.
//
// Several runs may share a file: each writes only what it changed itself, over what the
// others wrote meanwhile, so that of one value the last writer counts. A file that cannot
// be read, or that something newer wrote, stays as it is: then nothing is kept.
type File struct {
	path string
	tell func(error)

	mu      sync.Mutex
	now     content
	pending []change
	lost    bool // the file is not ours to write
	fresh   bool

	wake    chan struct{}
	done    chan struct{}
	closing sync.Once
	writer  crash.Group
}

// change is one that is not written yet.
type change struct {
	context, name, text string
	most                int // of a list's lines; zero for a value
}

func (ch change) apply(c *content) {
	if ch.most > 0 {
		c.add(ch.context, ch.name, ch.text, ch.most)
		return
	}
	c.set(ch.context, ch.name, ch.text)
}

// Open reads the file at a path, which need not be there. Tell is told once what is wrong
// with it, and why nothing can be written; it may be called from any goroutine.
func Open(path string, tell func(error)) *File {
	f := &File{path: path, tell: tell, wake: make(chan struct{}, 1), done: make(chan struct{})}
	_, err := os.Lstat(path)
	f.fresh = errors.Is(err, os.ErrNotExist)
	if f.now, err = read(path); err != nil {
		f.lose(err)
	}
	f.writer.Go(f.write)
	return f
}

// First reports whether no run before this one left anything.
func (f *File) First() bool { return f.fresh }

// Value is a setting of a context, empty if there is none.
func (f *File) Value(context, name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now.Values[context][name]
}

// Set changes a setting of a context; empty forgets it. One that holds a secret is
// forgotten as well.
func (f *File) Set(context, name, value string) {
	if !keepable(value) {
		value = ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now.Values[context][name] != value {
		f.change(change{context: context, name: name, text: value})
	}
}

// List are the lines of a list, the newest last.
func (f *File) List(context, name string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.now.Lists[context][name])
}

// Add puts a line at the end of a list that keeps at most so many; one that is there already
// moves to the end. A line that holds a secret is not kept: masked it would be of no use.
func (f *File) Add(context, name, line string, most int) {
	if line == "" || !keepable(line) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.change(change{context: context, name: name, text: line, most: most})
}

// keepable reports whether a text may be written down.
func keepable(s string) bool { return len(s) <= mostLine && !clean.LooksSecret("", s) }

// change takes in a change; the lock is held.
func (f *File) change(ch change) {
	ch.apply(&f.now)
	if f.lost {
		return
	}
	f.pending = append(f.pending, ch)
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// lose gives up the file, and says so.
func (f *File) lose(err error) {
	f.mu.Lock()
	told := f.lost
	f.lost, f.pending = true, nil
	f.mu.Unlock()
	if !told {
		f.tell(fmt.Errorf("%w: it is left as it is, and this run remembers nothing", err))
	}
}

// write is the goroutine that writes what has changed.
func (f *File) write() {
	for {
		select {
		case <-f.done:
			f.flush()
			return
		case <-f.wake:
		}
		select {
		case <-f.done:
		case <-time.After(settle):
			f.flush()
		}
	}
}

// flush writes what is not written yet over what the file holds now.
func (f *File) flush() {
	f.mu.Lock()
	changes := f.pending
	f.pending = nil
	f.mu.Unlock()
	if len(changes) == 0 {
		return
	}
	if err := f.lay(changes); err != nil {
		f.lose(err)
	}
}

func (f *File) lay(changes []change) error {
	return Together(f.path, func() ([]byte, error) {
		c, err := read(f.path)
		if err != nil {
			return nil, err
		}
		for _, ch := range changes {
			ch.apply(&c)
		}
		b, err := json.MarshalIndent(c, "", "  ")
		return append(b, '\n'), err
	})
}

// Together writes a file that several runs share: what make returns takes its place as a
// whole, and no other run that writes it by this comes between what make reads and that, unless
// one takes longer than anybody waits. It is of mode 0600, in a directory of the user's own. An
// error of make leaves it as it is.
func Together(path string, make func() ([]byte, error)) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// Where the file system has no locks, or who holds this one does not let go, two that write
	// at once lose a value, and never tear the file.
	if d, err := os.Open(dir); err == nil {
		defer d.Close() // which unlocks
		lock(d)
	}
	b, err := make()
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // of mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing is there once it was renamed
	_, err = tmp.Write(b)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Close writes what is not written yet. What went wrong was told.
func (f *File) Close() error {
	f.closing.Do(func() { close(f.done) })
	f.writer.Wait()
	return nil
}
