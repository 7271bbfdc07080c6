package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"

	"gantry/awsx/past"
)

// fill has a run see a number of tasks, and ends it.
func fill(t *testing.T, dir string, things int) {
	t.Helper()
	r := begin(t, Options{Dir: dir})
	at := now()
	for i := range things {
		id := fmt.Sprintf("x%d", i)
		r.SeenStoppedTask(dead(id, at.Add(time.Duration(i)*time.Second)), at)
		r.SeenEvent(shop, told(id, at.Add(time.Duration(i)*time.Second)))
	}
	if told := r.ends(); len(told) > 0 {
		t.Fatal(told)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAFileThatCannotBeReadIsSetAside: gantry goes on with a new one, says so once, and leaves
// the old one to be looked at.
func TestAFileThatCannotBeReadIsSetAside(t *testing.T) {
	whole := t.TempDir()
	fill(t, whole, 300)
	good := read(t, Path(whole))
	spoilt := bytes.Clone(good)
	for i := 4096; i+4096 <= len(spoilt); i += 4096 {
		copy(spoilt[i:], "\xff\xff\xff\xff garbage where a page begins")
	}
	for name, content := range map[string][]byte{
		"cut in half":           good[:len(good)/2],
		"cut within a page":     good[:len(good)-1000],
		"cut within the header": good[:60],
		"garbage":               bytes.Repeat([]byte("no database "), 1000),
		"spoilt pages":          spoilt,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				write(t, Path(dir), content)
				r := begin(t, Options{Dir: dir})
				r.SeenStoppedTask(dead("d1", now()), now())
				r.SeenEvent(shop, told("e1", now()))
				time.Sleep(time.Minute)
				if got := r.counts(); got != [4]int{1, 0, 1, 0} {
					t.Errorf("this run knows %v", got)
				}
				told := r.ends()
				if len(told) != 1 || !strings.Contains(told[0], "set aside as memory.db.broken") {
					t.Errorf("told %q", told)
				}
				if aside := read(t, Path(dir)+".broken"); !bytes.Equal(aside, content) {
					t.Error("what was set aside is not what was there")
				}
				next := begin(t, Options{Dir: dir})
				if got := next.counts(); got != [4]int{1, 0, 1, 0} {
					t.Errorf("the next run knows %v", got)
				}
				if told := next.ends(); len(told) > 0 {
					t.Errorf("the next run is told %q", told)
				}
			})
		})
	}
}

// TestWhatWasSetAsideStays when the file breaks once more, and it is said that another one is
// begun, not that there is none.
func TestWhatWasSetAsideStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for i, name := range []string{"memory.db.broken", "memory.db.broken-2", "memory.db.broken-3"} {
			write(t, Path(dir), bytes.Repeat([]byte{byte('a' + i)}, 9000))
			r := begin(t, Options{Dir: dir})
			r.SeenEvent(shop, told("e1", now()))
			time.Sleep(time.Minute)
			if told := r.ends(); len(told) != 1 || !strings.Contains(told[0], "set aside as "+name+", and a new one is begun in its place") || strings.Contains(told[0], "without it") {
				t.Errorf("told %q", told)
			}
			for j, earlier := range []string{"memory.db.broken", "memory.db.broken-2", "memory.db.broken-3"}[:i+1] {
				if aside := read(t, filepath.Join(dir, earlier)); aside[0] != byte('a'+j) {
					t.Errorf("%s holds another one", earlier)
				}
			}
		}
	})
}

// TestAFileThatBreaksUnderARunIsSetAside: it is cut while two runs have it open, which both
// go on.
func TestAFileThatBreaksUnderARunIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		fill(t, dir, 300)
		one, two := begin(t, Options{Dir: dir}), begin(t, Options{Dir: dir})
		one.counts()
		two.counts()
		if err := os.Truncate(Path(dir), 3*4096); err != nil {
			t.Fatal(err)
		}
		for i, r := range []*run{one, two, one, two} {
			r.SeenEvent(shop, told(fmt.Sprint("later", i), now()))
			time.Sleep(time.Minute)
		}
		for _, r := range []*run{one, two} {
			r.ends()
		}
		last := begin(t, Options{Dir: dir})
		defer last.ends()
		if got := last.counts(); got[2] < 3 {
			t.Errorf("of what was seen after it broke %v is kept", got)
		}
	})
}

