package house_test

import (
	"go/ast"
	"strings"
	"testing"
)

// TestEveryGoroutineIsStartedByAGroupThatKeepsItsFault: one that panics on its own ends the
// process, with the terminal raw and changes unwatched. What stands in for others' machines
// or serves tests alone is free.
func TestEveryGoroutineIsStartedByAGroupThatKeepsItsFault(t *testing.T) {
	for dir, files := range sources(t) {
		if dir == "internal/crash" || strings.HasSuffix(dir, "test") || dir == "internal/e2e" || covers("awsx/sim/...", dir) || covers("logs/sim/...", dir) {
			continue
		}
		for _, f := range files {
			if f.test {
				continue
			}
			ast.Inspect(f.tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%s starts a goroutine by itself: start it by a crash.Group", f.path)
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && x.Name == "sync" && n.Sel.Name == "WaitGroup" {
						t.Errorf("%s has a sync.WaitGroup: a crash.Group keeps the faults of its goroutines", f.path)
					}
				}
				return true
			})
		}
	}
}
