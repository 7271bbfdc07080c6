package command_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gantry/internal/cli/command"
	"gantry/internal/config"
)

func TestWarningsAlikeAreCounted(t *testing.T) {
	var told strings.Builder
	p := command.Program{Streams: command.Streams{Err: &told}}
	p.Partial(slices.Repeat([]error{errors.New("denied")}, 300))
	if !strings.HasSuffix(told.String(), "denied\nwarning: partial: and 295 more like these\n") {
		t.Errorf("told\n%s", told.String())
	}
}

// TestACommandThatIsNamedGoesWhereThisOneWent, and is one that a shell reads.
func TestACommandThatIsNamedGoesWhereThisOneWent(t *testing.T) {
	p := command.Program{Demo: true, Flags: config.Flags{Context: "prod eu", Region: "eu-west-1"}}
	if got := p.Whither(); got != " --demo --context 'prod eu' --region eu-west-1" {
		t.Errorf("the flags are%s", got)
	}
	if got := new(command.Program).Whither(); got != "" {
		t.Errorf("without flags there is %q", got)
	}
}
