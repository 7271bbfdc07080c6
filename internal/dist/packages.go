package main

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// nfpm makes the packages. It is run at this version and is no part of the module.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"

//go:embed Containerfile
var containers string

// containerfile describes an image of a version, to be built in the folder of a release.
func containerfile(version string) string {
	return strings.ReplaceAll(containers, "VERSION", version)
}

// pack makes the packages of a target for Debian and RPM.
func (r *release) pack(ctx context.Context, t target, program string, notice []byte) error {
	dir := filepath.Join(r.staging, "package_"+t.arch)
	tool := filepath.Join(r.staging, "nfpm")
	if _, err := os.Stat(tool); err != nil {
		if _, err := output(ctx, []string{"GOBIN=" + r.staging, "GOFLAGS=-trimpath -ldflags=-w"}, "go", "install", nfpm); err != nil {
			return err
		}
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	files := []file{{name: "usr/bin/gantry", mode: 0o755, body: binary}, {name: "usr/share/doc/gantry/THIRD-PARTY.txt", mode: 0o644, body: notice}}
	for name, to := range map[string]string{"LICENSE": "copyright", "README.md": "README.md", "docs/CHANGELOG.md": "CHANGELOG.md"} {
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files = append(files, file{name: "usr/share/doc/gantry/" + to, mode: 0o644, body: body})
	}
	for _, p := range r.pages {
		body, err := squeezed(p.body)
		if err != nil {
			return err
		}
		files = append(files, file{name: "usr/share/man/man1/" + path.Base(p.name) + ".gz", mode: 0o644, body: body})
	}
	for _, kind := range []string{"deb", "rpm"} {
		if err := r.one(ctx, tool, filepath.Join(dir, kind), kind, t, append(files, completions(r.shells, kind)...)); err != nil {
			return err
		}
	}
	return nil
}

// completions are the scripts where the shells of a distribution look for them.
func completions(shells []file, kind string) []file {
	where := map[string]string{
		"gantry.bash": "usr/share/bash-completion/completions/gantry",
		"gantry.fish": "usr/share/fish/vendor_completions.d/gantry.fish",
		"_gantry":     "usr/share/zsh/vendor-completions/_gantry",
	}
	if kind == "rpm" {
		where["_gantry"] = "usr/share/zsh/site-functions/_gantry"
	}
	var files []file
	for _, s := range shells {
		if to := where[path.Base(s.name)]; to != "" {
			files = append(files, file{name: to, mode: s.mode, body: s.body})
		}
	}
	return files
}

// one makes one package of files.
func (r *release) one(ctx context.Context, tool, dir, kind string, t target, files []file) error {
	var contents strings.Builder
	for _, f := range inOrder(files) {
		at := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(at, f.body, os.FileMode(f.mode)); err != nil {
			return err
		}
		fmt.Fprintf(&contents, "  - {src: %q, dst: %q, file_info: {mode: %#o, owner: root, group: root, mtime: %q}}\n",
			at, "/"+f.name, f.mode, r.date.Format("2006-01-02T15:04:05Z"))
	}
	settings := filepath.Join(dir, "nfpm.yaml")
	text := fmt.Sprintf(packageSettings, t.arch, r.version, r.date.Format("2006-01-02T15:04:05Z")) + contents.String()
	if err := os.WriteFile(settings, []byte(text), 0o644); err != nil {
		return err
	}
	to := filepath.Join(r.out, fmt.Sprintf("gantry_%s_linux_%s.%s", r.version, t.arch, kind))
	_, err := output(ctx, []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.date.Unix())}, tool, "package", "--config", settings, "--packager", kind, "--target", to)
	return err
}

// packageSettings are nfpm's: architecture, version and time are filled in.
const packageSettings = `name: gantry
arch: %s
platform: linux
version: %q
mtime: %s
section: admin
priority: optional
maintainer: The gantry authors
license: MIT
description: |
  operations console for Amazon ECS
  Clusters, services and tasks with their target health, their log lines and why
  they fail, and changes that are planned before and judged after.
rpm: {buildhost: localhost}
contents:
`

// squeezed compresses a file as gzip -n does: without its name and time.
func squeezed(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}
