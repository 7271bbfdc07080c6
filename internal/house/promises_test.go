package house_test

import (
	"go/ast"
	"os"
	"regexp"
	"testing"
)

// TestEveryPromiseIsKeptByATestThatExists reads the page of promises. Each row of its
// tables names at least one test, by package, and each of them is there.
func TestEveryPromiseIsKeptByATestThatExists(t *testing.T) {
	tests := map[string]bool{}
	for dir, files := range sources(t) {
		for _, f := range files {
			for _, d := range f.tree.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && f.test {
					tests[dir+": "+fn.Name.Name] = true
				}
			}
		}
	}
	page, err := os.ReadFile("docs/promises.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (.+) \| (.+) \|$`).FindAllStringSubmatch(string(page), -1)
	named := regexp.MustCompile("`([a-z0-9/]+: Test[A-Za-z0-9]+)`")
	promises := 0
	for _, row := range rows {
		if row[1] == "Promise" {
			continue
		}
		promises++
		keepers := named.FindAllStringSubmatch(row[2], -1)
		if len(keepers) == 0 {
			t.Errorf("%q is kept by no test: %s", row[1], row[2])
		}
		for _, k := range keepers {
			if !tests[k[1]] {
				t.Errorf("%q is kept by %s, which does not exist", row[1], k[1])
			}
		}
	}
	if promises == 0 {
		t.Error("the page promises nothing")
	}
}
