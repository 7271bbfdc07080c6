package ecs

import (
	"strconv"

	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
)

// maxDefinition is how large a task definition may be, in bytes (Amazon ECS
// service quotas, task definition size).
const maxDefinition = 64 << 10

// registerTaskDefinition keeps the request as it came, so that members which
// this package does not know are given back by every later describe.
func (a *API) registerTaskDefinition(body []byte) ([]byte, error) {
	document, err := wire.DecodeTree(body)
	if err != nil {
		return nil, wire.Malformed(err)
	}
	if size := len(compact(body)); size > maxDefinition {
		return nil, taskdef.ClientError("Actual length: '" + strconv.Itoa(size) + "'. Max allowed length is '" + strconv.Itoa(maxDefinition) + "' bytes.")
	}
	tags, err := taskdef.TakeTags(document)
	if err != nil {
		return nil, err
	}
	d, err := a.Definitions.Register(document, tags, a.CallerARN())
	if err != nil {
		return nil, err
	}
	return definitionAnswer(d, true), nil
}
