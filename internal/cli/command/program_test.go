package command_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"gantry/internal/cli/command"
	"gantry/internal/config"
	"gantry/internal/fault"
)

func TestWarningsAlikeAreCounted(t *testing.T) {
	var told strings.Builder
	p := command.Program{Streams: command.Streams{Err: &told}}
	p.Partial(slices.Repeat([]error{errors.New("denied")}, 300))
	if !strings.HasSuffix(told.String(), "denied\nwarning: partial: and 295 more like these\n") {
		t.Errorf("told\n%s", told.String())
	}
}

// TestCredentialsThatNeverWereAreNotCalledExpired in the document of an error, which says what
// to do.
func TestCredentialsThatNeverWereAreNotCalledExpired(t *testing.T) {
	for class, why := range map[string]error{"no credentials": fault.ErrNoCredentials, "expired": errors.New("the SSO session has expired")} {
		var out, errs strings.Builder
		p := command.Program{Streams: command.Streams{Out: &out, Err: &errs}}
		cmd := &cobra.Command{Use: "status"}
		command.OutputFlag(cmd, new(string), "json")
		code := p.End(cmd, &fault.Error{Class: fault.Expired, Err: why, Fix: "name a profile"})
		var failed command.Failure
		if err := json.Unmarshal([]byte(out.String()), &failed); err != nil || failed.Error.Class != class || failed.Error.Action != "name a profile" || failed.Error.ExitCode != code || code != command.ExitUsage {
			t.Errorf("%v: %d %s %v", why, code, out.String(), err)
		}
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
