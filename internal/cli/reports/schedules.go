package reports

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/app"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry/scheduled"
	"gantry/ui/text"
)

var _ = commands.Add(program.schedulesCommand)

func (p program) schedulesCommand() *cobra.Command {
	return p.ofCluster("schedules", "Show what starts tasks of a cluster by itself: when next, and by which revision", p.schedules)
}

// scheduledTask is a task that something starts by itself, as -o json prints it.
type scheduledTask struct {
	Name       string     `json:"name"`
	Kind       string     `json:"kind"` // rule, schedule
	Group      string     `json:"group,omitempty"`
	ARN        string     `json:"arn"`
	Enabled    bool       `json:"enabled"`
	Expression string     `json:"expression,omitempty"`
	Zone       string     `json:"zone,omitempty"`
	When       string     `json:"when"`
	Next       *time.Time `json:"next,omitempty"`
	Starts     string     `json:"starts"` // family:revision, or a family
	Count      int        `json:"count"`
	Newest     *string    `json:"newest"` // family:revision; null where it was not read
	Warning    string     `json:"warning,omitempty"`
	Last       *lastStart `json:"last,omitempty"`
}

// lastStart is the newest task that a schedule started, of those of which ECS still tells.
type lastStart struct {
	Task    string     `json:"task"`
	Status  string     `json:"status"`
	Stopped *time.Time `json:"stopped,omitempty"`
	Failed  bool       `json:"failed"`
	Reason  string     `json:"reason,omitempty"`
}

// schedulesDocument is what schedules -o json prints.
type schedulesDocument struct {
	Context   string          `json:"context"`
	Cluster   string          `json:"cluster"`
	Schedules []scheduledTask `json:"schedules"`
	completeness
}

var _ = schema.Add("schedules", "gantry schedules", schedulesDocument{})

func (p program) schedules(ctx context.Context, a *app.App, cluster awsx.Cluster, output string) error {
	found, partial, err := scheduled.Read(ctx, a.Reader, cluster.Ref)
	if err != nil {
		return err
	}
	p.Partial(partial)
	list := make([]scheduledTask, len(found))
	rows := make([][]string, len(found))
	for i, s := range found {
		x := scheduledTask{
			Name: s.Name, Kind: "rule", Group: s.Group, ARN: s.Ref.ARN, Enabled: s.Enabled, Expression: s.Expression, Zone: s.Zone, When: s.When, Next: printing.Moment(s.Next),
			Starts: awsx.ARNName(s.Task.Definition), Count: s.Task.Count, Warning: s.Warning,
		}
		if s.Group != "" {
			x.Kind = "schedule"
		}
		if newest := awsx.ARNName(s.Pin.Newest); s.Pin.Read {
			x.Newest = &newest
		}
		next, last := "-", "-"
		if x.Next != nil {
			next = x.Next.UTC().Format("2006-01-02 15:04Z")
		}
		if t := s.Last; t != nil {
			x.Last = &lastStart{Task: t.ID, Status: t.LastStatus, Failed: s.Ended.Failure, Reason: s.Ended.Why()}
			if last = t.LastStatus; t.DesiredStatus == "STOPPED" {
				x.Last.Stopped = printing.Moment(reason.StoppedAt(*t))
				last = cmp.Or(s.Ended.Why(), "ended") + ", " + text.Ago(a.Now().Sub(reason.StoppedAt(*t)))
			}
		}
		list[i] = x
		state := "on"
		if !s.Enabled {
			state = "off"
		}
		rows[i] = []string{printing.Shown(s.Label()), state, x.Starts, next, printing.Shown(s.When), printing.Shown(last), printing.Shown(s.Warning)}
	}
	if output == "json" {
		return printing.JSON(p.Out, schedulesDocument{a.Context.String(), cluster.Name, list, completenessOf(a, partial)})
	}
	if len(rows) == 0 {
		fmt.Fprintf(p.Err, "nothing starts tasks of %s by itself\n", printing.Shown(cluster.Name))
		return nil
	}
	return printing.Table(p.Out, []string{"SCHEDULE", "STATE", "STARTS", "NEXT", "WHEN", "LAST", "WHY"}, rows)
}
