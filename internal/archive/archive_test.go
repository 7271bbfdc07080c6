package archive_test

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gantry/internal/archive"
)

func TestADirectoryComesOutAsItWentIn(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"a": "one", "deep/er/b": "two", "empty/.keep": ""} {
		path := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(from, "link")); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if skipped, err := archive.Pack(&packed, from); err != nil || !slices.Equal(skipped, []string{"link"}) {
		t.Fatalf("%v, %v", skipped, err)
	}
	if skipped, err := archive.Unpack(bytes.NewReader(packed.Bytes()), to); err != nil || len(skipped) > 0 {
		t.Fatalf("%v, %v", skipped, err)
	}
	for name, text := range map[string]string{"a": "one", "deep/er/b": "two", "empty/.keep": ""} {
		got, err := os.ReadFile(filepath.Join(to, name))
		if err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if info, err := os.Stat(filepath.Join(to, "a")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := archive.Unpack(bytes.NewReader(packed.Bytes()[:514]), t.TempDir()); err == nil {
		t.Error("a broken archive is unpacked")
	}
}

// TestNothingIsWrittenOutside, by a name or through a link that lies there.
func TestNothingIsWrittenOutside(t *testing.T) {
	outside := t.TempDir()
	for _, name := range []string{"../out", "/out", "a/../../out", "way/out"} {
		dir := t.TempDir()
		if err := os.Symlink(outside, filepath.Join(dir, "way")); err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w := tar.NewWriter(&packed)
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: 1, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("x")); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		if _, err := archive.Unpack(&packed, dir); err == nil {
			t.Errorf("%s is unpacked", name)
		}
	}
	left, err := os.ReadDir(outside)
	if err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	var links bytes.Buffer
	w := tar.NewWriter(&links)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: "/etc"}); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	if skipped, err := archive.Unpack(&links, t.TempDir()); err != nil || strings.Join(skipped, " ") != "l" {
		t.Errorf("%v, %v", skipped, err)
	}
}
