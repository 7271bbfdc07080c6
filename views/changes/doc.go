// Package changes shows changes from the plan to the end: the plan of one target
// and of many, the question that confirms it, the follow of what is under way, the
// verdicts of a batch, and the list of all changes of this run.
//
// What is to change is said in editors, images and revisions, and proposed here.
// The runner below (awsx/change) carries it out.
package changes
