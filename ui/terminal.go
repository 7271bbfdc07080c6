package ui

import (
	"fmt"
	"os"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"gantry/ui/theme"
)

// Sync says whether frames are wrapped in synchronized output, so that a slow
// line never shows half of one.
type Sync int

// SyncAuto leaves it to the terminal's own answer. It is not asked over SSH
// unless TERM is known to be modern, which is what the other two are for.
const (
	SyncAuto Sync = iota
	SyncOn
	SyncOff
)

// TerminalOptions are the settings and the environment that decide how to draw.
type TerminalOptions struct {
	Getenv     func(string) string
	NoColor    bool   // asked for by flag or file
	ASCII      bool   // asked for by flag or file
	Background string // "dark", "light", or "auto" and "" to ask the terminal
	Sync       string // "on", "off", or "auto" and ""
}

// Terminal is how to draw on this terminal.
type Terminal struct {
	// Profile is what colours to use; unknown leaves it to detection.
	Profile colorprofile.Profile
	// ASCII keeps to plain characters.
	ASCII bool
	// Dark is the background assumed, until the terminal says otherwise if Ask.
	Dark bool
	Ask  bool
	Sync Sync
	// Tmux is true inside tmux, which has to be asked for the colours that the
	// terminal around it can show.
	Tmux bool
}

// DetectTerminal decides how to draw. The error names the setting that is wrong.
func DetectTerminal(o TerminalOptions) (Terminal, error) {
	t := Terminal{Dark: true, Ask: true, ASCII: o.ASCII || !unicodeLocale(o.Getenv)}
	// Any value counts, not only those that mean true: https://no-color.org
	if o.NoColor || o.Getenv("NO_COLOR") != "" {
		t.Profile, t.Ask = colorprofile.ASCII, false
	}
	term := o.Getenv("TERM")
	// Screen shows what the terminal around it can, which TERM says with a suffix alone.
	if t.Profile == colorprofile.Unknown && term == "screen" && o.Getenv("TMUX") == "" && o.Getenv("COLORTERM") == "" {
		t.Profile = colorprofile.ANSI
	}
	t.Tmux = t.Profile == colorprofile.Unknown && o.Getenv("TMUX") != "" && term != "" && term != "dumb"
	switch o.Background {
	case "", "auto":
	case "dark":
		t.Ask = false
	case "light":
		t.Dark, t.Ask = false, false
	default:
		return t, fmt.Errorf("background: %q is unknown, expected auto, dark or light", o.Background)
	}
	switch o.Sync {
	case "", "auto":
	case "on":
		t.Sync = SyncOn
	case "off":
		t.Sync = SyncOff
	default:
		return t, fmt.Errorf("synchronized output: %q is unknown, expected auto, on or off", o.Sync)
	}
	return t, nil
}

// unicodeLocale reports whether the locale writes UTF-8. The first of the three
// variables that is set decides; none set is the C locale, which does not.
func unicodeLocale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// AsksForSync reports whether a terminal of this environment is asked for synchronized
// output, which is Bubble Tea's to decide: one at the other end of SSH only when
// TERM says that it is modern, and Apple's, which does not have it, never.
func AsksForSync(getenv func(string) string) bool {
	program, ssh := getenv("TERM_PROGRAM"), getenv("SSH_TTY") != ""
	if getenv("WT_SESSION") != "" || !ssh && !strings.Contains(program, "Apple") {
		return true
	}
	return slices.ContainsFunc([]string{"ghostty", "wezterm", "alacritty", "kitty", "rio"}, func(modern string) bool {
		return strings.Contains(getenv("TERM"), modern)
	})
}

// Theme is the theme's view of the terminal.
func (t Terminal) Theme(s theme.Scheme) theme.Options {
	return theme.Options{Profile: t.Profile, Dark: t.Dark, Scheme: s, ASCII: t.ASCII}
}

// programOptions are what Bubble Tea must know.
func (t Terminal) programOptions() []tea.ProgramOption {
	var opts []tea.ProgramOption
	switch {
	case t.Profile != colorprofile.Unknown:
		opts = append(opts, tea.WithColorProfile(t.Profile))
	case t.Tmux:
		opts = append(opts, tea.WithColorProfile(tmuxColours()))
	}
	return append(opts, tea.WithFilter(t.heard))
}

// heard drops what the terminal offers and is not wanted. Were it to measure clusters of
// characters, columns would stand elsewhere than ui/text counts.
func (t Terminal) heard(_ tea.Model, msg tea.Msg) tea.Msg {
	if r, ok := msg.(tea.ModeReportMsg); ok && (r.Mode == ansi.ModeUnicodeCore || r.Mode == ansi.ModeSynchronizedOutput && t.Sync == SyncOff) {
		return nil
	}
	return msg
}

// tmuxColours are the colours that are there inside tmux whatever it is in. Bubble
// Tea would run "tmux info" to learn of more, and draw nothing before that ends.
func tmuxColours() colorprofile.Profile {
	return max(colorprofile.ANSI256, colorprofile.Env(os.Environ()), colorprofile.Terminfo(os.Getenv("TERM")))
}

// start are the commands that ask the terminal, or answer in its place. None is
// waited for.
func (t Terminal) start() []tea.Cmd {
	var cmds []tea.Cmd
	if t.Ask {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	if t.Tmux && tmuxColours() < colorprofile.TrueColor {
		cmds = append(cmds, func() tea.Msg {
			if p := colorprofile.Tmux(os.Environ()); p > tmuxColours() {
				return tea.ColorProfileMsg{Profile: p}
			}
			return nil
		})
	}
	if t.Sync == SyncOn {
		// Bubble Tea turns synchronized output on when it hears that the terminal
		// has it and that it is off.
		cmds = append(cmds, func() tea.Msg {
			return tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}
		})
	}
	return cmds
}
