// Package check looks at a change before it is made: whether its images exist, whether
// its tasks fit, what scaling, alarms and other owners do to it. A check is pure: it
// judges what was read (package read) of what a verb comes to (Change), and a check that
// lacks its answer is skipped with the reason named.
//
// Checks of a single verb stand in that verb's file in package deploy.
package check
