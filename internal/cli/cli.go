package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/cli/changes"
	"gantry/internal/cli/command"
	"gantry/internal/cli/keeping"
	"gantry/internal/cli/pipeline"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/reports"
	"gantry/internal/cli/upkeep"
	"gantry/internal/crash"
	"gantry/internal/words"
)

// Main runs gantry with the process's own arguments and streams and returns the
// exit code. Roomy is called before a command that holds much and has the machine's memory
// to itself, as the simulator does.
func Main(version string, roomy func()) int {
	ctx, attention := listen(context.Background())
	defer attention.stop()
	// A reader that goes away, as head does, must not kill a change half-way:
	// caught, the signal becomes an error of the write.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	s := command.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Undisturbed: attention.undisturbed}
	s.Keyboard = term.IsTerminal(os.Stdin.Fd())
	s.Watched = term.IsTerminal(os.Stdout.Fd())
	s.Terminal = s.Keyboard && s.Watched
	tty, closeTTY := openTTY(s.Keyboard, s.Watched, term.IsTerminal(os.Stderr.Fd()))
	defer closeTTY()
	s.TTY = tty
	s.Roomy = roomy
	return Run(ctx, version, os.Args[1:], s)
}

// Run runs gantry with arguments and returns the exit code. Errors are printed,
// one line each, on the error stream.
func Run(ctx context.Context, version string, args []string, s command.Streams) (code int) {
	host := pipeline.Of(s.Getenv)
	outlet := printing.NewOutlet(s.Out, host)
	s.Out, s.Err = outlet, host.Guarded(s.Err)
	p := program{&command.Program{Streams: s, Version: version, Args: args, Host: host}}
	root := p.root()
	root.SetArgs(append([]string{}, args...)) // nil would mean the process's own
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	cmd, err := execute(ctx, root, args)
	if n := pipeline.Kept(outlet.Writer, s.Err); n > 0 {
		fmt.Fprintf(s.Err, "warning: %s would have been a command to the host of this job: it is printed with a space in it\n", words.Count(n, "text"))
	}
	if errors.Is(err, printing.ErrNoReader) {
		return command.ExitDone
	}
	return p.End(cmd, err)
}

// execute runs a command and returns which one it was. A fault of ours is its error.
func execute(ctx context.Context, root *cobra.Command, args []string) (cmd *cobra.Command, err error) {
	defer func() {
		if fault := crash.Of("a command", recover()); fault != nil {
			cmd, _, _ = root.Find(args) // as it was found before
			err = fault
		}
	}()
	return root.ExecuteContextC(ctx)
}

// openTTY opens the terminal that the process belongs to, when a standard stream is
// connected to one and questions and answers do not both go there anyway. Where none is,
// as in a pipeline, nobody watches, even if a terminal could be opened.
func openTTY(in, out, errors bool) (io.ReadWriter, func()) {
	if in && errors || !in && !out && !errors {
		return nil, func() {}
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, func() {}
	}
	return tty, func() { _ = tty.Close() }
}

// program is one run of gantry, with the console and the simulator.
type program struct{ *command.Program }

func (p program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "gantry [CLUSTER[/SERVICE]] [SCREEN]",
		Short: "The operations console for Amazon ECS",
		Long: `gantry is the operations console for Amazon ECS: from cluster to service to task,
with target health, ports and logs, and changes with a plan before and a verdict after.

Without a command it opens the console: where it was left, or at a cluster, a service or a
screen of it. gantry --demo opens it on a simulated account, gantry --replay FILE on a
snapshot that gantry snapshot took.`,
		Example: `  gantry prod
  gantry prod/web logs
  gantry prod groups`,
		Args:          p.noCommand,
		Version:       p.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, args []string) error { return p.console(cmd.Context(), args) },
	}
	fs := root.PersistentFlags()
	fs.StringVar(&p.Flags.File, "config", "", "configuration `file` (default GANTRY_CONFIG, else gantry/config.yaml in the user's configuration directory)")
	fs.StringVar(&p.Flags.Context, "context", "", "a context of the configuration file, by `name`")
	fs.StringVar(&p.Flags.Profile, "profile", "", "AWS profile, by `name`")
	fs.StringVar(&p.Flags.Region, "region", "", "AWS region, by `name`")
	fs.StringVar(&p.Flags.Endpoint, "endpoint", "", "`address` of every AWS service, such as the simulator's")
	fs.BoolVar(&p.Flags.ReadOnly, "readonly", false, "refuse every change; cannot be lifted from inside")
	fs.BoolVar(&p.Flags.NoColor, "no-color", false, "draw without colour")
	fs.BoolVar(&p.Flags.ASCII, "ascii", false, "draw with ASCII characters only")
	fs.BoolVar(&p.Flags.Still, "no-animation", false, "let nothing move but data")
	fs.BoolVar(&p.Demo, "demo", false, "use a simulated account")
	root.Flags().BoolVar(&p.Tour, "tour", false, "with --demo: be led through an incident, in three minutes")
	fs.StringVar(&p.Replay, "replay", "", "look at a snapshot, by its `file`, in place of an account")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return command.Usagef("%w; see %s --help", err, cmd.CommandPath())
	})
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml") // fails for an unknown flag only
	root.AddCommand(p.simCommand())
	root.AddCommand(changes.Commands(p.Program)...)
	root.AddCommand(reports.Commands(p.Program)...)
	root.AddCommand(upkeep.Commands(p.Program)...)
	root.AddCommand(keeping.Commands(p.Program)...)
	p.Lend(root.Commands())
	root.AddCommand(manCommand())
	p.complete(root)
	return root
}

// noCommand refuses what is no command and no place to begin at, and names the commands
// that look like it. A word alone that is nearly a command is taken for one.
func (p program) noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	place := app.KnowsScreen(args[0]) || strings.ContainsAny(args[0], "/:")
	var near []string
	if !place && args[0] != "" {
		near = cmd.SuggestionsFor(args[0])
	}
	switch {
	case args[0] == "":
		return command.Usagef("an empty word names no command and no place; see gantry --help")
	case len(near) > 0 && len(args) == 1:
		return command.Usagef("there is no command %q: did you mean %s?", args[0], strings.Join(near, " or "))
	case !p.Terminal && !place:
		return command.Usagef("there is no command %q, and the console, which would look for it, needs a terminal; see gantry --help", args[0])
	case len(args) > 2:
		return command.Usagef("expected: gantry [CLUSTER[/SERVICE]] [SCREEN]")
	}
	return nil
}

// console opens the interactive program.
func (p program) console(ctx context.Context, args []string) error {
	beginning, err := app.ParseBeginning(args)
	if err != nil {
		return err
	}
	if !p.Terminal {
		return &command.StartError{Err: errors.New("the console needs a terminal on standard input and output; without one use a command such as gantry status")}
	}
	p.Patient, p.Resume = true, beginning == (app.Beginning{})
	return p.With(ctx, func(a *app.App) error {
		a.Beginning = beginning
		err := a.Console(ctx, p.Getenv)
		if app.Crashed(err) {
			command.Report(p.Err, err)
			a.SeeOut(ctx, func(text string) { fmt.Fprintln(p.Err, printing.Shown(text)) })
			err = &command.ExitError{Code: command.ExitFailed, Err: err, Told: true}
		}
		return err
	})
}
