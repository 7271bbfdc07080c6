//go:build integration

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// first is the folder of the release that both tests look at.
var first = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(filepath.Dir(gantry), "dist")
	if err == nil {
		err = release(dir)
	}
	return dir, err
})

// release makes a release for this machine's architecture in a folder.
func release(out string) error {
	args := []string{"run", "./internal/dist", "-out", out, "-targets", "linux/" + runtime.GOARCH, "-version", "0.9.0"}
	cmd := exec.Command("go", args...)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+out+".home") // which a release must not tell
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("no release was made: %w\n%s", err, said)
	}
	return nil
}

// in runs something in a root of its own and returns what it prints.
func in(t *testing.T, root string, words ...string) string {
	t.Helper()
	cmd := exec.Command("chroot", append([]string{root}, words...)...)
	cmd.Env = []string{"HOME=/root", "PATH=/usr/bin"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", words, err, out)
	}
	return string(out)
}

// TestThePackageInstallsIntoACleanRoot has dpkg install the package where nothing else is,
// and runs the program there: it needs nothing of the system.
func TestThePackageInstallsIntoACleanRoot(t *testing.T) {
	out, err := first()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, dir := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "root"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(out, "gantry_0.9.0_linux_"+runtime.GOARCH+".deb")
	if said, err := exec.Command("dpkg", "--root="+root, "--force-not-root", "-i", name).CombinedOutput(); err != nil {
		t.Fatalf("dpkg: %v\n%s", err, said)
	}
	for _, path := range []string{
		"usr/share/bash-completion/completions/gantry", "usr/share/zsh/vendor-completions/_gantry", "usr/share/fish/vendor_completions.d/gantry.fish",
		"usr/share/man/man1/gantry.1.gz", "usr/share/man/man1/gantry-deploy.1.gz",
		"usr/share/doc/gantry/copyright", "usr/share/doc/gantry/THIRD-PARTY.txt", "usr/share/doc/gantry/CHANGELOG.md",
	} {
		if at, err := os.Stat(filepath.Join(root, path)); err != nil || at.Size() == 0 || at.Mode().Perm() != 0o644 {
			t.Errorf("%s is not there as it should be: %v %v", path, at, err)
		}
	}
	if said := in(t, root, "/usr/bin/gantry", "--version"); !strings.HasPrefix(said, "gantry version 0.9.0 (") || !strings.Contains(said, ", 20") {
		t.Errorf("the version is told as %q", said)
	}
	if said := in(t, root, "/usr/bin/gantry", "status", "--demo", "prod"); !strings.Contains(said, "api-checkout") {
		t.Errorf("the demo shows\n%s", said)
	}
	rpm := filepath.Join(out, "gantry_0.9.0_linux_"+runtime.GOARCH+".rpm")
	if head, err := os.ReadFile(rpm); err != nil || !bytes.HasPrefix(head, []byte{0xed, 0xab, 0xee, 0xdb}) {
		t.Errorf("there is no package for RPM: %v", err)
	}
}

// TestTwoReleasesOfACommitAreTheSame compares the sums of everything.
func TestTwoReleasesOfACommitAreTheSame(t *testing.T) {
	one, err := first()
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "dist")
	if err := release(other); err != nil {
		t.Fatal(err)
	}
	sums, err1 := os.ReadFile(filepath.Join(one, "SHA256SUMS"))
	again, err2 := os.ReadFile(filepath.Join(other, "SHA256SUMS"))
	if err1 != nil || err2 != nil || !bytes.Equal(sums, again) || bytes.Count(sums, []byte("\n")) < 5 {
		t.Errorf("two releases differ (%v, %v):\n%s\n%s", err1, err2, sums, again)
	}
}
