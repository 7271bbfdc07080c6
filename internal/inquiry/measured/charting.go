package measured

import (
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
)

// Charting reads what the charts of a service are made of, time and again.
type Charting struct {
	Reader  inquiry.Reader
	Service awsx.Ref
	Over    metrics.Range
	// ByTask asks for charts of each task as well; Short is how those are told by their ids.
	ByTask bool
	Short  func(id string) string
	// Made tells of the changes of the service that were made from here; nil tells of none.
	Made func(service awsx.Ref) ([]metrics.Mark, error)

	groups []awsx.Group // of the service as it was read last
	failed []error      // why some of them are missing
	of     []string     // the ARNs they were asked for by
}

// Charted is what CloudWatch tells of a service over a range, and what was done to it.
type Charted struct {
	Service awsx.Ref
	metrics.Told
	// Denied is why there are no charts, where CloudWatch does not show them.
	Denied error
	// Marks are what was done to the service in the range and since.
	Marks []metrics.Mark
	// Unread holds what else could not be read; the rest is good.
	Unread []error
	// Requested is how many metrics one reading requests, InRun how many this run did.
	Requested, InRun int
}

// Read reads all of it. It is charged for. It must not be under way twice at a time.
func (c *Charting) Read(ctx context.Context, account awsx.Reader) (Charted, error) {
	out := Charted{Service: c.Service, Told: metrics.Told{Name: c.Service.Name()}}
	found, err := awsx.Collect(account.DescribeServices(ctx, c.Service.ClusterRef(), []string{c.Service.ARN}))
	switch {
	case err != nil:
		return out, err
	case len(found) == 0:
		return out, fault.Errorf(fault.NotFound, "ecs:DescribeServices", c.Service.ARN, "no such service in cluster %s", c.Service.ClusterName())
	}
	service := found[0]
	if arns := service.TargetGroups(); c.failed != nil || !slices.Equal(arns, c.of) {
		c.of = arns
		c.groups, c.failed = targetGroups(ctx, account, service)
	}
	out.Unread = slices.Clone(c.failed)
	charts := metrics.OfService(service, c.groups)
	if c.ByTask {
		each, err := c.eachTask(ctx, account)
		if err != nil {
			out.Unread = append(out.Unread, err)
		}
		charts = append(charts, each...)
	}
	now := c.Reader.Now()
	out.From, out.To = c.Over.Window(now)
	queries := metrics.Queries(charts, c.Over.Period)
	out.Requested = awsx.MetricCount(queries)
	answers, err := account.MetricData(ctx, queries, out.From, out.To)
	out.InRun = account.MetricsRequested()
	switch {
	case err == nil:
		out.Charts = metrics.Over(charts, answers, c.Over.Period, out.From, out.To)
	case fault.ClassOf(err) == fault.Denied:
		out.Denied = err
	default:
		return out, err
	}
	var made []metrics.Mark
	if c.Made != nil {
		if made, err = c.Made(c.Service); err != nil {
			out.Unread = append(out.Unread, err)
		}
	}
	if out.Marks, err = happened(ctx, account, c.Service, made, out.From, now); err != nil {
		out.Unread = append(out.Unread, err)
	}
	return out, ctx.Err()
}

func (c *Charting) eachTask(ctx context.Context, account awsx.Reader) ([]metrics.Chart, error) {
	tasks, err := awsx.Collect(account.Tasks(ctx, awsx.TaskQuery{Cluster: c.Service.ClusterRef(), Service: c.Service.Name()}))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tasks, func(a, b awsx.Task) int { return strings.Compare(a.ID, b.ID) })
	return c.taskCharts(ctx, account, tasks)
}

// targetGroups reads the descriptions of the target groups of a service, in one call. Of
// what cannot be read the second result says why.
func targetGroups(ctx context.Context, r awsx.TargetReader, s awsx.Service) ([]awsx.Group, []error) {
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

// taskCharts returns the charts of each of some tasks of the service, as far as Container
// Insights measures them: else the error says why it does not.
func (c *Charting) taskCharts(ctx context.Context, account awsx.MetricReader, tasks []awsx.Task) ([]metrics.Chart, error) {
	listed, err := account.Metrics(ctx, metrics.OfEachTask(c.Service))
	if err != nil {
		return nil, err
	}
	if charts := metrics.OfTasks(listed, tasks, c.Short); len(charts) > 0 {
		return charts, nil
	}
	clusters, _, err := c.Reader.Clusters(ctx)
	if err != nil {
		return nil, err
	}
	insights := ""
	for _, x := range clusters {
		if x.Ref == c.Service.ClusterRef() {
			insights = x.Insights
		}
	}
	why := metrics.NoTasks(insights)
	if why == "" {
		why = "Container Insights told nothing of these tasks in the last three hours"
	}
	return nil, fault.Errorf(fault.Failed, "cloudwatch:ListMetrics", c.Service.ARN, "%s", why)
}

// happenedRead is how many deployments are read to be marked beside charts, as many as
// one page of the API holds.
const happenedRead = 20

// happened reads what was done to a service within a window: its deployments, beside what
// is told of changes from here. Where ECS keeps no record of deployments, or does not show
// it, the error says so and the rest is there.
func happened(ctx context.Context, account awsx.DeploymentReader, service awsx.Ref, made []metrics.Mark, from, to time.Time) ([]metrics.Mark, error) {
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
