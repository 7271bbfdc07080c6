package ecslog

import (
	"slices"
	"testing"

	"gantry/logs"
)

func TestTheFieldsOfAllDriversAreKnown(t *testing.T) {
	all := Standard().Fields()
	for _, name := range []string{"container_id", "container_name", "ecs_task_arn", "container.id", "container.labels.com_amazonaws_ecs_task-arn"} {
		if !slices.Contains(all, name) {
			t.Errorf("%s is not among %q", name, all)
		}
	}
	if slices.Contains(all, logs.FieldGroup) {
		t.Error("a log group is no field of a document")
	}
}
