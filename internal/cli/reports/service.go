package reports

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
)

type taskStatus struct {
	ID             string         `json:"id"`
	Status         string         `json:"status"`
	Health         string         `json:"health"`
	TaskDefinition string         `json:"taskDefinition"`
	Zone           string         `json:"availabilityZone"`
	Ports          []string       `json:"ports"`
	Targets        []targetStatus `json:"targets"`
	Started        *time.Time     `json:"started,omitempty"`
	Stopped        *time.Time     `json:"stopped,omitempty"`
	// Reason is in short why the task stopped, ReasonText all that ECS wrote.
	Reason     string `json:"reason,omitempty"`
	ReasonText string `json:"reasonText,omitempty"`
	// Remembered is when ECS told of the task last, where only gantry knows it any more.
	Remembered *time.Time `json:"remembered,omitempty"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
	tags awsx.Tags
}

type targetStatus struct {
	Group  string `json:"group"`
	Target string `json:"target,omitempty"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// tasksStatus is what status -o json prints of a service.
type tasksStatus struct {
	Context      string         `json:"context"`
	Cluster      string         `json:"cluster"`
	Service      serviceStatus  `json:"service"`
	Tasks        []taskStatus   `json:"tasks"`
	OtherTargets []targetStatus `json:"otherTargets"`
	completeness
}

func (p program) service(ctx context.Context, a *app.App, target string, keep *narrowing, output string) error {
	cluster, name, err := command.ParseService(target)
	if err != nil {
		return err
	}
	svc, err := a.FindService(ctx, cluster, name)
	if err != nil {
		return err
	}
	found, err := a.Inspect(ctx, svc.Ref)
	if err != nil {
		return err
	}
	joined, seen := found.Joined(), found.Evidence
	tasks := []taskStatus{}
	for i, t := range seen.Running {
		tasks = append(tasks, taskOf(t, joined.Tasks[i]))
	}
	for _, t := range seen.Stopped {
		tasks = append(tasks, stoppedTask(t, seen))
	}
	tasks, rows, untold := narrow(keep, p.Err, tasks, taskCells(tasks), func(i int) thing { return thing{tasks[i].ID, tasks[i].tags} })
	partial := append(found.Partial, untold...)
	others := leftovers(joined)
	if output == "json" {
		service, lacking := statuses(ctx, a, []diagnose.Standing{found.Standing})
		partial = append(partial, lacking...)
		p.Partial(partial)
		return printing.JSON(p.Out, tasksStatus{a.Context.String(), cluster, service[0], tasks, others, completenessOf(a, partial)})
	}
	p.Partial(partial)
	if err := printing.Table(p.Out, serviceHeader(), [][]string{serviceCells(found.Standing, a.Now())}); err != nil {
		return err
	}
	fmt.Fprintln(p.Out)
	for _, o := range others {
		whose := "(no task)"
		if o.State == alb.Undetermined.String() {
			whose = "(not located)"
		}
		rows = append(rows, []string{whose, "", "", "", "", o.Target, o.State, o.Reason})
	}
	return printing.Table(p.Out, []string{"TASK", "STATUS", "HEALTH", "REVISION", "ZONE", "PORTS", "TARGETS", "REASON"}, rows)
}

// taskCells are the cells of the tasks of a service.
func taskCells(tasks []taskStatus) (rows [][]string) {
	for _, t := range tasks {
		rows = append(rows, []string{t.ID, t.Status, t.Health, t.TaskDefinition, t.Zone, cmp.Or(strings.Join(t.Ports, " "), "-"), cmp.Or(targetWords(t.Targets), "-"), t.Reason})
	}
	return rows
}

func taskOf(t awsx.Task, j alb.TaskTargets) taskStatus {
	s := taskStatus{
		ID: t.ID, Status: t.LastStatus, Health: t.Health, TaskDefinition: awsx.ARNName(t.TaskDefinition),
		Zone: t.AvailabilityZone, Ports: []string{}, Targets: []targetStatus{}, Started: printing.Moment(t.StartedAt),
		Tags: tagsShown(t.Tags), tags: t.Tags,
	}
	for _, port := range j.Ports {
		s.Ports = append(s.Ports, fmt.Sprintf("%s:%s>%s:%s", port.Container, port.Inside(), cmp.Or(port.Host, "-"), cmp.Or(port.Outside(), "0")))
	}
	for _, target := range j.Targets {
		ts := targetStatus{Group: awsx.GroupName(target.Group), State: target.Health.State, Reason: target.Health.Reason}
		if target.Address.ID != "" {
			ts.Target = fmt.Sprintf("%s:%d", target.Address.ID, target.Address.Port)
		}
		switch target.Standing {
		case alb.Unread:
			ts.State = "?"
		case alb.Unresolved:
			ts.State = "unresolved"
		case alb.NotRegistered:
			ts.State = "not registered"
		case alb.Registered:
		}
		s.Targets = append(s.Targets, ts)
	}
	return s
}

func targetWords(list []targetStatus) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.State
		if t.Reason != "" {
			words[i] += " " + t.Reason
		}
	}
	return strings.Join(words, ", ")
}

// leftovers are registered targets that belong to no task: draining, or
// registered by somebody else.
func leftovers(j alb.Joined) []targetStatus {
	out := []targetStatus{}
	for _, u := range j.Unmatched {
		out = append(out, targetStatus{
			Group: awsx.GroupName(u.Group), Target: fmt.Sprintf("%s:%d", u.Target.ID, u.Target.Port),
			State: u.Kind.String(), Reason: strings.Trim(u.Target.State+" "+u.Target.Reason, " "),
		})
	}
	return out
}
