// Package step holds the calls that plans are made of: what each says, sends and reads
// back, and what it means for the target. A step answers for itself what is asked of all
// of them (Step); Plain answers what is usual. Send carries one out.
//
// Which steps a verb takes is for package deploy, and so is all that concerns a plan as a
// whole. A step that one verb alone takes may stand in that verb's file.
package step
