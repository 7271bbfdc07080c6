package elb

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// findGroups answers the choice of groups that a call makes: by load balancer,
// ARNs or names, of which only one may be used.
func (a *Balancing) findGroups(form url.Values) ([]*Group, error) {
	arns, names, balancer := wire.FormList(form, "TargetGroupArns"), wire.FormList(form, "Names"), form.Get("LoadBalancerArn")
	ways := 0
	for _, used := range []bool{len(arns) > 0, len(names) > 0, balancer != ""} {
		if used {
			ways++
		}
	}
	if ways > 1 {
		return nil, validation("Load balancer ARN, target group names and target group ARNs cannot be specified at the same time")
	}
	if balancer != "" {
		lb := a.findBalancer(balancer)
		if lb == nil {
			return nil, wire.Fail("LoadBalancerNotFound", "One or more load balancers not found")
		}
		return slices.DeleteFunc(slices.Clone(a.Groups), func(g *Group) bool { return g.Balancer != lb }), nil
	}
	if ways == 0 {
		return a.Groups, nil
	}
	var chosen []*Group
	for _, arn := range arns {
		g := a.GroupByARN[arn]
		if g == nil {
			return nil, groupNotFound()
		}
		chosen = append(chosen, g)
	}
	for _, name := range names {
		g := a.GroupNamed(name)
		if g == nil {
			return nil, groupNotFound()
		}
		chosen = append(chosen, g)
	}
	slices.SortFunc(chosen, byGroupName)
	return slices.Compact(chosen), nil
}

// GroupNamed returns the target group of a name, nil where there is none.
func (a *Balancing) GroupNamed(name string) *Group {
	i, found := slices.BinarySearchFunc(a.Groups, name, func(g *Group, name string) int {
		return strings.Compare(g.Name, name)
	})
	if !found {
		return nil
	}
	return a.Groups[i]
}

func byGroupName(x, y *Group) int { return strings.Compare(x.Name, y.Name) }

func groupNotFound() error {
	return wire.Fail("TargetGroupNotFound", "One or more target groups not found")
}

func (a *Balancing) describeTargetGroups(form url.Values) ([]byte, error) {
	chosen, err := a.findGroups(form)
	if err != nil {
		return nil, err
	}
	return list(form, "TargetGroups", chosen, func(g *Group) string { return g.Name }, func(x *wire.XML, g *Group) { x.Write(g.encoded()) })
}

// encoded is the group's description; what it says never changes.
func (g *Group) encoded() []byte {
	if g.Doc != nil {
		return g.Doc
	}
	var x wire.XML
	x.Text("TargetGroupArn", g.ARN)
	x.Text("TargetGroupName", g.Name)
	x.Text("Protocol", g.Protocol)
	x.Number("Port", g.Port)
	x.Text("VpcId", g.VPC)
	x.Text("HealthCheckProtocol", "HTTP") // of a TCP group too, as its service answers one
	x.Text("HealthCheckPort", "traffic-port")
	x.Bool("HealthCheckEnabled", true)
	x.Number("HealthCheckIntervalSeconds", int(g.Interval.Seconds()))
	x.Number("HealthCheckTimeoutSeconds", int(g.Timeout.Seconds()))
	x.Number("HealthyThresholdCount", g.HealthyThreshold)
	x.Number("UnhealthyThresholdCount", g.UnhealthyThreshold)
	x.Text("HealthCheckPath", g.Path)
	x.Open("Matcher")
	x.Text("HttpCode", g.Matcher)
	x.Close("Matcher")
	var balancers []string
	if g.Balancer != nil {
		balancers = append(balancers, g.Balancer.ARN)
	}
	x.Strings("LoadBalancerArns", balancers)
	x.Text("TargetType", g.TargetType)
	if g.Protocol == "HTTP" {
		x.Text("ProtocolVersion", "HTTP1")
	}
	x.Text("IpAddressType", "ipv4")
	g.Doc = x.Bytes()
	return g.Doc
}

