package machines

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
)

// GroupOperations are those of Auto Scaling.
func (p *Park) GroupOperations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"DescribeAutoScalingGroups":           wire.Form(p.describeGroups),
		"DescribeAutoScalingInstances":        wire.Form(p.describeMembers),
		"DescribeLaunchConfigurations":        wire.Form(p.describeConfigurations),
		"DescribeScalingActivities":           wire.Form(p.describeActivities),
		"DescribePolicies":                    wire.Form(p.describePolicies),
		"DescribeScheduledActions":            wire.Form(p.describeSchedules),
		"SetDesiredCapacity":                  wire.Form(p.setDesiredCapacity),
		"UpdateAutoScalingGroup":              wire.Form(p.updateGroup),
		"TerminateInstanceInAutoScalingGroup": wire.Form(p.terminateInstance),
	}
}

func validation(message string) error { return wire.Fail("ValidationError", message) }

// list answers with a page of at most most items, as MaxRecords and NextToken ask.
func list[T any](form url.Values, field string, most int, items []T, key func(T) string, write func(*wire.XML, T)) ([]byte, error) {
	var size *int
	if text := form.Get("MaxRecords"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return nil, validation("1 validation error detected: Value '" + text + "' at 'maxRecords' failed to satisfy constraint: Member must be between 1 and 100")
		}
		size = &n
	}
	pages := wire.Paging[T]{Key: key, Fallback: most, Max: 100}
	page, next, err := pages.Cut(items, form.Get("NextToken"), size)
	if err != nil {
		return nil, wire.Fail("InvalidNextToken", "The token '"+form.Get("NextToken")+"' is invalid.")
	}
	var x wire.XML
	wire.Members(&x, field, page, func(item T) { write(&x, item) })
	x.Text("NextToken", next)
	return x.Bytes(), nil
}

