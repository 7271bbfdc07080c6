package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// source is one parsed file of the module.
type source struct {
	path string
	test bool
	set  *token.FileSet
	tree *ast.File
}

// sources parses the module's files, whatever their build tags are, by directory.
func sources(t *testing.T) map[string][]source {
	t.Helper()
	t.Chdir("../..")
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
	if err != nil {
		t.Fatal(err)
	}
	return all
}
