package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/reading"
	"gantry/internal/cli/schema"
	"gantry/internal/words"
	"gantry/logs"
	"gantry/logs/kql"
	"gantry/ui/text"
)

// maxTogether bounds of how many the lines are printed together.
const maxTogether = 100

// logFlags are the flags of the logs command.
type logFlags struct {
	follow   bool
	previous bool
	since    string
	until    string
	query    string
	limit    int
	output   string
}

var _ = schema.Add("logs-line", "a line of gantry logs", printing.Line{})

var _ = commands.Add(program.logsCommand)

func (p program) logsCommand() *cobra.Command {
	f := logFlags{}
	cmd := &cobra.Command{
		Use:   "logs CLUSTER/SERVICE[/TASK[/CONTAINER]]...",
		Short: "Print the log lines of services, tasks or containers, oldest first",
		Args:  command.ArgumentsWithin(1, maxTogether),
		RunE: func(cmd *cobra.Command, args []string) error {
			// A task that stopped may have done so before the default's begin.
			wholeTask := f.previous && !cmd.Flags().Changed("since")
			return p.logs(cmd.Context(), args, f, wholeTask)
		},
	}
	fs := cmd.Flags()
	fs.BoolVarP(&f.follow, "follow", "f", false, "go on with lines as they arrive")
	fs.BoolVar(&f.previous, "previous", false, "the task that stopped before TASK, or last of the service's, from its begin")
	fs.StringVar(&f.since, "since", "15m", "where to begin: a duration ago, or a `time` such as 2026-11-22T03:12:00Z")
	fs.StringVar(&f.until, "until", "", "where to end: a `time`, or a duration ago such as 5m")
	fs.StringVar(&f.query, "query", "", "which lines: a query in `KQL` such as 'level:error and not \"timed out\"', or in Lucene's syntax after lucene:")
	fs.IntVar(&f.limit, "limit", 1000, "print at most this many of the newest lines (0: all that --since reaches)")
	command.OutputFlag(cmd, &f.output, "text", "json")
	return cmd
}

func (f logFlags) validate(now time.Time) (r logs.Range, err error) {
	if r.From, err = instant("--since", f.since, now); err != nil {
		return r, err
	}
	if !r.From.Before(now) {
		return r, command.Usagef("--since %s: expected a time before now", f.since)
	}
	if f.limit < 0 {
		return r, command.Usagef("--limit %d: expected a number of lines, 0 for all", f.limit)
	}
	if f.follow && f.previous {
		return r, command.Usagef("--previous is about a task that has stopped: it cannot go with --follow")
	}
	if f.until != "" {
		if f.follow {
			return r, command.Usagef("--until ends the output: it cannot go with --follow")
		}
		if r.To, err = instant("--until", f.until, now); err != nil {
			return r, err
		}
		if !r.To.After(r.From) {
			return r, command.Usagef("--until %s is before the begin that --since gives", f.until)
		}
	}
	return r, nil
}

// instant reads a time, or a duration before now.
func instant(flag, s string, now time.Time) (time.Time, error) {
	if ago, err := words.Duration(s); err == nil {
		return now.Add(-ago), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, command.Usagef("%s %q: expected a duration such as 15m or a time such as 2026-11-22T03:12:00Z", flag, s)
	}
	return t, nil
}

// since is an instant before now.
func since(flag, s string, now time.Time) (time.Time, error) {
	t, err := instant(flag, s, now)
	if err == nil && !t.Before(now) {
		return t, command.Usagef("%s %s: expected a time before now", flag, s)
	}
	return t, err
}

func (p program) logs(ctx context.Context, targets []string, f logFlags, wholeTask bool) error {
	r, err := f.validate(time.Now())
	if err != nil {
		return err
	}
	expr, err := parseQuery(f.query)
	if err != nil {
		return err
	}
	for _, target := range targets {
		if err := command.NoARN(target); err != nil {
			return err
		}
		if parts := strings.Split(target, "/"); len(parts) < 2 || len(parts) > 4 || slices.Contains(parts, "") {
			return command.Usagef("%q: expected CLUSTER/SERVICE, CLUSTER/SERVICE/TASK or CLUSTER/SERVICE/TASK/CONTAINER", target)
		}
	}
	if f.follow && p.Replay != "" {
		return command.Usagef("--follow waits for what arrives: in a snapshot nothing does")
	}
	return p.With(ctx, func(a *app.App) error {
		if r, err = f.validate(a.Now()); err != nil { // what was valid now may not be at a snapshot's time
			return err
		}
		scope, lacking, err := a.Lines().Scopes(ctx, a.Reader, targets, f.previous)
		if err != nil {
			return err
		}
		for _, why := range lacking {
			fmt.Fprintln(p.Err, clean.Line("not among these lines: "+why))
		}
		if wholeTask {
			r.From = scope.Began
		}
		fmt.Fprintln(p.Err, clean.Line(scope.Note))
		query := scope.Query
		query.Expr = expr
		src := a.OpenLogs(a.Context)
		lines := printing.NewLines(p.Out, scope, f.output)
		if f.follow {
			return reading.Follow(ctx, src, query, r.From, f.limit, reading.Output{
				Line: lines.Print, Flush: lines.Flush,
				State: func(state string) { fmt.Fprintln(p.Err, clean.Line(state)) },
			})
		}
		n, err := reading.Lines(ctx, src, query, r, f.limit, lines.Print)
		if flushed := lines.Flush(); err == nil {
			err = flushed
		}
		if err == nil && n == 0 {
			fmt.Fprintln(p.Err, clean.Line(whyNone(ctx, src, query, r)))
		}
		if err == nil && len(lacking) > 0 {
			return reading.Lacking(lacking)
		}
		return err
	})
}

// whyNone says why there are no lines.
func whyNone(ctx context.Context, src logs.Source, q logs.Query, r logs.Range) string {
	x, err := src.Explain(ctx, q, r)
	if err != nil {
		return err.Error()
	}
	return "no lines: " + x.String()
}

// parseQuery reads --query. Where it cannot be read on, the error shows the query
// with a mark below the place.
func parseQuery(input string) (logs.Expr, error) {
	expr, err := logs.ParseExpr(input)
	var syntax *kql.SyntaxError
	switch {
	case errors.As(err, &syntax):
		before := string([]rune(input)[:syntax.Column-1])
		return expr, command.Usagef("--query: %s\n%s\n%s^", syntax, text.Line(input), strings.Repeat(" ", text.Width(before)))
	case err != nil:
		return expr, command.Usagef("--query: %w", err)
	}
	return expr, nil
}
