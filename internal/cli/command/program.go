package command

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy/shell"
	"gantry/internal/app"
	"gantry/internal/cli/pipeline"
	"gantry/internal/cli/printing"
	"gantry/internal/config"
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
	// Roomy is called before a command that has the machine's memory to itself; nil where
	// that makes no difference.
	Roomy func()
}

// Program is one run of gantry.
type Program struct {
	Streams
	Version string
	Args    []string // that it was run with
	Flags   config.Flags
	Demo    bool
	Tour    bool // with Demo: lead through it
	// Replay is the file of a snapshot to look at, Record whether one is taken.
	Replay string
	Record bool
	// Host is what runs the job that gantry is a step of.
	Host pipeline.Host
	// reached is the context of the account, once there is one.
	reached string
	// Patient begins without credentials where the console can get some.
	Patient bool
	// Resume begins where the last run of the console ended, context and all.
	Resume bool
	// Among are the contexts that are asked about, as "@prod" or "@all": it begins in one of
	// them, and needs no other.
	Among []string
}

// With opens the application, calls f with it and closes it again.
func (p *Program) With(ctx context.Context, f func(*app.App) error) error {
	a, err := p.open(ctx)
	if err != nil {
		return err
	}
	p.reached = a.Context.String()
	if taken := a.Taken(); !taken.IsZero() {
		fmt.Fprintf(p.Err, "recorded at %s: %s\n", taken.UTC().Format("2006-01-02 15:04:05Z"), printing.Shown(p.Replay))
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

func (p *Program) open(ctx context.Context) (*app.App, error) {
	if p.Tour && !p.Demo {
		return nil, Usagef("--tour leads through the demo: give --demo as well")
	}
	if p.Demo && p.Replay != "" {
		return nil, Usagef("--demo and --replay are two accounts: give one of them")
	}
	cfg, err := config.Load(p.Flags, p.Getenv, app.Judge)
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(cfg.Contexts) {
		if slices.Contains(p.Among, "@"+c.Name) || slices.Contains(p.Among, "@all") {
			cfg.Context = c.ID
		}
	}
	a, err := app.Open(ctx, cfg, p.Options())
	if fault.Of(err) != nil {
		return nil, &StartError{Err: err}
	}
	return a, err
}

// Whither are the flags by which another command goes where this one went, each after a
// space; empty without any.
func (p *Program) Whither() string {
	var out strings.Builder
	if p.Demo {
		out.WriteString(" --demo")
	}
	for _, flag := range [][2]string{
		{"--replay", p.Replay}, {"--config", p.Flags.File}, {"--context", p.Flags.Context}, {"--profile", p.Flags.Profile},
		{"--region", p.Flags.Region}, {"--endpoint", p.Flags.Endpoint},
	} {
		if flag[1] != "" {
			out.WriteString(" " + flag[0] + " " + shell.Quote(flag[1]))
		}
	}
	return out.String()
}

// Options are what the application is opened with.
func (p *Program) Options() app.Options {
	return app.Options{Version: p.Version, Demo: p.Demo, Tour: p.Tour, Replay: p.Replay, Recorded: p.Record, Patient: p.Patient, Resume: p.Resume, Code: p.code(), Transport: p.Wire, Undisturbed: p.Undisturbed,
		Load: func() (config.Config, error) { return config.Load(p.Flags, p.Getenv, app.Judge) }}
}

// maxWarnings is how many warnings are told one by one: a permission that is
// missing fails every group of a cluster alike.
const maxWarnings = 5

// Partial warns of what could not be read.
func (p *Program) Partial(errs []error) {
	for i, err := range errs {
		if i == maxWarnings {
			fmt.Fprintf(p.Err, "warning: partial: and %d more like these\n", len(errs)-i)
			return
		}
		fmt.Fprintln(p.Err, "warning: partial: "+printing.Shown(err.Error()))
	}
}

// Made makes the commands that the files of a room declared, for a run of the program.
func Made[P any](room declared.List[func(P) *cobra.Command], p P) []*cobra.Command {
	var made []*cobra.Command
	for _, make := range room.All() {
		made = append(made, make(p))
	}
	return made
}
