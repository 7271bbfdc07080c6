package memory

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// trimEvery is how often what is too old is dropped.
const trimEvery = time.Hour

// write keeps records, all of them or none. The error says that it has to be tried again;
// when there is nothing to be tried any more, hopeless says why.
func (f *file) write(records []record) error {
	err := f.written(records)
	switch {
	case errors.Is(err, sqlite3.FULL) && f.hopeless == nil:
		// The file has its largest size, or the disk is full: what is oldest makes room.
		if f.trim(6) == nil {
			err = f.written(records)
		}
	case broken(err):
		f.setAside(err)
		err = f.written(records)
	}
	if err == nil && time.Since(f.trimmed).Abs() > trimEvery {
		err = f.trim(9)
	}
	if err != nil && f.hopeless == nil && !errors.Is(err, sqlite3.BUSY) && !errors.Is(err, errReadOnly) {
		f.note("%v", err)
	}
	return err
}

func (f *file) written(records []record) (err error) {
	if _, err := f.ready(false); err != nil {
		return err
	}
	if f.readOnly {
		return errReadOnly
	}
	if err := f.db.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, r := range records {
		if err := f.keep(r); err != nil {
			return errors.Join(err, f.abandon())
		}
	}
	if err := f.db.Exec("COMMIT"); err != nil {
		return errors.Join(err, f.abandon())
	}
	return nil
}

// abandon ends a transaction that failed, which some failures do by themselves.
func (f *file) abandon() error {
	f.places = map[place]int64{} // those that were made in it are gone
	if f.db.GetAutocommit() {
		return nil
	}
	return f.db.Exec("ROLLBACK")
}

// keep writes one record, unless the file has it.
func (f *file) keep(r record) error {
	at := r.at.UnixMilli()
	where, err := f.place(r.place)
	if err != nil {
		return err
	}
	if r.told && r.at.After(f.newest) {
		f.newest = r.at
	}
	if r.kind == kindEvent && at < f.marks[where] {
		return nil // each start of a console is told the last hundred of each service again
	}
	if known, err := f.known(where, r); known || err != nil {
		return err
	}
	doc, err := json.Marshal(r.doc())
	if err != nil {
		return err
	}
	const insert = "INSERT INTO seen (place, kind, key, at, final, doc) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (place, kind, key) DO "
	values := []any{where, int64(r.kind), r.key, at, int64(0), doc}
	switch r.kind {
	case kindStopped:
		if r.told {
			values[4] = int64(1)
		}
		// What ECS says of a task that has stopped is its last word.
		return f.run(insert+"UPDATE SET at = excluded.at, final = excluded.final, doc = excluded.doc WHERE final = 0", values...)
	case kindContainer:
		return f.run(insert+"UPDATE SET at = max(at, excluded.at)", values...)
	case kindChange:
		values[2] = keyOfChange(r.key, at)
		if known, err := f.changeKnown(where, r.key, at, doc); known || err != nil {
			return err
		}
	}
	return f.run(insert+"NOTHING", values...)
}

// lately is how exact it is kept until when a container was seen: as seldom as that the front
// tells it, but each start of a command is told of all of them.
const lately = 15 * time.Minute

// known reports whether the file says of a task or a container already what a record would
// add, so that most that a command sees costs one look.
func (f *file) known(where int64, r record) (known bool, err error) {
	if r.kind != kindStopped && r.kind != kindContainer {
		return false, nil
	}
	err = f.each(func(s *sqlite3.Stmt) {
		at, final := time.UnixMilli(s.ColumnInt64(0)), s.ColumnBool(1)
		known = final || r.kind == kindContainer && r.at.Sub(at) < lately
	}, "SELECT at, final FROM seen WHERE place = ? AND kind = ? AND key = ?", where, int64(r.kind), r.key)
	return known, err
}

// keyOfChange puts the steps of a target in the order of time.
func keyOfChange(address string, at int64) string { return fmt.Sprintf("%s@%015d", address, at) }

