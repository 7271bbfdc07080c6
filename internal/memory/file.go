package memory

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// The file says that it is gantry's, and how what stands in it is to be read. A version
// that is higher than ours is of a newer gantry, which may have moved everything.
const (
	applicationID = 0x676e7479 // "gnty"
	version       = 1
)

// schema is what a file of this version holds. The index by key is what makes two processes
// that see the same keep it once; at and doc are changed in place.
const schema = `
CREATE TABLE place (
	id INTEGER PRIMARY KEY, profile TEXT NOT NULL, region TEXT NOT NULL, endpoint TEXT NOT NULL, account TEXT NOT NULL,
	cluster TEXT NOT NULL, within TEXT NOT NULL, UNIQUE (profile, region, endpoint, cluster, within, account)
);
CREATE TABLE seen (
	id INTEGER PRIMARY KEY, place INTEGER NOT NULL, kind INTEGER NOT NULL, key TEXT NOT NULL,
	at INTEGER NOT NULL, final INTEGER NOT NULL, doc TEXT NOT NULL
);
CREATE UNIQUE INDEX seen_key ON seen (place, kind, key);
CREATE INDEX seen_order ON seen (place, kind, at);
CREATE INDEX seen_age ON seen (at);
`

// file is the store on disk. One goroutine uses it.
type file struct {
	path            string
	days, megabytes int
	vfs             string

	db         *sqlite3.Conn
	is         os.FileInfo // the file that is open
	readOnly   bool
	statements map[string]*sqlite3.Stmt
	places     map[place]int64
	marks      map[int64]int64 // by place: the newest event that the file had when it was opened
	trimmed    time.Time
	newest     time.Time // of what AWS told in this run

	// hopeless is why nothing is to be tried again in this run.
	hopeless error
	aside    int // how often a file was set aside
	notes    []string
	noted    map[string]bool
}

// errShort is a file that ends before its own pages do.
var errShort = errors.New("the file is cut off")

// note has something told, once in a run.
func (f *file) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if f.noted[text] {
		return
	}
	if f.noted == nil {
		f.noted = map[string]bool{}
	}
	f.noted[text] = true
	f.notes = append(f.notes, text)
}

// told takes what is to be told.
func (f *file) told() (all []error) {
	for _, text := range f.notes {
		err := errors.New(text)
		if strings.HasSuffix(text, errAnew.Error()) {
			err = fmt.Errorf("%s%w", strings.TrimSuffix(text, errAnew.Error()), errAnew)
		}
		all = append(all, err)
	}
	f.notes = nil
	return all
}

// ready opens the file unless it is open. Whoever only looks makes none: absent is what an
// account is of which nothing was seen.
func (f *file) ready(looks bool) (absent bool, err error) {
	if f.hopeless != nil {
		return true, f.hopeless
	}
	is, err := os.Stat(f.path)
	if looks && errors.Is(err, fs.ErrNotExist) {
		f.close()
		return true, nil
	}
	if f.db != nil {
		if err == nil && os.SameFile(is, f.is) {
			return false, nil
		}
		f.close() // somebody set it aside or took it away
	}
	err = f.open()
	for tries := 0; broken(err) && tries < 2; tries++ {
		f.setAside(err)
		err = f.open()
	}
	return err != nil, err
}

// broken reports whether an error says that the file holds no more what was written.
func broken(err error) bool {
	return errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB) || errors.Is(err, errShort)
}

// open opens the file, or makes one.
func (f *file) open() (err error) {
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	if err := f.prepare(); err != nil {
		f.hopeless = err
		f.note("%v", err)
		return err
	}
	flags := sqlite3.OPEN_URI | sqlite3.OPEN_READWRITE
	if f.readOnly {
		flags = sqlite3.OPEN_URI | sqlite3.OPEN_READONLY
	}
	// The journal beside it is for the same eyes.
	query := url.Values{"modeof": {f.path}}
	if f.vfs != "" {
		query.Set("vfs", f.vfs)
	}
	where := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(f.path), RawQuery: query.Encode()}
	if f.db, err = sqlite3.OpenFlags(where.String(), flags); err != nil {
		return err
	}
	f.statements, f.places = map[string]*sqlite3.Stmt{}, map[place]int64{}
	if err := f.db.BusyTimeout(patience * 2 / 3); err != nil {
		return err
	}
	if err := f.recognize(); err != nil {
		return err
	}
	return f.readMarks()
}

// prepare sees to it that there is a file for the user's eyes alone, which may be empty.
func (f *file) prepare() error {
	err := os.MkdirAll(filepath.Dir(f.path), 0o700)
	var opened *os.File
	if err == nil {
		opened, err = os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	}
	f.readOnly = false
	if err != nil {
		// What was kept before can be told all the same.
		var looking error
		if opened, looking = os.Open(f.path); looking != nil {
			return err
		}
		f.readOnly = true
		f.note("%v", err)
	}
	defer opened.Close() // nothing was written to it
	if f.is, err = opened.Stat(); err != nil {
		return err
	}
	if !f.readOnly && f.is.Mode().Perm()&0o077 != 0 {
		return opened.Chmod(0o600)
	}
	return nil
}

