package check

import (
	"cmp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// usableProvider are the states of a capacity provider in which a strategy may name it
// (ECS, CapacityProviderStrategyItem).
var usableProvider = []string{"ACTIVE", "UPDATING"}

// ProvidersOf tells whether ECS lets the service use the providers of a strategy: each has
// to be there, attached to the cluster and usable. On Fargate a revision runs that was
// registered for it.
func ProvidersOf(cur read.Current, strategy awsx.CapacityStrategy) Finding {
	if cur.Cluster.Err != nil {
		return finding(Providers, Skipped, "which providers the cluster has is not known: %s", read.Why(cur.Cluster.Err))
	}
	attached := cur.Cluster.Value.CapacityProviders
	for _, name := range strategy.Names() {
		i := slices.IndexFunc(cur.Providers.Value, func(p awsx.CapacityProvider) bool { return p.Name == name })
		switch {
		case !slices.Contains(attached, name) && i < 0 && cur.Providers.Err == nil:
			return finding(Providers, Broken, "there is no capacity provider %s; the cluster has %s", name, cmp.Or(strings.Join(attached, ", "), "none"))
		case !slices.Contains(attached, name):
			return finding(Providers, Broken, "%s is not attached to the cluster, which has %s", name, cmp.Or(strings.Join(attached, ", "), "none"))
		case i >= 0 && !slices.Contains(usableProvider, cur.Providers.Value[i].Status):
			return finding(Providers, Broken, "%s is %s", name, cur.Providers.Value[i].Status)
		}
	}
	if types := cur.Definition.LaunchTypes; awsx.FargateProvider(strategy[0].Provider) && len(types) > 0 && !slices.Contains(types, "FARGATE") {
		return finding(Providers, Warning, "%s was not registered for Fargate (requiresCompatibilities: %s)", awsx.ARNName(cur.Definition.ARN), strings.Join(types, ", "))
	}
	if cur.Providers.Err != nil {
		return finding(Providers, Skipped, "all are attached to the cluster, and their state is not known: %s", read.Why(cur.Providers.Err))
	}
	return finding(Providers, OK, "all are attached to the cluster and usable")
}
