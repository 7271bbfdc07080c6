package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/cli/printing"
	"gantry/internal/config"
	"gantry/internal/crash"
	"gantry/internal/declared"
	"gantry/internal/fault"
)

// Streams is what a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Terminal is true when somebody sits at both ends; Keyboard when standard input
	// alone is one, at which somebody can be asked.
	Terminal, Keyboard bool
	// TTY is the terminal itself, where somebody can be asked though standard input or
	// error go elsewhere; nil when there is none, or no need of it.
	TTY io.ReadWriter
	// Watched is true when standard output is a terminal.
	Watched bool
	Getenv  func(string) string
	// Wire carries the requests to every account, log store and chat in place of
	// the network; nil is the network.
	Wire http.RoundTripper
	// Undisturbed calls a function that runs another program at the terminal, to
	// which the interrupt key belongs meanwhile; nil calls it as it is.
	Undisturbed func(func() error) error
}

// program is one run of gantry.
type program struct {
	Streams
	version string
	flags   config.Flags
	demo    bool
	replay  string // the file of a snapshot
	record  bool
}

// Main runs gantry with the process's own arguments and streams and returns the
// exit code.
func Main(version string) int {
	ctx, attention := listen(context.Background())
	defer attention.stop()
	// A reader that goes away, as head does, must not kill a change half-way:
	// caught, the signal becomes an error of the write.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	s := Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Undisturbed: attention.undisturbed}
	s.Keyboard = term.IsTerminal(os.Stdin.Fd())
	s.Watched = term.IsTerminal(os.Stdout.Fd())
	s.Terminal = s.Keyboard && s.Watched
	tty, closeTTY := openTTY(s.Keyboard, s.Watched, term.IsTerminal(os.Stderr.Fd()))
	defer closeTTY()
	s.TTY = tty
	return Run(ctx, version, os.Args[1:], s)
}

// Run runs gantry with arguments and returns the exit code. Errors are printed,
// one line each, on the error stream.
func Run(ctx context.Context, version string, args []string, s Streams) (code int) {
	defer func() {
		if fault := crash.Of("a command", recover()); fault != nil {
			report(s.Err, fault)
			code = exitFailed
		}
	}()
	s.Out = printing.Outlet{Writer: s.Out}
	p := &program{Streams: s, version: version}
	root := p.root()
	root.SetArgs(append([]string{}, args...)) // nil would mean the process's own
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	err := root.ExecuteContext(ctx)
	if err == nil || errors.Is(err, printing.ErrNoReader) {
		return exitDone
	}
	report(s.Err, err)
	return codeOf(err)
}

// commands make what stands behind gantry on a command line, each declared by its file.
var commands declared.List[func(*program) *cobra.Command]

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "gantry",
		Short: "The operations console for Amazon ECS",
		Long: `gantry is the operations console for Amazon ECS: from cluster to service to task,
with target health, ports and logs, and changes with a plan before and a verdict after.

Without a command it opens the console. gantry --demo opens it on a simulated account,
gantry --replay FILE on a snapshot that gantry snapshot took.`,
		Args:          noCommand,
		Version:       p.version,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return p.console(cmd.Context()) },
	}
	fs := root.PersistentFlags()
	fs.StringVar(&p.flags.File, "config", "", "configuration `file` (default "+config.DefaultFile()+")")
	fs.StringVar(&p.flags.Context, "context", "", "a context of the configuration file, by `name`")
	fs.StringVar(&p.flags.Profile, "profile", "", "AWS profile, by `name`")
	fs.StringVar(&p.flags.Region, "region", "", "AWS region, by `name`")
	fs.StringVar(&p.flags.Endpoint, "endpoint", "", "`address` of every AWS service, such as the simulator's")
	fs.BoolVar(&p.flags.ReadOnly, "readonly", false, "refuse every change; cannot be lifted from inside")
	fs.BoolVar(&p.flags.NoColor, "no-color", false, "draw without colour")
	fs.BoolVar(&p.flags.ASCII, "ascii", false, "draw with ASCII characters only")
	fs.BoolVar(&p.demo, "demo", false, "use a simulated account")
	fs.StringVar(&p.replay, "replay", "", "look at a snapshot, by its `file`, in place of an account")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see %s --help", err, cmd.CommandPath())
	})
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml") // fails for an unknown flag only
	for _, command := range commands.All() {
		root.AddCommand(command(p))
	}
	return root
}

// with opens the application, calls f with it and closes it again.
func (p *program) with(ctx context.Context, f func(*app.App) error) error {
	a, err := p.open(ctx)
	if err != nil {
		return err
	}
	if taken := a.Taken(); !taken.IsZero() {
		fmt.Fprintf(p.Err, "recorded at %s: %s\n", taken.UTC().Format("2006-01-02 15:04:05Z"), printing.Shown(p.replay))
	}
	err = f(a)
	if closeErr := a.Close(); err == nil {
		err = closeErr
	}
	for _, warning := range a.Warnings() {
		fmt.Fprintln(p.Err, "warning: "+printing.Shown(warning))
	}
	return err
}

func (p *program) open(ctx context.Context) (*app.App, error) {
	if p.demo && p.replay != "" {
		return nil, usagef("--demo and --replay are two accounts: give one of them")
	}
	cfg, err := config.Load(p.flags, p.Getenv)
	if err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, cfg, p.options())
	if fault.Of(err) != nil {
		return nil, &startError{err}
	}
	return a, err
}

func (p *program) options() app.Options {
	return app.Options{Version: p.version, Demo: p.demo, Replay: p.replay, Recorded: p.record, Transport: p.Wire}
}

// console opens the interactive program.
func (p *program) console(ctx context.Context) error {
	if !p.Terminal {
		return &startError{errors.New("the console needs a terminal on standard input and output; without one use a command such as gantry status")}
	}
	return p.with(ctx, func(a *app.App) error {
		err := a.Console(ctx, p.Getenv)
		if app.Crashed(err) {
			report(p.Err, err)
			a.SeeOut(ctx, func(text string) { fmt.Fprintln(p.Err, printing.Shown(text)) })
			err = &exitError{code: exitFailed, err: err, told: true}
		}
		return err
	})
}
