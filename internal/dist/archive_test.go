package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestArchivesDependOnTheirFilesAlone writes the same files in two orders, at two times.
func TestArchivesDependOnTheirFilesAlone(t *testing.T) {
	files := []file{
		{name: "gantry", mode: 0o755, body: []byte("program")}, {name: "LICENSE", mode: 0o644, body: []byte("text")},
		{name: "man/gantry.1", mode: 0o644, body: []byte("page")},
	}
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	dirs := [2]string{t.TempDir(), t.TempDir()}
	for _, dir := range dirs {
		for name, write := range map[string]func(string, []file, time.Time) error{"a.tar.gz": tarred, "a.zip": zipped} {
			if err := write(filepath.Join(dir, name), files, at); err != nil {
				t.Fatal(err)
			}
		}
		if err := sums(dir); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(files)
		at = at.In(time.FixedZone("elsewhere", 3600))
	}
	for _, name := range []string{"a.tar.gz", "a.zip", "SHA256SUMS"} {
		first, err1 := os.ReadFile(filepath.Join(dirs[0], name))
		second, err2 := os.ReadFile(filepath.Join(dirs[1], name))
		if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
			t.Errorf("%s differs between two runs (%v, %v)", name, err1, err2)
		}
	}
	list, err := os.ReadFile(filepath.Join(dirs[0], "SHA256SUMS"))
	if err != nil || strings.Count(string(list), "\n") != 2 || !strings.Contains(string(list), "  a.tar.gz\n") {
		t.Errorf("the sums are\n%s(%v)", list, err)
	}
}

// TestTheChangelogNamesTheVersion: its first heading of a version is that of the next release.
func TestTheChangelogNamesTheVersion(t *testing.T) {
	got, err := newest("# Changes\n\nwords\n\n## 1.4.0 (2026-05-01)\n\n## 1.3.0\n")
	if err != nil || got != "1.4.0" {
		t.Errorf("the version is %q (%v)", got, err)
	}
	if _, err := newest("# Changes\n"); err == nil {
		t.Error("a changelog without a version has one")
	}
}
