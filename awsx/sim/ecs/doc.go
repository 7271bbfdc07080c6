// Package ecs is the API of ECS over a fleet: what each operation takes, refuses and
// answers. It decides nothing that happens by itself: that is the fleet's.
package ecs
