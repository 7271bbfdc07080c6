// Package replay serves a snapshot as the account that it was taken of: an
// http.Handler and a transport that answer the calls that read, from the document
// alone, and refuse all others. What the API refused when the snapshot was taken is
// refused again, and what the document does not hold is said not to be in it.
package replay
