package loading

import (
	"os"
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
