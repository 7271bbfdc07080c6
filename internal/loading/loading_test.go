package loading

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestTmuxIsHiddenUntilTheProgramIsLoaded(t *testing.T) {
	for _, value := range []string{"/tmp/tmux-0/default,1,0", ""} {
		t.Setenv("TMUX", value)
		tmux, inside = hide()
		if got, ok := os.LookupEnv("TMUX"); ok {
			t.Errorf("%q is seen while loading", got)
		}
		Done()
		if got, ok := os.LookupEnv("TMUX"); !ok || got != value {
			t.Errorf("%q, %t afterwards, want %q", got, ok, value)
		}
	}
	os.Unsetenv("TMUX")
	tmux, inside = hide()
	if Done(); inside {
		t.Error("tmux was made up")
	}
	if _, ok := os.LookupEnv("TMUX"); ok {
		t.Error("tmux was made up")
	}
}

func TestTheCollectorRestsUnlessTheEnvironmentSaysWhenItRuns(t *testing.T) {
	said := os.Getenv("GOGC") != ""
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	if (before == 400) == said || Done() == said {
		t.Errorf("it runs at %d percent once the libraries are there", before)
	}
	t.Setenv("GOGC", "50")
	if rest() || debug.SetGCPercent(100) != 100 {
		t.Error("what the environment says is overruled")
	}
}
