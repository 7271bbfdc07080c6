package inquiry

import (
	"context"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/internal/fault"
)

// Measured is what CloudWatch tells of a service over a range.
type Measured struct {
	From, To time.Time
	Charts   []metrics.Drawn
	// Requested is how many metrics one reading of this requests.
	Requested int
}

// Measure reads the values of charts over a range that ends now. It is charged for.
func Measure(ctx context.Context, r awsx.MetricReader, charts []metrics.Chart, over metrics.Range, now time.Time) (Measured, error) {
	m := Measured{}
	m.From, m.To = over.Window(now)
	queries := metrics.Queries(charts, over.Period)
	m.Requested = awsx.MetricCount(queries)
	answers, err := r.MetricData(ctx, queries, m.From, m.To)
	if err != nil {
		return m, err
	}
	m.Charts = metrics.Over(charts, answers, over.Period, m.From, m.To)
	return m, nil
}

// TargetGroups reads the descriptions of the target groups of a service, in one call. Of
// what cannot be read the second result says why.
func TargetGroups(ctx context.Context, r awsx.TargetReader, s awsx.Service) ([]awsx.Group, []error) {
	arns := s.TargetGroups()
	if len(arns) == 0 {
		return nil, nil
	}
	found, err := r.TargetGroups(ctx, arns)
	if err != nil {
		return nil, []error{err}
	}
	var groups []awsx.Group
	for _, arn := range arns {
		for _, g := range found {
			if g.ARN == arn {
				groups = append(groups, awsx.Group{ARN: arn, Settings: g})
			}
		}
	}
	return groups, nil
}

// TaskCharts returns the charts of each of some tasks of a service, as far as Container
// Insights measures them: else the error says why it does not. Tasks are told by what short
// makes of their ids.
func (r Reader) TaskCharts(ctx context.Context, account awsx.MetricReader, service awsx.Ref, tasks []awsx.Task, short func(id string) string) ([]metrics.Chart, error) {
	listed, err := account.Metrics(ctx, metrics.OfEachTask(service))
	if err != nil {
		return nil, err
	}
	if charts := metrics.OfTasks(listed, tasks, short); len(charts) > 0 {
		return charts, nil
	}
	clusters, _, err := r.Clusters(ctx)
	if err != nil {
		return nil, err
	}
	insights := ""
	for _, c := range clusters {
		if c.Ref == service.ClusterRef() {
			insights = c.Insights
		}
	}
	why := metrics.NoTasks(insights)
	if why == "" {
		why = "Container Insights told nothing of these tasks in the last three hours"
	}
	return nil, fault.Errorf(fault.Failed, "cloudwatch:ListMetrics", service.ARN, "%s", why)
}

// happenedRead is how many deployments are read to be marked beside charts, as many as
// one page of the API holds.
const happenedRead = 20

// Happened reads what was done to a service within a window: its deployments, beside what
// is told of changes from here. Where ECS keeps no record of deployments, or does not show
// it, the error says so and the rest is there.
func Happened(ctx context.Context, account awsx.DeploymentReader, service awsx.Ref, made []metrics.Mark, from, to time.Time) ([]metrics.Mark, error) {
	list, err := account.ServiceDeployments(ctx, service, happenedRead)
	if err != nil {
		return metrics.Marks(nil, nil, made, from, to), err
	}
	list = slices.DeleteFunc(list, func(d awsx.ServiceDeployment) bool {
		return d.Began().Before(from) && d.Over().Before(from) && d.Ended()
	})
	var arns []string
	for _, d := range list {
		arns = append(arns, d.Target.ARN)
		if d.Rollback != nil {
			arns = append(arns, d.Rollback.Revision)
		}
	}
	slices.Sort(arns)
	revisions := map[string]string{}
	if arns = slices.DeleteFunc(slices.Compact(arns), func(arn string) bool { return arn == "" }); len(arns) > 0 {
		var read []awsx.ServiceRevision
		read, err = account.ServiceRevisions(ctx, arns)
		for _, r := range read {
			revisions[r.ARN] = awsx.ARNName(r.TaskDefinition)
		}
	}
	return metrics.Marks(list, func(arn string) string { return revisions[arn] }, made, from, to), err
}
