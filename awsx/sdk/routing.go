package sdk

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gantry/awsx"
)

// Routes reads the load balancers of the account and, one after another, their
// listeners and the rules of each.
func (a Account) Routes(ctx context.Context) awsx.Pages[awsx.Route] {
	return func(yield func(awsx.Page[awsx.Route], error) bool) {
		balancers, err := a.balancers(ctx)
		if err != nil && !yield(awsx.Page[awsx.Route]{}, err) {
			return
		}
		total := 0
		for i, lb := range balancers {
			routes, errs := a.routesOf(ctx, lb)
			if ctx.Err() != nil {
				break
			}
			for _, err := range errs {
				if !yield(awsx.Page[awsx.Route]{}, err) {
					return
				}
			}
			total += len(routes)
			if !yield(awsx.Page[awsx.Route]{Items: awsx.Own(routes), Total: total + len(balancers) - 1 - i, Complete: i == len(balancers)-1}, nil) {
				return
			}
		}
		switch {
		case ctx.Err() != nil:
			yield(awsx.Page[awsx.Route]{}, ctx.Err())
		case len(balancers) == 0 && err == nil:
			yield(awsx.Page[awsx.Route]{Complete: true}, nil)
		}
	}
}

func (a Account) balancers(ctx context.Context) ([]awsx.Balancer, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.Balancer, *string, error) {
		out, err := a.ELB.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Marker: token})
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		var found []awsx.Balancer
		for _, lb := range out.LoadBalancers {
			b := awsx.Balancer{
				ARN: intern(aws.ToString(lb.LoadBalancerArn)), Name: aws.ToString(lb.LoadBalancerName),
				DNS: aws.ToString(lb.DNSName), Scheme: string(lb.Scheme), Type: string(lb.Type),
			}
			if lb.State != nil {
				b.State = string(lb.State.Code)
			}
			found = append(found, b)
		}
		return found, out.NextMarker, nil
	})
}

// routesOf reads the listeners of a load balancer with their rules. One without
// listeners is a route of its own, so that it is shown.
func (a Account) routesOf(ctx context.Context, lb awsx.Balancer) (routes []awsx.Route, errs []error) {
	listeners, err := all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.Listener, *string, error) {
		out, err := a.ELB.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: aws.String(lb.ARN), Marker: token})
		if err != nil {
			return nil, nil, a.Classify(ctx, lb.ARN, err)
		}
		var found []awsx.Listener
		for _, l := range out.Listeners {
			found = append(found, awsx.Listener{
				ARN: intern(aws.ToString(l.ListenerArn)), Balancer: lb.ARN, Port: int(aws.ToInt32(l.Port)),
				Protocol: string(l.Protocol), Default: actions(l.DefaultActions),
			})
		}
		return found, out.NextMarker, nil
	})
	if err != nil || len(listeners) == 0 {
		routes = append(routes, awsx.Route{Balancer: lb, Err: err})
	}
	if err != nil {
		errs = append(errs, err)
	}
	for _, l := range listeners {
		r := awsx.Route{Balancer: lb, Listener: l}
		// A gateway load balancer has no rules.
		if lb.Type != "gateway" {
			if r.Rules, r.Err = a.rulesOf(ctx, l.ARN); r.Err != nil {
				errs = append(errs, r.Err)
			}
		}
		routes = append(routes, r)
	}
	return routes, errs
}

func (a Account) rulesOf(ctx context.Context, listener string) ([]awsx.Rule, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.Rule, *string, error) {
		out, err := a.ELB.DescribeRules(ctx, &elb.DescribeRulesInput{ListenerArn: aws.String(listener), Marker: token})
		if err != nil {
			return nil, nil, a.Classify(ctx, listener, err)
		}
		var found []awsx.Rule
		for _, r := range out.Rules {
			rule := awsx.Rule{
				ARN: intern(aws.ToString(r.RuleArn)), Priority: aws.ToString(r.Priority), Default: aws.ToBool(r.IsDefault),
				Actions: actions(r.Actions),
			}
			for _, c := range r.Conditions {
				rule.Conditions = append(rule.Conditions, condition(c))
			}
			for _, t := range r.Transforms {
				rule.Transforms = append(rule.Transforms, transform(t))
			}
			found = append(found, rule)
		}
		return found, out.NextMarker, nil
	})
}

