// Package simtest opens accounts of the simulator for tests, through the adapter that
// the program uses: what a test needs that reads and changes an account which behaves.
// A test that only needs data and errors takes awsxtest.
//
// It is for tests alone. The account lives on the clock of the calling test, which has
// to be in a bubble of testing/synctest.
package simtest