func (a *Balancing) describeTargetGroupAttributes(form url.Values) ([]byte, error) {
	g := a.GroupByARN[form.Get("TargetGroupArn")]
	if g == nil {
		return nil, groupNotFound()
	}
	attributes := [][2]string{
		{"deregistration_delay.timeout_seconds", strconv.Itoa(int(g.Deregistration.Seconds()))},
		{"load_balancing.algorithm.type", "round_robin"},
		{"load_balancing.cross_zone.enabled", "use_load_balancer_configuration"},
		{"slow_start.duration_seconds", "0"},
		{"stickiness.enabled", "false"},
		{"stickiness.type", "lb_cookie"},
	}
	var x wire.XML
	wire.Members(&x, "Attributes", attributes, func(pair [2]string) {
		x.Text("Key", pair[0])
		x.Text("Value", pair[1])
	})
	return x.Bytes(), nil
}

// askedTarget is a target that a call names; without a port it is the group's.
type askedTarget struct {
	id   string
	port int
}

func (a *Balancing) describeTargetHealth(form url.Values) ([]byte, error) {
	g := a.GroupByARN[form.Get("TargetGroupArn")]
	if g == nil {
		return nil, groupNotFound()
	}
	targets := g.Targets
	if asked := askedTargets(form, g.Port); len(asked) > 0 {
		targets = g.choose(asked)
	}
	var x wire.XML
	x.Grow(64 + 420*len(targets))
	wire.Members(&x, "TargetHealthDescriptions", targets, func(t *Target) { t.write(&x) })
	return x.Bytes(), nil
}

func askedTargets(form url.Values, fallback int) []askedTarget {
	var asked []askedTarget
	for i := 1; ; i++ {
		prefix := "Targets.member." + strconv.Itoa(i)
		id := form.Get(prefix + ".Id")
		if id == "" {
			return asked
		}
		port, err := strconv.Atoi(form.Get(prefix + ".Port"))
		if err != nil {
			port = fallback
		}
		asked = append(asked, askedTarget{id, port})
	}
}

// choose returns the asked targets; one that is not registered is unused.
func (g *Group) choose(asked []askedTarget) []*Target {
	var chosen []*Target
	for _, want := range asked {
		i := slices.IndexFunc(g.Targets, func(t *Target) bool { return t.ID == want.id && t.Port == want.port })
		if i >= 0 {
			chosen = append(chosen, g.Targets[i])
			continue
		}
		chosen = append(chosen, &Target{
			Group: g, ID: want.id, Port: want.port, State: TargetUnused, Reason: "Target.NotRegistered",
			Description: "Target is not registered to the target group",
		})
	}
	return chosen
}

func (t *Target) write(x *wire.XML) {
	x.Open("Target")
	x.Text("Id", t.ID)
	x.Number("Port", t.Port)
	if t.Group.TargetType == "ip" {
		x.Text("AvailabilityZone", t.Az)
	}
	x.Close("Target")
	x.Number("HealthCheckPort", t.Port)
	x.Open("TargetHealth")
	x.Text("State", t.State)
	x.Text("Reason", t.Reason)
	x.Text("Description", t.Description)
	x.Close("TargetHealth")
}

func (a *Balancing) describeTags(form url.Values) ([]byte, error) {
	arns := wire.FormList(form, "ResourceArns")
	if len(arns) == 0 || len(arns) > 20 {
		return nil, validation("1 validation error detected: 'resourceArns' must have 1 to 20 items")
	}
	tags := map[string][]world.Tag{}
	for _, arn := range arns {
		if known := a.TagsOf(arn); known != nil {
			tags[arn] = *known
		} else if a.findListener(arn) == nil && a.FindRule(arn) == nil { // which have none
			return nil, groupNotFound()
		}
	}
	var x wire.XML
	wire.Members(&x, "TagDescriptions", arns, func(arn string) {
		x.Text("ResourceArn", arn)
		wire.Members(&x, "Tags", tags[arn], func(t world.Tag) {
			x.Text("Key", t.Key)
			x.Text("Value", t.Value)
		})
	})
	return x.Bytes(), nil
}
