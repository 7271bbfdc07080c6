package house_test

import (
	"strconv"
	"strings"
	"testing"
)

// TestEveryPackageIsInTheProgram: a screen or a command declares itself when its package is
// linked, and one that nobody imports but its tests would be missing without a word. The
// command that builds releases is a program of its own.
func TestEveryPackageIsInTheProgram(t *testing.T) {
	all := sources(t)
	reached := map[string]bool{}
	var reach func(dir string)
	reach = func(dir string) {
		if reached[dir] {
			return
		}
		reached[dir] = true
		for _, f := range all[dir] {
			if f.test {
				continue
			}
			for _, spec := range f.tree.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if inside, ok := strings.CutPrefix(imported, module+"/"); ok {
					reach(inside)
				}
			}
		}
	}
	for dir, files := range all {
		if files[0].tree.Name.Name == "main" && !strings.Contains(dir, "testdata/") {
			reach(dir)
		}
	}
	for dir, files := range all {
		tests := strings.HasSuffix(dir, "test") || dir == "internal/house" || dir == "internal/e2e"
		for _, f := range files {
			if !f.test && !tests && !reached[dir] && !strings.Contains(f.path, "testdata/") {
				t.Errorf("%s is in no program: nothing that main.go leads to imports it", dir)
				break
			}
		}
	}
}
