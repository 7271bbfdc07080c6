package sim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

type loadBalancer struct {
	name, arn, dns string
	scheme, vpc    string
	zones          []string
	createdAt      time.Time
	listeners      []*listener
	tags           []tag
}

type listener struct {
	arn      string
	balancer *loadBalancer
	port     int
	protocol string
	rules    []*rule // by priority, the default last
}

// rule forwards what is asked of one of its hosts to its groups. One without
// groups answers by itself.
type rule struct {
	arn      string
	priority string // a number, or "default"
	hosts    []string
	groups   []weightedGroup
	fixed    string // status code of a fixed response
}

type weightedGroup struct {
	group  *targetGroup
	weight int
}

func elbOperation(name string) func(*Account, url.Values) ([]byte, error) {
	switch name {
	case "DescribeLoadBalancers":
		return (*Account).describeLoadBalancers
	case "DescribeListeners":
		return (*Account).describeListeners
	case "DescribeRules":
		return (*Account).describeRules
	case "DescribeTargetGroups":
		return (*Account).describeTargetGroups
	case "DescribeTargetGroupAttributes":
		return (*Account).describeTargetGroupAttributes
	case "DescribeTargetHealth":
		return (*Account).describeTargetHealth
	case "DescribeTags":
		return (*Account).describeTags
	}
	return nil
}

func validation(message string) error { return fail("ValidationError", message) }

// elbPage cuts a page as Marker and PageSize ask.
func elbPage[T any](form url.Values, items []T, key func(T) string) (page []T, next string, err error) {
	var size *int
	if text := form.Get("PageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 400 {
			return nil, "", validation("1 validation error detected: Value '" + text + "' at 'pageSize' failed to satisfy constraint: Member must be between 1 and 400")
		}
		size = &n
	}
	p := paging[T]{key: key, fallback: 400, max: 400}
	page, next, err = p.cut(items, form.Get("Marker"), size)
	if err != nil {
		return nil, "", validation("The specified marker is not valid")
	}
	return page, next, nil
}

func (a *Account) findBalancer(arn string) *loadBalancer {
	for _, lb := range a.balancers {
		if lb.arn == arn {
			return lb
		}
	}
	return nil
}

func (a *Account) describeLoadBalancers(form url.Values) ([]byte, error) {
	arns, names := formList(form, "LoadBalancerArns"), formList(form, "Names")
	if len(arns) > 0 && len(names) > 0 {
		return nil, validation("Load balancer names and load balancer ARNs cannot be specified at the same time")
	}
	chosen := a.balancers
	if len(arns)+len(names) > 0 {
		chosen = nil
		for _, want := range append(arns, names...) {
			i := slices.IndexFunc(a.balancers, func(lb *loadBalancer) bool { return lb.arn == want || lb.name == want })
			if i < 0 {
				return nil, fail("LoadBalancerNotFound", "One or more load balancers not found")
			}
			chosen = append(chosen, a.balancers[i])
		}
	}
	page, next, err := elbPage(form, chosen, func(lb *loadBalancer) string { return lb.name })
	if err != nil {
		return nil, err
	}
	var x xmlWriter
	members(&x, "LoadBalancers", page, func(lb *loadBalancer) { lb.write(&x) })
	x.text("NextMarker", next)
	return x.Bytes(), nil
}

func (lb *loadBalancer) write(x *xmlWriter) {
	x.text("LoadBalancerArn", lb.arn)
	x.text("DNSName", lb.dns)
	x.text("CanonicalHostedZoneId", "Z32O12XQLNTSW2")
	x.text("CreatedTime", lb.createdAt.UTC().Format("2006-01-02T15:04:05.000Z"))
	x.text("LoadBalancerName", lb.name)
	x.text("Scheme", lb.scheme)
	x.text("VpcId", lb.vpc)
	x.open("State")
	x.text("Code", "active")
	x.close("State")
	x.text("Type", "application")
	members(x, "AvailabilityZones", lb.zones, func(z string) {
		x.text("ZoneName", z)
		x.text("SubnetId", subnetOf(z))
	})
	x.strings("SecurityGroups", []string{"sg-0b6f1a2c3d4e5f607"})
	x.text("IpAddressType", "ipv4")
}

