package follow

import (
	"slices"
	"strings"
)

// Lifecycle returns the stages through which a deployment goes that shifts traffic, in their
// order (ECS, ServiceDeployment, lifecycleStage).
func Lifecycle() []string {
	return []string{
		"RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
		"PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP",
	}
}

// StageEnded is the end of a deployment.
const StageEnded = "ended"

// Stages are the names of what can be waited for in a deployment: where every rollout comes by,
// a pause, and the stages of one that shifts traffic.
func Stages() []string {
	return append([]string{string(PhaseRolling), string(PhaseDraining), string(PhasePaused), StageEnded}, LifecycleNames()...)
}

// LifecycleNames are those of Stages that only a deployment has that shifts traffic, in their
// order.
func LifecycleNames() []string {
	names := Lifecycle()
	for i, stage := range names {
		names[i] = StageName(stage)
	}
	return names
}

// StageName is a stage's name as it is typed; either spelling is taken.
func StageName(stage string) string {
	return strings.ReplaceAll(strings.ToLower(stage), "_", "-")
}

// Reached reports whether a deployment has come to a stage, or is past it. Nothing but its
// good end is past a pause.
func (p Progress) Reached(stage string) bool {
	if p.Verdict != nil {
		return p.Verdict.Good()
	}
	past := func(order []string, at string) bool {
		here := slices.Index(order, StageName(at))
		return here >= 0 && here >= slices.Index(order, stage)
	}
	lifecycle := LifecycleNames()
	switch {
	case p.Phase == PhaseRollingBack || stage == StageEnded:
		return false
	case stage == string(PhasePaused):
		return p.Paused != nil
	case slices.Contains(lifecycle, stage):
		return past(lifecycle, p.Stage)
	}
	phase := p.Phase
	if phase == PhasePaused {
		phase = PhaseRolling // whatever it pauses at, tasks were started
	}
	return past([]string{string(PhaseRolling), string(PhaseDraining)}, string(phase))
}

// Lacks reports whether a deployment is known never to come by a stage: one that shifts no
// traffic has none but the phases of every rollout. Which stages a strategy has that this
// version does not know is not known.
func (p Progress) Lacks(stage string) bool {
	known := p.Strategy == "" || p.Strategy == "ROLLING"
	return p.Record != "" && known && len(p.Shares) == 0 && slices.Contains(LifecycleNames(), stage)
}
