package ecs

import (
	"slices"

	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

type listTagsInput struct {
	ResourceARN string `json:"resourceArn"`
}

func (a *API) listTags(in *listTagsInput) ([]byte, error) {
	tags, err := a.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	return wire.Encode(struct {
		Tags []world.Tag `json:"tags"`
	}{append([]world.Tag{}, *tags...)}), nil
}

func (a *API) tagged(arn string) (*[]world.Tag, error) {
	tags := a.TagsOf(arn)
	if tags == nil {
		return nil, wire.Invalid("The specified resource could not be found: " + arn)
	}
	return tags, nil
}

// maxTags is how many tags a resource has at most.
const maxTags = 50

// tagResource adds tags to a resource, or changes their values.
func (a *API) tagResource(body []byte) ([]byte, error) {
	document, err := wire.DecodeTree(body)
	if err != nil {
		return nil, wire.Malformed(err)
	}
	more, err := taskdef.TakeTags(document)
	if err != nil {
		return nil, err
	}
	tags, err := a.tagged(wire.Text(document["resourceArn"]))
	if err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(slices.Clone(*tags), func(t world.Tag) bool {
		return slices.ContainsFunc(more, func(m world.Tag) bool { return m.Key == t.Key })
	})
	if kept = append(kept, more...); len(kept) > maxTags {
		return nil, wire.Invalid("The number of tags exceeds the maximum of 50.")
	}
	*tags = kept
	return []byte("{}"), nil
}

type untagInput struct {
	ResourceARN string   `json:"resourceArn"`
	Keys        []string `json:"tagKeys"`
}

func (a *API) untagResource(in *untagInput) ([]byte, error) {
	tags, err := a.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	*tags = slices.DeleteFunc(slices.Clone(*tags), func(t world.Tag) bool { return slices.Contains(in.Keys, t.Key) })
	return []byte("{}"), nil
}
