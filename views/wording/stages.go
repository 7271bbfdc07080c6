package wording

import (
	"fmt"
	"slices"
	"strings"
)

// stages are those that a deployment goes through that shifts traffic, in their
// order (ECS, LifecycleStage).
func stages() []string {
	return []string{
		"RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
		"PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP",
	}
}

// StageWords are the stage as one says it.
func StageWords(stage string) string {
	return strings.ToLower(strings.ReplaceAll(stage, "_", " "))
}

// StageLine is the stage with its place among the others.
func StageLine(stage string) string {
	all := stages()
	if i := slices.Index(all, stage); i >= 0 {
		return fmt.Sprintf("%s (%d of %d)", StageWords(stage), i+1, len(all))
	}
	return StageWords(stage)
}
