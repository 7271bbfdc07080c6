package sim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// findGroups answers the choice of groups that a call makes: by load balancer,
// ARNs or names, of which only one may be used.
func (a *Account) findGroups(form url.Values) ([]*targetGroup, error) {
	arns, names, balancer := formList(form, "TargetGroupArns"), formList(form, "Names"), form.Get("LoadBalancerArn")
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
			return nil, fail("LoadBalancerNotFound", "One or more load balancers not found")
		}
		return slices.DeleteFunc(slices.Clone(a.groups), func(g *targetGroup) bool { return g.balancer != lb }), nil
	}
	if ways == 0 {
		return a.groups, nil
	}
	var chosen []*targetGroup
	for _, arn := range arns {
		g := a.groupByARN[arn]
		if g == nil {
			return nil, groupNotFound()
		}
		chosen = append(chosen, g)
	}
	for _, name := range names {
		g := a.groupNamed(name)
		if g == nil {
			return nil, groupNotFound()
		}
		chosen = append(chosen, g)
	}
	slices.SortFunc(chosen, byGroupName)
	return slices.Compact(chosen), nil
}

func (a *Account) groupNamed(name string) *targetGroup {
	i, found := slices.BinarySearchFunc(a.groups, name, func(g *targetGroup, name string) int {
		return strings.Compare(g.name, name)
	})
	if !found {
		return nil
	}
	return a.groups[i]
}

func byGroupName(x, y *targetGroup) int { return strings.Compare(x.name, y.name) }

func groupNotFound() error {
	return fail("TargetGroupNotFound", "One or more target groups not found")
}

func (a *Account) describeTargetGroups(form url.Values) ([]byte, error) {
	chosen, err := a.findGroups(form)
	if err != nil {
		return nil, err
	}
	page, next, err := elbPage(form, chosen, func(g *targetGroup) string { return g.name })
	if err != nil {
		return nil, err
	}
	var x xmlWriter
	members(&x, "TargetGroups", page, func(g *targetGroup) { x.Write(g.encoded()) })
	x.text("NextMarker", next)
	return x.Bytes(), nil
}

// encoded is the group's description; what it says never changes.
func (g *targetGroup) encoded() []byte {
	if g.doc != nil {
		return g.doc
	}
	var x xmlWriter
	x.text("TargetGroupArn", g.arn)
	x.text("TargetGroupName", g.name)
	x.text("Protocol", g.protocol)
	x.number("Port", g.port)
	x.text("VpcId", g.vpc)
	x.text("HealthCheckProtocol", g.protocol)
	x.text("HealthCheckPort", "traffic-port")
	x.bool("HealthCheckEnabled", true)
	x.number("HealthCheckIntervalSeconds", int(g.interval.Seconds()))
	x.number("HealthCheckTimeoutSeconds", int(g.timeout.Seconds()))
	x.number("HealthyThresholdCount", g.healthyThreshold)
	x.number("UnhealthyThresholdCount", g.unhealthyThreshold)
	x.text("HealthCheckPath", g.path)
	x.open("Matcher")
	x.text("HttpCode", g.matcher)
	x.close("Matcher")
	var balancers []string
	if g.balancer != nil {
		balancers = append(balancers, g.balancer.arn)
	}
	x.strings("LoadBalancerArns", balancers)
	x.text("TargetType", g.targetType)
	x.text("ProtocolVersion", "HTTP1")
	x.text("IpAddressType", "ipv4")
	g.doc = x.Bytes()
	return g.doc
}

func (a *Account) describeTargetGroupAttributes(form url.Values) ([]byte, error) {
	g := a.groupByARN[form.Get("TargetGroupArn")]
	if g == nil {
		return nil, groupNotFound()
	}
	attributes := [][2]string{
		{"deregistration_delay.timeout_seconds", itoa(int(g.deregistration.Seconds()))},
		{"load_balancing.algorithm.type", "round_robin"},
		{"load_balancing.cross_zone.enabled", "use_load_balancer_configuration"},
		{"slow_start.duration_seconds", "0"},
		{"stickiness.enabled", "false"},
		{"stickiness.type", "lb_cookie"},
	}
	var x xmlWriter
	members(&x, "Attributes", attributes, func(pair [2]string) {
		x.text("Key", pair[0])
		x.text("Value", pair[1])
	})
	return x.Bytes(), nil
}

// askedTarget is a target that a call names; without a port it is the group's.
type askedTarget struct {
	id   string
	port int
}

func (a *Account) describeTargetHealth(form url.Values) ([]byte, error) {
	g := a.groupByARN[form.Get("TargetGroupArn")]
	if g == nil {
		return nil, groupNotFound()
	}
	targets := g.targets
	if asked := askedTargets(form, g.port); len(asked) > 0 {
		targets = g.choose(asked)
	}
	var x xmlWriter
	x.Grow(64 + 420*len(targets))
	members(&x, "TargetHealthDescriptions", targets, func(t *target) { t.write(&x) })
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
func (g *targetGroup) choose(asked []askedTarget) []*target {
	var chosen []*target
	for _, want := range asked {
		i := slices.IndexFunc(g.targets, func(t *target) bool { return t.id == want.id && t.port == want.port })
		if i >= 0 {
			chosen = append(chosen, g.targets[i])
			continue
		}
		chosen = append(chosen, &target{
			group: g, id: want.id, port: want.port, state: targetUnused, reason: "Target.NotRegistered",
			description: "Target is not registered to the target group",
		})
	}
	return chosen
}

func (t *target) write(x *xmlWriter) {
	x.open("Target")
	x.text("Id", t.id)
	x.number("Port", t.port)
	if t.group.targetType == "ip" {
		x.text("AvailabilityZone", t.az)
	}
	x.close("Target")
	x.number("HealthCheckPort", t.port)
	x.open("TargetHealth")
	x.text("State", t.state)
	x.text("Reason", t.reason)
	x.text("Description", t.description)
	x.close("TargetHealth")
}

func (a *Account) describeTags(form url.Values) ([]byte, error) {
	arns := formList(form, "ResourceArns")
	if len(arns) == 0 || len(arns) > 20 {
		return nil, validation("1 validation error detected: 'resourceArns' must have 1 to 20 items")
	}
	tags := map[string][]tag{}
	for _, arn := range arns {
		if known := a.elbTags(arn); known != nil {
			tags[arn] = *known
		} else if a.findListener(arn) == nil && a.findRule(arn) == nil { // which have none
			return nil, groupNotFound()
		}
	}
	var x xmlWriter
	members(&x, "TagDescriptions", arns, func(arn string) {
		x.text("ResourceArn", arn)
		members(&x, "Tags", tags[arn], func(t tag) {
			x.text("Key", t.Key)
			x.text("Value", t.Value)
		})
	})
	return x.Bytes(), nil
}
