package reports

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/fault"
	"gantry/internal/inquiry/why"
	"gantry/internal/words"
)

var _ = commands.Add(program.whyCommand)

// whyFlags are how the answer is given.
type whyFlags struct {
	output string
	watch  bool
	every  time.Duration
	notify bool
}

func (p program) whyCommand() *cobra.Command {
	var f whyFlags
	cmd := &cobra.Command{
		Use:   "why CLUSTER[/SERVICE]",
		Short: "Say what is wrong with a service, or with those of a cluster, and what to do",
		Long: "Say what is wrong with a service, or with those of a cluster: the cause with its evidence, what follows from it, and what to do.\n\n" +
			"It ends with 0 when nothing is wrong, with 6 when something is, and with 1 when that could not be told; with --watch it ends with 0 when it is interrupted.",
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.notify && !f.watch:
				return command.Usagef("--notify tells of what comes and goes: it goes with --watch")
			case f.watch && f.output != "table":
				return command.Usagef("--watch prints a line for what comes or goes: it goes with no other output")
			case cmd.Flags().Changed("every") && !f.watch:
				return command.Usagef("--every says how often --watch looks: it goes with --watch")
			case f.every < time.Second:
				return command.Usagef("--every is %s: expected at least 1s", f.every)
			}
			if err := command.NoARN(args[0]); err != nil {
				return err
			}
			return p.With(cmd.Context(), func(a *app.App) error {
				if f.notify && !a.CanAnnounce() {
					return command.Usagef("--notify: no webhook is configured (notify.webhook)")
				}
				if f.watch {
					return p.watchWhy(cmd.Context(), a, args[0], f)
				}
				return p.why(cmd.Context(), a, args[0], f.output)
			})
		},
	}
	command.OutputFlag(cmd, &f.output, "table", "json", "markdown")
	cmd.Flags().BoolVar(&f.watch, "watch", false, "go on, and print a line when something comes or goes")
	command.DurationVar(cmd, &f.every, "every", 20*time.Second, "how often to look with --watch")
	cmd.Flags().BoolVar(&f.notify, "notify", false, "tell the configured webhook what comes and goes, with --watch")
	return cmd
}

// errFound is the answer that something is wrong: the output has told what.
var errFound = &command.ExitError{Code: command.ExitFound, Err: errors.New("something is wrong"), Told: true}

// asked is the answer about a service or a cluster.
type asked struct {
	cluster string
	whys    []why.Answer
	partial []error
	all     bool // it is about the cluster: lines of services that are well were not read
}

// ask finds out what is wrong with CLUSTER or CLUSTER/SERVICE.
func ask(ctx context.Context, a *app.App, target string) (asked, error) {
	name, service, one := strings.Cut(target, "/")
	if one {
		if _, _, err := command.ParseService(target); err != nil {
			return asked{}, err
		}
		svc, err := a.FindService(ctx, name, service)
		if err != nil {
			return asked{}, err
		}
		answer, err := a.Why().Service(ctx, svc.Ref)
		return asked{svc.Ref.ClusterName(), []why.Answer{answer}, answer.Unread, false}, err
	}
	cluster, err := a.FindCluster(ctx, name)
	if err != nil {
		return asked{}, err
	}
	whys, partial, err := a.Why().Cluster(ctx, cluster.Ref)
	for _, w := range whys {
		for _, err := range w.Unread {
			partial = fault.AddNew(partial, err)
		}
	}
	return asked{cluster.Name, whys, partial, true}, err
}

// ended is what the command ends with.
func (q asked) ended() error {
	untold := 0
	for _, w := range q.whys {
		if len(w.Troubles) > 0 {
			return errFound
		}
		if !w.Told() {
			untold++
		}
	}
	if untold > 0 {
		return &command.ExitError{Code: command.ExitFailed, Err: fmt.Errorf("what decides of %s could not be read", words.Count(untold, "service"))}
	}
	return nil
}

func (p program) why(ctx context.Context, a *app.App, target, output string) error {
	q, err := ask(ctx, a, target)
	if err != nil {
		return err
	}
	p.Partial(q.partial)
	switch output {
	case "json":
		err = printing.JSON(p.Out, q.json(a))
	case "markdown":
		err = q.markdown(p.Out, a.Now())
	default:
		err = q.print(p.Out, a.Now())
	}
	if err != nil {
		return err
	}
	return q.ended()
}

var _ = schema.Add("why", "gantry why", whyJSON{})

// whyJSON is the answer as -o json prints it.
type whyJSON struct {
	Context  string       `json:"context"`
	Cluster  string       `json:"cluster"`
	Services []whyService `json:"services"`
	completeness
}

type whyService struct {
	Name   string     `json:"name"`
	ARN    string     `json:"arn"`
	Status string     `json:"status"`
	Since  *time.Time `json:"since,omitempty"`
	// Told is false where what decides could not be read.
	Told     bool               `json:"told"`
	Troubles []printing.Trouble `json:"troubles"`
}

func (q asked) json(a *app.App) whyJSON {
	out := whyJSON{Context: a.Context.String(), Cluster: q.cluster, Services: []whyService{}, completeness: completenessOf(a, q.partial)}
	for _, w := range q.whys {
		s := w.Service()
		out.Services = append(out.Services, whyService{s.Name, s.Ref.ARN, w.Finding.Status.String(), printing.Moment(w.Finding.Since), w.Told(), printing.Troubles(w.Troubles)})
	}
	return out
}
