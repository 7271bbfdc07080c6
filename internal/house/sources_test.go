package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// source is one parsed file of the module.
type source struct {
	path string
	test bool
	set  *token.FileSet
	tree *ast.File
}

// sources are the module's files, whatever their build tags are, by directory. The test is
// at the root of the module then.
func sources(t *testing.T) map[string][]source {
	t.Helper()
	t.Chdir("../..")
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// parsed parses them once for all tests, none of which changes them.
var parsed = sync.OnceValues(func() (map[string][]source, error) {
	all := map[string][]source{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		tree, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil {
			dir := filepath.ToSlash(filepath.Dir(path))
			all[dir] = append(all[dir], source{path: path, test: strings.HasSuffix(path, "_test.go"), set: set, tree: tree})
		}
		return err
	})
	return all, err
})
