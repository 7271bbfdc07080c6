// Package audit keeps the journal of changes: one JSON object a line (an empty
// line means nothing), appended and flushed to disk before the change goes on.
// It may be kept by several processes at once. Values of environment variables
// enter it as an HMAC only.
package audit

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/adrg/xdg"

	"gantry/internal/clean"
)

// The kinds of records.
const (
	Begin = "begin" // before the first call of a change
	Sent  = "call"  // before each mutating call
	End   = "end"   // with the outcome
)

// Record is one line of the journal. Time, Who and Host are filled in when it
// is appended.
type Record struct {
	Time     time.Time     `json:"time"`
	Kind     string        `json:"kind"`
	Change   string        `json:"change"` // the id that the calls' user agent carries
	Who      string        `json:"who"`    // the operating system's user
	Host     string        `json:"host"`
	Account  string        `json:"account,omitempty"`
	Identity string        `json:"identity,omitempty"` // ARN of the caller
	Context  string        `json:"context"`
	Cluster  string        `json:"cluster,omitempty"`
	Service  string        `json:"service,omitempty"`
	Action   string        `json:"action"`
	Before   string        `json:"before,omitempty"`
	After    string        `json:"after,omitempty"`
	Env      []EnvVariable `json:"env,omitempty"`
	Secrets  []Reference   `json:"secrets,omitempty"`
	// Runs is the revision that the service ran before, and Numbers what the change turns:
	// with them it can be undone. Undoes is the change that this one undoes. They come with
	// a beginning.
	Runs    string   `json:"runs,omitempty"`
	Numbers []Number `json:"numbers,omitempty"`
	Undoes  string   `json:"undoes,omitempty"`
	// Tier is what was asked for: yes, name or bulk. Production and the checks that
	// were overridden come with a beginning as well.
	Tier       string   `json:"tier,omitempty"`
	Production *bool    `json:"production,omitempty"`
	Overridden []string `json:"overridden,omitempty"`
	Call       string   `json:"call,omitempty"` // service:Operation
	Outcome    string   `json:"outcome,omitempty"`
	// Revision (family:revision), Deployment (ecs-svc/…) and the ids of Tasks are what
	// a change made, and come with its end.
	Revision   string   `json:"revision,omitempty"`
	Deployment string   `json:"deployment,omitempty"`
	Tasks      []string `json:"tasks,omitempty"`
	// Process is the process that wrote the record: as long as it lives, a beginning
	// without an end is under way.
	Process int `json:"process,omitempty"`
}

// Number is a number of a service that a change turns, such as its count.
type Number struct {
	Name   string `json:"name"`
	Before int    `json:"before"`
	After  int    `json:"after"`
}

// Reference is one changed reference to a secret of SSM or Secrets Manager, as it
// is: who reads it learns where the secret is kept, not what it is. An end is
// empty when there is none.
type Reference struct {
	Container string `json:"container"`
	Name      string `json:"name"`
	Before    string `json:"before,omitempty"`
	After     string `json:"after,omitempty"`
}

// EnvVariable is one changed environment variable. Before and After are HMACs,
// empty when the variable did not exist.
type EnvVariable struct {
	Container string `json:"container"`
	Name      string `json:"name"`
	Before    string `json:"before,omitempty"`
	After     string `json:"after,omitempty"`
}

// Log appends records to a file. It is safe for concurrent use, by other
// processes too: each record is one write to a file opened for appending.
type Log struct {
	path string
	key  []byte
	who  func() string // asks a directory service where users are known to one
	open func() (file, error)
}

// file is what an append needs of the journal.
type file interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Stat() (os.FileInfo, error)
	Sync() error
}

// DefaultDir is where the journal lives unless told otherwise: gantry under the
// XDG state directory.
func DefaultDir() string { return filepath.Join(xdg.StateHome, "gantry") }

// Open prepares the journal audit.jsonl in a directory, which it makes, and the
// installation's key audit.key beside it. All are the user's alone.
func Open(dir string) (*Log, error) { return openIn(dir, syncDir) }

// openIn makes the directory durable only when it makes a name in it: the console opens the
// journal before its first call, and a disk may take longer for that than the call.
func openIn(dir string, durable func(dir string) error) (*Log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	named := filepath.Join(dir, "audit.key")
	_, unkeyed := os.Stat(named)
	_, unkept := os.Stat(Path(dir))
	key, err := loadKey(named)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	l := &Log{path: Path(dir), key: key, who: sync.OnceValue(who)}
	l.open = l.openFile
	f, err := l.open()
	if err == nil {
		err = f.Close()
	}
	if err == nil && errors.Join(unkeyed, unkept) != nil {
		err = durable(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return l, nil
}

// Who returns the user and the host that records name.
func Who() (user, machine string) { return who(), host() }

// Path returns where the journal of a directory is.
func Path(dir string) string { return filepath.Join(dir, "audit.jsonl") }

// Path returns where the journal is.
func (l *Log) Path() string { return l.path }

func (l *Log) openFile() (file, error) {
	return os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
}

// probe is how much Try writes: more than the slack in the last block of a file, which
// even a full disk has left.
const probe = 64 << 10

// Try finds out whether a record could be written: an empty line, which means nothing,
// goes to the journal, and a file of more than a record's size beside it, which is removed
// again. A name that can be opened says nothing about a disk that is full.
func (l *Log) Try() (err error) {
	f, err := l.open()
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	_, err = f.Write([]byte("\n"))
	if err = cmp.Or(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(l.path), "probe-*")
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	_, err = tmp.Write(make([]byte, probe))
	if err = cmp.Or(err, tmp.Sync(), tmp.Close(), os.Remove(tmp.Name())); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Append writes one record and returns once it is on disk.
func (l *Log) Append(r Record) error {
	if err := l.append(r); err != nil {
		return fmt.Errorf("audit record in %s: %w", l.path, err)
	}
	return nil
}

func (l *Log) append(r Record) (err error) {
	r.Time, r.Who, r.Host, r.Process = time.Now().UTC(), l.who(), host(), os.Getpid()
	for _, s := range []*string{&r.Before, &r.After, &r.Outcome} {
		*s = clean.Shown(*s)
	}
	r.Secrets = slices.Clone(r.Secrets)
	for i := range r.Secrets {
		for _, s := range []*string{&r.Secrets[i].Before, &r.Secrets[i].After} {
			*s = clean.Line(*s) // redacting would take secret:NAME for a secret
		}
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := l.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	torn, err := endsTorn(f)
	if err != nil {
		return err
	}
	// One write holds the whole record, so that those of other processes cannot
	// come between its parts.
	block := make([]byte, 0, len(line)+2)
	if torn {
		block = append(block, '\n')
	}
	block = append(append(block, line...), '\n')
	if _, err := f.Write(block); err != nil {
		return err
	}
	return f.Sync()
}

// endsTorn reports whether the file's last line has no end, which a full disk
// or a crash leaves behind. The next record then starts a line of its own. A
// record that another process is writing at this moment can look torn as well,
// which costs an empty line.
func endsTorn(f file) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

// syncDir makes a newly created name in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func who() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "uid " + strconv.Itoa(os.Getuid())
}

func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}
