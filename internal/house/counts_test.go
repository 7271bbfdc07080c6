package house_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// several is a number that is put before the plural of what is counted: of one it would
// read "1 lines". What a constant counts is never one.
var several = regexp.MustCompile(`%d (of %d )?([a-z]+ )?(alarms|bytes left|calls|changes|checks|clusters|contexts|deployments|edits|entries|errors|events|files|findings|groups|images|instances|keys|lines|lists|matches|messages|others|parts|records|requests|resources|revisions|rows|rules|services|shards|targets|tasks|values|variables|warnings)\b`)

// TestNumbersTakeTheirNounFromOnePlace: internal/words alone knows how one of something
// and several of it are told. What the simulator writes are the words of AWS.
func TestNumbersTakeTheirNounFromOnePlace(t *testing.T) {
	for dir, files := range sources(t) {
		if strings.HasPrefix(dir, "awsx/sim") || strings.HasPrefix(dir, "logs/sim") || strings.HasSuffix(dir, "test") {
			continue
		}
		for _, f := range files {
			if f.test {
				continue
			}
			ast.Inspect(f.tree, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if ok && lit.Kind == token.STRING && several.MatchString(lit.Value) && !strings.Contains(lit.Value, "one call starts 1 to %d tasks") {
					t.Errorf("%s: %s counts by itself: words.Count knows the singular", f.set.Position(lit.Pos()), lit.Value)
				}
				return true
			})
		}
	}
}