// TestAFileOfANewerVersionIsLeftAlone, as is one that is none of gantry's.
func TestAFileOfANewerVersionIsLeftAlone(t *testing.T) {
	for said, change := range map[string]string{
		"newer gantry":     "PRAGMA user_version = 2",
		"none of gantry's": "PRAGMA application_id = 7",
	} {
		t.Run(said, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				fill(t, dir, 10)
				db, err := sqlite3.Open(Path(dir))
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(db.Exec(change), db.Close()); err != nil {
					t.Fatal(err)
				}
				was := read(t, Path(dir))
				r := begin(t, Options{Dir: dir})
				for i := range 5 {
					r.SeenEvent(shop, told(fmt.Sprint("e", i), now()))
					time.Sleep(10 * time.Minute)
					if got := r.counts(); got[2] != i+1 {
						t.Errorf("this run knows %v", got)
					}
				}
				if told := r.ends(); len(told) != 1 || !strings.Contains(told[0], said) {
					t.Errorf("told %q", told)
				}
				if err := Examine(dir); err == nil || !strings.Contains(err.Error(), said) {
					t.Errorf("an examination says %v", err)
				}
				if !bytes.Equal(was, read(t, Path(dir))) {
					t.Error("the file was touched")
				}
			})
		})
	}
}

// TestAnExaminationChangesNothing and finds what is well to be so.
func TestAnExaminationChangesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := Examine(dir); err != nil {
		t.Errorf("without a file: %v", err)
	}
	for content, fault := range map[string]string{"": "", "no database": "cannot be read"} {
		write(t, Path(dir), []byte(content))
		if err := Examine(dir); fmt.Sprint(err) == "<nil>" != (fault == "") || err != nil && !strings.Contains(err.Error(), fault) {
			t.Errorf("%q: %v", content, err)
		}
		if got := read(t, Path(dir)); string(got) != content {
			t.Errorf("%q became %q", content, got)
		}
	}
	well := t.TempDir()
	fill(t, well, 3)
	if err := Examine(well); err != nil {
		t.Errorf("a file of this version: %v", err)
	}
}

// TestATornWriteIsUndone: a process is killed while pages go to the file, whose journal is
// left beside it.
func TestATornWriteIsUndone(t *testing.T) {
	dir, torn := t.TempDir(), t.TempDir()
	fill(t, dir, 300)
	db, err := sqlite3.Open(Path(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec("PRAGMA cache_size = 10; BEGIN; UPDATE seen SET doc = 'torn', at = at + 1"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"memory.db", "memory.db-journal"} {
		b := read(t, filepath.Join(dir, name))
		if name == "memory.db" && !bytes.Contains(b, []byte("torn")) {
			t.Fatal("nothing of the transaction went to the file yet")
		}
		write(t, filepath.Join(torn, name), b)
	}
	r := begin(t, Options{Dir: torn})
	if got := r.counts(); got[0] != 300 || got[2] != 300 {
		t.Errorf("kept %v", got)
	}
	if told := r.ends(); len(told) > 0 {
		t.Errorf("told %q", told)
	}
}

// TestADirectoryThatCannotBeMadeIsToldOnce, and the run goes on in memory.
func TestADirectoryThatCannotBeMadeIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "a file")
		write(t, dir, nil)
		r := begin(t, Options{Dir: filepath.Join(dir, "gantry")})
		for i := range 5 {
			r.SeenEvent(shop, told(fmt.Sprint("e", i), now()))
			time.Sleep(10 * time.Minute)
		}
		if got := r.counts(); got[2] != 5 {
			t.Errorf("this run knows %v", got)
		}
		if told := r.ends(); len(told) != 1 || !strings.Contains(told[0], "not a directory") {
			t.Errorf("told %q", told)
		}
	})
}

