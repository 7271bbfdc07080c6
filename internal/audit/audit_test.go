package audit

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gantry/internal/clean"
)

// records reads a journal.
func records(t *testing.T, path string) (list []Record, torn int) {
	t.Helper()
	list, torn, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return list, torn
}

func open(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestEveryFileIsTheUsersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "gantry")
	l := open(t, dir)
	if err := l.Append(Record{Kind: Begin}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{".": 0o700, "audit.jsonl": 0o600, "audit.key": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the directory holds %v (%v), want the journal and the key alone", entries, err)
	}
}

func TestRecordsSayWhoWhereAndWhen(t *testing.T) {
	l := open(t, t.TempDir())
	if err := l.Append(Record{Kind: Begin, Change: "chg-1", Service: "api", Before: "a\x1b[31m", Outcome: "password=hunter2hunter2"}); err != nil {
		t.Fatal(err)
	}
	got, broken := records(t, l.Path())
	if len(got) != 1 || broken != 0 {
		t.Fatalf("read %d records and %d broken lines", len(got), broken)
	}
	r := got[0]
	if r.Who == "" || r.Host == "" || r.Time.IsZero() || r.Change != "chg-1" || r.Service != "api" {
		t.Errorf("record is incomplete: %+v", r)
	}
	if strings.Contains(r.Before, "\x1b") || strings.Contains(r.Outcome, "hunter2") {
		t.Errorf("text from outside was saved uncleaned: %+v", r)
	}
}

