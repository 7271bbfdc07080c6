package house_test

import "testing"

// most is how many lines a package may have without its tests: what is longer is two rooms.
const most = 4000

// TestEveryPackageCanBeReadInASitting counts as wc -l does.
func TestEveryPackageCanBeReadInASitting(t *testing.T) {
	for dir, files := range sources(t) {
		lines := 0
		for _, f := range files {
			if !f.test {
				lines += f.set.File(f.tree.FileStart).LineCount()
			}
		}
		if lines > most {
			t.Errorf("%s has %d lines without its tests, and %d are the most: make a room of what stands apart in it", dir, lines, most)
		}
	}
}
