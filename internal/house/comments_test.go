package house_test

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// TestEveryExportedNameIsExplained holds each package to a comment of its own and each
// exported name, methods among them, to a comment that begins with it.
func TestEveryExportedNameIsExplained(t *testing.T) {
	for dir, files := range sources(t) {
		explained := false
		for _, f := range files {
			if f.test {
				continue
			}
			explained = explained || f.tree.Doc != nil
			for _, d := range f.tree.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && strings.HasSuffix(dir, "test") {
					continue // the fakes of the tests: the ports say what each method does
				}
				for _, name := range unexplained(d) {
					t.Errorf("%s: %s has no comment", f.set.Position(d.Pos()), name)
				}
			}
		}
		if !explained && hasCode(files) {
			t.Errorf("%s: no file says what belongs in the package", dir)
		}
	}
}

func hasCode(files []source) bool {
	for _, f := range files {
		if !f.test {
			return true
		}
	}
	return false
}

// unexplained returns the exported names of a declaration that no comment explains.
// A comment of a group explains its members.
func unexplained(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && !implied(d) {
			names = append(names, receiver(d)+d.Name.Name)
		}
	case *ast.GenDecl:
		if d.Doc != nil && d.Tok != token.TYPE {
			return nil
		}
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && spec.Doc == nil && d.Doc == nil {
					names = append(names, spec.Name.Name)
				}
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					if name.IsExported() && spec.Doc == nil && spec.Comment == nil {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}

// implied reports whether a method of a type that nobody else sees is there for an
// interface, which explains it.
func implied(d *ast.FuncDecl) bool {
	name := receiver(d)
	return name != "" && !ast.IsExported(strings.TrimSuffix(name, "."))
}

// receiver returns the name of a method's type and a dot; nothing for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	name := ""
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name + "."
		}
		return name == ""
	})
	return name
}
