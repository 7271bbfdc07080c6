package wording

import (
	"fmt"
	"slices"
	"strings"

	"gantry/awsx/deploy/follow"
)

// StageWords are the stage as one says it.
func StageWords(stage string) string {
	return strings.ToLower(strings.ReplaceAll(stage, "_", " "))
}

// StageLine is the stage with its place among the others.
func StageLine(stage string) string {
	all := follow.Lifecycle()
	if i := slices.Index(all, stage); i >= 0 {
		return fmt.Sprintf("%s (%d of %d)", StageWords(stage), i+1, len(all))
	}
	return StageWords(stage)
}
