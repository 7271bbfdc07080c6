// Package change is where changes are planned, carried out and followed, apart from any
// screen or command: one at a time or many, each under an id. A Desk plans with what the
// store holds; its Runner owns the goroutines and contexts of what is under way, so that
// leaving a screen or a stalled terminal cannot half-cancel a change. Arming is the gate
// of a console.
//
// What a change is, and its steps, are for package deploy. Screens and commands take a
// Status as it is.
package change
