package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry"
	"gantry/ui/text"
)

var _ = commands.Add(program.alarmsCommand)

func (p program) alarmsCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "alarms [CLUSTER[/SERVICE]]",
		Short: "Show the CloudWatch alarms that concern clusters, their services, or one service",
		Args:  command.ArgumentsWithin(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return p.With(ctx, func(a *app.App) error {
				clusters, service, partial, err := within(ctx, a, args)
				if err != nil {
					return err
				}
				return p.alarms(ctx, a, clusters, service, partial, output)
			})
		},
	}
	command.OutputFlag(cmd, &output, "table", "json")
	return cmd
}

// within is where CLUSTER[/SERVICE] leads: all clusters without it, one, or one of its
// services.
func within(ctx context.Context, a *app.App, args []string) (clusters []awsx.Ref, service awsx.Ref, partial []error, err error) {
	switch {
	case len(args) == 0:
		all, partial, err := a.Clusters(ctx)
		for _, c := range all {
			clusters = append(clusters, c.Ref)
		}
		return clusters, service, partial, err
	case strings.Contains(args[0], "/"):
		find, err := command.ServiceNamed(args[0])
		if err != nil {
			return nil, service, nil, err
		}
		s, err := find(ctx, a)
		return []awsx.Ref{s.Ref.ClusterRef()}, s.Ref, nil, err
	}
	if err := command.NoARN(args[0]); err != nil {
		return nil, service, nil, err
	}
	c, err := a.FindCluster(ctx, args[0])
	return []awsx.Ref{c.Ref}, service, nil, err
}

// alarmStatus is an alarm as -o json prints it.
type alarmStatus struct {
	Name     string         `json:"name"`
	ARN      string         `json:"arn"`
	State    string         `json:"state"`
	Trouble  bool           `json:"trouble"` // in ALARM, and not as it is when all is well
	Since    *time.Time     `json:"since,omitempty"`
	Why      string         `json:"why"`
	Reason   string         `json:"reason,omitempty"` // of CloudWatch
	Metrics  []string       `json:"metrics"`
	Rule     string         `json:"rule,omitempty"` // of a composite
	Fails    bool           `json:"failsDeployments"`
	Scales   bool           `json:"scales"`
	Concerns []alarmConcern `json:"concerns"`
}

type alarmConcern struct {
	Cluster string `json:"cluster"`
	Service string `json:"service,omitempty"` // empty for the cluster itself
	How     string `json:"how"`
}

func alarmOf(a inquiry.Alarm) alarmStatus {
	out := alarmStatus{
		Name: a.Name, ARN: a.ARN, State: a.State, Trouble: alarms.Rings(a.Alarm), Since: printing.Moment(a.Since), Why: clean.Redact(a.Why), Reason: clean.Redact(a.Reason),
		Metrics: []string{}, Rule: a.Rule, Fails: a.By(alarms.Stopping), Scales: a.By(alarms.Scaling),
	}
	for _, m := range a.Metrics {
		out.Metrics = append(out.Metrics, m.Name)
	}
	for _, c := range a.Concerns {
		x := alarmConcern{Cluster: c.Of.ClusterName(), How: c.Words()}
		if c.Of.ARN != c.Of.Cluster {
			x.Service = c.Of.Name()
		}
		out.Concerns = append(out.Concerns, x)
	}
	return out
}

// alarmsDocument is what alarms -o json prints.
type alarmsDocument struct {
	Context string        `json:"context"`
	Alarms  []alarmStatus `json:"alarms"`
	completeness
}

var _ = schema.Add("alarms", "gantry alarms", alarmsDocument{})

func (p program) alarms(ctx context.Context, a *app.App, clusters []awsx.Ref, service awsx.Ref, partial []error, output string) error {
	var found []inquiry.Alarm
	for _, c := range clusters {
		more, unread, err := a.Alarms(ctx, c, service)
		if err != nil {
			return err
		}
		partial = append(partial, unread...)
		found = inquiry.MergeAlarms(found, more)
	}
	p.Partial(partial)
	list := make([]alarmStatus, len(found))
	rows := make([][]string, len(found))
	for i, x := range found {
		list[i] = alarmOf(x)
		var of []string
		for _, c := range list[i].Concerns {
			name := c.Cluster
			if c.Service != "" {
				name += "/" + c.Service
			}
			if !slices.Contains(of, name) {
				of = append(of, name)
			}
		}
		since := "-"
		if !x.Since.IsZero() {
			since = text.Age(a.Now().Sub(x.Since))
		}
		rows[i] = []string{printing.Shown(x.Name), x.State, since, printing.Shown(strings.Join(of, ", ")), cmp.Or(x.Does(), "-"), printing.Shown(list[i].Why)}
	}
	if output == "json" {
		return printing.JSON(p.Out, alarmsDocument{a.Context.String(), list, completenessOf(a, partial)})
	}
	if len(rows) == 0 {
		fmt.Fprintln(p.Err, "no alarm concerns it")
		return nil
	}
	return printing.Table(p.Out, []string{"ALARM", "STATE", "SINCE", "CONCERNS", "DOES", "WHY"}, rows)
}
