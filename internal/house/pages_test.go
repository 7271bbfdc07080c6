package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThePagesNameWhatIsThere reads the pages of the project: each path of it that they set
// in code stands for at least one file or folder. X, ROOM and … stand for a name that
// somebody has yet to choose.
func TestThePagesNameWhatIsThere(t *testing.T) {
	t.Chdir("../..")
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	set := regexp.MustCompile("`([^`\\s]+)`")
	place := regexp.MustCompile(`^((awsx|docs|internal|logs|ui|views)/[\w./*…]*[\w*]|[\w…]+\.go)$`)
	open := regexp.MustCompile(`\bX(\b|_)|ROOM|…`)
	paths := 0
	for _, page := range append(pages, "README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range set.FindAllStringSubmatch(string(text), -1) {
			path := m[1]
			if !place.MatchString(path) {
				continue
			}
			paths++
			pattern := open.ReplaceAllString(path, "*")
			if !strings.Contains(pattern, "/") { // told after the folder that it is in
				pattern = "*/" + pattern
			}
			if !there(t, pattern) {
				t.Errorf("%s names %s, which does not exist", page, path)
			}
		}
	}
	if paths < 50 {
		t.Errorf("only %d paths were found: they are looked for in the wrong form", paths)
	}
}

// there reports whether a file or folder matches a pattern, below a folder at any depth
// when the pattern begins with */.
func there(t *testing.T, pattern string) bool {
	for range 4 {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			return true
		}
		if !strings.HasPrefix(pattern, "*/") {
			return false
		}
		pattern = "*/" + pattern
	}
	return false
}
