// Package changestest lets a test make changes from the screens, planned and
// carried out on an account in memory by the runner that the program uses.
package changestest
