package store

import (
	"context"
	"fmt"

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
