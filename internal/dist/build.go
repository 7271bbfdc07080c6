package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// target is what a program is built for.
type target struct{ goos, arch string }

// fixed are the settings of the go command that would otherwise be whoever builds'.
var fixed = []string{"CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFIPS140=off", "GOWORK=off"}

func (t target) environment() []string {
	return append(slices.Clone(fixed), "GOOS="+t.goos, "GOARCH="+t.arch)
}

// build builds the program for a target and returns its path. What Go notes of the
// checkout would depend on how it was cloned, so commit and date come by the linker.
func (r *release) build(ctx context.Context, t target) (string, error) {
	if path := r.built[t]; path != "" {
		return path, nil
	}
	name := "gantry"
	if t.goos == "windows" {
		name += ".exe"
	}
	path := filepath.Join(r.staging, t.goos+"_"+t.arch, name)
	set := strings.Join([]string{
		"-s -w -buildid=", "-X main.version=" + r.version, "-X main.commit=" + r.commit, "-X main.date=" + r.date.Format("2006-01-02"),
	}, " ")
	_, err := output(ctx, t.environment(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", set, "-o", path, ".")
	if err == nil {
		r.built[t] = path
	}
	return path, err
}

// describe has the program of this machine write manual pages and completions.
func (r *release) describe(ctx context.Context) error {
	program, err := r.build(ctx, target{runtime.GOOS, runtime.GOARCH})
	if err != nil {
		return err
	}
	dir := filepath.Join(r.staging, "man")
	if _, err := output(ctx, []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.date.Unix())}, program, "man", dir); err != nil {
		return err
	}
	pages, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, p := range pages {
		body, err := os.ReadFile(filepath.Join(dir, p.Name()))
		if err != nil {
			return err
		}
		r.pages = append(r.pages, file{name: "man/" + p.Name(), mode: 0o644, body: body})
	}
	for shell, name := range map[string]string{"bash": "gantry.bash", "zsh": "_gantry", "fish": "gantry.fish", "powershell": "gantry.ps1"} {
		script, err := output(ctx, nil, program, "completion", shell)
		if err != nil {
			return err
		}
		r.shells = append(r.shells, file{name: "completion/" + name, mode: 0o644, body: []byte(script + "\n")})
	}
	return nil
}
