package ecs

import (
	"fmt"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// failure is an entry of the failures of a describe call.
type failure struct {
	ARN    string `json:"arn"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// described ends a describe answer.
type described struct {
	Failures []failure `json:"failures"`
}

type listInput struct {
	Cluster    string `json:"cluster"`
	MaxResults *int   `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

// list answers a list call with a page of what has an ARN or a name, by which it is
// sorted.
func list[T any](in *listInput, field string, fallback int, items []T, name func(T) string) ([]byte, error) {
	return listBy(wire.Paging[T]{Key: name, Fallback: fallback, Max: 100}, in, field, items, name)
}

// listBy is list for what is sorted otherwise than by its ARN.
func listBy[T any](p wire.Paging[T], in *listInput, field string, items []T, name func(T) string) ([]byte, error) {
	return p.Answer(field, items, in.NextToken, in.MaxResults, func(item T) any { return name(item) })
}

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
	path := kind.path + "/" + c.Name + "/"
	return a.describeAll(kind.field, path, names, func(name string) []byte { return one(c, name) }), nil
}

// describeAll answers for resources by name or ARN; path is what goes before a name in
// an ARN. One returns a resource's JSON, nil when there is none.
func (a *API) describeAll(field, path string, names []string, one func(name string) []byte) []byte {
	out := described{Failures: []failure{}}
	docs := make([][]byte, 0, len(names))
	for _, name := range names {
		if doc := one(name); doc != nil {
			docs = append(docs, doc)
			continue
		}
		if !world.IsARN(name) {
			name = a.ARN("ecs", path+name)
		}
		out.Failures = append(out.Failures, failure{ARN: name, Reason: "MISSING"})
	}
	return wire.Envelope(field, docs, out)
}

// describeARNs answers for resources that only have an ARN, up to 20 at once.
func (a *API) describeARNs(field, member string, arns []string, one func(arn string) any) ([]byte, error) {
	if len(arns) == 0 || len(arns) > 20 {
		return nil, wire.Invalid(member + " must have 1 to 20 items.")
	}
	return a.describeAll(field, "", arns, func(arn string) []byte {
		if doc := one(arn); doc != nil {
			return wire.Encode(doc)
		}
		return nil
	}), nil
}
