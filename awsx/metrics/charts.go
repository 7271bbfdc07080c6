package metrics

import (
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
)

// Line is one series of a chart.
type Line struct {
	// Name tells it from the others of its chart, such as p99.
	Name  string
	Query awsx.MetricQuery
	// Rate is true for a count, which is told per minute, whatever the period.
	Rate bool
	// Among is the metric beside which no value means that there were none: CloudWatch leaves
	// out a count of nothing. Empty for metrics of which no value means that nothing is known.
	Among string
	// Aside is true for what one service is told by beside another line, and two are not.
	Aside bool
}

// Chart is what is drawn over one axis.
type Chart struct {
	Title string
	Unit  Unit
	Lines []Line
}

// The namespaces of the metrics that a service has without being asked to.
const (
	spaceECS      = "AWS/ECS"
	spaceALB      = "AWS/ApplicationELB"
	spaceNLB      = "AWS/NetworkELB"
	spaceInsights = "ECS/ContainerInsights"
)

// OfService returns the charts of a service: its processor and memory, and what its load
// balancers see of it. Groups are its target groups; of those whose description was not
// read there is nothing, since their load balancers are not known. Each line has a Query
// without a period, which Over sets.
//
// The names, dimensions and statistics are those of the Amazon ECS developer guide
// (CloudWatch metrics) and of the user guides of application and network load balancers.
func OfService(s awsx.Service, groups []awsx.Group) []Chart {
	own := []awsx.Dimension{{Name: "ClusterName", Value: s.Ref.ClusterName()}, {Name: "ServiceName", Value: s.Name}}
	both := func(metric string) []Line {
		highest := line("highest", spaceECS, metric, "Maximum", own)
		highest.Aside = true
		return []Line{line("average", spaceECS, metric, "Average", own), highest}
	}
	charts := []Chart{
		{Title: "CPU", Unit: Percent, Lines: both("CPUUtilization")},
		{Title: "Memory", Unit: Percent, Lines: both("MemoryUtilization")},
	}
	requests, failures := Chart{Title: "Requests", Unit: PerMinute}, Chart{Title: "5xx of targets", Unit: PerMinute}
	latency, hosts := Chart{Title: "Response time", Unit: Seconds}, Chart{Title: "Healthy hosts", Unit: Count}
	behind := behindBalancers(groups)
	for _, b := range behind {
		named := func(what string) string {
			if len(behind) == 1 {
				return what
			}
			return strings.TrimSpace(b.name + " " + what)
		}
		unhealthy := line(named("unhealthy"), b.space, "UnHealthyHostCount", "Maximum", b.dimensions)
		unhealthy.Aside = true
		hosts.Lines = append(hosts.Lines, line(named("healthy"), b.space, "HealthyHostCount", "Minimum", b.dimensions), unhealthy)
		if b.space != spaceALB {
			continue
		}
		asked := line(named("requests"), b.space, "RequestCount", "Sum", b.dimensions)
		asked.Rate = true
		requests.Lines = append(requests.Lines, asked)
		failed := line(named("5xx"), b.space, "HTTPCode_Target_5XX_Count", "Sum", b.dimensions)
		failed.Rate, failed.Among = true, asked.Query.Metric.Key()
		failures.Lines = append(failures.Lines, failed)
		latency.Lines = append(latency.Lines,
			line(named("p50"), b.space, "TargetResponseTime", "p50", b.dimensions),
			line(named("p99"), b.space, "TargetResponseTime", "p99", b.dimensions))
	}
	for _, c := range []Chart{requests, failures, latency, hosts} {
		if len(c.Lines) > 0 {
			charts = append(charts, c)
		}
	}
	return charts
}

func line(name, space, metric, stat string, dimensions []awsx.Dimension) Line {
	return Line{Name: name, Query: awsx.MetricQuery{Metric: awsx.Metric{Namespace: space, Name: metric, Dimensions: dimensions}, Stat: stat}}
}

// Gauges are the processor and the memory of a service, as a table has them beside others.
func Gauges(service awsx.Ref) []Line {
	charts := OfService(awsx.Service{Ref: service, Name: service.Name()}, nil)
	return []Line{charts[0].Lines[0], charts[1].Lines[0]}
}

// behind is a target group as metrics know it.
type behind struct {
	name, space string
	dimensions  []awsx.Dimension
}

func behindBalancers(groups []awsx.Group) (all []behind) {
	for _, g := range groups {
		_, _, group, known := awsx.ARNParts(g.Settings.ARN)
		for _, lb := range g.Settings.LoadBalancers {
			_, _, balancer, ok := awsx.ARNParts(lb)
			name := strings.TrimPrefix(balancer, "loadbalancer/")
			space := map[string]string{"app": spaceALB, "net": spaceNLB}[name[:max(0, strings.IndexByte(name, '/'))]]
			if known && ok && space != "" {
				all = append(all, behind{g.Name(), space, []awsx.Dimension{{Name: "LoadBalancer", Value: name}, {Name: "TargetGroup", Value: group}}})
			}
		}
	}
	return all
}

// OfEachTask is what lists the metrics of the tasks of a service, for OfTasks. Container
// Insights gives them dimensions that have changed over time: which there are is asked.
func OfEachTask(service awsx.Ref) awsx.Metric {
	return awsx.Metric{Namespace: spaceInsights, Name: "TaskCpuUtilization", Dimensions: []awsx.Dimension{
		{Name: "ClusterName", Value: service.ClusterName()}, {Name: "TaskId"},
	}}
}

// OfTasks returns the charts of tasks, out of the metrics that were listed by OfEachTask,
// a line for each task that has any. Tasks are told by what short makes of their ids.
func OfTasks(listed []awsx.Metric, tasks []awsx.Task, short func(id string) string) []Chart {
	cpu, memory := Chart{Title: "CPU by task", Unit: Percent}, Chart{Title: "Memory by task", Unit: Percent}
	of := map[string]awsx.Metric{}
	for _, m := range listed {
		id := m.Dimension("TaskId")
		if _, has := of[id]; !has && m.Dimension("ContainerName") == "" {
			of[id] = m
		}
	}
	for _, t := range tasks {
		m, has := of[t.ID]
		if !has {
			continue
		}
		cpu.Lines = append(cpu.Lines, line(short(t.ID), spaceInsights, "TaskCpuUtilization", "Average", m.Dimensions))
		memory.Lines = append(memory.Lines, line(short(t.ID), spaceInsights, "TaskMemoryUtilization", "Average", m.Dimensions))
	}
	if len(cpu.Lines) == 0 {
		return nil
	}
	return []Chart{cpu, memory}
}

// NoTasks says why there are no metrics of each task under a cluster's setting of
// Container Insights; empty where there should be.
func NoTasks(insights string) string {
	switch insights {
	case "enhanced":
		return ""
	case "enabled":
		return "Container Insights is on without enhanced observability: it measures services, not each task"
	case "disabled":
		return "Container Insights is off in this cluster: nothing measures each task"
	}
	return "it is not known whether Container Insights is on in this cluster"
}

// Queries are those of all lines of some charts, each with an id and the period.
func Queries(charts []Chart, period time.Duration) (all []awsx.MetricQuery) {
	for _, c := range charts {
		for _, l := range c.Lines {
			q := l.Query
			q.ID, q.Period = "m"+strconv.Itoa(len(all)), period
			all = append(all, q)
		}
	}
	return all
}
