package awsx

import "slices"

// InProgress returns the deployment that the service is rolling out, and whether
// there is one.
func (s Service) InProgress() (Deployment, bool) {
	d, ok := s.Primary()
	if !ok {
		return Deployment{}, false
	}
	if d.RolloutState == "" { // services without rollout states
		return d, len(s.Deployments) > 1
	}
	return d, d.RolloutState == "IN_PROGRESS"
}

// Runs reports whether a revision (ARN) is the service's own or that of one of its
// deployments: while one is rolled out there are tasks of two.
func (s Service) Runs(arn string) bool {
	return arn == s.TaskDefinition || slices.ContainsFunc(s.Deployments, func(d Deployment) bool { return d.TaskDefinition == arn })
}

// Ending reports whether the service is being deleted, or was: what it runs is on its way
// out and it takes no change.
func (s Service) Ending() bool { return s.Status == "DRAINING" || s.Status == "INACTIVE" }

// Bounds returns how few healthy and how many running tasks a deployment of n
// tasks allows (ECS, deploymentConfiguration: the minimum rounds up, the maximum
// down; 100 and 200 by default, 0 and 100 for daemons).
func (s Service) Bounds(n int) (lower, upper int) {
	minimum, maximum := 100, 200
	if s.SchedulingStrategy == "DAEMON" {
		minimum, maximum = 0, 100
	}
	if s.MinHealthyPercent != Unset {
		minimum = s.MinHealthyPercent
	}
	if s.MaxPercent != Unset {
		maximum = s.MaxPercent
	}
	return (n*minimum + 99) / 100, n * maximum / 100
}

// Deadlocked reports whether the service can neither start a task more nor stop
// one: draining then waits for ever.
func (s Service) Deadlocked() bool {
	lower, upper := s.Bounds(s.Desired)
	return s.Desired > 0 && upper <= s.Desired && lower >= s.Desired
}

// OnFargate reports whether no instance of the cluster runs the service's tasks.
func (s Service) OnFargate() bool {
	if len(s.CapacityProviders) > 0 {
		return !slices.ContainsFunc(s.CapacityProviders, func(p ProviderShare) bool { return !FargateProvider(p.Provider) })
	}
	return s.LaunchType == "FARGATE"
}

// ShiftsTraffic reports whether deployments of the service run a second set of
// tasks and move its traffic over.
func (s Service) ShiftsTraffic() bool { return s.Strategy != "" && s.Strategy != "ROLLING" }

// Inactive reports whether the revision can no longer be deployed or run itself.
func (t *TaskDefinition) Inactive() bool { return t.Status != "" && t.Status != "ACTIVE" }
