package memory

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// Options say where and how much is kept.
type Options struct {
	// Dir is the directory of the file; it is made when something is written.
	Dir string
	// Days is for how long something is kept, and Megabytes how large the file grows.
	Days, Megabytes int
	// Tell is told once why nothing is kept, or that something was lost. It must not block.
	Tell func(error)

	vfs string // how files are reached, in tests
}

// How news are written: those of a moment together, and no more at once than others can
// wait for.
const (
	gather = 2 * time.Second
	batch  = 250
	// queued is how much waits for a disk that is slow or full; the oldest goes then.
	queued = 20000
	// patience is how long somebody waits for what is on disk, and Close for the rest.
	patience = 3 * time.Second
	// again is after how long a disk that failed is tried again.
	again = time.Minute
)

// Path is the file of a directory.
func Path(dir string) string { return filepath.Join(dir, "memory.db") }

// Memory is a past.Keeper whose past outlives the program.
type Memory struct {
	*past.Memory // what this run has seen
	options      Options
	cancel       context.CancelFunc
	owner        crash.Group
	wake         chan struct{}
	asks         chan func(*file)
	ended        chan struct{}

	mu    sync.Mutex
	queue []record
	off   bool // nothing is written any more in this run
}

// Open begins to remember. It touches no disk: that is done when there is news, or when
// somebody asks.
func Open(o Options) *Memory {
	ctx, cancel := context.WithCancel(context.Background())
	m := &Memory{options: o, cancel: cancel, wake: make(chan struct{}, 1), asks: make(chan func(*file)), ended: make(chan struct{})}
	m.Memory = &past.Memory{Next: news{m}}
	m.owner.Go(func() { m.live(ctx) })
	return m
}

// Close writes what is left and ends. A disk that does not answer is not waited for for
// long: what was not written then is lost.
func (m *Memory) Close() error {
	m.cancel()
	select {
	case <-m.ended:
		m.owner.Settle()
		return nil
	case <-time.After(patience):
		return m.fault(errors.New("the disk does not answer: what was seen last is not kept"))
	}
}

// fault is an error about the file.
func (m *Memory) fault(err error) *fault.Error {
	return &fault.Error{Class: fault.Failed, Op: "remember what is seen", Resource: Path(m.options.Dir), Err: err,
		Fix: "this run goes on without it"}
}

// live is the one goroutine that touches the file.
func (m *Memory) live(ctx context.Context) {
	f := &file{path: Path(m.options.Dir), days: m.options.Days, megabytes: m.options.Megabytes, vfs: m.options.vfs}
	defer close(m.ended)
	defer f.close()
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			// Nobody is left to be told. Others that write are waited for.
			for began := time.Now(); errors.Is(m.write(f), sqlite3.BUSY) && time.Since(began) < patience; {
			}
			return
		case ask := <-m.asks:
			ask(f)
		case <-m.wake:
			switch {
			case failed: // the timer runs
			case m.pending() >= batch:
				timer.Reset(0)
			default:
				timer.Reset(gather)
			}
		case <-timer.C:
			if failed = m.write(f) != nil; failed {
				timer.Reset(again)
			}
		}
	}
}

// write writes what waits, a batch at a time, and tells once why it could not.
func (m *Memory) write(f *file) error {
	for {
		some := m.take()
		if len(some) == 0 {
			return nil
		}
		if err := f.write(some); err != nil {
			m.putBack(some, f.hopeless != nil || f.readOnly)
			m.tell(f)
			return err
		}
		m.tell(f)
	}
}

// tell passes on what is to be said of the file, each thing once.
func (m *Memory) tell(f *file) {
	for _, err := range f.told() {
		if m.options.Tell != nil {
			told := m.fault(err)
			if errors.Is(err, errAnew) {
				told.Fix = "" // it is mended
			}
			m.options.Tell(told)
		}
	}
}

func (m *Memory) pending() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.queue)
}

func (m *Memory) take() []record {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := min(len(m.queue), batch)
	some := m.queue[:n:n]
	if m.queue = m.queue[n:]; len(m.queue) == 0 {
		m.queue = nil
	}
	return some
}

// putBack keeps what was not written for the next try, unless there is to be none.
func (m *Memory) putBack(some []record, hopeless bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.off = hopeless; hopeless {
		m.queue = nil
		return
	}
	m.queue = append(some, m.queue...)
}

// news is told by the front what is to be written. It takes a lock for a moment and waits
// for no disk.
type news struct{ m *Memory }

func (n news) add(r record) {
	m := n.m
	m.mu.Lock()
	if m.off {
		m.mu.Unlock()
		return
	}
	if len(m.queue) >= queued {
		m.queue = m.queue[1:]
	}
	m.queue = append(m.queue, r)
	wake := len(m.queue) == 1 || len(m.queue) == batch
	m.mu.Unlock()
	if !wake {
		return
	}
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// SeenStoppedTask has a task written that stopped.
func (n news) SeenStoppedTask(t awsx.Task, at time.Time) {
	n.add(ofStopped(past.Stopped{Task: t, Seen: at}))
}

// SeenEvent has an event written.
func (n news) SeenEvent(service awsx.Ref, e awsx.ServiceEvent) {
	n.add(ofEvent(past.Event{Service: service, ServiceEvent: e}))
}

// SeenRuntimeID has a container written, or until when it was seen.
func (n news) SeenRuntimeID(s past.Seen) { n.add(ofSeen(s)) }

// SeenTargetChange has the step of a target written.
func (n news) SeenTargetChange(c past.TargetChange) { n.add(ofChange(c)) }
