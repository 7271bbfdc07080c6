// Package fleet is what ECS runs: clusters with their instances, services, tasks and
// deployments, and the control plane that moves them: the scheduler, the life of a task,
// circuit breaker, alarms, shifting traffic. What it does is planned on the agenda of the
// world, and shows in the fields of the model.
//
// It speaks no protocol: package ecs shows it, and package seed fills it.
package fleet
