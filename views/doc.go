// Package views is what all screens share: what they are given (Deps), the ways
// that lead from one to another (Nav), and what a thing that is acted on is called.
//
// The screens themselves lie in the folders below, one a subject: resources,
// images, changes, editors, revisions and logs. Screens that are tables are made
// by livetable, those that are read from top to bottom by prose. A room below
// imports views, never the other way round.
package views
