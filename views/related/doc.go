// Package related is the screen of what a row is tied to: whatever has a reference can be
// asked about, and a screen needs no code of its own for it. What is tied to what is
// derived in internal/inquiry.
package related
