package views

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// taskSets lists what a deployment controller other than ECS runs of a service.
func taskSets(d *document, s awsx.Service, now time.Time) {
	if owner := controllerOf(s); owner != "" {
		d.paras = append(d.paras, para{text: owner + " deploys this service, not ECS; its task sets:", role: theme.Accent})
	}
	for _, set := range s.TaskSets {
		d.field(strings.ToLower(set.Status), taskSetWords(set, now))
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
		words += "  " + stageWords(set.Stability)
	}
	if !set.CreatedAt.IsZero() {
		words += "  " + text.Ago(now.Sub(set.CreatedAt))
	}
	return words + "  " + joinNonEmpty(" ", set.ExternalID, set.ID)
}

// controllerOf is what deploys a service instead of ECS, empty when ECS does.
func controllerOf(s awsx.Service) string {
	if s.Controller == "ECS" {
		return ""
	}
	return s.Controller
}

// ownedBy says that what starts a deployment belongs to a service's deployment
// controller, empty when it does not. Whether the count does too, the plan tells.
func ownedBy(s awsx.Service, action string) string {
	owner := controllerOf(s)
	switch action {
	case actImage, actEnv, actEdit, actRestart, actRollBack:
		if owner != "" {
			return "the deployment controller " + owner + " owns this change: make it there"
		}
	}
	return ""
}
