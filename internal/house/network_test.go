package house_test

import (
	"go/ast"
	"go/token"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// talkers are the packages that may use the network's libraries, and what for. The page
// on security says whom the program talks to: what is not here talks to nobody.
var talkers = map[string]string{
	"awsx":                 "names of errors and addresses",
	"awsx/sdk/access":      "the account",
	"awsx/sdk/body":        "answers of the account",
	"awsx/session":         "addresses of port forwards",
	"awsx/snapshot":        "answers that are kept",
	"awsx/snapshot/replay": "answers that were kept",
	"internal/app":         "opens the others",
	"internal/cli/command": "lets tests stand in for the network",
	"internal/config":      "reads addresses",
	"internal/notify":      "the webhook of the configuration",
	"internal/plugin":      "a free port on this machine",
	"logs/elastic":         "the log store of the configuration",
}

// served are the trees that answer and never ask.
var served = []string{"awsx/sim", "logs/sim"}

// outside reports whether a package is no part of the program.
func outside(dir string) bool {
	return strings.HasSuffix(dir, "test") || dir == "internal/e2e" || dir == "internal/dist" || dir == "internal/house"
}

// TestNobodyElseUsesTheNetwork holds imports of net and net/http to the table.
func TestNobodyElseUsesTheNetwork(t *testing.T) {
	used := map[string]bool{}
	for dir, files := range sources(t) {
		if outside(dir) || slices.ContainsFunc(served, func(s string) bool { return strings.HasPrefix(dir, s) }) {
			continue
		}
		for _, f := range files {
			for _, spec := range f.tree.Imports {
				if p := spec.Path.Value; !f.test && (p == `"net"` || p == `"net/http"` || p == `"crypto/tls"`) {
					used[dir] = true
					if talkers[dir] == "" {
						t.Errorf("%s imports %s: docs/security.md says whom gantry talks to, and this is not among them", f.path, p)
					}
				}
			}
		}
	}
	for dir := range talkers {
		if !used[dir] {
			t.Errorf("%s uses the network no more", dir)
		}
	}
}

// TestNoAddressIsBuiltIn: whom the program asks comes from the configuration, the
// credentials and the SDK, never from a text in the code. Names that lead nowhere by
// their standard, and those of schemas, are none.
func TestNoAddressIsBuiltIn(t *testing.T) {
	harmless := []string{".invalid", ".example.com", "example.com", ".test", "www.w3.org", "json-schema.org"}
	for dir, files := range sources(t) {
		if outside(dir) || slices.ContainsFunc(served, func(s string) bool { return strings.HasPrefix(dir, s) }) {
			continue
		}
		for _, f := range files {
			if f.test {
				continue
			}
			ast.Inspect(f.tree, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(lit.Value)
				if err != nil || !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
					return true
				}
				at, err := url.Parse(text)
				if err != nil || at.Hostname() == "" || !strings.Contains(at.Hostname(), ".") {
					return true // a part of an address, or its beginning
				}
				if !slices.ContainsFunc(harmless, func(s string) bool { return strings.HasSuffix(at.Hostname(), s) }) {
					t.Errorf("%s has the address %s", f.set.Position(lit.Pos()), text)
				}
				return true
			})
		}
	}
}
