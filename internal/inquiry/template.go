package inquiry

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/codify"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// Template writes a service and what belongs to it as a template of CloudFormation. Without
// the service or its revision there is none; what else cannot be read is named in it.
func (r Reader) Template(ctx context.Context, service awsx.Ref) (*codify.Template, error) {
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return nil, err
	}
	found, err := awsx.Collect(account.DescribeServices(ctx, service.ClusterRef(), []string{service.ARN}))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.Errorf(fault.NotFound, "ecs:DescribeServices", service.ARN, "it does not exist")
	}
	g := &gathering{Reader: r, account: account, ctx: ctx, svc: found[0]}
	g.src.Cluster, g.src.Service = service.ClusterName(), service.Name()
	if g.src.Description, err = account.Raw(ctx, awsx.KindService, service); err != nil {
		return nil, err
	}
	if g.svc.TaskDefinition != "" {
		if g.src.Definition, err = account.TaskDefinition(ctx, g.svc.TaskDefinition); err != nil {
			return nil, err
		}
	}
	var beside crash.Group
	beside.Go(g.groups)
	beside.Go(g.rules)
	beside.Go(g.scaling)
	beside.Wait()
	g.src.Unread = slices.Concat(g.unread[:]...)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return codify.Codify(g.src)
}

// gathering reads the source of a template, its parts side by side.
type gathering struct {
	Reader
	account awsx.Account
	ctx     context.Context
	svc     awsx.Service
	src     codify.Source
	unread  [3][]codify.Left // of the parts, so that their order is always the same
}

// The parts that are read side by side.
const (
	partGroups = iota
	partRules
	partScaling
)

// list reads what belongs to something; what could not be read is noted under what it is of.
func (g *gathering) list(part int, kind awsx.Kind, what string, of awsx.Ref, names ...string) (items [][]byte) {
	raw, err := g.account.RawList(g.ctx, kind, of, names...)
	if fault.ClassOf(err) != fault.NotFound {
		g.lost(part, what, err)
	}
	for _, item := range raw {
		items = append(items, item)
	}
	return items
}

func (g *gathering) lost(part int, what string, err error) {
	if err != nil {
		g.unread[part] = append(g.unread[part], codify.Left{Of: what, Why: "it could not be read: " + err.Error()})
	}
}

func (g *gathering) groups() {
	for _, arn := range g.svc.TargetGroups() {
		of, what := g.svc.Ref.In(arn), "target group "+awsx.GroupName(arn)
		raw, err := g.account.Raw(g.ctx, awsx.KindTargetGroup, of)
		if err != nil {
			g.lost(partGroups, what, err)
			continue
		}
		g.src.Groups = append(g.src.Groups, codify.Group{
			Description: raw,
			Attributes:  g.list(partGroups, awsx.KindAttributes, "attributes of "+what, of),
			Tags:        g.list(partGroups, awsx.KindBalancingTags, "tags of "+what, of),
		})
	}
}

// rules reads the rules that send to a group of the service, and those whose traffic its
// deployments shift.
func (g *gathering) rules() {
	groups := g.svc.TargetGroups()
	if len(groups) == 0 {
		return
	}
	w := g.Store.Routes(g.Context)
	defer w.Close()
	s, err := w.Await(g.ctx, (*store.Snapshot[awsx.Route]).Ended)
	if err == nil {
		err = lost(s)
	}
	if err != nil {
		g.lost(partRules, "listener rules", err)
		return
	}
	for _, err := range s.Partial {
		g.lost(partRules, "listener rules", err)
	}
	var shifted []string
	for _, lb := range g.svc.LoadBalancers {
		shifted = append(shifted, lb.ProductionRule, lb.TestRule)
	}
	places := map[string]codify.Rule{}
	var arns []string
	for _, route := range s.Values() {
		for _, rule := range alb.RulesOf(route) {
			leads := slices.ContainsFunc(rule.Groups(), func(arn string) bool { return slices.Contains(groups, arn) })
			if !leads && !slices.Contains(shifted, cmp.Or(rule.ARN, "none")) {
				continue
			}
			place := route.Balancer.Name + ":" + strconv.Itoa(route.Listener.Port)
			if rule.ARN == "" { // the default action of a listener whose rules are not told
				g.unread[partRules] = append(g.unread[partRules], codify.Left{Of: "the default action of " + place, Why: codify.DefaultRule})
				continue
			}
			places[rule.ARN] = codify.Rule{Listener: route.Listener.ARN, Place: place}
			arns = append(arns, rule.ARN)
		}
	}
	if len(arns) == 0 {
		return
	}
	for _, raw := range g.list(partRules, awsx.KindRule, "listener rules", g.svc.Ref, arns...) {
		var said struct{ RuleArn string }
		if err := json.Unmarshal(raw, &said); err != nil {
			g.lost(partRules, "listener rules", err)
			continue
		}
		rule := places[said.RuleArn]
		rule.Description = raw
		g.src.Rules = append(g.src.Rules, rule)
	}
}

func (g *gathering) scaling() {
	service := g.svc.Ref
	alarms := slices.Clone(g.svc.Alarms.Names)
	target, err := g.account.ScalableTarget(g.ctx, service)
	switch {
	case fault.ClassOf(err) == fault.NotFound:
	case err != nil:
		g.lost(partScaling, "scaling", err)
	default:
		for _, t := range g.list(partScaling, awsx.KindScalableTarget, "scaling", service) {
			g.src.Target = t
		}
		g.src.Policies = g.list(partScaling, awsx.KindScalingPolicy, "scaling policies", service)
		g.src.Schedules = g.list(partScaling, awsx.KindScheduledAction, "scheduled actions", service)
		for _, p := range target.Policies {
			if p.Type == "StepScaling" {
				alarms = append(alarms, p.Alarms...)
				continue
			}
			for _, name := range p.Alarms {
				g.unread[partScaling] = append(g.unread[partScaling], codify.Left{Of: "alarm " + name, Why: "policy " + p.Name + " makes it"})
			}
		}
	}
	slices.Sort(alarms)
	if alarms = slices.Compact(alarms); len(alarms) == 0 {
		return
	}
	g.src.Alarms = g.list(partScaling, awsx.KindAlarm, "alarms", service, alarms...)
	g.src.Composites = g.list(partScaling, awsx.KindComposite, "composite alarms", service, alarms...)
}
