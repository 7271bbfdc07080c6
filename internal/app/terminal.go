package app

import (
	"cmp"

	"github.com/charmbracelet/colorprofile"

	"gantry/internal/config"
	"gantry/internal/inquiry/doctor"
	"gantry/ui"
)

// ExamineTerminal finds out what the console would draw on. NoColor says that the
// command line forbids colours, seated that somebody sits at both ends.
func ExamineTerminal(cfg config.Config, noColor, seated bool, getenv func(string) string) doctor.Terminal {
	t := doctor.Terminal{
		IsTerminal: seated, Term: getenv("TERM"), SSH: getenv("SSH_TTY") != "", Sync: cmp.Or(cfg.Screen.Sync, "auto"),
	}
	var env []string
	for _, name := range []string{"TERM", "COLORTERM", "TERM_PROGRAM", "CLICOLOR", "CLICOLOR_FORCE", "GOOGLE_CLOUD_SHELL", "WT_SESSION", "TMUX", "STY"} {
		if value := getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	t.Profile = colourWords(colorprofile.Env(env))
	// What is wrong with the settings was told when they were read.
	if drawn, err := ui.DetectTerminal(ui.TerminalOptions{Getenv: getenv, ASCII: cfg.Screen.ASCII, Sync: t.Sync}); err == nil {
		t.Unicode = !drawn.ASCII
		if drawn.Profile != colorprofile.Unknown {
			t.Profile = colourWords(drawn.Profile)
		}
	}
	t.Asked = ui.AsksForSync(getenv)
	switch {
	case noColor:
		t.NoColor = "--no-color"
	case getenv("NO_COLOR") != "":
		t.NoColor = "NO_COLOR"
	case cfg.Screen.NoColor:
		t.NoColor = "screen.color"
	}
	return t
}

func colourWords(p colorprofile.Profile) string {
	switch p {
	case colorprofile.TrueColor:
		return "24 bits"
	case colorprofile.ANSI256:
		return "256 colours"
	case colorprofile.ANSI:
		return "16 colours"
	}
	return "none: TERM names a terminal without"
}
