package metrics

import (
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// dashboard is one that somebody made.
type dashboard struct {
	name, body string
	at         time.Time
}

// PutDashboard makes a dashboard or replaces the one of that name.
func (m *Store) PutDashboard(name, body string) {
	made := dashboard{name, body, m.Now}
	m.dashboards = slices.DeleteFunc(m.dashboards, func(d dashboard) bool { return d.name == name })
	m.dashboards = world.Insert(m.dashboards, made, func(d dashboard) string { return d.name })
}

type listDashboardsInput struct {
	Prefix    string `json:"DashboardNamePrefix"`
	NextToken string `json:"NextToken"`
}

func (m *Store) listDashboards(in *listDashboardsInput) (any, error) {
	var chosen []dashboard
	for _, d := range m.dashboards {
		if strings.HasPrefix(d.name, in.Prefix) {
			chosen = append(chosen, d)
		}
	}
	p := wire.Paging[dashboard]{Key: func(d dashboard) string { return d.name }, Fallback: 500, Max: 500}
	page, next, err := p.Cut(chosen, in.NextToken, nil)
	if err != nil {
		return nil, wire.Fail("InvalidParameterValue", "The next token specified is invalid.")
	}
	entries := []any{}
	for _, d := range page {
		entries = append(entries, map[string]any{
			"DashboardName": d.name, "DashboardArn": m.arn(d.name), "LastModified": wire.At(d.at), "Size": len(d.body),
		})
	}
	answer := map[string]any{"DashboardEntries": entries}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}

// arn is the name of a dashboard, which belongs to no region.
func (m *Store) arn(name string) string {
	return "arn:aws:cloudwatch::" + m.AccountID + ":dashboard/" + name
}

type getDashboardInput struct {
	Name string `json:"DashboardName"`
}

func (m *Store) getDashboard(in *getDashboardInput) (any, error) {
	for _, d := range m.dashboards {
		if d.name == in.Name {
			return map[string]any{"DashboardArn": m.arn(d.name), "DashboardName": d.name, "DashboardBody": d.body}, nil
		}
	}
	return nil, wire.Missing("ResourceNotFound", "Dashboard "+in.Name+" does not exist")
}

// Draw makes a dashboard of each cluster that a load balancer sends to, as teams have
// them: charts, a rate by metric maths, numbers, and what is no chart of metrics.
func (m *Store) Draw() {
	for _, c := range m.Clusters {
		for _, s := range c.Services {
			if len(s.Balancers) > 0 && s.Balancers[0].Group.Balancer != nil && s.Balancers[0].Group.Balancer.Type == "" {
				m.At(m.Ago(30*24*time.Hour), func() { m.PutDashboard(c.Name+"-overview", m.overview(c, s, s.Balancers[0].Group)) })
				break
			}
		}
	}
}

func (m *Store) overview(c *fleet.Cluster, s *fleet.Service, g *elb.Group) string {
	balancer := strings.TrimPrefix(tail(g.Balancer.ARN), "loadbalancer/")
	widget := func(kind string, x, y int, properties map[string]any) any {
		return map[string]any{"type": kind, "x": x, "y": y, "width": 12, "height": 6, "properties": properties}
	}
	charts := func(title string, properties map[string]any, metrics ...any) map[string]any {
		properties["title"], properties["region"], properties["metrics"] = title, m.Region, metrics
		return properties
	}
	lines := func() map[string]any { return map[string]any{"view": "timeSeries", "stat": "Average", "period": 300} }
	body := map[string]any{"widgets": []any{
		widget("text", 0, 0, map[string]any{"markdown": "# " + c.Name + "\nwho is on call: see the wiki"}),
		widget("metric", 0, 6, charts("CPU", lines(),
			[]any{spaceECS, "CPUUtilization", "ClusterName", c.Name, "ServiceName", s.Name},
			[]any{"...", c.Services[len(c.Services)-1].Name})),
		widget("metric", 12, 6, charts("Share of requests that fail", lines(),
			[]any{map[string]any{"expression": "100 * FILL(errors, 0) / requests", "label": "5xx %", "id": "share"}},
			[]any{spaceALB, "HTTPCode_Target_5XX_Count", "LoadBalancer", balancer, map[string]any{"id": "errors", "stat": "Sum", "visible": false}},
			[]any{".", "RequestCount", ".", ".", map[string]any{"id": "requests", "stat": "Sum", "visible": false}})),
		widget("metric", 0, 12, charts("Response time", map[string]any{"view": "timeSeries", "period": 60},
			[]any{spaceALB, "TargetResponseTime", "LoadBalancer", balancer, map[string]any{"stat": "p50", "label": "median"}},
			[]any{"...", map[string]any{"stat": "p99", "label": "p99"}})),
		widget("metric", 12, 12, charts("Requests now", map[string]any{"view": "singleValue", "stat": "Sum", "period": 60},
			[]any{spaceALB, "RequestCount", "LoadBalancer", balancer})),
		widget("metric", 0, 18, charts("Share of groups", map[string]any{"view": "pie", "stat": "Sum", "period": 300},
			[]any{spaceALB, "RequestCount", "LoadBalancer", balancer, "TargetGroup", tail(g.ARN)})),
		widget("log", 12, 18, map[string]any{"title": "Errors", "region": m.Region, "query": "SOURCE '/ecs/" + c.Name + "' | filter level = 'ERROR'", "view": "table"}),
	}}
	return string(wire.Encode(body))
}
