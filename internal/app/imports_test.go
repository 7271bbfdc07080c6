package app_test

import (
	"os/exec"
	"strings"
	"testing"
)

const (
	charm  = "charm"
	awsSDK = "aws sdk clients"
)

// family names the group of modules an import path belongs to, or returns the
// path itself.
func family(path string) string {
	switch {
	case strings.HasPrefix(path, "charm.land/"), strings.HasPrefix(path, "github.com/charmbracelet/") && !strings.HasPrefix(path, "github.com/charmbracelet/x/ansi"):
		return charm
	case strings.HasPrefix(path, "github.com/aws/"):
		return awsSDK
	}
	return path
}

// listed runs go list and returns, per package of this module, the named field.
func listed(t *testing.T, field string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join ."+field+" \" \"}}", "gantry/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	got := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		got[f[0]] = f[1:]
	}
	return got
}

func under(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func standard(path string) bool {
	return !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") && !under(path, "gantry")
}

// TestDirectImportsStayInTheirLayer holds each layer to the packages it may
// name: a screen that reaches for the SDK, or a widget that learns of ECS,
// fails here and not in a review.
func TestDirectImportsStayInTheirLayer(t *testing.T) {
	rules := []struct {
		layer string
		may   []string
	}{
		{"gantry/ui", []string{"gantry/ui", "gantry/internal/clean", charm, "github.com/charmbracelet/x/ansi", "github.com/sahilm/fuzzy", "github.com/aymanbagabas/go-udiff"}},
		{"gantry/views", []string{"gantry/ui", "gantry/views", "gantry/internal/clean", "gantry/internal/fault", "gantry/internal/inquiry", "gantry/internal/words", "charm.land/bubbletea/v2", "gantry/awsx", "gantry/awsx/store", "gantry/awsx/deploy", "gantry/awsx/alb", "gantry/awsx/diagnose", "gantry/awsx/diagnose/reason", "gantry/awsx/document", "gantry/logs", "gantry/logs/ecslog"}},
		{"gantry/logs", []string{"gantry/logs", "gantry/internal/clean", "gantry/internal/fault", "gantry/internal/words", "gantry/awsx", "github.com/elastic"}},
		{"gantry/logs/cloudwatch/loggroups", []string{"gantry/internal/fault", "gantry/logs/cloudwatch", awsSDK}},
	}
	for pkg, imports := range listed(t, "Imports") {
		for _, r := range rules {
			if !under(pkg, r.layer) || strings.HasPrefix(pkg, "gantry/ui/uitest") || pkg == "gantry/views/viewstest" || pkg == "gantry/views/changestest" || strings.HasPrefix(pkg, "gantry/logs/cloudwatch/") && r.layer == "gantry/logs" {
				continue
			}
			for _, imp := range imports {
				if standard(imp) || allowed(imp, r.may) {
					continue
				}
				t.Errorf("%s imports %s, which %s may not", pkg, imp, r.layer)
			}
		}
	}
}

func allowed(imp string, may []string) bool {
	for _, m := range may {
		if imp == m || family(imp) == m {
			return true
		}
		// A whole tree is allowed for our own ui and views and for a vendor's
		// name; awsx and logs packages are allowed one by one.
		if (m == "gantry/ui" || m == "gantry/views" || m == "github.com/elastic" || m == "gantry/logs") && under(imp, m) && !strings.HasPrefix(imp, "gantry/logs/elastic") && !strings.HasPrefix(imp, "gantry/logs/cloudwatch") && !strings.HasPrefix(imp, "gantry/logs/sim") {
			return true
		}
	}
	return false
}

// TestNothingBelowKnowsTheTerminalOrTheSDK follows imports to their end: the
// domain packages must not reach the terminal libraries or the SDK by a detour.
func TestNothingBelowKnowsTheTerminalOrTheSDK(t *testing.T) {
	rules := []struct {
		pkg    string
		forbid []string
	}{
		{"gantry/awsx", []string{charm, awsSDK}},
		{"gantry/awsx/store", []string{charm, awsSDK}},
		{"gantry/awsx/deploy", []string{charm, awsSDK}},
		{"gantry/awsx/alb", []string{charm, awsSDK}},
		{"gantry/awsx/diagnose", []string{charm, awsSDK}},
		{"gantry/awsx/diagnose/reason", []string{charm, awsSDK}},
		{"gantry/awsx/awsxtest", []string{charm, awsSDK}},
		{"gantry/awsx/sim", []string{charm, awsSDK, "gantry/awsx"}},
		{"gantry/awsx/sdk", []string{charm, "gantry/logs"}},
		{"gantry/logs", []string{charm, awsSDK, "gantry/awsx"}},
		{"gantry/logs/kql", []string{charm, awsSDK, "gantry/awsx", "gantry/logs", "gantry/logs/elastic"}},
		{"gantry/logs/elastic", []string{charm, awsSDK, "gantry/awsx"}},
		{"gantry/logs/cloudwatch", []string{charm, awsSDK, "gantry/awsx"}},
		{"gantry/logs/sim", []string{charm, awsSDK, "gantry/awsx"}},
		{"gantry/logs/ecslog", []string{charm, awsSDK}},
		{"gantry/ui", []string{awsSDK, "gantry/awsx", "gantry/logs"}},
		{"gantry/views", []string{awsSDK}},
		{"gantry/internal/clean", []string{charm, awsSDK}},
		{"gantry/internal/fault", []string{charm, awsSDK, "gantry/awsx", "gantry/logs"}},
	}
	deps := listed(t, "Deps")
	for _, r := range rules {
		if _, ok := deps[r.pkg]; !ok {
			t.Errorf("package %s is gone; mend this rule", r.pkg)
			continue
		}
		for _, dep := range deps[r.pkg] {
			for _, f := range r.forbid {
				if family(dep) == f {
					t.Errorf("%s reaches %s", r.pkg, dep)
				}
			}
		}
	}
}

// TestAdaptersAreOpenedInOnePlace keeps the concrete adapters and simulators
// behind the composition root.
func TestAdaptersAreOpenedInOnePlace(t *testing.T) {
	adapters := []string{"gantry/awsx/sdk", "gantry/awsx/sim", "gantry/logs/elastic", "gantry/logs/cloudwatch", "gantry/logs/cloudwatch/loggroups", "gantry/logs/sim"}
	for pkg, imports := range listed(t, "Imports") {
		if under(pkg, "gantry/internal/app") || under(pkg, "gantry/internal/e2e") || pkg == "gantry/awsx/sim/simtest" { // a test's way to an account that behaves
			continue
		}
		for _, imp := range imports {
			for _, a := range adapters {
				// The log groups' client stands behind the port of their source.
				if imp == a && pkg != a && !(pkg == "gantry/logs/cloudwatch/loggroups" && a == "gantry/logs/cloudwatch") {
					t.Errorf("%s imports the adapter %s; only internal/app may", pkg, a)
				}
			}
		}
	}
	for pkg, imports := range listed(t, "Imports") {
		if under(pkg, "gantry/awsx/sdk") || pkg == "gantry/logs/cloudwatch/loggroups" {
			continue
		}
		for _, imp := range imports {
			if family(imp) == awsSDK {
				t.Errorf("%s imports %s; only awsx/sdk and logs/cloudwatch/loggroups may", pkg, imp)
			}
		}
	}
}
