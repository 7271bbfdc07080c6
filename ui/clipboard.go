package ui

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// clipboardPatience is how long a clipboard tool may take.
const clipboardPatience = 3 * time.Second

// terminalTakes is how many bytes a terminal's clipboard is sent at most: xterm and others
// drop a sequence of more than 100,000 characters, which base64 makes of these, and say
// nothing.
const terminalTakes = 74_994

// Clipboard chooses a way to the operator's clipboard by where the console runs:
// tmux forwards it, an SSH session reaches the terminal by an escape sequence,
// and a desktop has a tool.
type Clipboard struct {
	// Getenv reads the environment. Nil leaves the escape sequence, which needs
	// none.
	Getenv func(string) string
	// LookPath finds a tool; nil is exec.LookPath.
	LookPath func(string) (string, error)
	// Run feeds a tool its input; nil runs it.
	Run func(ctx context.Context, input string, argv []string) error
}

// errSecrets is why what no clipboard takes goes into no file.
var errSecrets = errors.New("nothing is written to a file while secrets are shown")

// copied is how copying went. What no clipboard took lies in a file.
type copied struct {
	what, how string
	err       error
	file      saved
}

func (s *Shell) copy(what, text string) {
	if text == "" {
		s.flash(Warn, what+": there is nothing to copy")
		return
	}
	argv := s.opts.Clipboard.tool()
	dir, at := s.opts.SaveDir, s.opts.Now()
	shown, ok := s.trail.top().screen.(Revealing)
	secret := ok && shown.Revealing()
	kept := func() (file saved) {
		if secret {
			file.err = errSecrets
			return file
		}
		file.path, file.err = saveText(dir, "copied-"+what, "txt", at, text)
		return file
	}
	if argv == nil && len(text) > terminalTakes {
		s.run(func() tea.Msg {
			return copied{what: what, how: "is too long for the terminal's clipboard", file: kept()}
		}, owner{id: ownerShell})
		return
	}
	if argv == nil {
		// The terminal does not acknowledge, so no more than this can be said.
		s.pending = append(s.pending, tea.SetClipboard(text))
		s.flash(Info, what+" sent to the terminal's clipboard")
		return
	}
	run, ctx := s.opts.Clipboard.run(), s.ctx
	s.run(func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, clipboardPatience)
		defer cancel()
		if err := run(ctx, text, argv); err != nil {
			return copied{what: what, err: err, file: kept()}
		}
		return copied{what: what, how: "copied by " + argv[0]}
	}, owner{id: ownerShell})
}

// tool is the command that takes the text, nil for the terminal's own clipboard.
func (c Clipboard) tool() []string {
	if c.Getenv == nil {
		return nil
	}
	look := c.LookPath
	if look == nil {
		look = exec.LookPath
	}
	have := func(name string) bool {
		_, err := look(name)
		return err == nil
	}
	if c.Getenv("TMUX") != "" && have("tmux") {
		return []string{"tmux", "load-buffer", "-w", "-"}
	}
	if c.Getenv("SSH_TTY") != "" || c.Getenv("SSH_CONNECTION") != "" {
		return nil
	}
	candidates := [][]string{{"pbcopy"}, {"clip.exe"}}
	if c.Getenv("DISPLAY") != "" {
		candidates = append([][]string{{"xclip", "-selection", "clipboard"}, {"xsel", "--clipboard", "--input"}}, candidates...)
	}
	if c.Getenv("WAYLAND_DISPLAY") != "" {
		candidates = append([][]string{{"wl-copy"}}, candidates...)
	}
	for _, argv := range candidates {
		if have(argv[0]) {
			return argv
		}
	}
	return nil
}

func (c Clipboard) run() func(context.Context, string, []string) error {
	if c.Run != nil {
		return c.Run
	}
	return func(ctx context.Context, input string, argv []string) error {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Stdin = strings.NewReader(input)
		// A clipboard owner such as xclip stays behind holding the pipes; what it
		// would print is not worth waiting for.
		cmd.WaitDelay = time.Second
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", argv[0], err)
		}
		return nil
	}
}
