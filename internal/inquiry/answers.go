package inquiry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Ending is a target group where a rule ends, with who stands behind it.
type Ending struct {
	alb.Share
	Of       awsx.Group
	Serving  alb.Serving
	Services []awsx.Service // those that register targets in the group
}

// EndingOf puts together what is known of a group.
func EndingOf(share alb.Share, g awsx.Group, services []awsx.Service) Ending {
	g.ARN = share.Group
	return Ending{Share: share, Of: g, Serving: alb.ServingOf(g), Services: services}
}

// Words says who serves, with their tasks and healthy targets, as in
// "catalog runs 3/3, 3/3 healthy".
func (e Ending) Words() string {
	var who []string
	for _, s := range e.Services {
		who = append(who, fmt.Sprintf("%s runs %d/%d", s.Name, s.Running, s.Desired))
	}
	if who == nil {
		who = []string{"group " + e.Of.Name()}
	}
	return strings.Join(who, ", ") + ", " + e.Serving.Words()
}

// Answers are who answers a request, as far as it can be read.
type Answers struct {
	Request alb.Request
	// All are the answers, those first whose rule asks for the request's host.
	All []alb.Answer
	// Meant is how many of them are meant when the host leads where rules ask for it;
	// what is behind the others was not read.
	Meant int
	// Endings are the groups of the answers that are meant, by ARN.
	Endings map[string]Ending
	// Partial holds what could not be read; the rest is good.
	Partial []error
}

// fewMeant is how many answers are looked into where no rule asks for the host.
const fewMeant = 5

// Answer tells who answers a request; lb names the load balancer that is asked, and may be
// empty. That there is nobody is an error of class NotFound that says why.
func (r Reader) Answer(ctx context.Context, q alb.Request, lb string) (Answers, error) {
	w := r.Store.Routes(r.Context)
	defer w.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Route]).Ended)
	if err == nil {
		err = lost(s)
	}
	if err != nil {
		return Answers{}, err
	}
	out := Answers{Request: q, Endings: map[string]Ending{}, Partial: slices.Clone(s.Partial)}
	all, why := alb.Ask(q, s.Values(), lb)
	if len(all) == 0 {
		if len(s.Partial) > 0 {
			return out, fmt.Errorf("%s, as far as was read: %w", why, s.Partial[0])
		}
		return out, fault.Errorf(fault.NotFound, "route", q.Host, "%s", why)
	}
	out.All = all
	for out.Meant < len(all) && all[out.Meant].AsksForHost() {
		out.Meant++
	}
	out.Meant = cmp.Or(out.Meant, min(len(all), fewMeant))
	var groups []alb.Share
	for _, a := range all[:out.Meant] {
		groups = append(groups, a.Outcome.Groups...)
	}
	return out, r.endings(ctx, &out, groups)
}

// endings reads groups with their targets, and finds their services.
func (r Reader) endings(ctx context.Context, out *Answers, groups []alb.Share) error {
	if len(groups) == 0 {
		return nil
	}
	account, err := r.Store.Account(ctx, r.Context)
	if err != nil {
		return err
	}
	var arns []string
	for _, g := range groups {
		arns = words.AddNew(arns, g.Group)
	}
	settings, err := account.TargetGroups(ctx, arns)
	if err != nil {
		out.Partial = append(out.Partial, err)
	}
	owners := r.owners(ctx, out, arns)
	for _, arn := range arns {
		g := awsx.Group{ARN: arn}
		if i := slices.IndexFunc(settings, func(s awsx.TargetGroup) bool { return s.ARN == arn }); i >= 0 {
			g.Settings = settings[i]
		}
		health, err := account.TargetHealth(ctx, arn)
		if err != nil {
			out.Partial = append(out.Partial, err)
		}
		g.Read, g.Targets = err == nil, health.Targets
		out.Endings[arn] = EndingOf(alb.Share{Group: arn}, g, owners[arn])
	}
	return ctx.Err()
}

// owners finds the services that name groups, cluster by cluster until each has one.
func (r Reader) owners(ctx context.Context, out *Answers, groups []string) map[string][]awsx.Service {
	owners := map[string][]awsx.Service{}
	clusters, partial, err := r.Clusters(ctx)
	out.Partial = append(out.Partial, partial...)
	if err != nil {
		out.Partial = append(out.Partial, err)
	}
	for _, c := range clusters {
		if !slices.ContainsFunc(groups, func(arn string) bool { return owners[arn] == nil }) {
			break
		}
		w := r.Store.Services(c.Ref)
		s, err := w.Await(ctx, (*store.Snapshot[awsx.Service]).Ended)
		if err == nil {
			err = lost(s)
		}
		w.Close()
		if err != nil {
			out.Partial = append(out.Partial, err)
			continue
		}
		for arn, found := range Owners(s.Values()) {
			if slices.Contains(groups, arn) {
				owners[arn] = append(owners[arn], found...)
			}
		}
	}
	return owners
}

// Owners are the services that name each target group, by its ARN.
func Owners(services []awsx.Service) map[string][]awsx.Service {
	owners := map[string][]awsx.Service{}
	for _, s := range services {
		for _, arn := range s.TargetGroups() {
			owners[arn] = append(owners[arn], s)
		}
	}
	return owners
}
