// Package clean makes text from outside safe to draw, print and save, and keeps
// secrets out of all three.
//
// It alone decides what a secret is: which names announce one (names.go), which
// tokens say themselves what they are (tokens.go), and which part of a text is the
// secret one (scanner.go and the files it calls). Who shows a line calls Shown or
// ShownText, who shows a variable calls Value, a field of a document Field, the
// arguments of a command Arguments. What a JSON document of the API consists of
// belongs in awsx/document, which applies these to its parts.
//
// The package is a leaf: it knows neither terminals nor the account. Values stay
// raw while the program works with them, because an environment value has to be
// written back byte for byte; they pass through here at the moment they leave.
//
// Nothing here takes more than linear time, whatever the text: each rule either
// looks at a bounded number of bytes, or passes over what it has read, or remembers
// how far it has looked. There are no regular expressions, so that loading the
// package costs nothing.
package clean
