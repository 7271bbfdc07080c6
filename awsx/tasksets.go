package awsx

import "slices"

// DeploymentsOf returns the deployments of a service that another controller than
// ECS deploys: the API lists none for it, only task sets (CODE_DEPLOY, EXTERNAL).
// The newest task set is the one being rolled out and so is the primary deployment,
// as with ECS, whichever set the API calls PRIMARY because it serves. The rollout is
// over once no other set is left. Sets that are going away (DRAINING), or that are to
// have no task and have none, are left out unless there are no others. Tasks name their
// set as who started them.
func DeploymentsOf(sets []TaskSet) []Deployment {
	alive := slices.DeleteFunc(slices.Clone(sets), func(s TaskSet) bool {
		return s.Status == "DRAINING" || s.Status != "PRIMARY" && s.Desired+s.Running+s.Pending == 0
	})
	if len(alive) == 0 {
		alive = slices.Clone(sets)
	}
	slices.SortStableFunc(alive, func(a, b TaskSet) int { return b.CreatedAt.Compare(a.CreatedAt) })
	out := make([]Deployment, len(alive))
	for i, s := range alive {
		out[i] = Deployment{
			ID: s.ID, Status: "ACTIVE", TaskDefinition: s.TaskDefinition, Desired: s.Desired, Running: s.Running, Pending: s.Pending,
			RolloutState: "COMPLETED", CreatedAt: s.CreatedAt,
		}
	}
	if len(out) > 0 {
		out[0].Status = "PRIMARY"
	}
	if len(out) > 1 {
		out[0].RolloutState = "IN_PROGRESS"
	}
	return out
}

// Serving returns the task set that serves (PRIMARY), and whether there is one.
func (s Service) Serving() (TaskSet, bool) {
	for _, set := range s.TaskSets {
		if set.Status == "PRIMARY" {
			return set, true
		}
	}
	return TaskSet{}, false
}
