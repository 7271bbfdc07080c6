// Package analysis reads text, dates and numbers as a search engine does when it
// indexes a document and when it compares one with a query. It is what a query
// that is evaluated here shares with the store in memory.
package analysis
