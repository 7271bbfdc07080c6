// Package loading keeps the libraries of the terminal from asking tmux for its
// colours while the program is still being loaded. Lip Gloss detects the colours of
// the standard output when it is initialised: inside tmux it runs "tmux info" for
// that and waits for it, for each command, also for those that draw nothing.
// Bubble Tea asks once more, for the terminal that it does draw on; by then the
// calls to the account are under way.
//
// This is the one package with something to do before main. Go initialises packages
// whose imports are ready in the order of their paths (the language specification,
// "Program initialization"): one below gantry that imports os alone comes before
// those of github.com, without which Lip Gloss is not ready. Nothing else belongs
// here.
package loading

import "os"

// tmux is what the environment says of tmux, and whether it says anything.
var tmux, inside = hide()

func hide() (value string, ok bool) {
	value, ok = os.LookupEnv("TMUX")
	if ok {
		os.Unsetenv("TMUX")
	}
	return value, ok
}

// Done puts the environment back. It is the first thing that main does.
func Done() {
	if inside {
		os.Setenv("TMUX", tmux)
	}
}
