package house_test

import (
	"go/ast"
	"strings"
	"testing"
)

// TestNoFileListsTheVerbs: what of verbs and of steps differs stands with each, and a file
// that names a third of them is a list which a newcomer would have to find and to add to.
// touch.go says which verbs another definition comes to, and is about those alone.
func TestNoFileListsTheVerbs(t *testing.T) {
	all := sources(t)
	verbs, steps := map[string]bool{}, map[string]bool{}
	for dir, own := range map[string]map[string]bool{"awsx/deploy": verbs, "awsx/deploy/step": steps} {
		for _, f := range all[dir] {
			for _, d := range f.tree.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || f.test || fn.Recv == nil || fn.Name.Name != "Action" && fn.Name.Name != "Resolve" {
					continue
				}
				of := fn.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of = star.X
				}
				own[of.(*ast.Ident).Name] = true
			}
		}
	}
	if len(verbs) < 15 || len(steps) < 8 {
		t.Fatalf("found %d verbs and %d steps", len(verbs), len(steps))
	}
	for dir, files := range all {
		for _, f := range files {
			if f.test || strings.HasSuffix(f.path, "deploy/touch.go") {
				continue
			}
			named := map[string]map[string]bool{"deploy": {}, "step": {}}
			ast.Inspect(f.tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if of, ok := n.X.(*ast.Ident); ok && named[of.Name] != nil {
						named[of.Name][n.Sel.Name] = true
					}
				case *ast.Ident:
					switch dir {
					case "awsx/deploy":
						named["deploy"][n.Name] = true
					case "awsx/deploy/step":
						named["step"][n.Name] = true
					}
				}
				return true
			})
			for of, known := range map[string]map[string]bool{"deploy": verbs, "step": steps} {
				var list []string
				for name := range named[of] {
					if known[name] {
						list = append(list, name)
					}
				}
				if len(list) > len(known)/3 {
					t.Errorf("%s names %d of the %d of %s: let each answer for itself (%s)", f.path, len(list), len(known), of, strings.Join(list, ", "))
				}
			}
		}
	}
}
