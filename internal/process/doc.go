// Package process runs other programs so that none of them is left behind: each in a
// process group of its own, asked to end when its context does, killed with all that it
// began when it does not, and waited for.
package process
