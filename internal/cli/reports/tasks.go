package reports

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/ui/text"
)

var _ = commands.Add(program.tasksCommand)

func (p program) tasksCommand() *cobra.Command {
	var output string
	var stopped bool
	var from string
	keep := &narrowing{}
	cmd := &cobra.Command{
		Use:   "tasks CLUSTER/SERVICE",
		Short: "Show the tasks of a service, those that stopped too, also where only gantry remembers them",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if from != "" {
				if _, err := since("--since", from, time.Now()); err != nil {
					return err
				}
			}
			return p.WithService(cmd.Context(), args[0], func(a *app.App, target command.Found) error {
				return p.tasks(cmd.Context(), a, target, stopped, from, keep, output)
			})
		},
	}
	cmd.Flags().BoolVar(&stopped, "stopped", false, "only those that stopped")
	cmd.Flags().StringVar(&from, "since", "", "only those that stopped since: a duration ago such as 24h or 2d, or a `time`; all that is known without it")
	command.OutputFlag(cmd, &output, "table", "json")
	return keep.flag(cmd)
}

// tasksDocument is what tasks -o json prints.
type tasksDocument struct {
	ofService
	Tasks []taskStatus `json:"tasks"`
	completeness
}

var _ = schema.Add("tasks", "gantry tasks", tasksDocument{})

func (p program) tasks(ctx context.Context, a *app.App, target command.Found, stopped bool, after string, keep *narrowing, output string) error {
	found, err := a.Inspect(ctx, target.Ref)
	if err != nil {
		return err
	}
	var from time.Time
	if after != "" {
		if from, err = since("--since", after, a.Now()); err != nil {
			return err
		}
	}
	gone, failed := a.Gone(ctx, found.Evidence, from)
	if failed != nil {
		found.Partial = append(found.Partial, failed)
	}
	joined, seen := found.Joined(), found.Evidence
	tasks := []taskStatus{}
	if !stopped {
		for i, t := range seen.Running {
			tasks = append(tasks, taskOf(t, joined.Tasks[i]))
		}
	}
	for _, t := range seen.Stopped {
		if at := reason.StoppedAt(t); at.IsZero() || !at.Before(from) {
			tasks = append(tasks, stoppedTask(t, seen))
		}
	}
	for _, s := range gone {
		t := stoppedTask(s.Task, seen)
		t.Remembered, t.Reason = printing.Moment(s.Seen), cmp.Or(s.Unseen(), t.Reason)
		tasks = append(tasks, t)
	}
	rows := make([][]string, len(tasks))
	for i, t := range tasks {
		status, age := t.Status, "-"
		if t.Remembered != nil {
			status = "remembered"
		}
		at := t.Stopped
		if at == nil {
			at = t.Started
		}
		if at != nil {
			age = text.Age(a.Now().Sub(*at))
		}
		rows[i] = []string{t.ID, status, age, t.TaskDefinition, cmp.Or(strings.Join(t.Ports, " "), "-"), cmp.Or(targetWords(t.Targets), "-"), printing.Shown(t.Reason)}
	}
	known := len(tasks)
	tasks, rows, untold := narrow(keep, p.Err, tasks, rows, func(i int) thing { return thing{tasks[i].ID, tasks[i].tags} })
	found.Partial = append(found.Partial, untold...)
	p.Partial(found.Partial)
	if output == "json" {
		return printing.JSON(p.Out, struct {
			ofService
			Tasks []taskStatus `json:"tasks"`
			completeness
		}{serviceHead(a, target), tasks, completenessOf(a, found.Partial)})
	}
	if known == 0 {
		fmt.Fprintf(p.Err, "no such task of %s is known\n", printing.Shown(target.Ref.Name()))
		return nil
	}
	return printing.Table(p.Out, []string{"TASK", "STATUS", "AGE", "REVISION", "PORTS", "TARGETS", "REASON"}, rows)
}

// stoppedTask is a task that stopped, with why.
func stoppedTask(t awsx.Task, seen diagnose.Evidence) taskStatus {
	s := taskOf(t, alb.TaskTargets{})
	ended := reason.StoppedTask(t, seen.TaskDefinition(t.TaskDefinition))
	s.Stopped, s.Reason, s.ReasonText = printing.Moment(t.StoppedAt), clean.Redact(ended.Why()), clean.Redact(ended.Text)
	return s
}
