// Package tail follows a query's lines as they arrive.
//
// A Tail turns a logs.Source into a live sequence of batches in which every line of
// the store comes once, or a gap line says which were skipped. No search engine has
// a cursor that is exact for what is still being written, so each poll reads an
// overlap again and drops what was seen. What belongs here is when to ask for what,
// what is new in an answer, and what the Status says of it. Lines of the past are
// read by logs.History.
package tail
