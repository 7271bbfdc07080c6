// Package fault says what kind of failure an error is, in one set of words for
// the account and for the log stores.
//
// Adapters make an Error; screens, exit codes and pollers ask for its Class.
// What belongs here is the class and the error that carries it. How an answer
// of AWS, of Elasticsearch or of CloudWatch Logs becomes a class is decided in
// the adapter that read the answer; what a screen says about it, in the screen.
package fault
