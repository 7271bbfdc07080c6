// Package follow turns what is seen of a deployment, a count, tasks or a draining
// instance into progress and, in the end, a verdict. ECS's own terminal status decides,
// and what else is seen qualifies it.
//
// A Follower holds no clock and does no I/O; Watch drives one by a Source, such as a
// watch of the store. What a change is and how it is made is for package deploy.
package follow
