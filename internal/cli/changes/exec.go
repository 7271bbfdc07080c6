package changes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/session"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/plugin"
	"gantry/internal/process"
)

var _ = commands.Add(program.execCommand)

func (p program) execCommand() *cobra.Command {
	var f sessionFlags
	var terminal bool
	cmd := &cobra.Command{
		Use:   "exec CLUSTER/SERVICE|TASK [-c CONTAINER] [-- WORD ...]",
		Short: "Open a shell in a container, or run a command there",
		Long: `Open a shell in a container of a task, or of a service's youngest task, through ECS
Exec and the session manager plugin. What keeps it from opening is said before it is tried.

The words after -- are run instead, without input, and their output comes as they print it:
standard output and error together, since ECS Exec knows one stream. Their exit code is
gantry's. That takes /bin/sh in the container. With -t the terminal is handed over to the
command as to a shell; its exit code is then not known to anybody.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				args = args[:dash]
			}
			return command.Arguments(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			find, err := shellTarget(args[0])
			if err != nil {
				return err
			}
			words := args[1:]
			attended := terminal || len(words) == 0
			switch {
			case attended && f.dryRun:
			case attended && !p.Terminal:
				return p.unlessAbsent(cmd.Context(), find, command.Usagef("a shell needs a terminal on standard input and output; without one give a command after --"))
			case attended && f.timeout > 0:
				return command.Usagef("--timeout is for a command after --: a shell ends when you leave it")
			case !attended && len(words) == 1 && slices.Contains([]string{"sh", "bash", "ash", "dash", "zsh", "fish"}, path.Base(words[0])):
				return command.Usagef("%s alone would end at once, since a command after -- has no input: give -t, or no command at all", words[0])
			}
			if attended {
				in := deploy.OpenShell{Container: f.container, Command: session.Words(words...), What: commandWords(words)}
				return p.session(cmd.Context(), f, find, shelled(in), p.handOver)
			}
			word := session.NewWord()
			in := deploy.OpenShell{Container: f.container, Command: session.Run(word, words...), What: commandWords(words)}
			code := 0
			err = p.session(cmd.Context(), f, find, shelled(in), p.runs(word, &code))
			if err == nil && code != 0 {
				err = &command.ExitError{Code: code, Told: true, Err: fmt.Errorf("the command ended with exit code %d", code)}
			}
			return err
		},
	}
	f.add(cmd, true)
	cmd.Flags().BoolVarP(&terminal, "tty", "t", false, "hand the terminal over to the command after --")
	return cmd
}

// unlessAbsent is a refusal to go to a target, unless there is none: then that is said.
func (p program) unlessAbsent(ctx context.Context, find command.Finder, refusal error) error {
	return p.With(ctx, func(a *app.App) error {
		if _, err := find(ctx, a); err != nil {
			return err
		}
		return refusal
	})
}

// commandWords say what is run by its program alone: the words after it may hold secrets.
func commandWords(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "command " + path.Base(words[0])
}

// handOver gives the terminal to the plugin until it ends.
func (p program) handOver(j plugin.Joiner) joining {
	return func(ctx context.Context, s awsx.Session, _ func(string)) (deploy.Held, error) {
		cmd := j.At(ctx, s)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = p.In, printing.Raw(p.Out), printing.Raw(p.Err)
		lower := plugin.Shield()
		defer lower()
		return plugin.Left(p.undisturbed(cmd.Run))
	}
}

// runs prints what the command of a word prints, and notes its exit code.
func (p program) runs(word string, code *int) func(plugin.Joiner) joining {
	return func(j plugin.Joiner) joining {
		return func(ctx context.Context, s awsx.Session, _ func(string)) (deploy.Held, error) {
			err := j.Converse(ctx, s, process.Grace, func(in io.Writer, out io.Reader) (err error) {
				*code, err = session.Line{In: in, Out: out, Word: word}.Code(p.Out)
				return err
			})
			if err != nil {
				return deploy.Held{Open: true}, noScript(err)
			}
			return deploy.Held{Words: fmt.Sprintf("exit code %d", *code)}, nil
		}
	}
}

// noScript says what a script needs, for one that was cut.
func noScript(err error) error {
	if errors.Is(err, session.ErrCut) {
		return fmt.Errorf("%w (it takes /bin/sh in the container)", err)
	}
	return err
}
