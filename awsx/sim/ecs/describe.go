package ecs

import (
	"fmt"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// kindOfResource says how resources of a cluster are asked for and answered.
type kindOfResource struct {
	noun  string // as messages begin with it
	path  string // in their ARNs
	field string // of the answer
	most  int    // in one request
}

// describeEach answers a request for resources of one cluster by name or ARN. One
// returns a resource's JSON, nil when there is none; those are told as failures.
func (a *API) describeEach(kind kindOfResource, clusterName string, names []string, one func(c *fleet.Cluster, name string) []byte) ([]byte, error) {
	if len(names) == 0 {
		return nil, wire.Invalid(kind.noun + " cannot be empty.")
	}
	if len(names) > kind.most {
		return nil, wire.Invalid(fmt.Sprintf("%s cannot be more than %d.", kind.noun, kind.most))
	}
	c, err := a.clusterOf(clusterName, names[0])
	if err != nil {
		return nil, err
	}
	out := described{Failures: []failure{}}
	docs := make([][]byte, 0, len(names))
	for _, name := range names {
		if doc := one(c, name); doc != nil {
			docs = append(docs, doc)
			continue
		}
		if !world.IsARN(name) {
			name = a.ARN("ecs", kind.path+"/"+c.Name+"/"+name)
		}
		out.Failures = append(out.Failures, missing(name))
	}
	return wire.Envelope(kind.field, docs, out), nil
}
