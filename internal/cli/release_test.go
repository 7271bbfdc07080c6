package cli

import (
	"runtime/debug"
	"testing"
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
