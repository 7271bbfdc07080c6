package awsx

import (
	"fmt"

	"gantry/internal/words"
)

// Belonging is the cluster that an Auto Scaling group belongs to, and by what that is
// known.
type Belonging struct {
	// Cluster is the ARN of the cluster, empty when the group belongs to none that is known.
	Cluster string
	// Name is what the group names: the cluster's name, or one that is no cluster here.
	Name string
	// By says by what that is known: the instances, the capacity provider, or the user data.
	By string
	// Stray is set when the group names a cluster that is none.
	Stray bool
}

// Known is what tells which cluster a group belongs to.
type Known struct {
	// Hosts are the clusters' ARNs by the EC2 ids of the container instances that were read.
	Hosts     map[string]string
	Providers []CapacityProvider
	// Clusters are those of the account; nil while they were not read.
	Clusters []Cluster
}

// Belongs tells which cluster a group belongs to, by the most reliable of what is known:
// where its instances are registered, then the capacity provider over it that a cluster has,
// then the user data of what it launches, which is zero while that was not read.
func (k Known) Belongs(g ScalingGroup, launches Launch) Belonging {
	in, most := map[string]int{}, ""
	for _, m := range g.Members {
		if cluster := k.Hosts[m.ID]; cluster != "" {
			if in[cluster]++; in[cluster] > in[most] || in[cluster] == in[most] && cluster < most {
				most = cluster
			}
		}
	}
	if most != "" {
		return Belonging{Cluster: most, Name: ARNName(most), By: fmt.Sprintf("%d of its %s registered there", in[most], words.Count(len(g.Members), "instance"))}
	}
	for _, p := range k.Providers {
		if !p.Of(g) {
			continue
		}
		for _, c := range k.Clusters {
			for _, name := range c.CapacityProviders {
				if name == p.Name {
					return Belonging{Cluster: c.Ref.ARN, Name: c.Name, By: "it has the capacity provider " + p.Name + " over the group"}
				}
			}
		}
	}
	name := launches.Joins.Cluster
	if name == "" {
		return Belonging{By: launches.Joins.Line}
	}
	for _, c := range k.Clusters {
		if c.Name == name || c.Ref.ARN == name {
			return Belonging{Cluster: c.Ref.ARN, Name: c.Name, By: "the user data says " + launches.Joins.Line}
		}
	}
	// An agent that is told nothing joins default: that says nothing of a group which has
	// nothing to do with ECS.
	stray := k.Clusters != nil && name != unnamedCluster
	return Belonging{Name: name, By: "the user data says " + launches.Joins.Line, Stray: stray}
}

// unnamedCluster is what an agent joins that is told nothing.
const unnamedCluster = "default"