func (a *Account) describeListeners(form url.Values) ([]byte, error) {
	arns := formList(form, "ListenerArns")
	var chosen []*listener
	if arn := form.Get("LoadBalancerArn"); arn != "" {
		lb := a.findBalancer(arn)
		if lb == nil {
			return nil, fail("LoadBalancerNotFound", "One or more load balancers not found")
		}
		chosen = lb.listeners
	} else if len(arns) == 0 {
		return nil, validation("You must specify either listener ARNs or a load balancer ARN")
	}
	for _, arn := range arns {
		l := a.findListener(arn)
		if l == nil {
			return nil, fail("ListenerNotFound", "One or more listeners not found")
		}
		chosen = append(chosen, l)
	}
	page, next, err := elbPage(form, chosen, func(l *listener) string { return l.arn })
	if err != nil {
		return nil, err
	}
	var x xmlWriter
	members(&x, "Listeners", page, func(l *listener) {
		x.text("ListenerArn", l.arn)
		x.text("LoadBalancerArn", l.balancer.arn)
		x.number("Port", l.port)
		x.text("Protocol", l.protocol)
		if l.protocol == "HTTPS" {
			x.text("SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06")
		}
		l.rules[len(l.rules)-1].writeActions(&x, "DefaultActions")
	})
	x.text("NextMarker", next)
	return x.Bytes(), nil
}

func (a *Account) findListener(arn string) *listener {
	for _, lb := range a.balancers {
		for _, l := range lb.listeners {
			if l.arn == arn {
				return l
			}
		}
	}
	return nil
}

func (a *Account) describeRules(form url.Values) ([]byte, error) {
	var chosen []*rule
	arns := formList(form, "RuleArns")
	if arn := form.Get("ListenerArn"); arn != "" {
		l := a.findListener(arn)
		if l == nil {
			return nil, fail("ListenerNotFound", "One or more listeners not found")
		}
		chosen = l.rules
	} else if len(arns) == 0 {
		return nil, validation("You must specify either listener rule ARNs or a listener ARN")
	}
	for _, arn := range arns {
		r := a.findRule(arn)
		if r == nil {
			return nil, fail("RuleNotFound", "One or more rules not found")
		}
		chosen = append(chosen, r)
	}
	page, next, err := elbPage(form, chosen, ruleKey)
	if err != nil {
		return nil, err
	}
	var x xmlWriter
	members(&x, "Rules", page, func(r *rule) { r.write(&x) })
	x.text("NextMarker", next)
	return x.Bytes(), nil
}

// ruleKey sorts by priority as a number, the default after all of them.
func ruleKey(r *rule) string {
	return strings.Repeat("0", max(0, 8-len(r.priority))) + r.priority
}

func (a *Account) findRule(arn string) *rule {
	for _, lb := range a.balancers {
		for _, l := range lb.listeners {
			for _, r := range l.rules {
				if r.arn == arn {
					return r
				}
			}
		}
	}
	return nil
}

func (r *rule) write(x *xmlWriter) {
	x.text("RuleArn", r.arn)
	x.text("Priority", r.priority)
	x.open("Conditions")
	if len(r.hosts) > 0 {
		x.open("member")
		x.text("Field", "host-header")
		x.strings("Values", r.hosts)
		x.open("HostHeaderConfig")
		x.strings("Values", r.hosts)
		x.close("HostHeaderConfig")
		x.close("member")
	}
	x.close("Conditions")
	r.writeActions(x, "Actions")
	x.bool("IsDefault", r.priority == "default")
}

func (r *rule) writeActions(x *xmlWriter, name string) {
	x.open(name)
	x.open("member")
	if len(r.groups) == 0 {
		x.text("Type", "fixed-response")
		x.open("FixedResponseConfig")
		x.text("ContentType", "text/plain")
		x.text("StatusCode", r.fixed)
		x.close("FixedResponseConfig")
	} else {
		x.text("Type", "forward")
		if len(r.groups) == 1 {
			x.text("TargetGroupArn", r.groups[0].group.arn)
		}
		x.open("ForwardConfig")
		members(x, "TargetGroups", r.groups, func(g weightedGroup) {
			x.text("TargetGroupArn", g.group.arn)
			x.number("Weight", g.weight)
		})
		x.open("TargetGroupStickinessConfig")
		x.bool("Enabled", false)
		x.close("TargetGroupStickinessConfig")
		x.close("ForwardConfig")
	}
	x.number("Order", 1)
	x.close("member")
	x.close(name)
}