// condition reads the values from where a kind has them, and from where hosts and paths
// had them before: the API gives the same in both.
func condition(c types.RuleCondition) awsx.Condition {
	to := awsx.Condition{Field: aws.ToString(c.Field), Values: c.Values, Regexes: c.RegexValues}
	set := func(values, regexes []string) {
		if len(values) > 0 {
			to.Values = values
		}
		if len(regexes) > 0 {
			to.Regexes = regexes
		}
	}
	if h := c.HostHeaderConfig; h != nil {
		set(h.Values, h.RegexValues)
	}
	if p := c.PathPatternConfig; p != nil {
		set(p.Values, p.RegexValues)
	}
	if h := c.HttpHeaderConfig; h != nil {
		to.Header = aws.ToString(h.HttpHeaderName)
		set(h.Values, h.RegexValues)
	}
	if m := c.HttpRequestMethodConfig; m != nil {
		set(m.Values, nil)
	}
	if s := c.SourceIpConfig; s != nil {
		to.Family = string(s.IpAddressType)
		set(s.Values, nil)
	}
	if q := c.QueryStringConfig; q != nil {
		for _, v := range q.Values {
			to.Query = append(to.Query, awsx.QueryValue{Key: aws.ToString(v.Key), Value: aws.ToString(v.Value)})
		}
	}
	return to
}

func actions(all []types.Action) (found []awsx.Action) {
	for _, a := range all {
		to := awsx.Action{Type: string(a.Type), Order: int(aws.ToInt32(a.Order)), Groups: weightedGroups(a)}
		if f := a.ForwardConfig; f != nil && f.TargetGroupStickinessConfig != nil {
			to.Sticky = aws.ToBool(f.TargetGroupStickinessConfig.Enabled)
		}
		if r := a.RedirectConfig; r != nil {
			to.Redirect = awsx.Redirect{
				Status: string(r.StatusCode), Protocol: aws.ToString(r.Protocol), Host: aws.ToString(r.Host),
				Port: aws.ToString(r.Port), Path: aws.ToString(r.Path), Query: aws.ToString(r.Query),
			}
		}
		if f := a.FixedResponseConfig; f != nil {
			to.Fixed = awsx.FixedResponse{Status: aws.ToString(f.StatusCode), ContentType: aws.ToString(f.ContentType), Body: aws.ToString(f.MessageBody)}
		}
		if o := a.AuthenticateOidcConfig; o != nil {
			to.Issuer, to.Unauthenticated = aws.ToString(o.Issuer), string(o.OnUnauthenticatedRequest)
		}
		if c := a.AuthenticateCognitoConfig; c != nil {
			to.Issuer, to.Unauthenticated = aws.ToString(c.UserPoolArn), string(c.OnUnauthenticatedRequest)
		}
		if j := a.JwtValidationConfig; j != nil {
			to.Issuer = aws.ToString(j.Issuer)
		}
		found = append(found, to)
	}
	return found
}

// weightedGroups are those that an action forwards to. A forward to a single group may
// be given without a weight.
func weightedGroups(a types.Action) (found []awsx.WeightedGroup) {
	if a.Type != types.ActionTypeEnumForward {
		return nil
	}
	if a.ForwardConfig != nil {
		for _, g := range a.ForwardConfig.TargetGroups {
			weight := 1
			if g.Weight != nil {
				weight = int(*g.Weight)
			}
			found = append(found, awsx.WeightedGroup{Group: intern(aws.ToString(g.TargetGroupArn)), Weight: weight})
		}
	}
	if len(found) == 0 {
		found = append(found, awsx.WeightedGroup{Group: intern(aws.ToString(a.TargetGroupArn)), Weight: 1})
	}
	return found
}

func transform(t types.RuleTransform) awsx.Transform {
	to := awsx.Transform{Type: string(t.Type)}
	var rewrites []types.RewriteConfig
	if h := t.HostHeaderRewriteConfig; h != nil {
		rewrites = h.Rewrites
	}
	if u := t.UrlRewriteConfig; u != nil {
		rewrites = slices.Concat(rewrites, u.Rewrites)
	}
	for _, r := range rewrites {
		to.Rewrites = append(to.Rewrites, awsx.Rewrite{Regex: aws.ToString(r.Regex), Replace: aws.ToString(r.Replace)})
	}
	return to
}
