package ecs

import (
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

type listTagsInput struct {
	ResourceARN string `json:"resourceArn"`
}

func (a *API) listTags(in *listTagsInput) ([]byte, error) {
	tags := a.TagsOf(in.ResourceARN)
	if tags == nil {
		return nil, wire.Invalid("The specified resource could not be found: " + in.ResourceARN)
	}
	return wire.Encode(struct {
		Tags []world.Tag `json:"tags"`
	}{append([]world.Tag{}, *tags...)}), nil
}
