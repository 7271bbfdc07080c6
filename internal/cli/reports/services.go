package reports

import (
	"context"
	"fmt"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/printing"
	"gantry/ui/text"
)

// serviceStatus is a service as -o json prints it. Numbers that were not read
// are null.
type serviceStatus struct {
	Name           string     `json:"name"`
	ARN            string     `json:"arn"`
	Status         string     `json:"status"`
	Since          *time.Time `json:"since,omitempty"`
	Why            string     `json:"why,omitempty"`
	Next           string     `json:"next,omitempty"`
	ReasonText     string     `json:"reasonText,omitempty"` // all of what Why was read from
	Desired        int        `json:"desired"`
	Running        int        `json:"running"`
	Pending        int        `json:"pending"`
	TaskDefinition string     `json:"taskDefinition"`
	Rollout        *rollout   `json:"rollout,omitempty"`
	Targets        *targets   `json:"targets"`
	Died           *int       `json:"diedInLastHour"`
	Changed        *time.Time `json:"changed,omitempty"`
	// Tags are null where they were not read.
	Tags map[string]string `json:"tags"`
	// Images are what its containers run; null where that was not asked.
	Images []imageStatus `json:"images" schema:"null"`
}

type rollout struct {
	Running int    `json:"running"`
	Desired int    `json:"desired"`
	Failed  int    `json:"failed"`
	Breaker string `json:"breaker,omitempty"`
}

type targets struct {
	Healthy      int `json:"healthy"`
	Total        int `json:"total"`
	UnreadGroups int `json:"unreadGroups"`
}

func statusOf(standing diagnose.Standing) serviceStatus {
	s, f := standing.Service(), standing.Finding
	out := serviceStatus{
		Name: s.Name, ARN: s.Ref.ARN, Status: f.Status.String(), Why: clean.Redact(f.Why), Next: f.Next, ReasonText: clean.Redact(f.Reason.Text),
		Desired: s.Desired, Running: s.Running, Pending: s.Pending, TaskDefinition: awsx.ARNName(s.TaskDefinition),
		Since: printing.Moment(f.Since), Changed: printing.Moment(f.Changed), Tags: tagsShown(s.Tags),
	}
	if f.Rollout.Active {
		out.Rollout = &rollout{f.Rollout.Running, f.Rollout.Desired, f.Rollout.Failed, f.Breaker}
	}
	if f.Targets.Groups > 0 {
		out.Targets = &targets{f.Targets.Healthy, f.Targets.Total, f.Targets.Unread}
	}
	if !f.Died.Unread {
		out.Died = &f.Died.Count
	}
	return out
}

// servicesStatus is what status -o json prints of a cluster.
type servicesStatus struct {
	Context  string          `json:"context"`
	Cluster  string          `json:"cluster"`
	Services []serviceStatus `json:"services"`
	completeness
}

func (p program) services(ctx context.Context, a *app.App, name string, keep *narrowing, output string) error {
	cluster, err := a.FindCluster(ctx, name)
	if err != nil {
		return err
	}
	survey, err := a.Survey(ctx, cluster.Ref)
	if err != nil {
		return err
	}
	all := survey.WorstFirst()
	rows := make([][]string, len(all))
	for i, s := range all {
		rows[i] = serviceCells(s, a.Now())
	}
	standings, rows, untold := narrow(keep, p.Err, all, rows, func(i int) thing { return serviceThing(all[i]) })
	partial := append(survey.Partial, untold...)
	if output == "json" {
		list, lacking := statuses(ctx, a, standings)
		partial = append(partial, lacking...)
		p.Partial(partial)
		return printing.JSON(p.Out, servicesStatus{a.Context.String(), cluster.Name, list, completenessOf(a, partial)})
	}
	p.Partial(partial)
	return printing.Table(p.Out, serviceHeader(), rows)
}

// serviceHeader heads the services table.
func serviceHeader() []string {
	return []string{"SERVICE", "STATUS", "RUN/DES", "NEW", "TGT", "DIED", "CHG", "REVISION", "WHY"}
}

// serviceCells are the cells of the services table. What was not read is "?".
func serviceCells(standing diagnose.Standing, now time.Time) []string {
	s, f, changed := statusOf(standing), standing.Finding, "-"
	if s.Changed != nil {
		changed = text.Age(now.Sub(*s.Changed))
	}
	return []string{s.Name, s.Status, fmt.Sprintf("%d/%d", s.Running, s.Desired), f.Rollout.String(), f.Targets.String(), f.Died.String(), changed, s.TaskDefinition, s.Why}
}
