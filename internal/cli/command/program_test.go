package command_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gantry/internal/cli/command"
)

func TestWarningsAlikeAreCounted(t *testing.T) {
	var told strings.Builder
	p := command.Program{Streams: command.Streams{Err: &told}}
	p.Partial(slices.Repeat([]error{errors.New("denied")}, 300))
	if !strings.HasSuffix(told.String(), "denied\nwarning: partial: and 295 more like these\n") {
		t.Errorf("told\n%s", told.String())
	}
}