// TestAFileThatCannotBeWrittenStillTells, as one of another user's or of a directory that is
// read-only does.
func TestAFileThatCannotBeWrittenStillTells(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("nothing is forbidden to root")
	}
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		fill(t, dir, 10)
		for path, mode := range map[string]os.FileMode{Path(dir): 0o400, dir: 0o500} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		defer os.Chmod(dir, 0o700)
		r := begin(t, Options{Dir: dir})
		r.SeenEvent(shop, told("new", now()))
		time.Sleep(10 * time.Minute)
		if got := r.counts(); got[0] != 10 || got[2] != 11 {
			t.Errorf("this run knows %v", got)
		}
		if told := r.ends(); len(told) != 1 || !strings.Contains(told[0], "permission denied") {
			t.Errorf("told %q", told)
		}
	})
}

// disk is a disk that is full, or that does not answer, for as long as it is told so.
type disk struct {
	vfs.VFS
	full  atomic.Bool
	stall atomic.Pointer[chan struct{}]
}

var faulty = func() *disk {
	d := &disk{VFS: vfs.Find("")}
	vfs.Register("faulty", d)
	return d
}()

func (d *disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return nil, flags, sqlite3.CANTOPEN
}

func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := d.VFS.(vfs.VFSFilename).OpenFilename(name, flags)
	if err != nil {
		return nil, flags, err
	}
	return diskFile{f, d}, flags, nil
}

type diskFile struct {
	vfs.File
	on *disk
}

func (f diskFile) WriteAt(p []byte, off int64) (int, error) {
	if f.on.full.Load() {
		return 0, sqlite3.FULL
	}
	if wait := f.on.stall.Load(); wait != nil {
		<-*wait
	}
	return f.File.WriteAt(p, off)
}

// TestAFullDiskIsToldOnceAndWrittenLater: nothing is lost, and nobody waits.
func TestAFullDiskIsToldOnceAndWrittenLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		fill(t, dir, 10)
		faulty.full.Store(true)
		r := begin(t, Options{Dir: dir, vfs: "faulty"})
		for i := range 20 {
			r.SeenEvent(shop, told(fmt.Sprint("e", i), now().Add(time.Hour)))
			time.Sleep(time.Minute)
		}
		if got := r.counts(); got[2] != 30 {
			t.Errorf("this run knows %v", got)
		}
		faulty.full.Store(false)
		time.Sleep(2 * time.Minute)
		if told := r.ends(); len(told) != 1 || !strings.Contains(told[0], "full") {
			t.Errorf("told %q", told)
		}
		next := begin(t, Options{Dir: dir})
		defer next.ends()
		if got := next.counts(); got[2] != 30 {
			t.Errorf("kept %v", got)
		}
	})
}

// TestAStalledDiskStallsNobody: polling goes on, who asks has what this run saw, with the
// reason, and the end does not wait for long.
func TestAStalledDiskStallsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := make(chan struct{})
		faulty.stall.Store(&wait)
		r := begin(t, Options{Dir: t.TempDir(), vfs: "faulty"})
		began := time.Now()
		for i := range queued + 500 {
			if i < 1000 {
				r.SeenRuntimeID(ran(fmt.Sprintf("%064d", i), now()))
			}
			r.SeenTargetChange(turned("a", "b", now()))
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("polling waited for %s", took)
		}
		time.Sleep(10 * time.Second)
		began = time.Now()
		known, err := r.Containers(t.Context(), shop, time.Time{})
		if len(known) != 1000 || err == nil || time.Since(began) > 2*patience {
			t.Errorf("%d containers after %s: %v", len(known), time.Since(began), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := r.Events(ctx, shop, time.Time{}); !errors.Is(err, context.Canceled) {
			t.Errorf("who gives up is told %v", err)
		}
		began = time.Now()
		if err := r.Close(); err == nil || time.Since(began) > 2*patience {
			t.Errorf("the end came after %s: %v", time.Since(began), err)
		}
		faulty.stall.Store(nil)
		close(wait)
		<-r.ended
	})
}

