package sim

import "fmt"

// kindOfResource says how resources of a cluster are asked for and answered.
type kindOfResource struct {
	noun  string // as messages begin with it
	path  string // in their ARNs
	field string // of the answer
	most  int    // in one request
}

// describeEach answers a request for resources of one cluster by name or ARN. One
// returns a resource's JSON, nil when there is none; those are told as failures.
func (a *Account) describeEach(kind kindOfResource, clusterName string, names []string, one func(c *cluster, name string) []byte) ([]byte, error) {
	if len(names) == 0 {
		return nil, invalid(kind.noun + " cannot be empty.")
	}
	if len(names) > kind.most {
		return nil, invalid(fmt.Sprintf("%s cannot be more than %d.", kind.noun, kind.most))
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
		if !isARN(name) {
			name = a.arn("ecs", kind.path+"/"+c.name+"/"+name)
		}
		out.Failures = append(out.Failures, missing(name))
	}
	return envelope(kind.field, docs, out), nil
}