// changeKnown reports whether another process told the same step, which it saw at its own
// reading: a target does not go twice into one state without leaving it.
func (f *file) changeKnown(where int64, address string, at int64, doc []byte) (known bool, err error) {
	same := func(s *sqlite3.Stmt) {
		var before, now change
		known = known || json.Unmarshal(s.ColumnRawText(0), &before) == nil && json.Unmarshal(doc, &now) == nil &&
			before.To.State == now.To.State && before.To.Reason == now.To.Reason && before.From.State == now.From.State
	}
	first, here, last := address+"@", keyOfChange(address, at), address+"A" // which comes after @
	const of = "SELECT doc FROM seen WHERE place = ? AND kind = 4 AND key "
	err = errors.Join(
		f.each(same, of+"BETWEEN ? AND ? ORDER BY key DESC LIMIT 1", where, first, here),
		f.each(same, of+"> ? AND key < ? ORDER BY key LIMIT 1", where, here, last))
	return known, err
}

// place returns the number of a place, which it gives to a new one.
func (f *file) place(p place) (int64, error) {
	if n, ok := f.places[p]; ok {
		return n, nil
	}
	values := []any{p.context.Profile, p.context.Region, p.context.Endpoint, p.account, p.cluster, p.within}
	if err := f.run("INSERT INTO place (profile, region, endpoint, account, cluster, within) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", values...); err != nil {
		return 0, err
	}
	n, err := f.number("SELECT id FROM place WHERE profile = ? AND region = ? AND endpoint = ? AND account = ? AND cluster = ? AND within = ?", values...)
	if err == nil {
		f.places[p] = n
	}
	return n, err
}

// readMarks finds the newest event of each service.
func (f *file) readMarks() error {
	f.marks = map[int64]int64{}
	if f.readOnly {
		return nil
	}
	return f.each(func(s *sqlite3.Stmt) { f.marks[s.ColumnInt64(0)] = s.ColumnInt64(1) },
		"SELECT p.id, (SELECT max(at) FROM seen WHERE place = p.id AND kind = 3) AS newest FROM place p WHERE newest IS NOT NULL")
}

// trim drops what is older than its days, and the oldest while the file is larger than some
// tenths of what it may be, so that there is room again for a while.
func (f *file) trim(tenths int64) (err error) {
	if f.db == nil || f.readOnly {
		return nil
	}
	f.trimmed = time.Now()
	if err := f.age(f.trimmed); err != nil {
		return err
	}
	size, err := f.number("PRAGMA page_size")
	if err != nil {
		return err
	}
	// What is dropped needs a few pages first.
	if err := f.bound(f.limit(size)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.bound(f.limit(size)*95/100)) }()
	for {
		used, err := f.number("SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count")
		if err != nil {
			return err
		}
		if used <= f.limit(size)*tenths/10 {
			break
		}
		rows, err := f.number("SELECT count(*) FROM seen")
		if err != nil || rows == 0 {
			return err
		}
		if err := f.run("DELETE FROM seen WHERE id IN (SELECT id FROM seen ORDER BY at LIMIT ?)", rows/20+1); err != nil {
			return err
		}
	}
	// What is free is given back only where the file is larger than it may be, since it
	// would be taken again.
	if pages, err := f.number("PRAGMA page_count"); err != nil || pages <= f.limit(size) {
		return err
	}
	return f.run("PRAGMA incremental_vacuum")
}

// age drops what is older than its days, by this machine's clock and by AWS's times, so
// that a clock that jumps ahead takes nothing along. What is of a day to come was written
// by a clock that had jumped.
func (f *file) age(now time.Time) error {
	if f.newest.IsZero() {
		return nil // nobody told what time it is
	}
	first, last := now, f.newest
	if first.After(last) {
		first, last = last, first
	}
	return f.run("DELETE FROM seen WHERE at < ? OR at > ?", first.AddDate(0, 0, -f.days).UnixMilli(), last.AddDate(0, 0, 1).UnixMilli())
}
