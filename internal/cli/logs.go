package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/logs"
	"gantry/logs/kql"
	"gantry/ui/text"
)

// logFlags are the flags of the logs command.
type logFlags struct {
	follow bool
	since  time.Duration
	until  string
	query  string
	limit  int
	output string
}

func (p *program) logsCommand() *cobra.Command {
	f := logFlags{}
	cmd := &cobra.Command{
		Use:   "logs CLUSTER/SERVICE[/TASK[/CONTAINER]]",
		Short: "Print a service's, task's or container's log lines, oldest first",
		Args:  arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.logs(cmd.Context(), args[0], f)
		},
	}
	fs := cmd.Flags()
	fs.BoolVarP(&f.follow, "follow", "f", false, "go on with lines as they arrive")
	fs.DurationVar(&f.since, "since", 15*time.Minute, "how far back to begin")
	fs.StringVar(&f.until, "until", "", "where to end: a `time` such as 2026-11-22T03:12:00Z, or a duration ago such as 5m")
	fs.StringVar(&f.query, "query", "", "which lines: a query in `KQL` such as 'level:error and not \"timed out\"', or in Lucene's syntax after lucene:")
	fs.IntVar(&f.limit, "limit", 1000, "print at most this many of the newest lines (0: all that --since reaches)")
	outputFlag(cmd, &f.output, "text", "json")
	return cmd
}

func (f logFlags) validate(now time.Time) (logs.Range, error) {
	r := logs.Range{From: now.Add(-f.since)}
	if f.since <= 0 {
		return r, usagef("--since %s: expected a positive duration such as 15m", f.since)
	}
	if f.limit < 0 {
		return r, usagef("--limit %d: expected a number of lines, 0 for all", f.limit)
	}
	if f.until != "" {
		if f.follow {
			return r, usagef("--until ends the output: it cannot go with --follow")
		}
		if ago, err := time.ParseDuration(f.until); err == nil {
			r.To = now.Add(-ago)
		} else if r.To, err = time.Parse(time.RFC3339, f.until); err != nil {
			return r, usagef("--until %q: expected a time such as 2026-11-22T03:12:00Z or a duration such as 5m", f.until)
		}
		if !r.To.After(r.From) {
			return r, usagef("--until %s is before the begin that --since gives", f.until)
		}
	}
	return r, outputs(f.output, "text", "json")
}

func (p *program) logs(ctx context.Context, target string, f logFlags) error {
	r, err := f.validate(time.Now())
	if err != nil {
		return err
	}
	expr, err := parseQuery(f.query)
	if err != nil {
		return err
	}
	if err := noARN(target); err != nil {
		return err
	}
	parts := strings.Split(target, "/")
	if len(parts) < 2 || len(parts) > 4 || slices.Contains(parts, "") {
		return usagef("%q: expected CLUSTER/SERVICE, CLUSTER/SERVICE/TASK or CLUSTER/SERVICE/TASK/CONTAINER", target)
	}
	return p.with(ctx, func(a *app.App) error {
		scope, err := a.LogScope(ctx, parts)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.Err, clean.Line(scope.Note))
		query := scope.Query
		query.Expr = expr
		print := func(e logs.Entry) error { return p.printEntry(e, scope, f.output) }
		if f.follow {
			return a.FollowLogs(ctx, query, r.From, f.limit, print, func(state string) {
				fmt.Fprintln(p.Err, clean.Line(state))
			})
		}
		n, err := a.ReadLogs(ctx, query, r, f.limit, print)
		if err == nil && n == 0 {
			fmt.Fprintln(p.Err, clean.Line(a.ExplainLogs(ctx, query, r)))
		}
		return err
	})
}

// parseQuery reads --query. Where it cannot be read on, the error shows the query
// with a mark below the place.
func parseQuery(input string) (logs.Expr, error) {
	expr, err := logs.ParseExpr(input)
	var syntax *kql.SyntaxError
	switch {
	case errors.As(err, &syntax):
		before := string([]rune(input)[:syntax.Column-1])
		return expr, usagef("--query: %s\n%s\n%s^", syntax, text.Line(input), strings.Repeat(" ", text.Width(before)))
	case err != nil:
		return expr, usagef("--query: %w", err)
	}
	return expr, nil
}

// logLine is an entry as -o json prints it.
type logLine struct {
	Time      time.Time       `json:"time"`
	Task      string          `json:"task,omitempty"`
	Container string          `json:"container,omitempty"`
	Level     string          `json:"level,omitempty"`
	Message   string          `json:"message,omitempty"`
	Late      bool            `json:"late,omitempty"`
	Gap       string          `json:"gap,omitempty"`
	Document  json.RawMessage `json:"document,omitempty"`
}

func (p *program) printEntry(e logs.Entry, scope app.LogScope, output string) error {
	from := scope.Who(e)
	if output == "json" {
		line := logLine{Time: e.Time, Task: from.Task, Container: from.Container, Level: e.Level, Message: clean.Redact(e.Message), Late: e.Late}
		if e.Gap != nil {
			line.Gap = e.Gap.Reason
		} else {
			line.Document = redactDocument(e.Source)
		}
		return writeJSONLine(p.Out, line)
	}
	stamp := e.Time.UTC().Format("2006-01-02T15:04:05.000Z")
	message := e.Message
	switch {
	case e.Gap != nil:
		message = fmt.Sprintf("--- lines up to %s were not read: %s ---", e.Gap.To.UTC().Format("15:04:05.000"), e.Gap.Reason)
	case e.Late:
		message = "(late) " + message
	}
	_, err := fmt.Fprintf(p.Out, "%s %s %s\n", stamp, clean.Line(from.Label), shown(message))
	return err
}

// redactDocument masks the credentials in a JSON document: values of keys that
// name a secret, and what texts hold. Numbers keep their digits.
func redactDocument(doc json.RawMessage) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	masked, err := json.Marshal(redactValue("", v))
	if err != nil {
		return nil
	}
	return masked
}

func redactValue(key string, v any) any {
	switch v := v.(type) {
	case string:
		if clean.LooksSecret(key, v) {
			return clean.Mask
		}
		return clean.Redact(v)
	case []any:
		for i := range v {
			v[i] = redactValue(key, v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = redactValue(k, v[k])
		}
	}
	return v
}
