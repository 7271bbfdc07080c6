package ui_test

import (
	"context"
	"errors"
	"image/color"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/google/go-cmp/cmp"

	"gantry/internal/crash"
	"gantry/ui"
	"gantry/ui/clipboard"
	"gantry/ui/uitest"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestAnyValueOfNoColorForcesNoColour(t *testing.T) {
	for _, value := range []string{"1", "yes", "0", "false"} {
		term, err := ui.DetectTerminal(ui.TerminalOptions{Getenv: env("NO_COLOR", value)})
		if err != nil || term.Profile != colorprofile.ASCII || term.Ask {
			t.Errorf("NO_COLOR=%s: %+v %v", value, term, err)
		}
		c, s := start(t, nil, func(o *uitest.Options) { o.Shell.Terminal = term })
		c.Send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
		if s.host.Theme().Coloured() {
			t.Errorf("NO_COLOR=%s: the terminal's own profile brought colour back", value)
		}
	}
	if term, _ := ui.DetectTerminal(ui.TerminalOptions{Getenv: env("NO_COLOR", "")}); term.Profile != colorprofile.Unknown {
		t.Error("an empty NO_COLOR took colour away")
	}
	if term, _ := ui.DetectTerminal(ui.TerminalOptions{Getenv: env(), NoColor: true}); term.Profile != colorprofile.ASCII {
		t.Error("the setting did not take colour away")
	}
}

func TestTheLocaleDecidesOnASCII(t *testing.T) {
	for _, tc := range []struct {
		env  []string
		want bool
	}{
		{[]string{"LANG", "en_GB.UTF-8"}, false},
		{[]string{"LANG", "en_GB.UTF-8", "LC_ALL", "C"}, true},
		{[]string{"LC_CTYPE", "C.utf8"}, false},
		{nil, true},
	} {
		term, err := ui.DetectTerminal(ui.TerminalOptions{Getenv: env(tc.env...)})
		if err != nil || term.ASCII != tc.want {
			t.Errorf("%v: ASCII %v %v, want %v", tc.env, term.ASCII, err, tc.want)
		}
	}
}

func TestTmuxIsAskedForColoursWhereThereMayBeAny(t *testing.T) {
	for _, c := range []struct {
		env  []string
		want bool
	}{
		{[]string{"TERM", "tmux-256color", "TMUX", "x"}, true},
		{[]string{"TERM", "tmux-256color"}, false},
		{[]string{"TERM", "dumb", "TMUX", "x"}, false},
		{[]string{"TMUX", "x"}, false},
		{[]string{"TERM", "tmux-256color", "TMUX", "x", "NO_COLOR", "1"}, false},
	} {
		if term, err := ui.DetectTerminal(ui.TerminalOptions{Getenv: env(c.env...)}); err != nil || term.Tmux != c.want {
			t.Errorf("%v: %t, %v", c.env, term.Tmux, err)
		}
	}
}

func TestTheBackgroundIsAskedForUnlessItIsSet(t *testing.T) {
	for setting, want := range map[string]ui.Terminal{
		"":      {Dark: true, Ask: true, ASCII: true},
		"dark":  {Dark: true, ASCII: true},
		"light": {ASCII: true},
	} {
		got, err := ui.DetectTerminal(ui.TerminalOptions{Getenv: env(), Background: setting})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", setting, err, diff)
		}
	}
	for _, o := range []ui.TerminalOptions{{Getenv: env(), Background: "beige"}, {Getenv: env(), Sync: "often"}} {
		if _, err := ui.DetectTerminal(o); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%+v: error %v", o, err)
		}
	}
}

func TestAnUnansweredColourQueryDelaysNothing(t *testing.T) {
	c, s := start(t, nil, func(o *uitest.Options) { o.Shell.Terminal = ui.Terminal{Dark: true, Ask: true} })
	c.Shows("> apple")
	if !s.host.Theme().Options().Dark {
		t.Error("the assumed background was not used")
	}
	c.Send(tea.BackgroundColorMsg{Color: color.White})
	if s.host.Theme().Options().Dark {
		t.Error("the terminal's late answer was not used")
	}
}

// reaching is a way to a clipboard by some tools. Where they lie is not looked for on the loop.
func reaching(run func(argv []string, input string) error, tools string, pairs ...string) clipboard.Clipboard {
	return clipboard.Clipboard{
		Getenv: env(pairs...),
		LookPath: func(name string) (string, error) {
			if strings.Contains(string(debug.Stack()), "gantry/ui.(*Shell).update(") {
				panic(name + " is looked for on the loop")
			}
			if strings.Contains(" "+tools+" ", " "+name+" ") {
				return "/bin/" + name, nil
			}
			return "", errors.New("not found")
		},
		Run: func(_ context.Context, input string, argv []string) error { return run(argv, input) },
	}
}