// recognize reads whose file it is, and makes what an empty one lacks.
func (f *file) recognize() error {
	for _, setting := range []string{"PRAGMA cache_size = -512", "PRAGMA temp_store = MEMORY", "PRAGMA trusted_schema = OFF"} {
		if err := f.db.Exec(setting); err != nil {
			return err
		}
	}
	size, err := f.measure()
	if err != nil {
		return err
	}
	if err := f.bound(f.limit(size) * 95 / 100); err != nil {
		return err
	}
	const things = "SELECT count(*) FROM sqlite_schema"
	if n, err := f.number(things); n > 0 || err != nil || f.readOnly {
		return errors.Join(err, f.readable(n))
	}
	if err := f.db.Exec("PRAGMA auto_vacuum = INCREMENTAL; BEGIN IMMEDIATE"); err != nil {
		return err
	}
	// Another process may have been first.
	if n, err := f.number(things); n > 0 || err != nil {
		return errors.Join(err, f.db.Exec("ROLLBACK"), f.readable(n))
	}
	if err := f.db.Exec(schema + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", applicationID, version)); err != nil {
		return errors.Join(err, f.db.Exec("ROLLBACK"))
	}
	return nil
}

// measure returns the size of a page, and refuses a file that is shorter than its pages.
// Nobody writes meanwhile.
func (f *file) measure() (size int64, err error) {
	if err := f.db.Exec("BEGIN"); err != nil {
		return 0, err
	}
	var pages int64
	size, err = f.number("PRAGMA page_size")
	if err == nil {
		pages, err = f.number("PRAGMA page_count")
	}
	is, failed := os.Stat(f.path)
	if err = errors.Join(err, failed); err == nil && is.Size() < size*pages {
		err = errShort
	}
	return size, errors.Join(err, f.db.Exec("COMMIT"))
}

// bound has nothing written beyond a number of pages.
func (f *file) bound(pages int64) error {
	return f.db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages))
}

// limit is how many pages the file has at most.
func (f *file) limit(pageSize int64) int64 { return int64(f.megabytes) << 20 / pageSize }

// readable refuses a file that is not to be touched. One that holds nothing tells nothing.
func (f *file) readable(things int64) error {
	if things == 0 {
		return nil
	}
	id, err := f.number("PRAGMA application_id")
	if err != nil {
		return err
	}
	v, err := f.number("PRAGMA user_version")
	if err != nil {
		return err
	}
	if f.hopeless = fits(id, v); f.hopeless != nil {
		f.note("%v", f.hopeless)
	}
	return f.hopeless
}

// fits says why a file that calls itself so is not to be touched.
func fits(id, v int64) error {
	switch {
	case id == applicationID && v == version:
		return nil
	case id == applicationID && v > version:
		return fmt.Errorf("the file is of version %d, which a newer gantry wrote, and this one knows version %d: it is left as it is", v, version)
	}
	return errors.New("the file is none of gantry's: it is left as it is")
}

// errAnew ends what is told of a file in whose place another one is begun.
var errAnew = errors.New("and a new one is begun in its place")

// setAside takes a file away that cannot be read, under a name beside it, unless another
// process did so meanwhile.
func (f *file) setAside(why error) {
	opened := f.is
	f.close()
	if f.aside++; f.aside > 3 {
		f.hopeless = fmt.Errorf("it broke again and again, the last time by: %w", why)
		f.note("%v", f.hopeless)
		return
	}
	now, err := os.Stat(f.path)
	if err != nil || !os.SameFile(now, opened) {
		return
	}
	aside := f.free()
	if err := os.Rename(f.path, aside); err != nil {
		f.hopeless = err
		f.note("%v", err)
		return
	}
	_ = os.Rename(f.path+"-journal", aside+"-journal") // mostly there is none
	f.note("what was kept could not be read (%v): it is set aside as %s, %v", why, filepath.Base(aside), errAnew)
}

// free is the first name beside the file under which nothing was set aside before: what broke
// once may be all that is left of what was known then.
func (f *file) free() string {
	aside := f.path + ".broken"
	for i := 2; ; i++ {
		if _, err := os.Lstat(aside); err != nil {
			return aside
		}
		aside = fmt.Sprintf("%s.broken-%d", f.path, i)
	}
}

func (f *file) close() {
	if f.db == nil {
		return
	}
	for _, s := range f.statements {
		_ = s.Close() // it tells of its last error, which was told
	}
	_ = f.db.Close() // nothing is under way
	f.db, f.statements = nil, nil
}

// statement returns a prepared statement, bound to values.
func (f *file) statement(sql string, values ...any) (*sqlite3.Stmt, error) {
	s := f.statements[sql]
	if s == nil {
		var err error
		if s, _, err = f.db.Prepare(sql); err != nil {
			return nil, err
		}
		f.statements[sql] = s
	}
	for i, v := range values {
		var err error
		switch v := v.(type) {
		case string:
			err = s.BindText(i+1, v)
		case int64:
			err = s.BindInt64(i+1, v)
		case []byte:
			err = s.BindRawText(i+1, v)
		default:
			err = fmt.Errorf("a value of type %T", v)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// each calls do for each row of a query.
func (f *file) each(do func(*sqlite3.Stmt), sql string, values ...any) error {
	s, err := f.statement(sql, values...)
	if err != nil {
		return err
	}
	for s.Step() {
		do(s)
	}
	if err := s.Err(); err != nil {
		_ = s.Reset() // it tells the same once more
		return err
	}
	return s.Reset()
}

// run carries out a statement without rows.
func (f *file) run(sql string, values ...any) error {
	return f.each(func(*sqlite3.Stmt) {}, sql, values...)
}

// number is the first column of the only row of a query; zero without one.
func (f *file) number(sql string, values ...any) (n int64, err error) {
	err = f.each(func(s *sqlite3.Stmt) { n = s.ColumnInt64(0) }, sql, values...)
	return n, err
}
