package sim

import (
	"fmt"
	"slices"
)

type listTagsInput struct {
	ResourceARN string `json:"resourceArn"`
}

func (a *Account) listTags(in *listTagsInput) ([]byte, error) {
	tags := a.ecsTags(in.ResourceARN)
	if tags == nil {
		return nil, invalid("The specified resource could not be found: " + in.ResourceARN)
	}
	return encode(struct {
		Tags []tag `json:"tags"`
	}{append([]tag{}, *tags...)}), nil
}

// ecsTags are those of a resource of ECS, nil where there is none.
func (a *Account) ecsTags(arn string) *[]tag {
	if s := a.services[arn]; s != nil {
		return &s.tags
	}
	if t := a.tasks[arn]; t != nil {
		return &t.tags
	}
	if i := a.instances[arn]; i != nil {
		return &i.tags
	}
	if c := a.clusterByName[tail(arn)]; c != nil && c.arn == arn {
		return &c.tags
	}
	if d := a.findDefinition(arn); d != nil && d.arn == arn {
		return &d.tags
	}
	return nil
}

// elbTags are those of a target group or a load balancer, nil where there is
// none.
func (a *Account) elbTags(arn string) *[]tag {
	if g := a.groupByARN[arn]; g != nil {
		return &g.tags
	}
	if lb := a.findBalancer(arn); lb != nil {
		return &lb.tags
	}
	return nil
}

// SetTag tags a resource of ECS, a target group or a load balancer, as whoever
// manages it would: keys of CloudFormation, which a caller may not set, included.
func (a *Account) SetTag(arn, key, value string) (err error) {
	a.change(func() {
		tags := a.ecsTags(arn)
		if tags == nil {
			tags = a.elbTags(arn)
		}
		if tags == nil {
			err = fmt.Errorf("no resource %s", arn)
			return
		}
		kept := slices.DeleteFunc(slices.Clone(*tags), func(t tag) bool { return t.Key == key })
		*tags = append(kept, tag{key, value})
	})
	return err
}
