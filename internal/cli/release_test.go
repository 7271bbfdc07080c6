package cli

import (
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"gantry/internal/cli/command"
)

func TestTheVersionHasCommitAndDate(t *testing.T) {
	checkout := &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}, {Key: "vcs.time", Value: "2026-04-05T06:07:08Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	checkout.Main.Version = "(devel)"
	module := &debug.BuildInfo{}
	module.Main.Version = "v1.2.3"
	for want, got := range map[string]string{
		"2.0.0 (fedcba987654, 2026-07-08)":       release("2.0.0", "fedcba987654", "2026-07-08", checkout),
		"dev (0123456789ab-changed, 2026-04-05)": release("", "", "", checkout),
		"v1.2.3":                                 release("", "", "", module),
		"dev":                                    release("", "", "", &debug.BuildInfo{}),
	} {
		if got != want {
			t.Errorf("the version is told as %q, not as %q", got, want)
		}
	}
}

// TestThePageNamesEveryCommand compares the page of commands at a glance with those that
// are declared. Of commands that are written as one, such as drain|activate, it has both.
func TestThePageNamesEveryCommand(t *testing.T) {
	page, err := os.ReadFile("../../docs/usage.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for w := range strings.FieldsFuncSeq(string(page), func(r rune) bool { return strings.ContainsRune(" \n|(),;:`", r) }) {
		words[w] = true
	}
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if !sub.Hidden && !words[sub.Name()] {
				t.Errorf("docs/usage.md has no %s", sub.CommandPath())
			}
			look(sub)
		}
	}
	look(program{&command.Program{Version: "test"}}.root())
}
