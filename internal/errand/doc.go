// Package errand says what the operator's own commands are: programs that the configuration
// gives a name, and which take values of a row among their arguments. It knows which values
// there are, and puts them in their places. What runs a program, and what is asked before, is
// elsewhere.
package errand
