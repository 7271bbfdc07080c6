// Package read gathers what a change depends on. A Read is one thing of the account
// that knows how to be read, where its answer goes and, when a fact of it is minded,
// how to be read again before the first call. Verbs declare their reads; Gather runs
// them side by side, each as soon as what it builds on is there.
//
// The package decides nothing about a change: what the answers mean is for the checks
// (package check) and the verbs (package deploy). It does tell what a service returns
// to, since that has to be found before it can be read.
package read
