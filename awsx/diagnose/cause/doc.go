// Package cause is the catalogue of what can be wrong with a service: the kinds of trouble
// in the order in which they are told, what each is told by, the parts of a service whose
// change may explain it, and what helps. A new kind is a constant and a line of the table
// here, and a rule in diagnose that finds it.
package cause
