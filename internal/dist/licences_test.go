package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/licenses.md anew")

// required are the modules of go.mod with their versions.
func required(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)`).FindAllStringSubmatch(string(text), -1) {
		all[m[1]] = m[2]
	}
	if len(all) < 30 {
		t.Fatalf("only %d modules were found in go.mod", len(all))
	}
	return all
}

// folder is where the module cache has a module, or would have it.
func folder(cache, module, version string) string {
	escaped := regexp.MustCompile(`[A-Z]`).ReplaceAllStringFunc(module, func(s string) string { return "!" + strings.ToLower(s) })
	return filepath.Join(cache, filepath.FromSlash(escaped)+"@"+version)
}

// TestEveryDependencyHasALicenceThatMayBeShipped holds docs/licenses.md against go.mod and
// against the texts of the modules, so far as this machine has them. With -update it
// writes the page, for which it fetches what is missing.
func TestEveryDependencyHasALicenceThatMayBeShipped(t *testing.T) {
	t.Chdir("../..")
	if *update {
		writeLicences(t)
	}
	page, err := os.ReadFile(licencePage)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	known, all := entries(string(page)), required(t)
	for module, version := range all {
		e, ok := known[module]
		if !ok {
			t.Errorf("%s has no row in %s: go test ./internal/dist -update", module, licencePage)
			continue
		}
		if !e.acceptable() {
			t.Errorf("%s has the licence %q, under which nothing is taken there", module, e.licence)
		}
		if dir := folder(strings.TrimSpace(string(cache)), module, version); exists(dir) {
			if is, err := read(dir); err != nil || is != e.licence {
				t.Errorf("%s has the licence %q (%v), and the page says %q", module, is, err, e.licence)
			}
		}
	}
	for module := range known {
		if all[module] == "" {
			t.Errorf("%s is no dependency any more: go test ./internal/dist -update", module)
		}
	}
}

func exists(dir string) bool {
	_, err := os.Stat(dir)
	return err == nil
}

func writeLicences(t *testing.T) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# Licences of what gantry is built with

gantry itself is given under the [MIT licence](../LICENSE). The modules below are built into the program, or into its
tests alone. Each release has the texts of those in the program, and of Go's own library, in THIRD-PARTY.txt, and the
versions in its bill of materials.

| Module | Licence | In |
|---|---|---|
`)
	shipped := map[string]bool{}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		parts, err := listed(t.Context(), target{goos, "amd64"}, ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			shipped[p.Path] = true
		}
	}
	for _, module := range slices.Sorted(maps.Keys(required(t))) {
		dir, err := output(t.Context(), nil, "go", "list", "-m", "-f", "{{.Dir}}", module)
		if err != nil {
			t.Fatal(err)
		}
		if dir == "" { // not in the cache yet
			_, err := output(t.Context(), nil, "go", "mod", "download", module)
			if err != nil {
				t.Fatal(err)
			}
			if dir, err = output(t.Context(), nil, "go", "list", "-m", "-f", "{{.Dir}}", module); err != nil {
				t.Fatal(err)
			}
		}
		licence, err := read(dir)
		if err != nil {
			t.Fatal(err)
		}
		in := "tests"
		if shipped[module] {
			in = "program"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", module, licence, in)
	}
	if err := os.WriteFile(licencePage, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestALicenceIsToldByItsWords has the sentences by which the texts differ.
func TestALicenceIsToldByItsWords(t *testing.T) {
	const (
		grant     = "Permission is hereby granted, free of charge, to any person obtaining a copy"
		condition = "The above copyright notice and this permission notice shall be\nincluded in all copies or substantial portions of the Software."
		redist    = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted"
		apache    = "                                 Apache License\n                           Version 2.0, January 2004"
	)
	for text, want := range map[string]string{
		grant + condition: "MIT",
		grant:             "MIT-0",
		redist:            "BSD-2-Clause",
		redist + "\n * Neither the name of Acme nor the names of its contributors": "BSD-3-Clause",
		apache:                     "Apache-2.0",
		grant + condition + apache: "Apache-2.0 AND MIT",
		"Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted": "ISC",
		"GNU GENERAL PUBLIC LICENSE Version 3": "GPL",
		"All rights reserved.":                 "",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%.60q is taken for %q, not for %q", text, got, want)
		}
	}
}
