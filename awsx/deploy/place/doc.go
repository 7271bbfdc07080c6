// Package place tells whether a task fits on the instances of a cluster: what it takes
// of one, what an instance has left, which constraints bar it, and why none takes it.
//
// It is pure arithmetic over what was read. Which tasks a change starts, and whether a
// lack of room stands in its way, is for the checks to say.
package place
