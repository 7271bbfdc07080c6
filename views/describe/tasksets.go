package describe

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/prose"
	"gantry/views/wording"
)

// TaskSets lists what a deployment controller other than ECS runs of a service.
func TaskSets(d *prose.Document, s awsx.Service, now time.Time) {
	if owner := controllerOf(s); owner != "" {
		d.Paras = append(d.Paras, prose.Para{Text: owner + " deploys this service, not ECS; its task sets:", Role: theme.Accent})
	}
	for _, set := range s.TaskSets {
		d.Field(strings.ToLower(set.Status), taskSetWords(set, now))
	}
}

// taskSetWords are one task set on a line.
func taskSetWords(set awsx.TaskSet, now time.Time) string {
	words := fmt.Sprintf("%s  %d/%d running", awsx.ARNName(set.TaskDefinition), set.Running, set.Desired)
	if set.Pending > 0 {
		words += fmt.Sprintf(", %d pending", set.Pending)
	}
	words += fmt.Sprintf("  %g%% of the count", set.Scale)
	if set.Stability != "" {
		words += "  " + wording.StageWords(set.Stability)
	}
	if !set.CreatedAt.IsZero() {
		words += "  " + text.Ago(now.Sub(set.CreatedAt))
	}
	return words + "  " + wording.JoinNonEmpty(" ", set.ExternalID, set.ID)
}

// controllerOf is what deploys a service instead of ECS, empty when ECS does.
func controllerOf(s awsx.Service) string {
	if s.Controller == "ECS" {
		return ""
	}
	return s.Controller
}
