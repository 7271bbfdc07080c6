package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licencePage has the table of what the program and its tests are built with.
const licencePage = "docs/licenses.md"

// accepted are the licences under which anything may be in the program: each asks for
// its text to be passed on, which THIRD-PARTY.txt does, and for no more. What is used by
// tests alone may ask for changes of it to be published too.
var (
	accepted        = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"}
	acceptedInTests = append([]string{"MPL-2.0"}, accepted...)
)

// entry is a row of the table.
type entry struct {
	licence string
	shipped bool // in the program, not in tests alone
}

var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| (program|tests) \\|$")

// acceptable reports whether something of such a licence may be where it is.
func (e entry) acceptable() bool {
	may := acceptedInTests
	if e.shipped {
		may = accepted
	}
	for licence := range strings.SplitSeq(e.licence, " AND ") {
		if !slices.Contains(may, licence) {
			return false
		}
	}
	return true
}

// entries reads the table of a page.
func entries(page string) map[string]entry {
	all := map[string]entry{}
	for _, m := range row.FindAllStringSubmatch(page, -1) {
		all[m[1]] = entry{licence: m[2], shipped: m[3] == "program"}
	}
	return all
}

// tells are words that stand in one licence and in no other, as SPDX names them.
var tells = []struct{ licence, words string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MIT", "The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software"},
	{"ISC", "and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"GPL", "GNU GENERAL PUBLIC LICENSE Version"}, // others mention it without
	{"LGPL", "GNU LESSER GENERAL PUBLIC LICENSE Version"},
}

// licenceOf tells by its words which licences a text gives, joined by AND; it is empty
// for a text that it does not know.
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(words string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(words)) }
	var found []string
	for _, t := range tells {
		if has(t.words) {
			found = append(found, t.licence)
		}
	}
	switch {
	case has("Redistribution and use in source and binary forms") && (has("Neither the name") || has("may not be used to endorse")):
		found = append(found, "BSD-3-Clause")
	case has("Redistribution and use in source and binary forms"):
		found = append(found, "BSD-2-Clause")
	case len(found) == 0 && has("Permission is hereby granted, free of charge"):
		found = append(found, "MIT-0")
	}
	slices.Sort(found)
	return strings.Join(found, " AND ")
}

// legal are the files of a module that say under which terms it is given.
var legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([-._].*)?$`)

// texts returns those files of a folder, by name.
func texts(dir string) ([]file, error) {
	found, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []file
	for _, f := range found {
		if f.IsDir() || !legal.MatchString(f.Name()) {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, file{name: f.Name(), body: body})
	}
	return all, nil
}

// read tells the licence of the module in a folder.
func read(dir string) (string, error) {
	all, err := texts(dir)
	if err != nil {
		return "", err
	}
	var whole strings.Builder
	for _, f := range all {
		if !strings.HasPrefix(strings.ToLower(f.name), "notice") {
			whole.Write(f.body)
			whole.WriteByte('\n')
		}
	}
	return licenceOf(whole.String()), nil
}

// part is a module that the program is built with.
type part struct {
	Path, Version, Dir string
	Sum                string
	Main               bool
	licence            string
}

// listed are the modules of which the packages of this module need something on a target.
func listed(ctx context.Context, t target, args ...string) ([]part, error) {
	args = append([]string{"list", "-deps", "-json=Module"}, args...)
	out, err := output(ctx, t.environment(), "go", args...)
	if err != nil {
		return nil, err
	}
	seen := map[string]part{}
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var p struct{ Module *part }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Module != nil && !p.Module.Main {
			seen[p.Module.Path] = *p.Module
		}
	}
	var all []part
	for _, p := range seen {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.Path, b.Path) })
	return all, nil
}

// modules are those in the program for a target, each with its licence, which must be
// the one that the table has for it.
func modules(ctx context.Context, t target, known map[string]entry) ([]part, error) {
	all, err := listed(ctx, t, ".")
	if err != nil {
		return nil, err
	}
	for i, p := range all {
		if all[i].licence, err = read(p.Dir); err != nil {
			return nil, err
		}
		if e := known[p.Path]; !e.shipped || e.licence != all[i].licence {
			return nil, fmt.Errorf("%s has the licence %q, which %s does not say: go test ./internal/dist -update", p.Path, all[i].licence, licencePage)
		}
	}
	return all, nil
}

// notices is the text of all licences of the parts, and of Go's own library.
func notices(parts []part) ([]byte, error) {
	var b strings.Builder
	b.WriteString("gantry is built with the modules below. Each is followed by the terms under which it is given.\n")
	add := func(name, dir string) error {
		all, err := texts(dir)
		for _, f := range all {
			fmt.Fprintf(&b, "\n%s\n%s: %s\n\n%s\n", strings.Repeat("=", 80), name, f.name, strings.TrimSpace(string(f.body)))
		}
		return err
	}
	root, err := output(context.Background(), nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	if err := add("The Go standard library", root); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if err := add(p.Path+" "+p.Version, p.Dir); err != nil {
			return nil, err
		}
	}
	return []byte(b.String()), nil
}
