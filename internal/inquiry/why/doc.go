// Package why finds out what is wrong with a service: it reads what stands around it, side
// by side, and has diagnose judge it with that. What cannot be read is told beside the
// answer.
package why
