// Package loading is what happens before the libraries are initialised, whose tables make
// two thirds of what the program does until main.
//
// It keeps those of the terminal from asking tmux for its colours: Lip Gloss detects the
// colours of the standard output when it is initialised, and inside tmux it runs "tmux info"
// for that and waits for it, for each command, also for those that draw nothing. Bubble Tea
// asks once more, for the terminal that it does draw on; by then the calls to the account are
// under way.
//
// And it lets the heap grow to 16 MiB before the collector runs. The tables of the SDK are
// more than the 4 MiB at which Go begins, and nothing of them is garbage.
//
// This is the one package with something to do before main. Go initialises packages
// whose imports are ready in the order of their paths (the language specification,
// "Program initialization"): one below gantry that imports os and runtime/debug alone comes
// before those of github.com, for which much more has to be ready. Nothing else belongs here.
package loading

import (
	"os"
	"runtime/debug"
)

// tmux is what the environment says of tmux, and whether it says anything.
var tmux, inside = hide()

// resting is whether the collector rests, and not as the environment says.
var resting = rest()

func hide() (value string, ok bool) {
	value, ok = os.LookupEnv("TMUX")
	if ok {
		os.Unsetenv("TMUX")
	}
	return value, ok
}

func rest() bool {
	if os.Getenv("GOGC") != "" {
		return false
	}
	debug.SetGCPercent(400)
	return true
}

// Done puts the environment back. It is the first thing that main does. It reports whether the
// collector rests until debug.SetGCPercent, which it does unless the environment says when it
// runs.
func Done() bool {
	if inside {
		os.Setenv("TMUX", tmux)
	}
	return resting
}
