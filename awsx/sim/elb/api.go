package elb

import (
	"cmp"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// Operations are those of Elastic Load Balancing, version 2.
func (a *Balancing) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"DescribeLoadBalancers":         wire.Form(a.describeLoadBalancers),
		"DescribeListeners":             wire.Form(a.describeListeners),
		"DescribeRules":                 wire.Form(a.describeRules),
		"DescribeTargetGroups":          wire.Form(a.describeTargetGroups),
		"DescribeTargetGroupAttributes": wire.Form(a.describeTargetGroupAttributes),
		"DescribeTargetHealth":          wire.Form(a.describeTargetHealth),
		"DescribeTags":                  wire.Form(a.describeTags),
	}
}

func validation(message string) error { return wire.Fail("ValidationError", message) }

// list answers with a page, as Marker and PageSize ask.
func list[T any](form url.Values, field string, items []T, key func(T) string, write func(*wire.XML, T)) ([]byte, error) {
	var size *int
	if text := form.Get("PageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 400 {
			return nil, validation("1 validation error detected: Value '" + text + "' at 'pageSize' failed to satisfy constraint: Member must be between 1 and 400")
		}
		size = &n
	}
	p := wire.Paging[T]{Key: key, Fallback: 400, Max: 400}
	page, next, err := p.Cut(items, form.Get("Marker"), size)
	if err != nil {
		return nil, validation("The specified marker is not valid")
	}
	var x wire.XML
	wire.Members(&x, field, page, func(item T) { write(&x, item) })
	x.Text("NextMarker", next)
	return x.Bytes(), nil
}

func (a *Balancing) findBalancer(arn string) *LoadBalancer {
	for _, lb := range a.Balancers {
		if lb.ARN == arn {
			return lb
		}
	}
	return nil
}

func (a *Balancing) describeLoadBalancers(form url.Values) ([]byte, error) {
	arns, names := wire.FormList(form, "LoadBalancerArns"), wire.FormList(form, "Names")
	if len(arns) > 0 && len(names) > 0 {
		return nil, validation("Load balancer names and load balancer ARNs cannot be specified at the same time")
	}
	chosen := a.Balancers
	if len(arns)+len(names) > 0 {
		chosen = nil
		for _, want := range append(arns, names...) {
			i := slices.IndexFunc(a.Balancers, func(lb *LoadBalancer) bool { return lb.ARN == want || lb.Name == want })
			if i < 0 {
				return nil, wire.Fail("LoadBalancerNotFound", "One or more load balancers not found")
			}
			chosen = append(chosen, a.Balancers[i])
		}
	}
	return list(form, "LoadBalancers", chosen, func(lb *LoadBalancer) string { return lb.Name }, func(x *wire.XML, lb *LoadBalancer) { lb.write(x) })
}

func (lb *LoadBalancer) write(x *wire.XML) {
	x.Text("LoadBalancerArn", lb.ARN)
	x.Text("DNSName", lb.DNS)
	x.Text("CanonicalHostedZoneId", "Z32O12XQLNTSW2")
	x.Text("CreatedTime", lb.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z"))
	x.Text("LoadBalancerName", lb.Name)
	x.Text("Scheme", lb.Scheme)
	x.Text("VpcId", lb.VPC)
	x.Open("State")
	x.Text("Code", "active")
	x.Close("State")
	x.Text("Type", cmp.Or(lb.Type, "application"))
	wire.Members(x, "AvailabilityZones", lb.Zones, func(z string) {
		x.Text("ZoneName", z)
		x.Text("SubnetId", world.SubnetOf(z))
	})
	x.Strings("SecurityGroups", []string{"sg-0b6f1a2c3d4e5f607"})
	x.Text("IpAddressType", "ipv4")
}

func (a *Balancing) describeListeners(form url.Values) ([]byte, error) {
	arns := wire.FormList(form, "ListenerArns")
	var chosen []*Listener
	if arn := form.Get("LoadBalancerArn"); arn != "" {
		lb := a.findBalancer(arn)
		if lb == nil {
			return nil, wire.Fail("LoadBalancerNotFound", "One or more load balancers not found")
		}
		chosen = lb.Listeners
	} else if len(arns) == 0 {
		return nil, validation("You must specify either listener ARNs or a load balancer ARN")
	}
	for _, arn := range arns {
		l := a.findListener(arn)
		if l == nil {
			return nil, wire.Fail("ListenerNotFound", "One or more listeners not found")
		}
		chosen = append(chosen, l)
	}
	return list(form, "Listeners", chosen, func(l *Listener) string { return l.ARN }, func(x *wire.XML, l *Listener) {
		x.Text("ListenerArn", l.ARN)
		x.Text("LoadBalancerArn", l.Balancer.ARN)
		x.Number("Port", l.Port)
		x.Text("Protocol", l.Protocol)
		if l.Protocol == "HTTPS" {
			x.Text("SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06")
		}
		l.Rules[len(l.Rules)-1].writeActions(x, "DefaultActions")
	})
}

// listeners are those of all load balancers.
func (a *Balancing) listeners() iter.Seq[*Listener] {
	return func(yield func(*Listener) bool) {
		for _, lb := range a.Balancers {
			for _, l := range lb.Listeners {
				if !yield(l) {
					return
				}
			}
		}
	}
}

func (a *Balancing) findListener(arn string) *Listener {
	for l := range a.listeners() {
		if l.ARN == arn {
			return l
		}
	}
	return nil
}

func (a *Balancing) describeRules(form url.Values) ([]byte, error) {
	var chosen []*Rule
	arns := wire.FormList(form, "RuleArns")
	if arn := form.Get("ListenerArn"); arn != "" {
		l := a.findListener(arn)
		if l == nil {
			return nil, wire.Fail("ListenerNotFound", "One or more listeners not found")
		}
		chosen = l.Rules
	} else if len(arns) == 0 {
		return nil, validation("You must specify either listener rule ARNs or a listener ARN")
	}
	for _, arn := range arns {
		r := a.FindRule(arn)
		if r == nil {
			return nil, wire.Fail("RuleNotFound", "One or more rules not found")
		}
		chosen = append(chosen, r)
	}
	return list(form, "Rules", chosen, ruleKey, func(x *wire.XML, r *Rule) { r.write(x) })
}

// ruleKey sorts by priority as a number, the default after all of them.
func ruleKey(r *Rule) string {
	return strings.Repeat("0", max(0, 8-len(r.Priority))) + r.Priority
}

// FindRule returns the rule of an ARN, nil where there is none.
func (a *Balancing) FindRule(arn string) *Rule {
	for l := range a.listeners() {
		if i := slices.IndexFunc(l.Rules, func(r *Rule) bool { return r.ARN == arn }); i >= 0 {
			return l.Rules[i]
		}
	}
	return nil
}