// TestTheFileIsBounded by its size, while two processes write and drop at once: the oldest go.
func TestTheFileIsBounded(t *testing.T) {
	dir := t.TempDir()
	const things = 1500
	var both sync.WaitGroup
	at := now()
	for p := range 2 {
		both.Go(func() {
			r := begin(t, Options{Dir: dir, Megabytes: 2})
			for i := range things {
				r.SeenStoppedTask(dead(fmt.Sprintf("p%dx%d", p, i), at.Add(time.Duration(i)*time.Second)), at)
				if i%batch == 0 {
					r.counts()
				}
			}
			if told := r.ends(); len(told) > 0 {
				t.Error(told)
			}
		})
	}
	both.Wait()
	if is, err := os.Stat(Path(dir)); err != nil || is.Size() > 2<<20 {
		t.Errorf("%v, %v", is, err)
	}
	r := begin(t, Options{Dir: dir, Megabytes: 2})
	defer r.ends()
	all := r.since(shop, time.Time{}).Stopped
	if len(all) < 400 || len(all) >= 2*things || all[0].Task.StoppedAt.Before(at.Add((things-20)*time.Second)) {
		t.Errorf("%d are kept, the newest of %s", len(all), all[0].Task.StoppedAt)
	}
}

// TestASmallerBoundShrinksTheFile that an earlier run filled.
func TestASmallerBoundShrinksTheFile(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, 1500)
	if is, err := os.Stat(Path(dir)); err != nil || is.Size() < 3<<19 {
		t.Fatalf("%v, %v", is, err)
	}
	r := begin(t, Options{Dir: dir, Megabytes: 1})
	r.SeenEvent(shop, told("new", now().Add(time.Hour)))
	r.ends()
	if is, err := os.Stat(Path(dir)); err != nil || is.Size() > 1<<20 {
		t.Errorf("%v, %v", is, err)
	}
}

// TestWhatIsTooOldIsDropped, and a clock that jumps takes nothing along.
func TestWhatIsTooOldIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		fill(t, dir, 10)
		aws := now().Add(24 * time.Hour) // what AWS's clock says in what follows
		see := func(name string) [4]int {
			r := begin(t, Options{Dir: dir})
			r.SeenEvent(shop, told(name, aws))
			r.SeenRuntimeID(ran(name, now()))
			r.ends()
			r = begin(t, Options{Dir: dir})
			defer r.ends()
			return r.counts()
		}
		time.Sleep(400 * 24 * time.Hour) // ours jumps ahead by more than a year
		if got := see("ahead"); got != [4]int{10, 1, 11, 0} {
			t.Errorf("with the clock ahead %v is kept", got)
		}
		aws = now().Add(10 * 24 * time.Hour) // it was no jump: time went by
		time.Sleep(10 * 24 * time.Hour)
		if got := see("later"); got != [4]int{0, 2, 1, 0} {
			t.Errorf("a year later %v is kept", got)
		}
	})
}

// TestNewsOutOfOrderAreKeptInOrder, those that an account tells late too.
func TestNewsOutOfOrderAreKeptInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		at := now()
		first := begin(t, Options{Dir: dir})
		first.SeenEvent(shop, told("b", at.Add(time.Minute)))
		first.SeenEvent(shop, told("a", at))
		first.SeenTargetChange(turned("initial", "healthy", at.Add(2*time.Minute)))
		first.SeenTargetChange(turned("", "initial", at))
		first.SeenTargetChange(turned("healthy", "initial", at.Add(time.Minute)))
		first.ends()
		second := begin(t, Options{Dir: dir})
		defer second.ends()
		got := second.since(shop, time.Time{})
		var order []string
		for _, e := range got.Events {
			order = append(order, e.ID)
		}
		for _, c := range got.Changes {
			order = append(order, c.From.State+">"+c.To.State)
		}
		if said := strings.Join(order, " "); said != "b a initial>healthy healthy>initial >initial" {
			t.Errorf("in the order %s", said)
		}
		var _ past.Keeper = second
	})
}
