// Package statefile keeps what one run of the console leaves to the next: settings and
// lists of lines, by context and by name. It belongs here how the file is read, shared by
// several runs at once and written. What is worth keeping, and what it means, is its
// users' business. It must never be given a secret, a mark or leave to write.
package statefile
