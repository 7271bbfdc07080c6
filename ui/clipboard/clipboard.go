package clipboard

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// patience is how long a tool may take.
const patience = 3 * time.Second

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

// Put hands a text to the tool that takes it here, and returns how that is called: empty where
// there is none, and the terminal is the way. It looks at files and waits for the tool, so it
// is not for the loop.
func (c Clipboard) Put(ctx context.Context, text string) (tool string, err error) {
	argv := c.tool()
	if argv == nil {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if c.Run != nil {
		return argv[0], c.Run(ctx, text, argv)
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin = strings.NewReader(text)
	// A clipboard owner such as xclip stays behind holding the pipes; what it
	// would print is not worth waiting for.
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return argv[0], fmt.Errorf("%s: %w", argv[0], err)
	}
	return argv[0], nil
}