func TestTheClipboardGoesTheWayThatReachesTheOperator(t *testing.T) {
	for _, tc := range []struct {
		name, tools string
		env         []string
		argv        string // empty: by the terminal
		says        string
	}{
		{"tmux over ssh", "tmux pbcopy", []string{"TMUX", "x", "SSH_TTY", "/dev/pts/1"}, "tmux load-buffer -w -", "name copied by tmux"},
		{"ssh", "xclip", []string{"SSH_CONNECTION", "x", "DISPLAY", ":0"}, "", "name sent to the terminal's clipboard"},
		{"mac", "pbcopy", nil, "pbcopy", "name copied by pbcopy"},
		{"wayland", "wl-copy xclip", []string{"WAYLAND_DISPLAY", "x", "DISPLAY", ":0"}, "wl-copy", "name copied by wl-copy"},
		{"x11", "wl-copy xclip", []string{"DISPLAY", ":0"}, "xclip -selection clipboard", "name copied by xclip"},
		{"nothing", "", nil, "", "name sent to the terminal's clipboard"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var argv, input string
			c, _ := start(t, nil, func(o *uitest.Options) {
				o.Shell.Clipboard = reaching(func(a []string, in string) error { argv, input = strings.Join(a, " "), in; return nil }, tc.tools, tc.env...)
			})
			c.Press("c").Shows(tc.says)
			if argv != tc.argv {
				t.Errorf("ran %q, want %q", argv, tc.argv)
			}
			if input+c.Clipboard != "apple" {
				t.Errorf("copied %q, sent %q", input, c.Clipboard)
			}
		})
	}
}

func TestAClipboardThatFailsSaysSo(t *testing.T) {
	dir := t.TempDir()
	c, _ := start(t, nil, func(o *uitest.Options) {
		o.Shell.SaveDir = dir
		o.Shell.Clipboard = reaching(func([]string, string) error { return errors.New("no display") }, "pbcopy")
	})
	c.Resize(200, 24).Press("c").Shows("copying name: no display; it is in " + filepath.Join(dir, "copied-name-20260314-031200.txt"))
}

// TestWhatIsTooLongForTheTerminalsClipboardIsSaved: terminals drop it and say nothing.
func TestWhatIsTooLongForTheTerminalsClipboardIsSaved(t *testing.T) {
	for _, tc := range []struct {
		size int
		sent bool
	}{{74_994, true}, {74_995, false}} {
		dir := t.TempDir()
		c, s := start(t, nil, func(o *uitest.Options) { o.Shell.SaveDir = dir })
		long := strings.Repeat("x", tc.size)
		s.host.Copy("log", long)
		c.Resize(200, 24)
		if sent := c.Clipboard == long; sent != tc.sent {
			t.Errorf("%d bytes: sent is %t:\n%s", tc.size, sent, c.Text())
		}
		path := filepath.Join(dir, "copied-log-20260314-031200.txt")
		got, err := os.ReadFile(path)
		if tc.sent != os.IsNotExist(err) || !tc.sent && string(got) != long {
			t.Errorf("%d bytes: the file holds %d: %v", tc.size, len(got), err)
		}
		if !tc.sent {
			c.Shows("log is too long for the terminal's clipboard; it is in " + path)
		}
	}
}

// revealing is a toy that shows secrets.
type revealing struct{ *toy }

func (revealing) Revealing() bool { return true }

