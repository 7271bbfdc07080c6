package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	r := release{built: map[target]string{}}
	targets := flag.String("targets", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64", "what to build for, by GOOS/GOARCH")
	flag.StringVar(&r.out, "out", "dist", "the `folder` to write to; what is in it is replaced")
	flag.StringVar(&r.version, "version", "", "the version; without it the first of docs/CHANGELOG.md")
	flag.BoolVar(&r.packages, "packages", true, "make packages for Debian and RPM as well")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := r.find(ctx)
	if err == nil {
		err = r.make(ctx, strings.Split(*targets, ","))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// release is one release under way.
type release struct {
	version, commit string
	// date is that of the commit: the time of everything that is written.
	date     time.Time
	out      string
	packages bool

	// staging is the folder for what is on its way, removed at the end.
	staging string
	// known are the licences of the table in docs/licenses.md, by module.
	known map[string]entry
	// pages and shells are what the program itself writes, the same for each platform:
	// manual pages and scripts for completion, by name.
	pages, shells []file
	// built are the programs that were built, by their targets.
	built map[target]string
}

// find fills in what the checkout says: commit, date and, unless it is set, version.
func (r *release) find(ctx context.Context) error {
	commit, err := output(ctx, nil, "git", "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return err
	}
	seconds, err := output(ctx, nil, "git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return fmt.Errorf("git gave no time of the commit: %w", err)
	}
	changed, err := output(ctx, nil, "git", "status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return err
	}
	if changed != "" {
		commit += "-changed"
	}
	r.commit, r.date = commit, time.Unix(at, 0).UTC()
	if r.version == "" {
		log, err := os.ReadFile("docs/CHANGELOG.md")
		if err != nil {
			return err
		}
		r.version, err = newest(string(log))
		if err != nil {
			return err
		}
	}
	page, err := os.ReadFile(licencePage)
	if err != nil {
		return err
	}
	r.known = entries(string(page))
	return nil
}

// newest is the first version that a changelog has a heading for.
func newest(log string) (string, error) {
	for line := range strings.Lines(log) {
		if version, ok := strings.CutPrefix(line, "## "); ok {
			version, _, _ = strings.Cut(strings.TrimSpace(version), " ")
			return version, nil
		}
	}
	return "", errors.New("docs/CHANGELOG.md has no heading with a version")
}

// make writes all files of the release for the targets.
func (r *release) make(ctx context.Context, targets []string) (err error) {
	if r.staging, err = os.MkdirTemp("", "gantry-dist"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.staging)) }()
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	if err := r.describe(ctx); err != nil {
		return err
	}
	for _, name := range targets {
		goos, arch, ok := strings.Cut(name, "/")
		if !ok {
			return fmt.Errorf("%q is no target: expected GOOS/GOARCH", name)
		}
		if err := r.deliver(ctx, target{goos, arch}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(r.out, "Containerfile"), []byte(containerfile(r.version)), 0o644); err != nil {
		return err
	}
	return sums(r.out)
}

// deliver makes everything for one target.
func (r *release) deliver(ctx context.Context, t target) error {
	program, err := r.build(ctx, t)
	if err != nil {
		return err
	}
	parts, err := modules(ctx, t, r.known)
	if err != nil {
		return err
	}
	bill, err := billOf(r, t, parts)
	if err != nil {
		return err
	}
	base := filepath.Join(r.out, "gantry_"+r.version+"_"+t.goos+"_"+t.arch)
	if err := os.WriteFile(base+".cdx.json", bill, 0o644); err != nil {
		return err
	}
	notice, err := notices(parts)
	if err != nil {
		return err
	}
	files, err := r.contents(t, program, notice)
	if err != nil {
		return err
	}
	if t.goos == "windows" {
		return zipped(base+".zip", files, r.date)
	}
	if err := tarred(base+".tar.gz", files, r.date); err != nil {
		return err
	}
	if t.goos != "linux" || !r.packages {
		return nil
	}
	return r.pack(ctx, t, program, notice)
}

// contents are the files of an archive.
func (r *release) contents(t target, program string, notice []byte) ([]file, error) {
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	files := []file{{name: filepath.Base(program), mode: 0o755, body: binary}, {name: "THIRD-PARTY.txt", mode: 0o644, body: notice}}
	for _, name := range []string{"LICENSE", "README.md"} {
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name: name, mode: 0o644, body: body})
	}
	files = append(files, r.shells...)
	if t.goos != "windows" {
		files = append(files, r.pages...)
	}
	return files, nil
}

// output runs a program and returns what it prints, without the end of the line.
func output(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
