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
	"gantry/ui/text"
)

var _ = commands.Add(program.standaloneCommand)

func (p program) standaloneCommand() *cobra.Command {
	keep := &narrowing{}
	return keep.flag(p.ofCluster("standalone", "Show the tasks of a cluster that no service runs, and who started them", func(ctx context.Context, a *app.App, c awsx.Cluster, output string) error {
		return p.standalone(ctx, a, c, keep, output)
	}))
}

// standaloneTask is a task of no service in standalone -o json.
type standaloneTask struct {
	Task           string     `json:"task"`
	TaskDefinition string     `json:"taskDefinition"`
	Group          string     `json:"group"`
	StartedBy      string     `json:"startedBy"`
	Status         string     `json:"status"`
	Started        *time.Time `json:"started,omitempty"`
	Stopped        *time.Time `json:"stopped,omitempty"`
	Failed         bool       `json:"failed"`
	Reason         string     `json:"reason,omitempty"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
}

// standaloneDocument is what standalone -o json prints.
type standaloneDocument struct {
	Context string           `json:"context"`
	Cluster string           `json:"cluster"`
	Tasks   []standaloneTask `json:"tasks"`
	completeness
}

var _ = schema.Add("standalone", "gantry standalone", standaloneDocument{})

func (p program) standalone(ctx context.Context, a *app.App, c awsx.Cluster, keep *narrowing, output string) error {
	found, partial, err := a.Standalone(ctx, c.Ref)
	if err != nil {
		return err
	}
	tasks := []standaloneTask{}
	for _, t := range found {
		x := standaloneTask{
			Task: t.ID, TaskDefinition: awsx.ARNName(t.TaskDefinition), Group: t.Group, StartedBy: t.StartedBy, Status: t.LastStatus,
			Started: printing.Moment(t.StartedAt), Tags: tagsShown(t.Tags),
		}
		if t.DesiredStatus == "STOPPED" {
			td, _ := a.Store.CachedTaskDefinition(a.Context, t.TaskDefinition)
			ended := reason.StoppedTask(t, td)
			x.Stopped, x.Failed, x.Reason = printing.Moment(reason.StoppedAt(t)), ended.Failure, ended.Why()
		}
		tasks = append(tasks, x)
	}
	var rows [][]string
	for _, x := range tasks {
		age := "-"
		for _, at := range []*time.Time{x.Started, x.Stopped} {
			if at != nil {
				age = text.Age(a.Now().Sub(*at))
			}
		}
		rows = append(rows, []string{x.Task, x.TaskDefinition, x.Status, age, printing.Shown(cmp.Or(reason.Starter(x.StartedBy), "-")), printing.Shown(x.Reason)})
	}
	known := len(tasks)
	tasks, rows, untold := narrow(keep, p.Err, tasks, rows, func(i int) thing { return thing{found[i].ID, found[i].Tags} })
	partial = append(partial, untold...)
	p.Partial(partial)
	if output == "json" {
		return printing.JSON(p.Out, struct {
			Context string           `json:"context"`
			Cluster string           `json:"cluster"`
			Tasks   []standaloneTask `json:"tasks"`
			completeness
		}{a.Context.String(), c.Name, tasks, completenessOf(a, partial)})
	}
	if known == 0 {
		fmt.Fprintf(p.Err, "no task of %s runs without a service\n", printing.Shown(c.Name))
		return nil
	}
	return printing.Table(p.Out, []string{"TASK", "REVISION", "STATUS", "AGE", "STARTED BY", "REASON"}, rows)
}
