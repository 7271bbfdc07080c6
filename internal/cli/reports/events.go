package reports

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	tl "gantry/awsx/timeline"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry/timeline"
	"gantry/internal/words"
)

var _ = commands.Add(program.eventsCommand)

// eventFlags are which events are told, and how.
type eventFlags struct {
	follow       bool
	since, until string
	kinds        []string
	output       string
}

func (p program) eventsCommand() *cobra.Command {
	var f eventFlags
	cmd := &cobra.Command{
		Use:   "events CLUSTER[/SERVICE]",
		Short: "Tell what happened to a service or a cluster, in one order, the newest last",
		Long: `Tell what happened to a service or a cluster, in one order, the newest last: what was changed
and by whom (from this machine, and by CloudTrail), the revisions that were registered with what
they changed, deployments, tasks that stopped (those alike together), steps of targets that were
seen, what scaling and Auto Scaling groups did, alarms, and what ECS said. What could not be read is
told beside it. Kinds: ` + strings.Join(kindNames(), ", ") + `.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := command.NoARN(args[0]); err != nil {
				return err
			}
			return p.events(cmd.Context(), args[0], f)
		},
	}
	fs := cmd.Flags()
	fs.BoolVarP(&f.follow, "follow", "f", false, "go on with what happens")
	fs.StringVar(&f.since, "since", "6h", "where to begin: a duration ago, or a `time` such as 2026-11-22T03:12:00Z")
	fs.StringVar(&f.until, "until", "", "where to end: a `time`, or a duration ago such as 5m")
	fs.StringSliceVar(&f.kinds, "kind", nil, "only these `kinds`, such as deployment,alarm")
	command.OutputFlag(cmd, &f.output, "table", "json", "markdown")
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindNames(), cobra.ShellCompDirectiveNoFileComp)) // fails when declared twice
	return cmd
}

func kindNames() (names []string) {
	for _, k := range tl.Kinds() {
		names = append(names, string(k))
	}
	return names
}

// filter is what the flags ask for at an instant.
func (f eventFlags) filter(now time.Time) (out tl.Filter, err error) {
	if out.From, err = since("--since", f.since, now); err != nil {
		return out, err
	}
	switch {
	case f.follow && f.until != "":
		return out, command.Usagef("--until ends the output: it cannot go with --follow")
	case f.follow && f.output == "markdown":
		return out, command.Usagef("-o markdown is a page: it cannot go with --follow")
	case f.until != "":
		if out.To, err = instant("--until", f.until, now); err != nil {
			return out, err
		}
		if !out.To.After(out.From) {
			return out, command.Usagef("--until %s is before the begin that --since gives", f.until)
		}
	}
	for _, k := range f.kinds {
		if !slices.Contains(kindNames(), k) {
			return out, command.Usagef("--kind %q is unknown, expected of %s", k, strings.Join(kindNames(), ", "))
		}
		out.Kinds = append(out.Kinds, tl.Kind(k))
	}
	return out, nil
}

func (p program) events(ctx context.Context, target string, f eventFlags) error {
	if _, err := f.filter(time.Now()); err != nil {
		return err
	}
	if f.follow && p.Replay != "" {
		return command.Usagef("--follow waits for what happens: in a snapshot nothing does")
	}
	return p.With(ctx, func(a *app.App) error {
		filter, err := f.filter(a.Now()) // what was valid now may not be at a snapshot's time
		if err != nil {
			return err
		}
		clusters, service, _, err := within(ctx, a, []string{target})
		if err != nil {
			return err
		}
		of := service
		if of.ARN == "" {
			of = clusters[0]
		}
		teller := a.Timeline(of, filter.From)
		teller.Kinds = filter.Kinds
		if f.follow {
			printed := &followed{program: p, json: f.output == "json", known: map[string]string{}}
			return teller.Follow(ctx, printed.tell)
		}
		told, err := teller.All(ctx)
		if err != nil {
			return err
		}
		told.Entries = filter.Of(told.Entries)
		p.Partial(told.Unread)
		switch f.output {
		case "json":
			return printing.JSON(p.Out, eventsJSON(a, of, told))
		case "markdown":
			return p.eventReport(ctx, a, of, target, told, filter)
		}
		if len(told.Entries) == 0 {
			fmt.Fprintf(p.Err, "nothing is on record since %s\n", filter.From.UTC().Format(time.RFC3339))
			return nil
		}
		rows := make([][]string, len(told.Entries))
		for i, e := range told.Entries {
			rows[i] = eventCells(e)
		}
		return printing.Table(p.Out, []string{"TIME", "KIND", "OF", "WHO", "WHAT"}, rows)
	})
}

// eventCells are an entry in words.
func eventCells(e tl.Entry) []string {
	at, what := "?", e.Text
	if !e.At.IsZero() {
		at = e.At.UTC().Format("2006-01-02T15:04:05Z")
	}
	if e.Until.After(e.At) && e.Count > 1 {
		what += ", until " + e.Until.UTC().Format("15:04:05Z")
	}
	who := "-"
	if e.Who != "" {
		who = printing.Shown(e.Who)
	}
	return []string{at, e.Severity.Mark() + " " + string(e.Kind), printing.Shown(e.Subject), who, printing.Shown(what)}
}

// eventReport writes the beginning of an incident's report, with what is wrong now.
func (p program) eventReport(ctx context.Context, a *app.App, of awsx.Ref, target string, told timeline.Told, filter tl.Filter) error {
	report := tl.Report{Title: "What happened to " + target, From: filter.From, To: filter.To, Zone: time.UTC, Entries: told.Entries, Clean: printing.Shown}
	if report.To.IsZero() {
		report.To = a.Now()
	}
	for _, err := range told.Unread {
		report.Unread = append(report.Unread, err.Error())
	}
	found, unread, err := a.Why().Findings(ctx, of)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	report.Findings, report.Found = found, a.Now()
	if err != nil {
		unread = append(unread, err)
	}
	for _, err := range unread {
		report.Unread = words.AddNew(report.Unread, err.Error())
	}
	_, err = io.WriteString(p.Out, report.Markdown())
	return err
}

// event is an entry as -o json prints it.
type event struct {
	ID       string     `json:"id"`
	Time     *time.Time `json:"time"` // null where it is not known
	Until    *time.Time `json:"until,omitempty"`
	Kind     string     `json:"kind"`
	Severity string     `json:"severity"`
	Service  string     `json:"service,omitempty"`
	Subject  string     `json:"subject"`
	Who      string     `json:"who,omitempty"`
	Text     string     `json:"text"`
	Count    int        `json:"count"`
	Tasks    []string   `json:"tasks,omitempty"` // ARNs
	Facts    []fact     `json:"facts"`
}

type fact struct {
	Time *time.Time `json:"time,omitempty"`
	Name string     `json:"name"`
	Text string     `json:"text"`
}

func eventOf(e tl.Entry) event {
	out := event{
		ID: printing.Shown(e.ID), Time: printing.Moment(e.At), Until: printing.Moment(e.Until), Kind: string(e.Kind), Severity: e.Severity.String(), Service: e.Service.Name(), Subject: printing.Shown(e.Subject),
		Who: printing.Shown(e.Who), Text: printing.Shown(e.Text), Count: e.Count, Tasks: e.Tasks, Facts: []fact{},
	}
	for _, f := range e.Facts {
		out.Facts = append(out.Facts, fact{printing.Moment(f.At), f.Name, printing.Shown(f.Text)})
	}
	return out
}

var _ = schema.Add("events", "gantry events", eventsDocument{}).
	Add("events-line", "a line of gantry events --follow", event{})

// eventsDocument is what events -o json prints.
type eventsDocument struct {
	Context string    `json:"context"`
	Cluster string    `json:"cluster"`
	Service string    `json:"service,omitempty"`
	From    time.Time `json:"from"`
	Events  []event   `json:"events"`
	completeness
}

func eventsJSON(a *app.App, of awsx.Ref, told timeline.Told) eventsDocument {
	list := make([]event, len(told.Entries))
	for i, e := range told.Entries {
		list[i] = eventOf(e)
	}
	service := ""
	if of.ARN != of.Cluster {
		service = of.Name()
	}
	return eventsDocument{a.Context.String(), of.ClusterName(), service, told.From.UTC(), list, completenessOf(a, told.Unread)}
}

// followed prints what is new of what is told.
type followed struct {
	program
	json  bool
	known map[string]string // what was printed, by the entry's id
	said  []string          // what could not be read
}

func (f *followed) tell(told timeline.Told) error {
	for _, err := range told.Unread {
		text := printing.Shown(err.Error())
		if slices.Contains(f.said, text) {
			continue
		}
		f.said = append(f.said, text)
		fmt.Fprintln(f.Err, "warning: partial: "+text)
		if f.json {
			if err := printing.JSONLine(f.Out, event{ID: "unread " + text, Time: nil, Kind: "unread", Severity: tl.Warning.String(), Text: text, Facts: []fact{}}); err != nil {
				return err
			}
		}
	}
	for _, e := range told.Entries {
		now := fmt.Sprint(e.Text, e.Until, e.Who)
		if f.known[e.ID] == now {
			continue
		}
		f.known[e.ID] = now
		if f.json {
			if err := printing.JSONLine(f.Out, eventOf(e)); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintln(f.Out, strings.Join(eventCells(e), "  ")); err != nil {
			return err
		}
	}
	return nil
}
