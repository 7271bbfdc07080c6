// Package capacity is the screens of what tasks run on: the container instances of a
// cluster, what is left of each, and how many more tasks of a service fit.
package capacity
