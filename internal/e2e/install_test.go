//go:build integration

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// released makes a release for this machine's architecture in a folder.
func released(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "dist")
	args := []string{"run", "./internal/dist", "-out", out, "-targets", "linux/" + runtime.GOARCH, "-version", "0.9.0"}
	cmd := exec.Command("go", args...)
	cmd.Dir = "../.."
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("no release was made: %v\n%s", err, said)
	}
	return out
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
	out := released(t)
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
	var sums [2][]byte
	for i := range sums {
		b, err := os.ReadFile(filepath.Join(released(t), "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = b
	}
	if !bytes.Equal(sums[0], sums[1]) || bytes.Count(sums[0], []byte("\n")) < 4 {
		t.Errorf("two releases differ:\n%s\n%s", sums[0], sums[1])
	}
}