func TestWhatIsCopiedWhileSecretsAreShownGoesIntoNoFile(t *testing.T) {
	dir := t.TempDir()
	var host *ui.Host
	c, _ := start(t, nil, func(o *uitest.Options) {
		o.Shell.SaveDir = dir
		o.Shell.Root = func(h *ui.Host) ui.Screen {
			host = h
			return revealing{newToy(h)}
		}
	})
	host.Copy("log", strings.Repeat("x", 80_000))
	c.Resize(200, 24).Shows("nothing is written to a file while secrets are shown")
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestSavingWritesAPrivateFileWithoutColoursAndNeverOverAnother(t *testing.T) {
	dir := t.TempDir()
	c, _ := start(t, orchard, func(o *uitest.Options) { o.Shell.SaveDir = dir })
	path := filepath.Join(dir, "fruit-20260314-031200.txt")
	c.Resize(200, 24).Press("ctrl+s").Shows("saved to " + path)
	c.Press("ctrl+s").Shows("saved to " + strings.TrimSuffix(path, ".txt") + "-2.txt")
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("main/eu-west-1 orchard fruit\n\n> apple\n  banana\n  cherry\n  damson\n", string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestSavingThatFailsSaysSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, _ := start(t, nil, func(o *uitest.Options) { o.Shell.SaveDir = filepath.Join(file, "dir") })
	c.Press("ctrl+s").Shows("saving the screen:")
}

// program runs a console in Bubble Tea with an output of its own.
func program(t *testing.T, root func(*ui.Host) ui.Screen, o ui.RunOptions) (string, error) {
	t.Helper()
	var out strings.Builder
	s := ui.New(context.Background(), ui.Options{Title: "orchard", Root: root, Terminal: ui.Terminal{Profile: colorprofile.ASCII}})
	o.Output = &out
	o.Program = append(o.Program, tea.WithInput(nil), tea.WithWindowSize(80, 24),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler())
	err := ui.Run(context.Background(), s, o)
	return out.String(), err
}

func TestAHangUpDrainsAndLeavesCleanly(t *testing.T) {
	hangup := make(chan os.Signal, 1)
	drained := false
	_, err := program(t, func(h *ui.Host) ui.Screen {
		s := newToy(h)
		s.open = func(ctx context.Context) tea.Cmd {
			return func() tea.Msg {
				hangup <- syscall.SIGHUP
				<-ctx.Done() // Run must end this before it returns
				return nil
			}
		}
		return s
	}, ui.RunOptions{Hangup: hangup, Patience: time.Minute, Drain: func(ctx context.Context) error {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("draining has no deadline")
		}
		drained = true
		return nil
	}})
	if err != nil || !drained {
		t.Errorf("drained %v, error %v", drained, err)
	}
}

func TestADrainThatFailsIsReported(t *testing.T) {
	hangup := make(chan os.Signal, 1)
	hangup <- syscall.SIGHUP
	stuck := errors.New("the change could not be left")
	_, err := program(t, func(h *ui.Host) ui.Screen { return newToy(h) },
		ui.RunOptions{Hangup: hangup, Patience: time.Minute, Drain: func(context.Context) error { return stuck }})
	if !errors.Is(err, stuck) {
		t.Errorf("error %v", err)
	}
}

// TestAPanicRestoresTheTerminalAndIsReportedWithoutWhatItHeld: wherever it is, the
// terminal comes back and one report says where the fault is.
func TestAPanicRestoresTheTerminalAndIsReportedWithoutWhatItHeld(t *testing.T) {
	fails := func() tea.Msg { panic("DB_PASSWORD=hunter2") }
	ends := func() tea.Msg {
		list := []int{1}
		return list[len(os.Args)+7]
	}
	for _, c := range []struct {
		name, in, what string
		screen         func(*toy)
	}{
		{"a command", "a command", "a value of type string, which is not shown", func(s *toy) { s.open = func(context.Context) tea.Cmd { return fails } }},
		{"a command's slice", "a command", "index out of range", func(s *toy) { s.open = func(context.Context) tea.Cmd { return ends } }},
		{"one of several commands", "a command", "which is not shown", func(s *toy) {
			s.open = func(context.Context) tea.Cmd { return tea.Batch(tea.Sequence(nil, fails), fails) }
		}},
		{"the first screen", "the first screen", "which is not shown", func(s *toy) { s.open = func(context.Context) tea.Cmd { fails(); return nil } }},
		{"the view", "the view", "which is not shown", func(s *toy) { s.draws = func() { fails() } }},
		{"the update", "the update", "which is not shown", func(s *toy) {
			s.open = func(context.Context) tea.Cmd { return func() tea.Msg { return bang(func() { fails() }) } }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := program(t, func(h *ui.Host) ui.Screen {
				s := newToy(h)
				c.screen(s)
				return s
			}, ui.RunOptions{})
			var fault *crash.Report
			if !errors.As(err, &fault) {
				t.Fatalf("error %v, want a crash", err)
			}
			report := fault.Error()
			if fault.In != c.in || !strings.Contains(fault.What, c.what) || !strings.Contains(report, "ui_test.") || !strings.Contains(report, "terminal_test.go:") {
				t.Errorf("the report is\n%s", report)
			}
			if strings.Contains(report+out, "hunter2") {
				t.Errorf("a secret is shown:\n%s\n%q", report, out)
			}
			enter, leave := strings.LastIndex(out, "\x1b[?1049h"), strings.LastIndex(out, "\x1b[?1049l")
			if leave < enter {
				t.Errorf("the alternate screen was entered and not left: %q", out)
			}
		})
	}
}