// chosen are the items that a list of the form names, all when it names none.
func chosen[T any](form url.Values, field string, items []T, name func(T) string) []T {
	names := wire.FormList(form, field)
	if len(names) == 0 {
		return items
	}
	return slices.DeleteFunc(slices.Clone(items), func(item T) bool { return !slices.Contains(names, name(item)) })
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func (p *Park) describeGroups(form url.Values) ([]byte, error) {
	name := func(g *Group) string { return g.Name }
	return list(form, "AutoScalingGroups", 50, chosen(form, "AutoScalingGroupNames", p.Groups, name), name, p.writeGroup)
}

func (p *Park) writeGroup(x *wire.XML, g *Group) {
	x.Text("AutoScalingGroupName", g.Name)
	x.Text("AutoScalingGroupARN", g.ARN)
	if g.Configuration != nil {
		x.Text("LaunchConfigurationName", g.Configuration.Name)
	} else {
		g.writeTemplate(x, g.Version)
	}
	x.Number("MinSize", g.Min)
	x.Number("MaxSize", g.Max)
	x.Number("DesiredCapacity", g.Desired)
	x.Number("DefaultCooldown", 300)
	wire.Members(x, "AvailabilityZones", p.Zones(), func(z string) { _, _ = x.WriteString(z) }) // a buffer does not fail
	x.Strings("LoadBalancerNames", nil)
	x.Strings("TargetGroupARNs", nil)
	x.Text("HealthCheckType", "EC2")
	x.Number("HealthCheckGracePeriod", 300)
	wire.Members(x, "Instances", g.Machines, func(m *Machine) { m.write(x) })
	x.Text("CreatedTime", stamp(g.createdAt))
	wire.Members(x, "SuspendedProcesses", g.Suspended, func(name string) {
		x.Text("ProcessName", name)
		x.Text("SuspensionReason", "User suspended at "+stamp(g.createdAt))
	})
	if g.Provider != nil {
		wire.Members(x, "Tags", []string{"AmazonECSManaged"}, func(key string) {
			x.Text("ResourceId", g.Name)
			x.Text("ResourceType", "auto-scaling-group")
			x.Text("Key", key)
			x.Open("Value")
			x.Close("Value")
			x.Bool("PropagateAtLaunch", true)
		})
	}
	wire.Members(x, "TerminationPolicies", []string{"Default"}, func(name string) { _, _ = x.WriteString(name) })
	x.Bool("NewInstancesProtectedFromScaleIn", false)
}

// writeTemplate names a version of the group's template.
func (g *Group) writeTemplate(x *wire.XML, version string) {
	x.Open("LaunchTemplate")
	x.Text("LaunchTemplateId", g.Template.ID)
	x.Text("LaunchTemplateName", g.Template.Name)
	x.Text("Version", version)
	x.Close("LaunchTemplate")
}

// write writes what the group knows of a machine.
func (m *Machine) write(x *wire.XML) {
	x.Text("InstanceId", m.ID)
	x.Text("InstanceType", m.Type)
	x.Text("AvailabilityZone", m.Az)
	x.Text("LifecycleState", m.stage)
	x.Text("HealthStatus", "Healthy")
	if m.configuration != "" {
		x.Text("LaunchConfigurationName", m.configuration)
	} else {
		m.Group.writeTemplate(x, strconv.Itoa(m.template))
	}
	x.Bool("ProtectedFromScaleIn", m.protected)
}

func (p *Park) describeMembers(form url.Values) ([]byte, error) {
	id := func(m *Machine) string { return m.ID }
	if n := len(wire.FormList(form, "InstanceIds")); n > 50 {
		return nil, validation("The number of instance ids that may be passed in is limited to 50")
	}
	var members []*Machine
	for _, g := range p.Groups {
		members = append(members, g.Machines...)
	}
	members = chosen(form, "InstanceIds", members, id)
	slices.SortFunc(members, func(a, b *Machine) int { return cmp.Compare(a.ID, b.ID) })
	return list(form, "AutoScalingInstances", 50, members, id, func(x *wire.XML, m *Machine) {
		m.write(x)
		x.Text("AutoScalingGroupName", m.Group.Name)
	})
}

func (p *Park) describeConfigurations(form url.Values) ([]byte, error) {
	name := func(c *Configuration) string { return c.Name }
	return list(form, "LaunchConfigurations", 50, chosen(form, "LaunchConfigurationNames", p.Configurations, name), name, func(x *wire.XML, c *Configuration) {
		x.Text("LaunchConfigurationName", c.Name)
		x.Text("LaunchConfigurationARN", c.ARN)
		x.Text("ImageId", c.Image)
		x.Text("InstanceType", c.Type)
		x.Text("UserData", c.encoded())
		x.Text("IamInstanceProfile", "ecs-instance")
		x.Strings("SecurityGroups", []string{"sg-0d3c2b1a09f8e7d65"})
		x.Text("CreatedTime", stamp(c.CreatedAt))
		x.Bool("EbsOptimized", false)
	})
}

// named finds the group that a call is about.
func (p *Park) named(form url.Values) (*Group, error) {
	name := form.Get("AutoScalingGroupName")
	if g := p.GroupNamed(name); g != nil {
		return g, nil
	}
	return nil, validation("AutoScalingGroup name not found - AutoScalingGroup '" + name + "' not found")
}

// groupsOf are the groups that a call is about: the one that it names, or all.
func (p *Park) groupsOf(form url.Values) ([]*Group, error) {
	if form.Get("AutoScalingGroupName") == "" {
		return p.Groups, nil
	}
	g, err := p.named(form)
	return []*Group{g}, err
}

// owned is something of a group.
type owned[T any] struct {
	group *Group
	item  T
}

// each gathers what groups have of a kind.
func each[T any](groups []*Group, of func(*Group) []T) (all []owned[T]) {
	for _, g := range groups {
		for _, item := range of(g) {
			all = append(all, owned[T]{g, item})
		}
	}
	return all
}

func (p *Park) describeActivities(form url.Values) ([]byte, error) {
	groups, err := p.groupsOf(form)
	if err != nil {
		return nil, err
	}
	all := each(groups, func(g *Group) []*activity { return g.activities })
	key := func(o owned[*activity]) string { return wire.Countdown(o.item.startedAt) + o.item.id }
	slices.SortFunc(all, func(a, b owned[*activity]) int { return cmp.Compare(key(a), key(b)) })
	return list(form, "Activities", 100, all, key, func(x *wire.XML, o owned[*activity]) {
		a := o.item
		x.Text("ActivityId", a.id)
		x.Text("AutoScalingGroupName", o.group.Name)
		x.Text("AutoScalingGroupARN", o.group.ARN)
		x.Text("Description", a.description)
		x.Text("Cause", a.cause)
		x.Text("StartTime", stamp(a.startedAt))
		x.Text("EndTime", stamp(a.endedAt))
		x.Text("StatusCode", a.status)
		x.Text("StatusMessage", a.message)
		x.Number("Progress", a.progress)
		x.Text("Details", `{"Availability Zone":"`+p.Zones()[0]+`"}`)
	})
}

func (p *Park) describePolicies(form url.Values) ([]byte, error) {
	groups, err := p.groupsOf(form)
	if err != nil {
		return nil, err
	}
	all := each(groups, func(g *Group) []Policy { return g.Policies })
	key := func(o owned[Policy]) string { return o.group.Name + "\x00" + o.item.Name }
	slices.SortFunc(all, func(a, b owned[Policy]) int { return cmp.Compare(key(a), key(b)) })
	return list(form, "ScalingPolicies", 50, all, key, func(x *wire.XML, o owned[Policy]) {
		x.Text("AutoScalingGroupName", o.group.Name)
		x.Text("PolicyName", o.item.Name)
		x.Text("PolicyARN", p.ARN("autoscaling", "scalingPolicy:"+o.group.Name+":policyName/"+o.item.Name))
		x.Text("PolicyType", o.item.Type)
		x.Bool("Enabled", true)
		switch o.item.Type {
		case "TargetTrackingScaling":
			x.Open("TargetTrackingConfiguration")
			if namespace, name, custom := strings.Cut(o.item.Metric, " "); custom {
				x.Open("CustomizedMetricSpecification")
				x.Text("MetricName", name)
				x.Text("Namespace", namespace)
				x.Text("Statistic", "Average")
				x.Close("CustomizedMetricSpecification")
			} else {
				x.Open("PredefinedMetricSpecification")
				x.Text("PredefinedMetricType", o.item.Metric)
				x.Close("PredefinedMetricSpecification")
			}
			x.Text("TargetValue", strconv.FormatFloat(o.item.Target, 'f', 1, 64))
			x.Close("TargetTrackingConfiguration")
		case "StepScaling":
			x.Text("AdjustmentType", "ChangeInCapacity")
			wire.Members(x, "StepAdjustments", []int{o.item.Adjustment}, func(n int) {
				x.Text("MetricIntervalLowerBound", "0.0")
				x.Number("ScalingAdjustment", n)
			})
		case "SimpleScaling":
			x.Text("AdjustmentType", "ChangeInCapacity")
			x.Number("ScalingAdjustment", o.item.Adjustment)
		}
		wire.Members(x, "Alarms", o.item.Alarms, func(name string) {
			x.Text("AlarmName", name)
			x.Text("AlarmARN", p.ARN("cloudwatch", "alarm:"+name))
		})
	})
}

func (p *Park) describeSchedules(form url.Values) ([]byte, error) {
	groups, err := p.groupsOf(form)
	if err != nil {
		return nil, err
	}
	all := each(groups, func(g *Group) []Schedule { return g.Schedules })
	key := func(o owned[Schedule]) string { return o.group.Name + "\x00" + o.item.Name }
	slices.SortFunc(all, func(a, b owned[Schedule]) int { return cmp.Compare(key(a), key(b)) })
	return list(form, "ScheduledUpdateGroupActions", 50, all, key, func(x *wire.XML, o owned[Schedule]) {
		x.Text("AutoScalingGroupName", o.group.Name)
		x.Text("ScheduledActionName", o.item.Name)
		x.Text("ScheduledActionARN", p.ARN("autoscaling", "scheduledUpdateGroupAction:"+o.group.Name+":scheduledActionName/"+o.item.Name))
		x.Text("Recurrence", o.item.Recurrence)
		x.Text("StartTime", stamp(o.item.Next))
		for _, n := range []struct {
			name string
			of   *int
		}{{"MinSize", o.item.Min}, {"MaxSize", o.item.Max}, {"DesiredCapacity", o.item.Desired}} {
			if n.of != nil {
				x.Number(n.name, *n.of)
			}
		}
	})
}

// number reads a whole number of a form that is 0 or more; ok is false when it has none.
func number(form url.Values, name string) (n int, ok bool, err error) {
	text := form.Get(name)
	if text == "" {
		return 0, false, nil
	}
	if n, err = strconv.Atoi(text); err != nil || n < 0 {
		return 0, false, validation("1 validation error detected: Value '" + text + "' at '" + name + "' failed to satisfy constraint: Member must have value greater than or equal to 0")
	}
	return n, true, nil
}

func (p *Park) setDesiredCapacity(form url.Values) ([]byte, error) {
	g, err := p.named(form)
	if err != nil {
		return nil, err
	}
	n, sent, err := number(form, "DesiredCapacity")
	switch {
	case err != nil:
		return nil, err
	case !sent:
		return nil, validation("1 validation error detected: Value null at 'desiredCapacity' failed to satisfy constraint: Member must not be null")
	case n > g.Max:
		return nil, validation(fmt.Sprintf("New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", n, g.Max))
	case n < g.Min:
		return nil, validation(fmt.Sprintf("New SetDesiredCapacity value %d is below min value %d for the AutoScalingGroup.", n, g.Min))
	}
	p.SetDesired(g, n, "a user request explicitly set group desired capacity")
	return nil, nil
}

func (p *Park) updateGroup(form url.Values) ([]byte, error) {
	g, err := p.named(form)
	if err != nil {
		return nil, err
	}
	low, high, desired := g.Min, g.Max, g.Desired
	for _, set := range []struct {
		name string
		to   *int
	}{{"MinSize", &low}, {"MaxSize", &high}, {"DesiredCapacity", &desired}} {
		n, sent, err := number(form, set.name)
		if err != nil {
			return nil, err
		}
		if sent {
			*set.to = n
		}
	}
	switch {
	case low > high:
		return nil, validation("Min bound, " + strconv.Itoa(low) + ", must be less than or equal to max bound, " + strconv.Itoa(high))
	case form.Get("DesiredCapacity") == "":
		desired = max(low, min(high, desired)) // as the service moves a count that the bounds leave out
	case desired < low || desired > high:
		return nil, validation(fmt.Sprintf("Desired capacity:%d must be between the specified min size:%d and max size:%d", desired, low, high))
	}
	g.Min, g.Max = low, high
	p.SetDesired(g, desired, fmt.Sprintf("a user request update of AutoScalingGroup constraints to min: %d, max: %d, desired: %d", low, high, desired))
	return nil, nil
}

func (p *Park) terminateInstance(form url.Values) ([]byte, error) {
	id, decrement := form.Get("InstanceId"), form.Get("ShouldDecrementDesiredCapacity") == "true"
	m := p.Find(id)
	if m == nil || m.Group == nil || m.state == terminated {
		return nil, validation("Instance Id not found - No managed instance found for instance ID: " + id)
	}
	g := m.Group
	if decrement && g.Desired <= g.Min {
		return nil, validation(fmt.Sprintf("Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", g.Min))
	}
	cause := p.at() + " instance " + id + " was taken out of service in response to a user request."
	if decrement {
		g.Desired--
		cause = fmt.Sprintf("%s instance %s was taken out of service in response to a user request, shrinking the capacity from %d to %d.", p.at(), id, g.Desired+1, g.Desired)
	}
	a := p.end(m, cause)
	p.After(3*time.Second, func() { p.Settle(g) })
	var x wire.XML
	x.Open("Activity")
	x.Text("ActivityId", a.id)
	x.Text("AutoScalingGroupName", g.Name)
	x.Text("Description", a.description)
	x.Text("Cause", a.cause)
	x.Text("StartTime", stamp(a.startedAt))
	x.Text("StatusCode", a.status)
	x.Number("Progress", a.progress)
	x.Close("Activity")
	return x.Bytes(), nil
}
