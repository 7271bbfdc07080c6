package store

import (
	"context"
	"fmt"
	"slices"

	"gantry/awsx"
)

// Routes watches the load balancers of a context with their listeners and rules, by
// load balancer and port. Rules change seldom and cost a call a listener out of the
// bucket that target health draws on: they are read every ten rounds.
func (s *Store) Routes(id awsx.ContextID) *Watch[awsx.Route] {
	return Watched(s, List[awsx.RoutingReader, awsx.Route]{
		Kind: "load balancers", Scope: awsx.Ref{Context: id}, Rounds: 10,
		ID: func(r *awsx.Route) (string, string) {
			return fmt.Sprintf("%s:%05d", r.Balancer.Name, r.Listener.Port), r.Key()
		},
		Pages: func(ctx context.Context, r awsx.RoutingReader) awsx.Pages[awsx.Route] { return r.Routes(ctx) },
	})
}

// ReadGroups reads target groups that no service of a watched cluster need name, the
// health of those that were not read within a store's round and the settings of those that
// lack them. One that cannot be read comes with its error.
func (s *Store) ReadGroups(ctx context.Context, id awsx.ContextID, arns []string) (groups []GroupState) {
	account, err := s.Account(ctx, id)
	if err != nil {
		return nil
	}
	for _, arn := range arns {
		// What fails is told by the group's state.
		_ = s.groups.read(ctx, account, groupKey{id, arn}, s.round())
	}
	if s.groups.lacks(id, arns) {
		_ = s.groups.describe(ctx, account, id, slices.Values(arns))
	}
	for _, arn := range arns {
		groups = append(groups, s.groups.state(groupKey{id, arn}, wall()))
	}
	return groups
}
