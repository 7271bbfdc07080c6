// Package overview is the page of a service: how it stands and all that stands around it, to
// be read from top to bottom, in two columns where there is room for them. The same as a
// template, to be saved, is its other screen.
package overview
