// Package record is all about one log line: who wrote it, its message whole, and its
// document field by field, with a cursor on the fields.
//
// Which line that is, and what its fields are good for, is the log screen's.
package record
