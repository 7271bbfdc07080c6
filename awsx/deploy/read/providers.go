package read

import (
	"slices"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Providers are the capacity providers of the account and region, and the cluster of the
// service, which says which of them are attached to it.
func Providers() []Read {
	return []Read{
		answered("cluster", func(cur *Current) *Answer[awsx.Cluster] { return &cur.Cluster }, (*session).cluster).Beside(),
		answered("providers", func(cur *Current) *Answer[[]awsx.CapacityProvider] { return &cur.Providers }, func(s *session) ([]awsx.CapacityProvider, error) {
			return s.r.CapacityProviders(s.ctx)
		}).Beside(),
	}
}

func (s *session) cluster() (awsx.Cluster, error) {
	clusters, err := awsx.Collect(s.r.Clusters(s.ctx))
	if i := slices.IndexFunc(clusters, func(c awsx.Cluster) bool { return c.Ref.ARN == s.target.Cluster }); i >= 0 {
		return clusters[i], nil
	}
	if err == nil {
		err = fault.Errorf(fault.NotFound, "ecs:DescribeClusters", s.target.Cluster, "no such cluster")
	}
	return awsx.Cluster{}, err
}
