// Package clipboard chooses a way to the operator's clipboard and takes it: by a tool of the
// machine, or by the terminal, to which the shell alone can write. What is copied, and what is
// said of it, is the shell's.
package clipboard