// TestATornLastLineCostsOnlyItself cuts the last record wherever a crash may have
// cut it, also into a tail of zeros as file systems leave one.
func TestATornLastLineCostsOnlyItself(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	write := func(change string) {
		t.Helper()
		if err := l.Append(Record{Kind: Begin, Change: change}); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	first, err := os.ReadFile(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	write("two")
	whole, err := os.ReadFile(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(first); cut <= len(whole); cut++ {
		for _, tail := range []string{"", "\x00\x00\x00"} {
			if err := os.WriteFile(l.Path(), append(whole[:cut:cut], tail...), 0o600); err != nil {
				t.Fatal(err)
			}
			write("three")
			write("four")
			want, torn := "one three four", 1
			switch {
			case cut >= len(whole)-1 && tail == "", cut == len(whole):
				want, torn = "one two three four", len(tail)/3
			case cut == len(first):
				torn = len(tail) / 3
			}
			got, broken := records(t, l.Path())
			var names []string
			for _, r := range got {
				names = append(names, r.Change)
			}
			if strings.Join(names, " ") != want || broken != torn {
				t.Fatalf("cut at %d of %d and %d zeros: read %s and %d torn lines, want %s and %d", cut, len(whole), len(tail), names, broken, want, torn)
			}
		}
	}
}

func TestWhatIsNoRecordIsTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, []byte("{}\nnull\n\n[1]\n{\"kind\":\"end\",\"from\":\"a later version\"}\n{\"kind\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, torn := records(t, path)
	if len(got) != 1 || got[0].Kind != End || torn != 4 {
		t.Errorf("read %+v and %d torn lines", got, torn)
	}
	if _, _, err := Read(path + ".gone"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a journal that is not there gives %v", err)
	}
}

func TestConcurrentAppendersKeepTheirRecordsWhole(t *testing.T) {
	dir := t.TempDir()
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for range writers {
		l := open(t, dir) // each with a descriptor of its own, as processes have
		wg.Go(func() {
			for range each {
				if err := l.Append(Record{Kind: Begin, After: strings.Repeat("x", 500)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, broken := records(t, filepath.Join(dir, "audit.jsonl"))
	if len(got) != writers*each || broken != 0 {
		t.Errorf("read %d records and %d broken lines, want %d and 0", len(got), broken, writers*each)
	}
}

// faulty is a journal whose disk fails in one way.
type faulty struct {
	file
	write, sync error
}

func (f faulty) Write(b []byte) (int, error) {
	if f.write != nil {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, f.write
	}
	return f.file.Write(b)
}

func (f faulty) Sync() error { return errors.Join(f.sync, f.file.Sync()) }

func TestAFailingDiskIsReportedAndTheNextRecordSurvives(t *testing.T) {
	for name, fault := range map[string]faulty{
		"full disk":   {write: syscall.ENOSPC},
		"failed sync": {sync: syscall.EIO},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, t.TempDir())
			healthy := l.open
			l.open = func() (file, error) {
				f, err := healthy()
				return faulty{f, fault.write, fault.sync}, err
			}
			err := l.Append(Record{Kind: Sent, Change: "lost"})
			if !errors.Is(err, fault.write) && !errors.Is(err, fault.sync) {
				t.Fatalf("append returned %v, want the disk's error", err)
			}
			l.open = healthy
			if err := l.Append(Record{Kind: Sent, Change: "kept"}); err != nil {
				t.Fatal(err)
			}
			got, _ := records(t, l.Path())
			if last := got[len(got)-1]; last.Change != "kept" {
				t.Errorf("the last record is %+v, want the one after the fault", last)
			}
		})
	}
}

func TestSealsCompareButDoNotTell(t *testing.T) {
	dir := t.TempDir()
	a, again, other := open(t, dir), open(t, dir), open(t, t.TempDir())
	seal := a.Seal("DB_PASSWORD", clean.Secret("hunter2"))
	switch {
	case seal != again.Seal("DB_PASSWORD", clean.Secret("hunter2")):
		t.Error("the same installation seals the same value differently")
	case seal == a.Seal("DB_PASSWORD", clean.Secret("hunter3")):
		t.Error("different values have the same seal")
	case seal == a.Seal("API_PASSWORD", clean.Secret("hunter2")):
		t.Error("the seals show that two variables are equal")
	case seal == other.Seal("DB_PASSWORD", clean.Secret("hunter2")):
		t.Error("two installations have the same key")
	}
}

func TestProcessesThatStartTogetherShareOneKey(t *testing.T) {
	dir := t.TempDir()
	seals := make([]string, 16)
	var wg sync.WaitGroup
	for i := range seals {
		wg.Go(func() {
			l, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			seals[i] = l.Seal("A", "b")
		})
	}
	wg.Wait()
	for _, s := range seals {
		if s != seals[0] {
			t.Fatal("two processes use different keys")
		}
	}
}

func TestADamagedKeyIsNotReplacedSilently(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "audit.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "5 bytes, expected 32") {
		t.Errorf("open returned %v, want an error that names the size", err)
	}
}

func TestDefaultDirIsUnderTheStateDirectory(t *testing.T) {
	if got := DefaultDir(); filepath.Base(got) != "gantry" || !filepath.IsAbs(got) {
		t.Errorf("DefaultDir is %q", got)
	}
}

// TestAKeyThatOthersCanUseIsRefusedWithTheFix: whoever has the key can guess the values
// that the journal seals.
func TestAKeyThatOthersCanUseIsRefusedWithTheFix(t *testing.T) {
	dir := t.TempDir()
	seal := open(t, dir).Seal("COLOUR", "green")
	key := filepath.Join(dir, "audit.key")
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o601} {
		if err := os.Chmod(key, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !errors.Is(err, ErrShared) || !strings.Contains(err.Error(), "chmod 600 "+key) {
			t.Errorf("mode %o gives %v", mode, err)
		}
	}
	if err := os.Chmod(key, 0o400); err != nil {
		t.Fatal(err)
	}
	if got := open(t, dir).Seal("COLOUR", "green"); got != seal {
		t.Error("the mended key is another one")
	}
}

// TestTryWritesAndLeavesNothing: the journal can be opened on a disk that is full.
func TestTryWritesAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if err := l.Append(Record{Kind: Begin, Change: "one"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Try(); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("the directory holds %v", entries)
	}
	if list, torn := records(t, l.Path()); len(list) != 1 || torn != 0 {
		t.Errorf("read %+v and %d torn lines", list, torn)
	}
	healthy := l.open
	for _, fault := range []faulty{{write: syscall.ENOSPC}, {sync: syscall.EIO}} {
		l.open = func() (file, error) {
			f, err := healthy()
			return faulty{f, fault.write, fault.sync}, err
		}
		if err := l.Try(); !errors.Is(err, fault.write) && !errors.Is(err, fault.sync) {
			t.Errorf("a disk with %+v gives %v", fault, err)
		}
	}
}

// TestWhatBeganWithoutAnEndIsNamed tells killed changes from those that ended, that are
// under way, and that are long ago.
func TestWhatBeganWithoutAnEndIsNamed(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for _, r := range []Record{
		{Kind: Begin, Change: "ended"}, {Kind: Sent, Change: "ended"}, {Kind: End, Change: "ended"},
		{Kind: Begin, Change: "running"},
		{Kind: End, Change: "shown"},
	} {
		if err := l.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	// Others are written as another process on this host, and one on another, left them.
	f, err := os.OpenFile(l.Path(), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	for _, r := range []Record{
		{Kind: Begin, Change: "killed", Host: host(), Process: 1 << 30, Time: now}, {Kind: Sent, Change: "killed", Host: host(), Time: now},
		{Kind: Begin, Change: "elsewhere", Host: "bastion-2", Process: os.Getpid(), Time: now},
		{Kind: Begin, Change: "before", Host: host(), Process: os.Getpid(), Time: now.Add(-time.Hour)},
		{Kind: Begin, Change: "unnamed", Host: host(), Time: now},
		{Kind: Begin, Change: "old", Host: host(), Time: now.Add(-48 * time.Hour)},
	} {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(append(line, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	list, err := Unended(l.Path(), now.Add(-24*time.Hour), now.Add(-time.Minute))
	var names []string
	for _, r := range list {
		names = append(names, r.Change)
	}
	if got := strings.Join(names, " "); err != nil || got != "killed elsewhere before unnamed" {
		t.Errorf("without an end are %q (%v)", got, err)
	}
	if list, err := Unended(filepath.Join(dir, "none"), time.Time{}, now); len(list) != 0 || err != nil {
		t.Errorf("a journal that is not there has %v (%v)", list, err)
	}
}

// TestALaterChangeSettlesWhatHasNoEnd, of the same target and where it got as far as a call.
func TestALaterChangeSettlesWhatHasNoEnd(t *testing.T) {
	l := open(t, t.TempDir())
	as := func(kind, change, service string) Record {
		return Record{Kind: kind, Change: change, Context: "main", Cluster: "prod", Service: service, Host: "bastion-2"}
	}
	for _, r := range []Record{
		as(Begin, "settled", "web"), as(Sent, "settled", "web"),
		as(Begin, "refused before", "api"), as(Begin, "beside", "cart"),
		as(Begin, "later", "web"), as(Begin, "under way", "web"), as(Sent, "later", "web"), as(End, "later", "web"),
		as(Begin, "refused", "api"), as(End, "refused", "api"),
		as(End, "shown", "cart"),
	} {
		if err := l.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	// Its own process wrote them, which lives on as another.
	list, err := Unended(l.Path(), time.Time{}, time.Now().Add(time.Hour))
	var names []string
	for _, r := range list {
		names = append(names, r.Change)
	}
	if got := strings.Join(names, ", "); err != nil || got != "refused before, beside, under way" {
		t.Errorf("without an end are %q (%v)", got, err)
	}
}

// TestWhatIsNoFileIsNotReadAsAJournal: a device may have no end.
func TestWhatIsNoFileIsNotReadAsAJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.Symlink(os.DevNull, path); err != nil {
		t.Fatal(err)
	}
	if _, err := Unended(path, time.Time{}, time.Now()); err == nil {
		t.Error("a device was read")
	}
}

func TestTheDirectoryIsMadeDurableOnlyWhenANameIsNew(t *testing.T) {
	dir, synced := t.TempDir(), 0
	opening := func() int {
		t.Helper()
		synced = 0
		if _, err := openIn(dir, func(string) error { synced++; return nil }); err != nil {
			t.Fatal(err)
		}
		return synced
	}
	if opening() != 1 || opening() != 0 {
		t.Errorf("the second time it was made durable %d times", synced)
	}
	for _, name := range []string{"audit.key", "audit.jsonl"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if opening() != 1 {
			t.Errorf("after %s was gone it was made durable %d times", name, synced)
		}
	}
}
